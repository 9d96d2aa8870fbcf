"""The drill's screens, letter by letter at 60 columns."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from quizkit.learn.drill import Drill
from quizkit.learn.schedule import RATINGS, CardState
from quizkit.screen import drill as screen
from quizkit.screen.style import Style
from tests.quizkit.builders import make_card

STYLE = Style(width=60, colour=False, ansi=True)
AT = datetime(2026, 3, 1, 9, tzinfo=UTC)
CARD = make_card("modes-three", see="async-trap")


def test_a_new_card() -> None:
    drill = Drill.begin(("modes-three", "b"), {}, AT)
    assert screen.question(STYLE, CARD, "About acks", drill) == (
        "── About acks ────────────────────────────── new · 2 left ──\nWhat is modes-three?\n\n"
    )


def test_a_nudged_card_says_why_it_is_due() -> None:
    state = CardState("modes-three", AT, "review", cause="you expected async to hold in async-trap")
    shown = screen.question(STYLE, CARD, "About acks", Drill.begin(("modes-three",), {"modes-three": state}, AT))
    assert shown.splitlines()[0].endswith("─ 1 left ──")
    assert shown.splitlines()[1] == "Due because: you expected async to hold in async-trap"


def test_the_answer_names_the_scenario_that_shows_it() -> None:
    assert screen.answer(STYLE, CARD) == "  It is modes-three.\n\n  see it: quizkit replay async-trap\n\n"
    assert "see it" not in screen.answer(STYLE, make_card("a"))


def test_grades_show_when_the_card_comes_back() -> None:
    away = dict(zip(RATINGS, map(timedelta, (0, 1, 4, 15)), strict=True))
    assert screen.answer_keys(STYLE, away) == "1 again 1m  2 hard 1d  3 good 4d  4 easy 15d  space: good "


def test_the_open_lines_fit_sixty_columns() -> None:
    long = dict.fromkeys(RATINGS, timedelta(days=500))
    assert len(screen.answer_keys(STYLE, long)) <= 60
    assert len(screen.question_keys(STYLE)) <= 60
    assert max(map(len, screen.KEYS.splitlines())) <= 60


def test_nothing_due() -> None:
    assert screen.nothing_due(STYLE, AT + timedelta(days=1), AT) == "Nothing is due. The next card comes tomorrow.\n"
    assert screen.nothing_due(STYLE, None, AT) == "There are no cards to ask here.\n"


def test_a_sitting_without_answers() -> None:
    assert screen.summary(STYLE, Drill.begin(("a",), {}, AT)) == "No card was answered.\n"
