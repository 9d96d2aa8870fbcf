"""Playing what scenarios claim: light enough to be imported by every worker process."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from quizkit.errors import QuizkitError
from quizkit.library.catalog import Scenario
from quizkit.library.play import play_scenario

RATE_SEEDS = range(1, 21)  # `{broken: 14/20}` counts over these
PLAIN_SEEDS = range(1, 6)  # a claim without a rate must come true for each of these
FEW_RUNS = 40  # below this a pool of processes takes longer to start than it saves


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
        return RATE_SEEDS if rated else PLAIN_SEEDS

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


def run_trials(todo: Sequence[Trial]) -> Iterator[Result]:
    """The results in the order of the trials; many are played on all processors."""
    workers = min(os.cpu_count() or 1, len(todo))
    if workers < 2 or sum(len(trial.seeds) for trial in todo) < FEW_RUNS:
        yield from map(run_trial, todo)
        return
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    with ProcessPoolExecutor(workers, get_context("spawn"), initializer=_ignore_interrupts) as pool:
        yield from pool.map(run_trial, todo)


def _ignore_interrupts() -> None:
    """Ctrl-C reaches every process of a terminal; only the one that talks to the user should act on it."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)
