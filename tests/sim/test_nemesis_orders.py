"""What an operator tells nodes to do: who hears it, and what is said if nobody does anything about it."""

from __future__ import annotations

from typing import Any

from sim.node import Effect, Note
from sim.trace import MS
from tests.sim.helpers import at_write, broken, events, play
from tests.sim.scene import Scene

OBEYS: dict[Any, list[Effect]] = {word: [Note("note", text="yes")] for word in ("promote", "demote", "campaign", "cancel")}


def order(verb: str, **rest: Any) -> dict[str, Any]:
    return {"at_ms": 5, "do": verb, **rest}


def heard(found: Scene) -> dict[str, list[tuple[float, ...]]]:
    return {name: found.got(name, "order") for name in found.heard if found.got(name, "order")}


def test_all_controllers_are_told_whom_to_promote() -> None:
    found = Scene({"controller": OBEYS}, order("promote", node="B"), controllers=("controller", "controller2"))
    assert heard(found) == {"controller": [(5, "promote", "B")], "controller2": [(5, "promote", "B")]}
    assert found.trace.shots[0].fired_at == 5 * MS
    assert not found.trace.shots[0].harms


def test_where_no_controller_promotes_anybody_the_replica_stands_for_election() -> None:
    found = Scene({"B": OBEYS}, order("promote", node="B"), controllers=("controller",))
    assert heard(found)["B"] == [(5, "campaign", "")]
    assert found.trace.unfired == []


def test_a_leader_is_told_to_stand_down_and_a_follower_to_stand_for_election() -> None:
    faults = (order("demote", node="leader"), order("campaign", node="follower:2"))
    found = Scene(dict.fromkeys("ABC", OBEYS), *faults)
    assert heard(found) == {"A": [(5, "demote", "")], "C": [(5, "campaign", "")]}


def test_the_leader_is_told_whose_wait_to_cancel() -> None:
    for about in ({}, {"op": "c2/5"}):
        found = Scene({"A": OBEYS}, order("cancel_client", **about))
        assert heard(found) == {"A": [(5, "cancel", about.get("op", ""))]}
        assert found.trace.unfired == []


def test_a_frozen_node_does_what_it_was_told_when_it_wakes() -> None:
    pause = {"at_ms": 1, "do": "pause", "node": "A", "for_ms": 20}
    found = Scene({"A": OBEYS}, pause, order("demote", node="A"))
    assert heard(found) == {"A": [(21, "demote", "")]}
    assert found.trace.unfired == []


def test_an_order_does_not_come_in_the_middle_of_what_a_process_does() -> None:
    obeys = {**OBEYS, 1: [Note("received", n=1), Note("received", n=2)]}
    found = Scene({"A": obeys}, {"after": {"received": {"nth": 1}}, "do": "demote", "node": "A"})
    assert [event.what for event in found.what("received", "fault", "note")] == ["received", "received", "fault", "note"]


def test_an_order_that_nobody_follows_is_no_strike() -> None:
    orders = (order("promote", node="B"), order("demote", node="A"), order("cancel_client"))
    found = Scene({}, *orders, controllers=("controller",))
    assert [shot.missed for shot in found.trace.unfired] == [
        "nobody promoted B",
        "A did nothing about it",
        "A has no such operation waiting",
    ]


def test_an_operator_moves_the_leadership_of_a_real_cluster() -> None:
    run = play(
        {"wait_for": 1}, {"at_ms": 20, "do": "promote", "node": "follower:2"}, {"at_ms": 300, "do": "demote", "node": "C"}
    )
    assert [event.node for event in events(run, "promoted")][:1] == ["C"]
    assert run.trace.final["C"].role == "follower"
    assert broken(run) == []


def test_an_operator_ends_a_wait_that_would_last_for_ever() -> None:
    run = play({"wait_for": "all"}, at_write(5, "kill", "C"), {"at_ms": 100, "do": "cancel_client"})
    (released,) = events(run, "released")
    assert (released.node, released.at, run.history[released.ops[0]].outcome) == ("A", 100 * MS, "ok")


def test_no_leader_no_cancelling() -> None:
    found = Scene({}, {"at_ms": 1, "do": "kill", "node": "A"}, order("cancel_client"))
    assert found.trace.unfired[0].missed == "nobody is leader"
