"""The in-sync set as the controllers keep it, and whom they promote from it."""

from __future__ import annotations

from typing import Any

import pytest

from sim.protocols.messages import InSync, Position, Promote, Propose
from sim.run import Run
from tests.sim.helpers import at_write, broken, events, load, play, sent, verdicts
from tests.sim.protocols.lone_controller import controller, durable

LONG: dict[str, Any] = {"workload": load(clients=3, ops=200, think_ms=[0, 10])}
IN_SYNC: dict[str, Any] = {"wait_for": "in-sync", "in_sync_lag_ms": 60, "promote": "in-sync-only"}
C_LEAVES = {"at_ms": 20, "do": "cut", "between": [["C"], ["A", "B"]], "for_ms": 3000}  # the controllers still hear C


def leaders(run: Run) -> list[str]:
    return [event.node for event in events(run, "role", text="leader")]


def sets(run: Run) -> list[str]:
    """The in-sync sets that were decided, in order."""
    return [event.text for event in events(run, "in_sync") if event.node in run.trace.controllers]


@pytest.mark.parametrize("controllers", [1, 3])
def test_who_lags_is_put_out_by_a_durable_decision_before_anything_is_confirmed_without_it(controllers: int) -> None:
    """An fsync takes 3 ms, at the controllers too."""
    run = play({**IN_SYNC, "controllers": controllers}, C_LEAVES, disk={"fsync_ms": 3}, **LONG)
    (asked, *_) = sent(run, "propose", node="A")
    (told, *_) = sent(run, "insync", peer="A")
    assert sets(run)[0] == "A B"
    assert asked.at + 3_000 < told.at < asked.at + 10_000
    confirmed = [event for event in events(run, "reply_sent", node="A") if event.at > 60_000]
    assert min(event.at for event in confirmed) > told.at, "it was confirmed without C"
    assert broken(run) == []


def test_who_has_caught_up_is_let_in_again() -> None:
    run = play(IN_SYNC, {**C_LEAVES, "for_ms": 200}, **LONG)
    assert sets(run) == ["A B", "A B C"]
    assert broken(run) == []


def test_only_a_member_is_promoted_whoever_else_answers() -> None:
    run = play(IN_SYNC, C_LEAVES, {"at_ms": 400, "do": "power_cut", "node": "A"}, **LONG)
    assert {event.node for event in sent(run, "position")} == {"B", "C"}
    assert leaders(run) == ["A", "B"]
    assert events(run, "elected")[0].at < events(run, "suspected", peer="A")[0].at + 10_000, "one member is enough"
    assert broken(run) == []


B_DEAF = {"at_ms": 300, "do": "cut", "between": [["B"], ["controllers"]], "for_ms": 2000}
A_DIES = {"at_ms": 400, "do": "power_cut", "node": "A"}


def test_where_no_member_answers_nobody_is_promoted_and_that_is_said() -> None:
    run = play(IN_SYNC, C_LEAVES, B_DEAF, A_DIES, **LONG)
    (said,) = events(run, "note")
    assert said.text == "no member of the in-sync set answers: nobody is promoted"
    assert leaders(run) == ["A", "B"], "B, as soon as it can be heard"
    assert events(run, "promoted")[0].at > 2_300_000
    assert broken(run) == []


def test_an_unclean_promotion_takes_who_answers_and_loses() -> None:
    run = play({**IN_SYNC, "promote": "most-caught-up"}, C_LEAVES, B_DEAF, A_DIES, limits={"horizon_ms": 2000}, **LONG)
    assert leaders(run) == ["A", "C"]
    assert "lost_acked_writes" in broken(run)
    assert sets(run)[:2] == ["A B", "C"], "a leader from outside the set is alone in it"


def test_all_that_are_level_with_the_new_leader_stay_in_the_set() -> None:
    run = play({**IN_SYNC, "promote": "most-caught-up"}, at_write(5, "kill", "A"), workload=load(ops=20, think_ms=20))
    assert sets(run)[0] == "B C"


