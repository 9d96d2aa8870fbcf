"""Damaged lines are restored; honest ones never change."""

from __future__ import annotations

import ftfy.bad_codecs  # noqa: F401 (importing it registers the codec)
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizkit.library.notes.repair import Repair, decode, repair

CODECS = ("sloppy-windows-1252", "mac_roman")
HONEST = [
    "café", "naïve", "Größe", "«état»", "“École”", "CAFÉ…", "—état", "wait…", "x ≥ y", "½", "R² ≈ 0.9", "∆µ", "√π", "¬π",
    "α + β", "Ελλάδα", "Привет", "日本語", "🚀", "✅ done", "→", "£5", "50 °C", "¿Qué?", "naïve Å", "№ 5", "\ufeff",
]  # fmt: skip
EMOJI = st.sampled_from("👑🛑✅⚡🧠💥🔄❌🐍📝🗳🤝⚖🆔🌊🧮🪵⏲➜★☃")


def damaged(text: str, codec: str) -> str:
    return text.encode("utf-8").decode(codec)


@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize("line", ["# 👑 Deep Dive", "## ⚡ Flashcards", "a → b", "it’s “here”…", "❤️ Привет", "n ≥ 3 — ok"])
def test_a_damaged_line_is_restored_and_listed(line: str, codec: str) -> None:
    before = damaged(line, codec)
    assert repair(f"plain\n{before}\nplain") == (f"plain\n{line}\nplain", [Repair(2, before, line)])


def test_lines_are_judged_one_by_one() -> None:
    text = f"déjà vu 👑\n{damaged('👑', CODECS[0])}\n{damaged('🛑', CODECS[1])}\nplain"
    fixed, repairs = repair(text)
    assert fixed == "déjà vu 👑\n👑\n🛑\nplain"
    assert [one.line for one in repairs] == [2, 3]


def test_a_line_that_also_holds_a_correct_character_is_left_alone() -> None:
    line = f"é is often seen as {damaged('é', CODECS[0])}"
    assert repair(line) == (line, [])


def test_text_that_was_damaged_twice_is_restored() -> None:
    assert repair(damaged(damaged("👑 x", CODECS[0]), CODECS[0]))[0] == "👑 x"


def test_control_characters_are_no_repair() -> None:
    line = damaged("\x85\x85\x85", CODECS[0])
    assert repair(line) == (line, [])


@given(st.lists(st.sampled_from(HONEST) | st.text(st.characters(max_codepoint=126), max_size=8), max_size=12))
def test_honest_text_never_changes(words: list[str]) -> None:
    text = " ".join(["x", *words])
    assert repair(text) == (text, [])


@given(st.text(EMOJI | st.characters(min_codepoint=32, max_codepoint=126)), st.sampled_from(CODECS))
def test_any_line_with_emoji_comes_back(line: str, codec: str) -> None:
    assert repair(damaged(line, codec))[0] == line


@given(st.text(st.characters(exclude_characters="\n\r", exclude_categories=["Cs"])), st.sampled_from(CODECS))
def test_a_repair_is_the_exact_reverse_of_the_damage(text: str, codec: str) -> None:
    before = damaged(text, codec).replace("\n", " ")
    fixed, repairs = repair(before)
    if not repairs:
        assert fixed == before.removeprefix("\ufeff")
        return
    steps = {repairs[0].after}
    for _ in range(3):
        steps |= {damaged(step, one) for step in steps for one in CODECS}
    assert before in steps


def test_newlines_and_byte_order_mark_are_made_plain() -> None:
    assert decode(b"\xef\xbb\xbfa\r\nb\rc\n") == ("a\nb\nc\n", "")


def test_a_damaged_byte_order_mark_goes_too() -> None:
    assert repair("ï»¿# Title")[0] == "# Title"


def test_a_file_that_is_not_utf8_is_read_as_windows_1252_with_a_notice() -> None:
    text, notice = decode("ok\ncafé – 5 €\n".encode("cp1252"))
    assert text == "ok\ncafé – 5 €\n"
    assert notice == "line 2 is not UTF-8: the note was read as Windows-1252"
