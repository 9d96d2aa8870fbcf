"""What the command line names: a scenario, a design of it, knobs that differ. Unknown names get the nearest known one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from quizkit.errors import UsageError
from quizkit.learn.rounds import Chosen
from quizkit.library.catalog import Library, Scenario
from quizkit.words import did_you_mean


def find_scenario(library: Library, name: str) -> Scenario:
    """The scenario of this id; raises UsageError if there is none."""
    if name not in library.scenarios:
        raise UsageError(f"no such scenario: {name!r}", did_you_mean(name, library.scenarios))
    return library.scenarios[name]


def lacks(scenario: Scenario) -> list[str]:
    """What a draft still needs before it can be played; nothing if it can."""
    parts = {
        "kill shots": scenario.kill_shots,
        "faults": all(shot.raw_faults for shot in scenario.kill_shots.values()),
        "requirements": scenario.raw_requirements,
        "a workload": scenario.raw_setup.get("workload"),
        "designs": scenario.designs,
    }
    return [part for part, there in parts.items() if not there]


def playable(scenario: Scenario) -> Scenario:
    """The scenario itself, if there is an attack to survive and a requirement to keep; else raises UsageError."""
    if missing := lacks(scenario):
        message = f"{scenario.id} is a draft without {' and '.join(missing)}"
        raise UsageError(message, f"finish it in {scenario.place.file}")
    return scenario


def read_changes(settings: Sequence[str]) -> dict[str, str]:
    """`knob=value` of each `--set`, the last one winning; raises UsageError for any other form."""
    changes = {}
    for setting in settings:
        knob, equals, value = setting.partition("=")
        if not (knob and equals and value):
            raise UsageError(f"cannot read --set {setting!r}", "write --set knob=value, for example --set wait_for=majority")
        changes[knob.strip()] = value.strip()
    return changes


def choose_design(scenario: Scenario, name: str, changes: Mapping[str, str]) -> Chosen:
    """A candidate's design with the changes made to it; raises UsageError if there is none or it cannot be."""
    if name not in scenario.designs:
        raise UsageError(f"{scenario.id} has no design {name!r}", did_you_mean(name, scenario.designs))
    from sim.design import override, read_design
    from sim.errors import SetupError

    candidate = scenario.designs[name]
    try:
        knobs = override(candidate.raw_knobs, changes)
        read_design(knobs)
    except SetupError as error:
        raise UsageError(error.message, error.hint) from error
    return Chosen(name, candidate.label, candidate.says.strip(), knobs, tuple(changes))


def need_design(scenario: Scenario, name: str | None, changes: Mapping[str, str]) -> Chosen:
    """The same where a design must be named; raises UsageError that lists them if none is."""
    if name is None:
        raise UsageError("--design is missing", f"{scenario.id} has the designs {', '.join(scenario.designs)}")
    return choose_design(scenario, name, changes)
