"""What a scenario claims: for each design and shot, which promises hold."""

from __future__ import annotations

from collections.abc import Iterator

from quizkit.library.catalog import Candidate, Scenario
from quizkit.library.problems import ERROR, WARNING, Problem
from quizkit.library.strict_yaml import Document
from quizkit.words import did_you_mean
from sim.checks import CHECKS, MEASURES


def wrong_claims(scenario: Scenario, document: Document) -> list[Problem]:
    """Claims about shots, checks or measures that are not there, and designs that claim nothing about a shot."""
    return [
        problem
        for design in scenario.designs.values()
        for problem in (*_unknown(scenario, design, document), *_silent(scenario, design, document))
    ]


def _unknown(scenario: Scenario, design: Candidate, document: Document) -> Iterator[Problem]:
    for shot, claims in design.raw_expect.items():
        path = ("designs", design.id, "expect", shot)
        if shot not in scenario.kill_shots:
            hint = did_you_mean(shot, scenario.kill_shots)
            yield Problem(document.place(path, key=True), f"there is no kill shot `{shot}`", hint)
        for name in claims:
            if doubt := _doubt(name, scenario):
                yield Problem(document.place((*path, name), key=True), *doubt)


def _doubt(name: str, scenario: Scenario) -> tuple[str, str] | None:
    """Message and hint if nothing can prove a claim about `name`."""
    if name in CHECKS or name in scenario.raw_requirements:
        return None
    if name in MEASURES:
        hint = f"add `{name}` to the requirements: a measure holds if its requirement is met"
        return f"the measure `{name}` is not required", hint
    return f"there is no check or measure `{name}`", did_you_mean(name, (*CHECKS, *MEASURES))


def _silent(scenario: Scenario, design: Candidate, document: Document) -> Iterator[Problem]:
    place = document.place(("designs", design.id), key=True)
    for shot in scenario.kill_shots:
        if not design.raw_expect.get(shot):
            hint = f"add to its `expect`, for example {{{shot}: {{lost_acked_writes: holds}}}}"
            message = f"design `{design.id}` claims nothing about kill shot `{shot}`"
            yield Problem(place, message, hint, ERROR if scenario.reviewed else WARNING)
