"""Rounds that were begun: one that was interrupted goes on, unless its scenario was changed since."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from quizkit.learn.attempts import unfinished
from quizkit.learn.fact import Fact
from quizkit.learn.journal import Journal
from quizkit.learn.rounds import scenario_version
from quizkit.library.catalog import Scenario

VERB = "challenge"


@dataclass(frozen=True)
class Attempt:
    """A round of a scenario that was begun, with the flags that it was begun with. `answers`: given so far."""

    id: str
    seed: int
    changes: Mapping[str, str] = field(default_factory=dict)
    answers: int = 0


def begin(journal: Journal, scenario: Scenario, seed: int, changes: Mapping[str, str]) -> Attempt:
    """Begin a round, which leaves any older one of the scenario behind."""
    import uuid

    with journal.transaction():
        leave(journal, scenario)
        attempt_id = str(uuid.uuid4())
        about = {"scenario": scenario.id, "seed": seed, "changes": dict(changes)}
        journal.append("progress", attempt_id, {**_head(scenario), "done": False, **about}, scenario_version(scenario))
    return Attempt(attempt_id, seed, changes)


def interrupted(journal: Journal, scenario: Scenario) -> Attempt | None:
    """The latest round of the scenario that is not over; None if its questions are other ones by now."""
    facts = [fact for fact in _open(journal, scenario) if fact.version == scenario_version(scenario)]
    if not facts:
        return None
    begun = facts[0]
    answers = sum("key" in fact.payload for fact in journal.facts(subject=begun.subject))
    return Attempt(begun.subject, begun.payload["seed"], begun.payload["changes"], answers)


def finish(journal: Journal, scenario: Scenario, attempt: Attempt) -> None:
    """The round is over."""
    journal.append(
        "progress", attempt.id, {**_head(scenario), "done": True, "scenario": scenario.id}, scenario_version(scenario)
    )


def leave(journal: Journal, scenario: Scenario) -> None:
    """Rounds of the scenario that are not over will not go on."""
    for fact in _open(journal, scenario):
        journal.append("progress", fact.subject, {**fact.payload, "done": True}, fact.version)


def _open(journal: Journal, scenario: Scenario) -> list[Fact]:
    return [
        fact for fact in unfinished(journal) if (fact.payload.get("verb"), fact.payload.get("scenario")) == (VERB, scenario.id)
    ]


def _head(scenario: Scenario) -> dict[str, str]:
    return {"verb": VERB, "title": scenario.title, "resume": f"quizkit challenge {scenario.id}"}
