"""Chains that shrink to one, members that return or were asleep, the configuration service, and where fail-stop ends.

The sentences of the paper are in `test_chain_paper.py`.
"""

from __future__ import annotations

from typing import Any

import pytest

from sim.run import Run
from tests.sim.helpers import at_write, broken, events, load, log_of, ops_of, play, sent, verdicts

CHAIN: dict[str, Any] = {"topology": "chain"}
BUSY: dict[str, Any] = {"workload": load(clients=8, ops=240, think_ms=[0, 2])}
MIXED: dict[str, Any] = {"workload": load(clients=6, ops=300, kind="register", reads_percent=50)}


def removed(run: Run) -> list[str]:
    return [event.peer for event in events(run, "removed")]


# A chain of one


def test_two_failures_leave_a_chain_of_one_that_serves() -> None:
    faults = (at_write(40, "power_cut", "tail"), {"after": {"removed": {}}, "delay_ms": 100, "do": "power_cut", "node": "head"})
    run = play(CHAIN, *faults, **MIXED)
    assert removed(run) == ["C", "A"]
    assert run.trace.final["B"].role == "single"
    late = [op for op in run.history if op.invoked_at > events(run, "removed")[1].at]
    assert {op.outcome for op in late} == {"ok"}
    assert any(op.is_read for op in late)
    assert broken(run) == []


def test_the_last_member_is_never_removed_and_comes_back_with_everything() -> None:
    """All confirmed writes are on its disk: it serves again after a power cut."""
    both = {"after": {"ok_received": {"nth": 40}}, "do": "power_cut", "nodes": ["A", "B"]}
    last = {"after": {"removed": {"nth": 2}}, "delay_ms": 50, "do": "power_cut", "node": "C", "for_ms": 500}
    run = play(CHAIN, both, last, **BUSY)
    assert removed(run) == ["A", "B"]
    assert run.trace.final["C"].role == "single"
    assert broken(run) == []
    assert any(op.ok for op in run.history if op.invoked_at > events(run, "up")[0].at)
    answered = ops_of(events(run, "reply_sent", node="C"))
    assert len(answered) == len({*answered}), "it answered again for what was in its log"


# Those who come back, or never went


def test_a_member_that_restarts_stands_aside_and_comes_back_as_the_tail() -> None:
    run = play(CHAIN, at_write(40, "kill", "middle", for_ms=20), **BUSY)
    assert removed(run) == ["B"]
    assert events(run, "suspected") == [], "its hello was enough"
    assert [event.text for event in events(run, "role", node="B")] == ["middle", "spare", "joining", "tail"]
    assert run.trace.final["B"].member
    assert broken(run) == []


def test_a_member_that_restarts_unheard_is_found_out_by_its_heartbeats() -> None:
    """Or else the head would ship to one who takes nothing, for ever."""
    faults = (
        {"at_ms": 30, "do": "cut", "between": ["B", "controller"], "for_ms": 60},
        {"at_ms": 40, "do": "kill", "node": "B", "for_ms": 20},
    )
    run = play(CHAIN, *faults, **BUSY)
    assert removed(run) == ["B"]
    assert {op.outcome for op in run.history} == {"ok"}
    assert broken(run) == []


@pytest.mark.parametrize("role", ["head", "middle", "tail"])
def test_a_member_that_was_removed_in_its_sleep_confirms_nothing_when_it_wakes(role: str) -> None:
    run = play(CHAIN, at_write(40, "pause", role, for_ms=600), **MIXED)
    sleeper = events(run, "fault")[0].node
    woken = events(run, "fault")[0].at + 600_000
    assert removed(run) == [sleeper]
    assert [
        event for event in events(run, "reply_sent", node=sleeper) if event.at > woken and not unheard(run, event.ops)
    ] == []
    assert broken(run) == []


def unheard(run: Run, ops: tuple[str, ...]) -> bool:
    """Whether the clients had given these operations up before."""
    return all(run.history[op].outcome == "info" for op in ops)


