"""Re-proving what scenarios claim, by running the simulator."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from quizkit.errors import QuizkitError
from quizkit.library.catalog import Scenario
from quizkit.library.play import play_scenario
from quizkit.library.problems import Problem
from quizkit.library.schema import RATE_SEEDS
from quizkit.library.strict_yaml import Document

PLAIN_SEEDS = range(1, 6)  # a claim without a rate must come true for each of these


@dataclass(frozen=True)
class Trial:
    """One design under one shot, with everything that is claimed of it; plain data, fit for another process."""

    scenario: Scenario
    design: str
    shot: str

    @property
    def claims(self) -> dict[str, Any]:
        """Name of a check or measure -> a verdict, or {"broken": "14/20"}."""
        return dict(self.scenario.designs[self.design].raw_expect[self.shot])

    @property
    def seeds(self) -> range:
        rated = any(isinstance(claim, dict) for claim in self.claims.values())
        return range(1, RATE_SEEDS + 1) if rated else PLAIN_SEEDS

    def command(self, seed: int) -> str:
        """How to see it."""
        return f"quizkit replay {self.scenario.id} --design {self.design} --shot {self.shot} --seed {seed}"


@dataclass(frozen=True)
class Result:
    """Verdicts by seed and name; `unfired` are the seeds under which the shot never struck.

    A `refusal` (with its `hint`) is what the simulator said instead of playing.
    """

    verdicts: dict[int, dict[str, str | None]]
    unfired: tuple[int, ...] = ()
    refusal: str = ""
    hint: str = ""


def trials(scenario: Scenario) -> list[Trial]:
    """What there is to prove; claims about shots that do not exist are left to `claims.wrong_claims`."""
    return [
        Trial(scenario, design.id, shot)
        for design in scenario.designs.values()
        for shot, claims in design.raw_expect.items()
        if shot in scenario.kill_shots and claims
    ]


def run_trial(trial: Trial) -> Result:
    """Play the trial under each of its seeds."""
    verdicts: dict[int, dict[str, str | None]] = {}
    unfired = []
    knobs = trial.scenario.designs[trial.design].raw_knobs
    for seed in trial.seeds:
        try:
            played = play_scenario(trial.scenario, knobs, trial.shot, seed)
        except QuizkitError as error:
            return Result({}, refusal=error.message, hint=error.hint)
        verdicts[seed] = {name: played.verdict(name) for name in trial.claims}
        if played.run.unfired:
            unfired.append(seed)
    return Result(verdicts, tuple(unfired))


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
            problems.append(Problem(document.place((*path, name)), f"{here}: {name} {message}", hint))
    return Verdict(len(trial.claims) - len(problems), problems)


def _judge_claim(claim: Any, found: dict[int, str | None]) -> tuple[str, int] | None:
    """What is wrong with the claim, and a seed that shows it."""
    if None in found.values():
        return "is not judged under this workload", min(found)
    if isinstance(claim, dict):
        return _judge_rate(claim["broken"], found)
    against = {seed: verdict for seed, verdict in found.items() if seed in PLAIN_SEEDS and verdict != claim}
    if not against:
        return None
    verdicts = " or ".join(dict.fromkeys(map(str, against.values())))
    return f"is claimed to be {claim}, but is {verdicts} with {_seeds(tuple(against))}", min(against)


def _judge_rate(claimed: str, found: dict[int, str | None]) -> tuple[str, int] | None:
    broken = [seed for seed, verdict in found.items() if verdict == "broken"]
    if len(broken) == int(claimed.split("/")[0]):
        return None
    message = f"is claimed to be broken with {claimed} seeds, but is with {len(broken)}/{len(found)}"
    return message, (broken or list(found))[0]


def _seeds(seeds: tuple[int, ...]) -> str:
    return f"seed{'s' if len(seeds) > 1 else ''} {', '.join(map(str, seeds))}"
