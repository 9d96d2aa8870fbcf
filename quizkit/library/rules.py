"""What a model alone cannot say: what a finished scenario has, and a draft may lack."""

from __future__ import annotations

from collections.abc import Iterator

from quizkit.library.problems import ERROR, WARNING, Problem
from quizkit.library.schema import ScenarioFile
from quizkit.library.strict_yaml import Document, Path

FEWEST_DESIGNS = 2
Lack = tuple[Path, str, str]


def unfinished(scenario: ScenarioFile, document: Document) -> list[Problem]:
    """What keeps the scenario from being played: errors, or warnings if it is a draft."""
    severity, way_out = (ERROR, "; or mark the draft with `reviewed: false`") if scenario.reviewed else (WARNING, "")
    return [Problem(document.place(path), message, hint + way_out, severity) for path, message, hint in _lacks(scenario)]


def _lacks(scenario: ScenarioFile) -> Iterator[Lack]:
    for key in ("requirements", "workload", "kill_shots", "debrief"):
        if not getattr(scenario, key):
            described = ScenarioFile.model_fields[key].description
            yield (key,), f"a scenario needs `{key}`", f"add {described}"
    if len(scenario.designs) < FEWEST_DESIGNS:
        message = f"a scenario needs at least {FEWEST_DESIGNS} designs, this has {len(scenario.designs)}"
        yield ("designs",), message, "a choice needs an alternative"
    for index, shot in enumerate(scenario.kill_shots):
        if not shot.faults:
            yield ("kill_shots", index), f"kill shot `{shot.id}` has no `faults`", "say what breaks and when"
    for name, design in scenario.designs.items():
        if not design.knobs:
            hint = "say which knobs it turns, such as {wait_for: none}"
            yield ("designs", name), f"design `{name}` has no `set`", hint


def repeated_shots(scenario: ScenarioFile, document: Document) -> list[Problem]:
    """Kill shots whose id an earlier one of the scenario has."""
    ids = [shot.id for shot in scenario.kill_shots]
    return [
        Problem(document.place(("kill_shots", index, "id")), f"kill shot `{name}` stands twice", "rename one of them")
        for index, name in enumerate(ids)
        if name in ids[:index]
    ]
