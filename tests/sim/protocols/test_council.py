"""Controllers that decide by majority, as `sim.protocols.electorate` and `sim.protocols.council` promise it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sim.helpers import at_write, broken, events, load, play, sent

THREE: dict[str, Any] = {"wait_for": 1, "controllers": 3}
CHAIN: dict[str, Any] = {"topology": "chain", "config_service": "majority"}
LONG: dict[str, Any] = {"workload": load(clients=3, ops=200, think_ms=[0, 10])}
both = pytest.mark.parametrize("design", [THREE, CHAIN], ids=["leader-follower", "chain"])


@both
def test_three_controllers_replace_a_dead_leader(design: dict[str, Any]) -> None:
    run = play(design, at_write(30, "kill", "head"), **LONG)
    assert run.trace.controllers == ("controller", "controller2", "controller3")
    assert [event.node for event in events(run, "promoted")] == ["B"]
    assert broken(run) == []


@both
def test_another_takes_the_chair_and_the_decisions_of_a_controller_that_dies(design: dict[str, Any]) -> None:
    run = play(design, {"at_ms": 10, "do": "kill", "node": "controller"}, {"at_ms": 20, "do": "kill", "node": "A"}, **LONG)
    assert {event.peer for event in events(run, "voted")} <= {"controller2", "controller3"}
    assert [event.node for event in events(run, "promoted")] == ["B"]
    assert broken(run) == []


@both
def test_a_controller_without_a_majority_decides_nothing(design: dict[str, Any]) -> None:
    alone = {"at_ms": 10, "do": "cut", "between": [["controller"], ["controller2"], ["controller3"]], "for_ms": 3000}
    run = play(design, alone, {"at_ms": 60, "do": "kill", "node": "A"}, limits={"horizon_ms": 2000}, **LONG)
    assert len(events(run, "suspected", peer="A")) == 3
    assert not [event for event in events(run, "promoted") if event.at < run.trace.healed_at]
    assert not [event for event in sent(run, "fence") + sent(run, "chain") if event.at < run.trace.healed_at]