def test_a_controller_that_hears_nobody_removes_nobody() -> None:
    run = play(CHAIN, {"at_ms": 30, "do": "cut", "between": ["controller", "replicas"], "for_ms": 1000}, **BUSY)
    assert len(events(run, "suspected")) == 3
    assert removed(run) == []
    assert {final.epoch for final in run.trace.final.values()} == {1}
    assert {op.outcome for op in run.history} == {"ok"}


@pytest.mark.parametrize("verb", ["kill", "power_cut"])
def test_a_configuration_outlives_the_service_that_decided_it(verb: str) -> None:
    dies = {"after": {"removed": {}}, "delay_ms": 1.5, "do": verb, "node": "controller", "for_ms": 30}
    run = play(CHAIN, at_write(40, "power_cut", "middle"), dies, **BUSY)
    assert removed(run)[0] == "B"
    assert run.trace.final["A"].role == "head"
    assert broken(run) == []


@pytest.mark.parametrize("late", ["A", "C"])
def test_the_gap_that_a_removal_leaves_is_closed_at_once(late: str) -> None:
    """Not at the next heartbeat, 100 ms later, whoever hears first of the new chain."""
    slow = {"at_ms": 0, "do": "slow", "from": ["controller"], "to": [late], "egress_ms": 5}
    for seed in range(3):
        run = play({**CHAIN, "detect_after_ms": 600}, slow, at_write(40, "power_cut", "middle"), seed=seed, **BUSY)
        assert sent(run, "append", node="A", peer="C")[0].at < events(run, "removed")[0].at + 10_000


def test_one_that_has_lost_its_disk_and_is_named_all_the_same_stands_aside() -> None:
    """Its hello and its heartbeats are cut off; a chain without C, with B at its end, is told to it."""
    faults = (
        {"at_ms": 40, "do": "kill", "node": "C"},
        {"at_ms": 60, "do": "cut", "from": ["B"], "to": ["controller"], "for_ms": 400},
        {"at_ms": 70, "do": "disk_loss", "node": "B", "for_ms": 20},
    )
    run = play(CHAIN, *faults, **{**MIXED, "limits": {"timeout_ms": 50}})
    assert removed(run) == ["C", "B"]
    told = [event for event in events(run, "delivered", node="B", text="chain") if event.at < events(run, "removed")[1].at]
    assert told, "B never heard of the chain with itself at the end"
    assert events(run, "role", node="B", text="tail", n=2) == []
    assert broken(run) == []


def test_one_whose_predecessor_is_again_before_it_has_lost_its_place_all_the_same() -> None:
    """C goes on alone, A comes back behind it, then B wakes: A's log is no more the one that B's continued."""
    faults = (
        {"at_ms": 60, "do": "cut", "between": [["controller", "C", "c1", "c2"], ["rest"]], "for_ms": 400},
        {"at_ms": 90, "do": "pause", "node": "B", "for_ms": 800},
    )
    setup = {"workload": load(clients=5, ops=500, think_ms=[0, 20]), "limits": {"timeout_ms": 100}}
    run = play(CHAIN, *faults, **setup)
    assert [event.peer for event in events(run, "joined")] == ["A", "B"]
    assert events(run, "discarded", node="B"), "B had nothing for itself"
    assert broken(run) == []


# A configuration service of three machines, and one that is out of reach


MAJORITY: dict[str, Any] = {**CHAIN, "config_service": "majority"}


@pytest.mark.parametrize("nodes", [["controller"], ["controller2"], ["controller3"]])
def test_one_machine_of_a_majority_may_fail_with_a_member(nodes: list[str]) -> None:
    dies = {"after": {"ok_received": {"nth": 40}}, "do": "power_cut", "nodes": [*nodes, "B"]}
    run = play(MAJORITY, dies, limits={"timeout_ms": 2000}, **BUSY)
    assert removed(run) == ["B"]
    assert {op.outcome for op in run.history} == {"ok"}
    assert broken(run) == []


