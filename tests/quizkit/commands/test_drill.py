"""`quizkit drill` without a terminal, and the sitting behind it key by key. On a real one: tests/e2e/test_drill.py."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable

import pytest
from typer.testing import Result

from quizkit.clock import now
from quizkit.commands import drill as command
from quizkit.commands.drill import Sitting
from quizkit.errors import Interrupted, QuizkitError
from quizkit.learn.drill import Drill
from quizkit.learn.journal import Journal
from quizkit.screen import drill as screen
from quizkit.screen.style import Style
from tests.quizkit.builders import make_card, make_library

Sit = Callable[..., str]
LIBRARY = make_library(make_card("a", see="async-trap"), make_card("b"), make_card("c"))


@pytest.fixture
def sit(journal: Journal, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Sit:
    """Press these keys in a sitting over the cards a, b and c; returns what the screen showed."""

    def run(pressed: str, leave: BaseException | None = None) -> str:
        def read() -> str:
            if typed:
                return typed.pop(0)
            raise leave or AssertionError("the sitting waits for a key that nobody presses")

        typed = list(pressed)
        monkeypatch.setattr(command, "keys", lambda: contextlib.nullcontext(read))
        drill = Drill.begin(("a", "b", "c"), {}, now())
        Sitting(journal, LIBRARY, drill, Style(60, colour=False, ansi=False)).run()
        return capsys.readouterr().out

    return run


def ratings(journal: Journal) -> list[str]:
    return [f"{fact.kind} {fact.subject} {fact.payload.get('rating', '')}".strip() for fact in journal.facts()]


def test_without_a_terminal_it_says_what_to_use(quizkit: Callable[..., Result]) -> None:
    result = quizkit("drill")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == (
        "quizkit: error: this needs a terminal to ask at, and there is none\n"
        "  hint: use `quizkit due --json` and `quizkit answer CARD --rating good` instead\n"
    )


def test_space_shows_the_answer_and_grades_it_good(journal: Journal, sit: Sit) -> None:
    shown = sit("  q")
    assert shown.index("What is a?") < shown.index("It is a.") < shown.index("good: back in 10 minutes")
    assert ratings(journal) == ["review a good"]


def test_every_grade_has_its_key(journal: Journal, sit: Sit) -> None:
    sit(" 4 3 2q")
    assert ratings(journal) == ["review a easy", "review b good", "review c hard"]


def test_a_grade_before_the_answer_was_seen_is_no_grade(journal: Journal, sit: Sit) -> None:
    assert "Look at the answer first" in sit("1q")
    assert ratings(journal) == []


def test_each_answer_is_in_the_journal_before_the_next_card_shows(
    journal: Journal, sit: Sit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(screen, "question", lambda *_: f"<{len(journal.facts())} saved>\n")
    assert re.findall(r"<\d saved>", sit(" 4 4q")) == ["<0 saved>", "<1 saved>", "<2 saved>"]


def test_undo_goes_back_any_number_of_answers(journal: Journal, sit: Sit) -> None:
    shown = sit(" 1 4uu 4q")
    assert "taken back: easy for b" in shown
    assert shown.rindex("taken back: again for a") > shown.rindex("taken back: easy for b")
    assert ratings(journal) == ["review a again", "review b easy", "undo b", "undo a", "review a easy"]


def test_undo_with_nothing_to_take_back(sit: Sit) -> None:
    assert "Nothing to take back in this sitting; `quizkit undo`" in sit("uq")


def test_the_last_card_ends_the_sitting_with_a_summary(sit: Sit) -> None:
    assert sit(" 4 1 4 4").endswith("4 answers, 75 % known (1 again, 3 easy).\n")


def test_stopping_says_what_is_left(sit: Sit) -> None:
    assert sit(" 4q").endswith("1 answer, 100 % known (1 easy). 2 cards of this sitting are left.\n")


def test_one_card_that_is_left_is_one(sit: Sit) -> None:
    assert sit(" 4 4q").endswith(" 1 card of this sitting is left.\n")


def test_help_and_scenarios(sit: Sit) -> None:
    shown = sit("?s 4s q")
    assert "take the last answer back" in shown
    assert "See it happen: quizkit replay async-trap" in shown
    assert "No scenario shows this card." in shown


def test_unknown_keys_do_nothing(journal: Journal, sit: Sit) -> None:
    assert sit("x\x1b9q") == sit("q")
    assert ratings(journal) == []


@pytest.mark.parametrize("leave", [KeyboardInterrupt(), EOFError()])
def test_leaving_tells_what_is_saved(journal: Journal, sit: Sit, leave: BaseException) -> None:
    with pytest.raises(Interrupted, match="stopped; 2 answers of this sitting saved"):
        sit(" 4 4", leave)
    assert len(journal.facts()) == 2


def test_an_answer_that_cannot_be_saved_is_told_as_not_saved(journal: Journal, sit: Sit) -> None:
    journal.execute("PRAGMA query_only = ON")
    with pytest.raises(QuizkitError, match="your answer to a is not saved: cannot use the journal"):
        sit(" 4")
