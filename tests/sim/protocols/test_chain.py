"""Chain replication as in van Renesse & Schneider, OSDI 2004, section 3, and what a lone master must not do."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pytest

from sim.run import Run
from tests.sim.helpers import BACKLOG, at_write, broken, events, load, log_of, ops_of, play, sent, verdicts

CHAIN: dict[str, Any] = {"topology": "chain"}
FIVE: dict[str, Any] = {**CHAIN, "replicas": 5}
BUSY: dict[str, Any] = {"workload": load(clients=8, ops=240, think_ms=[0, 2])}
MIXED: dict[str, Any] = {"workload": load(clients=6, ops=300, kind="register", reads_percent=50)}
SEEDS = range(3)


def removed(run: Run) -> list[str]:
    return [event.peer for event in events(run, "removed")]


def first(run: Run, what: str, node: str) -> dict[str, int]:
    """The number of the first event of this kind for each op on a node."""
    found: dict[str, int] = {}
    for number, event in run.trace.of(what):
        for op in event.ops if event.node == node else ():
            found.setdefault(op, number)
    return found


# Section 2 and 3: where requests go


def test_updates_are_answered_by_the_tail_when_every_member_has_them_on_disk() -> None:
    run = play(FIVE)
    durable = [first(run, "durable", node) for node in "ABCDE"]
    answered = first(run, "reply_sent", "E")
    assert len(answered) == 60
    assert all(copy[op] < number for op, number in answered.items() for copy in durable)
    assert {event.node for event in events(run, "reply_sent")} == {"E"}


def test_queries_are_answered_by_the_tail() -> None:
    run = play(CHAIN, **MIXED)
    assert {op.node for op in run.history if op.is_read} == {"C"}
    assert broken(run) == []


def test_an_update_travels_from_head_to_tail_one_hop_at_a_time() -> None:
    run = play(FIVE, workload=load(clients=1, ops=10))
    hops = [(event.node, event.peer) for event in sent(run, "append", ops=("c1/4",))]
    assert hops == [("A", "B"), ("B", "C"), ("C", "D"), ("D", "E")]


def test_acks_travel_back_and_empty_every_sent_list() -> None:
    run = play(FIVE, workload=load(clients=1, ops=10))
    assert [(event.node, event.peer) for event in sent(run, "ack", ops=("c1/4",))][:4] == [
        ("E", "D"),
        ("D", "C"),
        ("C", "B"),
        ("B", "A"),
    ]
    assert all(run.trace.final[node].pending == () for node in "ABCDE")


# Section 3.2: the Update Propagation Invariant


ATTACKS = [
    [at_write(40, "power_cut", "head")],
    [at_write(40, "power_cut", "middle")],
    [at_write(40, "power_cut", "tail")],
    [{"at_ms": 30, "do": "cut", "from": ["B"], "to": ["C"], "for_ms": 30}],
    [BACKLOG, at_write(40, "kill", "middle:2"), at_write(50, "pause", "head", for_ms=500)],
    [BACKLOG, {"after": {"ok_received": {"nth": 40}}, "do": "power_cut", "nodes": ["head", "middle:2"]}],
]


@pytest.mark.parametrize("faults", ATTACKS, ids=lambda faults: "+".join(f"{f['do']} {f.get('node', '')}" for f in faults))
def test_at_every_instant_a_members_log_contains_its_successors(faults: list[dict[str, Any]]) -> None:
    run = play(FIVE, *faults, **BUSY)
    assert not run.unfired
    logs: defaultdict[str, set[str]] = defaultdict(set)
    members = list("ABCDE")
    for event in run.trace.events:
        if event.what == "removed":
            members.remove(event.peer)
        elif event.what == "received":
            logs[event.node].update(event.ops)
            ahead = members[: members.index(event.node)] if event.node in members else []
            assert all(logs[member].issuperset(event.ops) for member in ahead), f"{event} came to {event.node} first"
    assert len(logs[members[-1]]) > 200


# Section 3.3: failure of a server


@pytest.mark.parametrize("verb", ["kill", "power_cut", "pause"])
@pytest.mark.parametrize(("role", "node"), [("head", "A"), ("middle", "B"), ("tail", "C")])
def test_a_failed_member_is_taken_out_and_nothing_confirmed_is_lost(role: str, node: str, verb: str) -> None:
    for seed in SEEDS:
        run = play(CHAIN, BACKLOG, at_write(40, verb, role), seed=seed, **BUSY)
        assert removed(run) == [node]
        assert broken(run) == []
        after = [op for op in run.history if op.invoked_at > events(run, "removed")[0].at]
        assert {op.outcome for op in after} == {"ok"}
        assert len(after) > 100


def test_head_what_only_the_head_had_is_lost_and_was_never_confirmed() -> None:
    run = play(CHAIN, BACKLOG, at_write(40, "power_cut", "head"), **BUSY)
    only_head = {*ops_of(events(run, "received", node="A"))} - {*ops_of(events(run, "received", node="B"))}
    assert only_head, "the head had nothing for itself"
    assert {run.history[op].outcome for op in only_head} == {"info"}
    assert events(run, "promoted")[0].node == "B"


def test_middle_the_predecessor_resends_what_its_new_successor_has_not() -> None:
    """The suffix of its Sent list, and no more than that."""
    run = play(CHAIN, BACKLOG, at_write(40, "power_cut", "middle"), **BUSY)
    (died,) = [event.at for event in events(run, "fault", text="power_cut")]
    had = {op for event in events(run, "received", node="C") if event.at <= died + 20_000 for op in event.ops}
    resent = sent(run, "append", node="A", peer="C")[0]
    assert resent.ops
    assert had.isdisjoint(resent.ops)
    assert {*resent.ops} <= {*ops_of(sent(run, "append", node="A", peer="B"))}
    assert len(sent(run, "behind")) <= 3


def test_tail_its_predecessor_answers_what_the_tail_no_longer_could() -> None:
    run = play(CHAIN, BACKLOG, at_write(40, "power_cut", "tail"), **BUSY)
    died = events(run, "fault", text="power_cut")[0].at
    pending = {op.id for op in run.history if op.invoked_at < died and (op.completed_at or 0) > died}
    answered = {*ops_of(events(run, "reply_sent", node="B"))}
    assert pending & answered
    assert {run.history[op].outcome for op in pending & {*ops_of(events(run, "durable", node="B"))}} == {"ok"}


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


def test_the_gap_that_a_removal_leaves_is_closed_at_once() -> None:
    """Not at the next heartbeat, 100 ms later, whoever hears first of the new chain."""
    for seed in range(10):
        run = play({**CHAIN, "detect_after_ms": 600}, at_write(40, "power_cut", "middle"), seed=seed, **BUSY)
        removal = events(run, "removed")[0].at
        assert sent(run, "append", node="A", peer="C")[0].at < removal + 5_000


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