@pytest.mark.parametrize(
    ("design", "nodes"),
    [(CHAIN, ["controller"]), (MAJORITY, ["controller", "controller3"]), (MAJORITY, ["controllers"])],
    ids=["single", "two of three", "all three"],
)
def test_without_its_service_a_chain_goes_on_but_survives_nothing(design: dict[str, Any], nodes: list[str]) -> None:
    """No reconfiguration: reads and writes go on until a member fails, and then until the service is back."""
    down = {"at_ms": 20, "do": "kill", "nodes": nodes, "for_ms": 1000}
    run = play(design, down, at_write(150, "power_cut", "middle"), limits={"timeout_ms": 2000}, **MIXED)
    died, back = events(run, "fault", node="B")[0].at, events(run, "mended")[0].at
    assert len([op for op in run.history if op.ok and 30_000 < (op.completed_at or 0) < died]) > 100
    assert [op for op in run.history if op.ok and not op.is_read and died + 5_000 < (op.completed_at or 0) < back] == []
    assert events(run, "removed")[0].at > back
    assert {op.outcome for op in run.history} == {"ok"}
    assert broken(run) == []


# Clients that try again


@pytest.mark.parametrize("node", ["head", "middle", "tail"])
@pytest.mark.parametrize("topology", ["chain", "craq"])
def test_an_update_that_comes_again_is_done_once_and_answered(topology: str, node: str) -> None:
    """The tail's replies are lost; the head knows that the update is on every disk, and answers itself."""
    setup = {"workload": load(clients=6, ops=200, retry="idempotent", retries=8), "limits": {"timeout_ms": 30}}
    deaf = {"at_ms": 20, "do": "cut", "from": ["C"], "to": ["clients"], "for_ms": 60}
    run = play({"topology": topology, "retain": 8}, deaf, at_write(60, "kill", node, for_ms=50), **setup)
    assert events(run, "duplicate")
    assert {event.node for event in events(run, "reply_sent") if 20_000 < event.at < 70_000} == {"A", "C"}
    assert broken(run) == []


# Where fail-stop ends: a partition


def test_a_tail_that_knows_of_its_removal_refuses_readers_who_do_not() -> None:
    faults = (
        at_write(40, "pause", "tail", for_ms=450),
        {"at_ms": 10, "do": "cut", "from": ["controller"], "to": ["c1"], "for_ms": 700},
    )
    run = play(CHAIN, *faults, limits={"timeout_ms": 150}, **MIXED)
    knows, back = (events(run, "role", node="C", text=text)[-1].at for text in ("spare", "tail"))
    asked = events(run, "delivered", node="C", peer="c1", text="request")
    assert any(knows < event.at < back for event in asked), "c1 went elsewhere"
    assert [op for op in run.history if op.node == "C" and knows + 1_000 < (op.completed_at or 0) < back] == []


def test_a_tail_that_does_not_know_of_its_removal_serves_stale_reads() -> None:
    cut = {"after": {"ok_received": {"nth": 40}}, "do": "cut", "between": [["tail", "c1", "c2"], ["rest"]], "for_ms": 700}
    run = play(CHAIN, cut, limits={"timeout_ms": 150}, **MIXED)
    assert removed(run) == ["C"]
    assert broken(run) == ["stale_reads", "linearizable"]
    stale = run.findings["stale_reads"].ops
    assert {run.history[op].node for op in stale} == {"C"}
    assert {run.history[op].process for op in stale} <= {"c1", "c2"}


def test_a_head_that_does_not_know_of_its_removal_confirms_nothing() -> None:
    cut = {"after": {"ok_received": {"nth": 40}}, "do": "cut", "between": [["head", "c1", "c2"], ["rest"]], "for_ms": 700}
    run = play(CHAIN, cut, limits={"timeout_ms": 150}, **BUSY)
    only_head = {*ops_of(events(run, "received", node="A"))} - {*log_of(run, "C")}
    assert only_head, "nobody wrote to the old head"
    assert {run.history[op].outcome for op in only_head} == {"info"}
    assert verdicts(run)["lost_acked_writes"] == verdicts(run)["split_brain"] == "holds"
