"""Recorded histories with known verdicts: see README.md in their folder, which is not part of the project."""

from __future__ import annotations

import pytest

from sim.checks.linearization import Model, Operation, Result, linearize
from tests.sim.checks.recorded import model_of, need_histories, read_history, replays, verdicts

BUDGET = 10_000

KNOWN = verdicts()
every_history = pytest.mark.parametrize("name", KNOWN or ["absent"])


@pytest.fixture(autouse=True)
def folder() -> None:
    need_histories()


def search(name: str) -> dict[str, Result]:
    return linearize(model_of(name), read_history(name), BUDGET)


@every_history
def test_every_recorded_history_gets_its_verdict(name: str) -> None:
    found = {result.verdict for result in search(name).values()}
    assert ("broken" if "broken" in found else "holds") == KNOWN[name]
    assert "unknown" not in found


@every_history
def test_every_witness_replays_through_the_model(name: str) -> None:
    history = read_history(name)
    for key, result in search(name).items():
        assert replays(model_of(name), result)
        ended = result.stuck.completed if result.stuck else None
        answered = {op for op in history[key] if op.completed is not None and (ended is None or op.completed < ended)}
        assert answered <= set(result.order)


@every_history
def test_a_history_is_broken_by_the_very_answer_that_the_witness_names(name: str) -> None:
    model, history = model_of(name), read_history(name)
    stuck = {key: result.stuck for key, result in search(name).items() if result.stuck}
    assert bool(stuck) == (KNOWN[name] == "broken")
    for key, op in stuck.items():
        assert op.completed is not None
        assert verdict(model, history[key], op.completed - 1) == "holds"
        assert verdict(model, history[key], op.completed) == "broken"


def verdict(model: Model[str], operations: list[Operation], instant: int) -> str:
    """The verdict if nothing had been answered after `instant`."""
    return linearize(model, {"": until(model, operations, instant)}, BUDGET)[""].verdict


def until(model: Model[str], operations: list[Operation], instant: int) -> list[Operation]:
    begun = [op for op in operations if op.invoked <= instant]
    begun = [op if op.completed is None or op.completed <= instant else op._replace(completed=None) for op in begun]
    return [op for op in begun if op.completed is not None or op.call[0] not in model.reads]
