"""A scenario played by the simulator: its set-up, a design, one of its shots, a seed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from quizkit.errors import QuizkitError, UsageError
from quizkit.library.catalog import Scenario
from quizkit.words import did_you_mean

if TYPE_CHECKING:
    from sim.design import Design
    from sim.requirements import Outcome
    from sim.run import Run


@dataclass(frozen=True)
class ScenarioRun:
    """One run of a scenario, and what became of each requirement. `shot` is None in a run without faults."""

    scenario: str
    shot: str | None
    seed: int
    design: Design
    run: Run
    outcomes: tuple[Outcome, ...]

    @property
    def meets_requirements(self) -> bool | None:
        """Whether every requirement is met; None if none is broken but the run does not tell of all."""
        met = [outcome.met for outcome in self.outcomes]
        return False if False in met else None if None in met else True

    def verdict(self, name: str) -> str | None:
        """`holds`, `broken` or `unknown` for a check, or for a measure that is required; None if it was not judged."""
        if name in self.run.findings:
            return self.run.findings[name].verdict
        words = {True: "holds", False: "broken", None: "unknown"}
        return next((words[outcome.met] for outcome in self.outcomes if outcome.name == name), None)


def play_scenario(scenario: Scenario, knobs: Mapping[str, object], shot_id: str | None, seed: int) -> ScenarioRun:
    """Run the design that `knobs` describe under the shot, or without faults if `shot_id` is None.

    Raises UsageError for an unknown shot and for knobs that cannot be, QuizkitError if the scenario itself is wrong.
    """
    from sim.design import read_design
    from sim.faults import read_faults
    from sim.requirements import judge, read_requirements
    from sim.run import play
    from sim.setup import read_setup

    raw_faults = _raw_faults(scenario, shot_id)
    with _refused_content(scenario):
        setup = read_setup(scenario.raw_setup)
        faults = read_faults(raw_faults, tuple(setup.racks))
        requirements = read_requirements(scenario.raw_requirements)
    with _refused_design():
        design = read_design(knobs)
        run = play(setup, design, faults, seed)
    outcomes = tuple(judge(requirement, run.findings, run.measures) for requirement in requirements)
    return ScenarioRun(scenario.id, shot_id, seed, design, run, outcomes)


def _raw_faults(scenario: Scenario, shot_id: str | None) -> tuple[Mapping[str, object], ...]:
    if shot_id is None:
        return ()
    if shot_id not in scenario.kill_shots:
        raise UsageError(f"{scenario.id} has no kill shot {shot_id}", did_you_mean(shot_id, scenario.kill_shots))
    return scenario.kill_shots[shot_id].raw_faults


@contextmanager
def _refused_content(scenario: Scenario) -> Iterator[None]:
    from sim.errors import SetupError

    try:
        yield
    except SetupError as error:
        hint = f"see what is wrong with: quizkit content check {scenario.place.file}"
        raise QuizkitError(f"the scenario {scenario.id} is broken: {error.message}", hint) from error


@contextmanager
def _refused_design() -> Iterator[None]:
    from sim.errors import SetupError

    try:
        yield
    except SetupError as error:
        raise UsageError(error.message, error.hint) from error
