"""What was played before, and what was begun and can be resumed.

An `attempt` fact has the attempt's id as its subject; its payload names the scenario, the design and the outcome (held,
broken or unknown). A `progress` fact has the same subject; its payload says what was begun (`title`), the command that
resumes it (`resume`) and whether it is over (`done`).
"""

from __future__ import annotations

from quizkit.learn.fact import Fact
from quizkit.learn.journal import Journal


def last_attempts(journal: Journal) -> dict[str, Fact]:
    """The latest attempt at each scenario, by the scenario's id."""
    return {fact.payload["scenario"]: fact for fact in journal.facts("attempt")}


def last_attempt(journal: Journal) -> Fact | None:
    """The latest attempt at any scenario."""
    return journal.first("WHERE kind = 'attempt' ORDER BY number DESC")


def unfinished(journal: Journal) -> list[Fact]:
    """The latest progress of everything that was begun and is not over, newest first."""
    latest: dict[str, Fact] = {}
    for fact in journal.facts("progress"):
        latest.pop(fact.subject, None)
        latest[fact.subject] = fact
    return [fact for fact in reversed(latest.values()) if not fact.payload.get("done")]
