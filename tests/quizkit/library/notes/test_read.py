"""A note as a whole: title, facts, what is code, what is left out."""

from __future__ import annotations

import re
from dataclasses import asdict
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quizkit.library.notes.note import Unused
from quizkit.library.notes.read import read_note
from quizkit.library.notes.repair import repair
from tests.quizkit.library.notes.fixtures import HERE, NOTES, doubts_of, read_file

LABELS = {"the", "interview", "post", "mortem", "trap", "solution", "fix", "scenario", "interviewer", "asks", "you"}
LABELS |= {"answer", "answers", "amateur", "candidate", "kill", "shot", "result", "failure", "flash", "cards", "flashcards"}


def words_of(text: str) -> set[str]:
    return set(re.findall(r"[^\W\d_]{2,}", text.casefold()))


def texts_of(value: Any) -> list[str]:
    """All text inside nested data, keys included."""
    if isinstance(value, dict):
        return texts_of([*value, *value.values()])
    return [text for one in value for text in texts_of(one)] if isinstance(value, list) else [str(value)]


def test_the_seed() -> None:
    note = read_file("leader-and-follower.md")
    assert note.title == "Deep Dive: Leader and Follower"
    assert list(note.facts) == ["Category", "Core Concept", "Also Known As"]
    assert note.facts["Category"] == "Replication & Consistency"
    assert [one.line for one in note.questions] == [102, 104, 106]
    assert note.questions[0].q == 'What is "Split Brain"?'
    assert note.doubts == []
    assert note.unused == [
        Unused(9, 23, "The Concept"),
        Unused(41, 53, "Replication Logs (How it works under the hood)"),
        Unused(57, 97, "Implementation (Chain Replication Concept)"),
    ]


def test_facts_may_go_on_and_other_quotations_are_listed() -> None:
    note = read_note("# T\n> **A**: b\n> c\n>\n> d\n> __E:__ f\n\n> g\n", "t.md")
    assert note.facts == {"A": "b c", "E": "f"}
    assert [(one.line, one.text) for one in note.doubts] == [(5, "> d"), (8, "> g")]


@pytest.mark.parametrize(
    ("heading", "title"),
    [
        ("# 👑 Deep Dive: Leader", "Deep Dive: Leader"),
        ("# ❤️ **Quorums** 🗳️ #", "Quorums"),
        ("#   1. C++ & `raft`", "C++ & `raft`"),
        ("# ⚡ Raft™ at 50 °C", "Raft™ at 50 °C"),
        ("no heading", "my note"),
        ("# 👑", "my note"),
    ],
)
def test_the_title(heading: str, title: str) -> None:
    assert read_note(f"{heading}\n", "my note.md").title == title


@pytest.mark.parametrize("fence", ["```python", "~~~", "````md title=`x`".replace("`x`", "x"), "  ~~~~ text", "- ```"])
def test_code_is_never_read(fence: str) -> None:
    closing = fence.strip().removeprefix("- ").rstrip("abcdefghijklmnopqrstuvwxyz =")
    code = f"{fence}\n## Flashcards\n**Q: a?**\n*A: b*\n``\n~~\n{closing}\n"
    note = read_note(f"# T\n{code}", "t.md")
    assert (note.questions, note.doubts) == ([], [])
    note = read_note(f"# T\n{code}\n## Flashcards\nQ: a?\nA: c\n", "t.md")
    assert [one.a for one in note.questions] == ["c"]


def test_code_that_is_never_closed_is_listed() -> None:
    note = read_file("doubtful.md")
    assert [one.q for one in note.questions] == ["What stays?"]
    assert (note.doubts[-1].line, note.doubts[-1].text) == (28, "```python")
    assert note.doubts[-1].why == "this code is never closed: lines 28-30 were not read"
    assert doubts_of("a ``` b\n```x`y\n") == []  # no fences


def test_sections_that_are_left_out_are_listed_with_those_below_them() -> None:
    text = "words\n# T\nmore\n## A\n### B\nb\n### C\nc\n\n---\n## D\n# E\ne\n"
    assert read_note(text, "t.md").unused == [
        Unused(1, 1, "introduction"),
        Unused(3, 3, "introduction"),
        Unused(4, 8, "A"),
        Unused(11, 11, "D"),
        Unused(12, 13, "E"),
    ]


@pytest.mark.parametrize("name", [file.name for file in NOTES])
def test_nothing_vanishes(name: str) -> None:
    """Every word of the note is in the data, or stands in a line that is listed, or is a label."""
    note = read_file(name)
    listed = {one.line for one in note.doubts}
    listed |= {number for one in note.unused for number in range(one.first, one.last + 1)}
    unread = [one.line for one in note.doubts if "never closed" in one.why]
    known = words_of(" ".join(texts_of(asdict(note)))) | LABELS
    for number, line in enumerate((HERE / name).read_text(encoding="utf-8-sig").split("\n"), start=1):
        if number not in listed and not any(number >= first for first in unread):
            assert words_of(repair(line)[0]) <= known, (number, line)


LINES = [
    "", "", "---", "{}", "- {}", "    - {}", "1. {}", "    {}", "> {}", "| {} |", "$$ {} $$", "```", "~~~", "<!-- {}", "-->",
    "# {}", "## {}", "### {}", "#### {}", "## Interview Post-Mortem: {}", "### The Trap: {}", "### The Solution: {}",
    "## The Solution: {}", "## Flashcards", "### Flashcards", "> **Key**: {}", "**Odd**: {}", "**Scenario**: {}",
    "**Candidate**: {}", "You answer: *{}*", "**Naive Answers**:", "    * *Kill Shot*: {}", "**Kill Shot**: {}",
    "#### Failure: {}",
    "**Q: {}?**", "*A: {}*", "1. **Q: {}", "    * *A: {}*", "Q: {}? **A: {}", "*A: {}* {}",
]  # fmt: skip


@settings(max_examples=300)
@given(st.lists(st.sampled_from(LINES), max_size=40))
def test_every_word_of_any_note_is_taken_or_listed(templates: list[str]) -> None:
    lines = [line.replace("{}", f"w{number}x") for number, line in enumerate(templates, start=1)]
    note = read_note("\n".join(lines), "odd.md")
    listed = {one.line for one in note.doubts}
    listed |= {number for one in note.unused for number in range(one.first, one.last + 1)}
    unread = min((one.line for one in note.doubts if "never closed" in one.why), default=len(lines) + 1)
    known = " ".join(texts_of(asdict(note)))
    for number, line in enumerate(lines[: unread - 1], start=1):
        assert number in listed or line == templates[number - 1] or f"w{number}x" in known, (number, line)
