"""Holding what scenarios claim against what the simulator finds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from quizkit.library.problems import Problem
from quizkit.library.strict_yaml import Document
from quizkit.library.trial import PLAIN_SEEDS, Result, Trial
from quizkit.words import inflected


@dataclass(frozen=True)
class Verdict:
    """How many claims came true, and the problems of the others."""

    proved: int
    problems: list[Problem]


def judge_trial(trial: Trial, result: Result, document: Document) -> Verdict:
    """What the runs say against the claims."""
    path = ("designs", trial.design, "expect", trial.shot)
    here = f"design `{trial.design}`, shot `{trial.shot}`"
    if result.refusal:
        return Verdict(0, [Problem(document.place(path, key=True), f"{here}: {result.refusal}", result.hint)])
    if result.unfired:
        message = f"{here}: the shot does not strike with {_seeds(result.unfired)}; surviving that proves nothing"
        hint = f"see it: {trial.command(result.unfired[0])}"
        return Verdict(0, [Problem(document.place(path, key=True), message, hint)])
    problems = []
    for name, claim in trial.claims.items():
        found = {seed: verdicts[name] for seed, verdicts in result.verdicts.items()}
        if fault := _judge_claim(claim, found):
            message, seed = fault
            hint = f"see it: {trial.command(seed)}"
            problems.append(Problem(document.place((*path, name)), f"{here}: {name}: {message}", hint))
    return Verdict(len(trial.claims) - len(problems), problems)


def _judge_claim(claim: Any, found: dict[int, str | None]) -> tuple[str, int] | None:
    """What is wrong with the claim, and a seed that shows it."""
    if None in found.values():
        return "not judged under this workload", min(found)
    if isinstance(claim, dict):
        return _judge_rate(claim["broken"], found)
    against = {seed: verdict for seed, verdict in found.items() if seed in PLAIN_SEEDS and verdict != claim}
    if not against:
        return None
    verdicts = " or ".join(dict.fromkeys(map(str, against.values())))
    return f"claimed {claim}, found {verdicts} with {_seeds(tuple(against))}", min(against)


def _judge_rate(claimed: str, found: dict[int, str | None]) -> tuple[str, int] | None:
    broken = [seed for seed, verdict in found.items() if verdict == "broken"]
    if len(broken) == int(claimed.split("/")[0]):
        return None
    message = f"claimed broken with {claimed} seeds, found {len(broken)}/{len(found)}"
    return message, (broken or list(found))[0]


def _seeds(seeds: tuple[int, ...]) -> str:
    return f"{inflected('seed', len(seeds))} {', '.join(map(str, seeds))}"
