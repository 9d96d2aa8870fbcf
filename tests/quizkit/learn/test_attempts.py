"""What was played before, and what can be resumed."""

from __future__ import annotations

from quizkit.home import Home
from quizkit.learn.attempts import last_attempt, last_attempts, unfinished
from quizkit.learn.journal import open_journal


def test_the_last_attempt_at_each_scenario(home: Home) -> None:
    with open_journal(home) as journal:
        assert (last_attempt(journal), last_attempts(journal)) == (None, {})
        for attempt, scenario, outcome in (
            ("1", "async-trap", "broken"),
            ("2", "sync-stall", "held"),
            ("3", "async-trap", "held"),
        ):
            journal.append("attempt", attempt, {"scenario": scenario, "design": "async", "outcome": outcome})
        found = last_attempts(journal)
        assert {scenario: fact.subject for scenario, fact in found.items()} == {"async-trap": "3", "sync-stall": "2"}
        assert last_attempt(journal) == found["async-trap"]


def test_what_was_begun_is_unfinished_until_it_is_done(home: Home) -> None:
    with open_journal(home) as journal:
        for session, done in (("old", False), ("new", False), ("old", False), ("ended", False), ("ended", True)):
            journal.append("progress", session, {"title": session, "resume": "quizkit mock resume", "done": done})
        assert [fact.subject for fact in unfinished(journal)] == ["old", "new"]
