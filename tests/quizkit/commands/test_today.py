"""`quizkit` alone: six lines and the command to type next."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from typer.testing import Result

from quizkit.commands.today import look
from quizkit.home import Home
from quizkit.learn.journal import open_journal

Run = Callable[..., Result]
pytestmark = pytest.mark.usefixtures("two_decks")


def test_the_first_day(quizkit: Run) -> None:
    assert quizkit().stdout == (
        "Sunday 1 March\n"
        "  cards   0 due, 4 new, 0 answered today\n"
        "  streak  0 days\n"
        "  last    no scenario played yet\n"
        "  begun   nothing is left unfinished\n"
        "  next    quizkit drill\n"
    )


def test_alone_and_today_are_the_same(quizkit: Run) -> None:
    assert quizkit().stdout == quizkit("today").stdout


def test_a_day_in_the_middle(home: Home, quizkit: Run, set_now: Callable[[str], None]) -> None:
    quizkit("answer", "ack-1", "--rating", "again")
    set_now("2026-03-02T21:00:00+00:00")
    quizkit("answer", "lag-1", "--rating", "good")
    with open_journal(home) as journal:
        journal.append("attempt", "1", {"scenario": "async-trap", "design": "async", "outcome": "broken"})
        journal.append("progress", "2", {"title": "mock interview", "resume": "quizkit mock resume", "done": False})
    set_now("2026-03-03T08:00:00+00:00")
    assert quizkit().stdout.splitlines()[1:] == [
        "  cards   2 due, 2 new, 0 answered today",
        "  streak  2 days",
        "  last    async-trap with async: broken, yesterday",
        "  begun   mock interview",
        "  next    quizkit mock resume",
    ]


def test_json(quizkit: Run) -> None:
    data = json.loads(quizkit("today", "--json").stdout)
    assert (data["at"], data["new"], data["next"]) == ("2026-03-01T09:00:00+00:00", 4, "quizkit drill")


@pytest.mark.parametrize(
    ("attempted", "drilled", "expected"),
    [
        ((), False, "quizkit challenge async-trap"),  # the very first thing to type
        ((), True, "quizkit drill"),
        (("async-trap",), False, "quizkit drill"),
        (("async-trap",), "all", "quizkit challenge sync-stall"),
        (("async-trap", "sync-stall"), "all", "quizkit mock"),
    ],
)
def test_what_to_type_next(home: Home, attempted: tuple[str, ...], drilled: bool | str, expected: str) -> None:
    from quizkit.clock import now
    from quizkit.learn.reviews import grade
    from tests.quizkit.builders import make_card, make_library, make_scenario

    library = make_library(
        make_card("a"), make_card("b"), scenarios=[make_scenario("sync-stall", 2), make_scenario("async-trap", 1)]
    )
    with open_journal(home) as journal:
        for scenario in attempted:
            journal.append("attempt", scenario, {"scenario": scenario, "design": "async", "outcome": "held"})
        for card in {True: "a", False: "", "all": "ab"}[drilled]:
            grade(journal, card, "easy")
        assert look(library, journal, now()).next == expected


def test_an_answer_that_was_taken_back_makes_no_day_of_a_streak(quizkit: Run, set_now: Callable[[str], None]) -> None:
    quizkit("answer", "ack-1", "--rating", "good")
    assert json.loads(quizkit("today", "--json").stdout)["streak"] == 1
    quizkit("undo")
    assert json.loads(quizkit("today", "--json").stdout)["streak"] == 0
    set_now("2026-03-02T09:00:00+00:00")
    quizkit("answer", "ack-2", "--rating", "good")
    assert json.loads(quizkit("today", "--json").stdout)["streak"] == 1