def test_where_nobody_waits_for_a_set_none_is_kept() -> None:
    run = play({"wait_for": 1}, at_write(30, "kill", "A"), **LONG)
    assert leaders(run) == ["A", "B"]
    assert events(run, "in_sync") == []


def test_a_new_leader_begins_in_the_set_with_those_whose_logs_end_where_its_own_does() -> None:
    """B lags by 40 ms when A dies, C does not: whatever C confirms from its end on, B has yet to get."""
    slow = {"at_ms": 0, "do": "slow", "from": ["A"], "to": ["B"], "egress_ms": 40}
    run = play({**IN_SYNC, "promote": "most-caught-up"}, slow, at_write(30, "power_cut", "A"), **LONG)
    assert leaders(run) == ["A", "C"]
    assert sets(run)[0] == "C"
    assert sets(run)[-1] == "B C", "it has caught up"
    assert broken(run) == []


@pytest.mark.parametrize("controllers", [1, 3])
@pytest.mark.parametrize("verb", ["kill", "power_cut"])
def test_the_set_outlives_the_controllers(controllers: int, verb: str) -> None:
    """C, which may not be promoted, would be the first to answer."""
    reborn = {"at_ms": 300, "do": verb, "node": "controllers", "for_ms": 30}
    run = play({**IN_SYNC, "controllers": controllers}, C_LEAVES, reborn, B_DEAF, {**A_DIES, "at_ms": 1000}, **LONG)
    assert leaders(run) == ["A", "B"]
    assert broken(run) == []


def test_a_lost_answer_is_given_again() -> None:
    deaf = {"at_ms": 80, "do": "cut", "from": ["controller"], "to": ["A"], "for_ms": 150}
    run = play(IN_SYNC, C_LEAVES, deaf, **LONG)
    assert len(sent(run, "insync", peer="A")) > 1
    assert sets(run)[0] == "A B"
    assert events(run, "in_sync", node="A")[0].at > 230_000
    assert broken(run) == []


def test_with_a_minimum_of_two_a_new_leader_refuses_until_another_is_in() -> None:
    run = play({**IN_SYNC, "min_in_sync": 2}, at_write(30, "power_cut", "A"), **LONG)
    promoted = events(run, "promoted")[0].at
    assert verdicts(run)["lost_acked_writes"] == "holds"
    assert [op for op in run.history if op.ok and op.invoked_at > promoted]


# What a leader may propose


def test_the_leader_of_the_present_epoch_may_propose_and_stays_in() -> None:
    node = controller(**IN_SYNC)
    assert durable(node, node.on_propose("A", Propose(1, ("B",)))) == [InSync(1, 1, ("A", "B"))]


@pytest.mark.parametrize(
    ("name", "leader", "epoch"), [("controller", "A", 2), ("controller", "B", 1), ("controller2", "A", 1)], ids=str
)
def test_nobody_else_may_and_only_the_chair_decides(name: str, leader: str, epoch: int) -> None:
    node = controller(name, **IN_SYNC, controllers=3)
    assert list(node.on_propose(leader, Propose(epoch, ("A", "B")))) == []


def test_what_is_proposed_comes_too_late_once_the_epoch_is_raised() -> None:
    node = controller(**IN_SYNC)
    list(node.begin())
    assert list(node.on_propose("A", Propose(1, ("A",)))) == []
    assert list(node.on_propose("A", Propose(2, ("A",)))) == []


def test_a_proposal_that_is_repeated_is_not_confirmed_before_it_is_decided() -> None:
    node = controller(**IN_SYNC)
    list(node.on_propose("A", Propose(1, ("A",))))
    assert list(node.on_propose("A", Propose(1, ("A",)))) == []


def test_a_promotion_carries_the_set() -> None:
    node = controller(**IN_SYNC)
    durable(node, node.begin())
    effects = [effect for name in "CB" for effect in node.on_position(name, Position(2, 1, 7))]
    list(node.on_decide(2))
    assert Promote(2, ("C",)) in durable(node, iter(effects))
