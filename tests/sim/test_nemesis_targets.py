"""Whom faults find: roles, groups, racks and bound names."""

from __future__ import annotations

from typing import Any

import pytest

from sim.run import Run
from tests.sim.helpers import at_write, events, load, play

SYNC = {"wait_for": 1}
ONE: dict[str, Any] = {"workload": load(clients=1, ops=10)}
RACKS = {"racks": {"east": ["A", "G", "c1"], "west": ["B", "C", "controller"]}}


def pause(**raw: Any) -> dict[str, Any]:
    return {"do": "pause", "for_ms": 1, **raw}


def struck(run: Run, place: int = 0) -> list[str]:
    return [run.trace.events[number].node for number in run.trace.shots[place].events]


@pytest.mark.parametrize(
    ("design", "selector", "found"),
    [
        (SYNC, "leader", ["A"]),
        (SYNC, "head", ["A"]),
        (SYNC, "follower", ["B"]),
        (SYNC, "follower:2", ["C"]),
        (SYNC, "middle", ["B"]),
        (SYNC, "tail", ["C"]),
        (SYNC, "C", ["C"]),
        (SYNC, "c1", ["c1"]),
        (SYNC, "controller", ["controller"]),
        ({**SYNC, "controllers": 3}, "controller:2", ["controller2"]),
        ({**SYNC, "controllers": 3}, "controller3", ["controller3"]),
        ({**SYNC, "controllers": 3}, "controllers", ["controller", "controller2", "controller3"]),
        (SYNC, "replicas", ["A", "B", "C"]),
        (SYNC, "clients", ["c1"]),
        (SYNC, "all", ["A", "B", "C", "controller", "c1"]),
        ({"topology": "chain"}, "leader", ["A"]),
        ({"topology": "chain"}, "middle", ["B"]),
        ({"topology": "chain", "replicas": 5}, "middle:2", ["C"]),
        ({"topology": "chain", "replicas": 5}, "tail", ["E"]),
    ],
)
def test_a_selector_finds(design: dict[str, Any], selector: str, found: list[str]) -> None:
    assert struck(play(design, pause(at_ms=5, node=selector), **ONE)) == found


def test_roles_are_resolved_when_the_fault_strikes() -> None:
    later = {"after": {"promoted": {}}, "delay_ms": 50, "do": "pause", "node": "leader", "for_ms": 1}
    run = play(SYNC, at_write(5, "kill"), later)
    assert struck(run) == ["A"]
    assert struck(run, 1) == [events(run, "promoted")[0].node] != ["A"]


def test_among_several_believers_the_highest_epoch_leads() -> None:
    """A is cut off and still believes; B has been promoted."""
    faults = ({"at_ms": 10, "do": "cut", "between": ["A", "rest"]}, pause(at_ms=800, node="leader"))
    assert struck(play(SYNC, *faults), 1) == ["B"]


@pytest.mark.parametrize("point", ["ok_received", "reply_sent"])
def test_the_acker_is_who_answered(point: str) -> None:
    for design, acker in ((SYNC, "A"), ({"topology": "chain"}, "C")):
        assert struck(play(design, pause(after={point: {"nth": 3}}, node="acker"), **ONE)) == [acker]


def test_several_targets_are_resolved_together() -> None:
    run = play(SYNC, {"at_ms": 20, "do": "kill", "nodes": ["leader", "follower"]})
    assert struck(run) == ["A", "B"]


def test_a_bound_name_means_the_machine_whatever_becomes_of_it() -> None:
    faults = (
        at_write(5, "kill", "leader", **{"as": "victim"}),
        {"after": {"promoted": {}}, "delay_ms": 5, "do": "restart", "node": "victim"},
    )
    run = play(SYNC, *faults)
    assert [event.node for event in events(run, "up")] == ["A"]


def test_the_store_that_a_lock_protects_is_a_target() -> None:
    assert struck(play(SYNC, pause(at_ms=5, node="store"), workload={"kind": "lock", "clients": 1, "ops": 3})) == ["store"]


def test_a_rack_is_who_of_it_is_there() -> None:
    run = play(SYNC, pause(at_ms=5, node="east"), **ONE, **RACKS)
    assert struck(run) == ["A", "c1"]


def test_a_cut_between_racks() -> None:
    run = play(SYNC, {"at_ms": 5, "do": "cut", "between": ["east", "west"], "for_ms": 100}, **RACKS)
    assert [event.peer for event in events(run, "fault")] == ["A, c1 | B, C, controller"]
    dropped = {(event.peer, event.node) for event in events(run, "dropped", text="the link was cut")}
    assert {("A", "B"), ("A", "controller"), ("c1", "controller")} & dropped
    assert not {("c1", "A"), ("B", "controller")} & dropped


def test_a_rack_beside_all_the_rest() -> None:
    """`rest` is whoever stands on no other side, named or in a rack."""
    run = play(SYNC, {"at_ms": 5, "do": "cut", "between": [["east", "c2"], "rest"], "for_ms": 100}, **RACKS)
    assert [event.peer for event in events(run, "fault")] == ["A, c1, c2 | B, C, controller, c3"]


def test_somebody_together_with_all_the_rest() -> None:
    run = play(SYNC, {"at_ms": 5, "do": "cut", "between": ["A", ["B", "rest"]], "for_ms": 100}, **ONE)
    assert [event.peer for event in events(run, "fault")] == ["A | B, C, controller, c1"]


def test_a_name_that_is_not_bound_yet_means_nobody() -> None:
    faults = (pause(after={"ok_received": {"nth": 500}}, node="leader", **{"as": "victim"}), pause(at_ms=5, node="victim"))
    run = play(SYNC, *faults)
    assert events(run, "missed")[0].text == "pause: nobody is victim"
