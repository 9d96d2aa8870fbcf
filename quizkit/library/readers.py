"""What the simulator's own readers say about the raw parts of a scenario, as problems at a line and column."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from quizkit.library.problems import Problem
from quizkit.library.records import SETUP
from quizkit.library.strict_yaml import Document, Path
from sim.design import read_design
from sim.errors import SetupError
from sim.faults import read_fault
from sim.requirements import read_requirements
from sim.setup import read_setup

Part = tuple[Callable[[Any], object], Any, Path]


def refused_by_simulator(document: Document) -> list[Problem]:
    """What the simulator would refuse, as much at once as its readers can tell; parts of a wrong type are skipped."""
    problems = []
    for read, raw, path in _parts(document.value if isinstance(document.value, dict) else {}):
        try:
            read(raw)
        except SetupError as error:
            place = document.place((*path, *error.where), key=True)
            problems.append(Problem(place, error.message, error.hint))
    return problems


def _parts(scenario: dict[str, Any]) -> Iterator[Part]:
    """Each independent part alone, so that one error does not hide those of the others."""
    for key in SETUP:
        if isinstance(scenario.get(key), dict):
            yield read_setup, {key: scenario[key]}, ()
    for name, bound in _mapping(scenario.get("requirements")).items():
        yield read_requirements, {name: bound}, ("requirements",)
    for name, design in _mapping(scenario.get("designs")).items():
        if isinstance(design, dict) and isinstance(design.get("set"), dict):
            yield read_design, design["set"], ("designs", name, "set")
    for index, shot in enumerate(_list(scenario.get("kill_shots"))):
        names = list(_mapping(scenario.get("racks")))
        for row, fault in enumerate(_list(shot.get("faults") if isinstance(shot, dict) else None)):
            if isinstance(fault, dict):
                yield partial(read_fault, names=tuple(names)), fault, ("kill_shots", index, "faults", row)
                names += [str(fault["as"])] if "as" in fault else []


def _mapping(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
