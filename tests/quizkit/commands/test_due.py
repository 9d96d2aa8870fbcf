"""`quizkit due`."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from typer.testing import Result

Run = Callable[..., Result]
pytestmark = pytest.mark.usefixtures("two_decks")


def test_on_the_first_day_everything_is_new(quizkit: Run) -> None:
    result = quizkit("due")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == "0 due, 4 new.\n  acks    0 due    3 new\n  lag     0 due    1 new\n"


def test_after_an_answer_it_says_when_the_next_card_comes(quizkit: Run, set_now: Callable[[str], None]) -> None:
    quizkit("answer", "lag-1", "--rating", "easy")
    quizkit("answer", "ack-1", "--rating", "good")
    assert quizkit("due").stdout.splitlines()[0] == "0 due, 2 new. Next: today at 09:10."
    set_now("2026-03-01T09:10:00+00:00")
    assert quizkit("due").stdout.splitlines() == [
        "1 due (1 being learnt), 2 new. Next: in 6 days.",
        "  acks    1 due    2 new",
    ]


def test_json(quizkit: Run) -> None:
    quizkit("answer", "ack-1", "--rating", "again")
    result = quizkit("due", "--json")
    assert json.loads(result.stdout) == {
        "at": "2026-03-01T09:00:00+00:00",
        "due": 0,
        "learning": 0,
        "new": 3,
        "soon": 1,
        "next_due": "2026-03-01T09:01:00+00:00",
        "decks": {"acks": {"due": 0, "new": 2}, "lag": {"due": 0, "new": 1}},
    }
