"""Sentences of van Renesse & Schneider, "Chain Replication for Supporting High Throughput and Availability", OSDI 2004.

Where the paper numbers messages, this chain may need fewer: the new successor of a gap tells its predecessor itself what it
has, and the master tells clients at the moment at which it tells servers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest

from sim.node import Effects, Request
from sim.protocols import TOPOLOGIES
from sim.protocols.chain.chain import ChainReplica
from sim.protocols.controllers.configuration import ConfigurationService
from sim.protocols.messages import Behind
from sim.run import Run
from sim.trace import Event
from tests.sim.helpers import BACKLOG, at_write, broken, events, load, log_of, ops_of, play, sent

CHAIN: dict[str, Any] = {"topology": "chain"}
FIVE: dict[str, Any] = {**CHAIN, "replicas": 5}
BUSY: dict[str, Any] = {"workload": load(clients=8, ops=240, think_ms=[0, 2])}
MIXED: dict[str, Any] = {"workload": load(clients=6, ops=400, kind="register", reads_percent=50)}
STILL: dict[str, Any] = {"network": {"delay_ms": 1}, "disk": {"fsync_ms": 0.1, "apply_ms": 0.1}}  # nothing varies
KILL_MIDDLE = {"after": {"ok_received": {"nth": 40}}, "do": "power_cut", "nodes": ["B", "D"], "for_ms": 40}

ATTACKS: dict[str, list[dict[str, Any]]] = {
    "head": [at_write(40, "power_cut", "head")],
    "middle": [at_write(40, "power_cut", "middle")],
    "tail": [at_write(40, "power_cut", "tail")],
    "cut link": [{"at_ms": 30, "do": "cut", "from": ["B"], "to": ["C"], "for_ms": 30}],
    "lossy links": [{"at_ms": 0, "do": "lossy", "links": "replicas", "percent": 10}, at_write(40, "kill", "middle", for_ms=20)],
    "two, behind a backlog": [BACKLOG, at_write(40, "kill", "middle:2"), at_write(50, "pause", "head", for_ms=500)],
    "two at once": [BACKLOG, {"after": {"ok_received": {"nth": 40}}, "do": "power_cut", "nodes": ["head", "middle:2"]}],
    "two that come back": [BACKLOG, KILL_MIDDLE],
}
attacked = pytest.mark.parametrize("faults", ATTACKS.values(), ids=ATTACKS)


def first(run: Run, what: str, node: str) -> dict[str, int]:
    """The number of the first event of this kind for each op on a node."""
    found: dict[str, int] = {}
    for number, event in run.trace.of(what):
        for op in event.ops if event.node == node else ():
            found.setdefault(op, number)
    return found


def chains(run: Run) -> Iterator[tuple[list[str], Event]]:
    """Every event, with the chain as the service had decided it by then."""
    members = list(run.trace.replicas)
    for event in run.trace.events:
        if event.what == "removed":
            members.remove(event.peer)
        elif event.what == "joined":
            members.append(event.peer)
        yield members, event


def removed_at(run: Run) -> int:
    return events(run, "removed")[0].at


# Section 3: the protocol without failures


def test_3_the_reply_to_every_request_is_sent_by_the_tail() -> None:
    run = play(FIVE, **MIXED)
    assert {event.node for event in events(run, "reply_sent")} == {"E"}
    assert len(events(run, "reply_sent")) == 400


def test_3_an_update_has_been_processed_by_every_server_before_it_is_answered() -> None:
    run = play(FIVE)
    durable = [first(run, "durable", node) for node in "ABCDE"]
    answered = first(run, "reply_sent", "E")
    assert len(answered) == 60
    assert all(copy[op] < number for op, number in answered.items() for copy in durable)


def test_3_each_query_goes_to_the_tail() -> None:
    run = play(CHAIN, **MIXED)
    reads = {op.id for op in run.history if op.is_read}
    assert {event.node for event in events(run, "delivered", text="request") if event.ops[0] in reads} == {"C"}
    assert broken(run) == []


def test_3_each_update_goes_to_the_head_and_down_the_chain_one_server_at_a_time() -> None:
    run = play(FIVE, workload=load(clients=1, ops=10))
    assert {event.peer for event in sent(run, "request")} == {"A"}
    hops = [(event.node, event.peer) for event in sent(run, "append", ops=("c1/4",))]
    assert hops == [("A", "B"), ("B", "C"), ("C", "D"), ("D", "E")]


def test_3_updates_keep_their_order_on_every_link() -> None:
    run = play(FIVE, BACKLOG, **BUSY)
    for node, successor in pairwise("ABCDE"):
        assert ops_of(sent(run, "append", node=node, peer=successor)) == ops_of(events(run, "received", node=successor))
    assert len({tuple(ops_of(events(run, "received", node=node))) for node in "ABCDE"}) == 1


def test_3_one_of_t_servers_is_enough() -> None:
    """With t servers as many as t - 1 may fail."""
    dead = {"after": {"ok_received": {"nth": 40}}, "do": "power_cut", "nodes": ["A", "B", "D", "E"]}
    run = play(FIVE, dead, **MIXED)
    late = [op for op in run.history if op.invoked_at > events(run, "removed")[-1].at + 2_000]
    assert run.trace.final["C"].role == "single"
    assert {op.outcome for op in late} == {"ok"}
    assert {op.is_read for op in late} == {True, False}
    assert broken(run) == []


def test_5_1_queries_that_go_to_any_server_give_up_strong_consistency(monkeypatch: pytest.MonkeyPatch) -> None:
    """The paper's weak-chain."""

    class Weak(ChainReplica):
        def on_request(self, client: str, request: Request) -> Effects:
            is_read = request.command[0] == "read"
            yield from self.answer_read(request, client) if is_read else super().on_request(client, request)

    class Anybody(ConfigurationService):
        def readers(self) -> tuple[str, ...]:
            return self.serving

    monkeypatch.setitem(TOPOLOGIES, "chain", (Weak, Anybody))
    assert "stale_reads" in broken(play(CHAIN, BACKLOG, **MIXED))


# Section 3.2: invariants


@attacked
def test_3_2_at_every_instant_each_servers_history_is_a_prefix_of_its_predecessors(faults: list[dict[str, Any]]) -> None:
    """Update Propagation Invariant: what a server has received, all members before it had received, in the same order."""
    run = play(FIVE, *faults, **BUSY)
    assert not run.unfired
    logs: defaultdict[str, list[str]] = defaultdict(list)
    for members, event in chains(run):
        if event.what == "received":
            logs[event.node] += event.ops
        elif event.what == "discarded":
            del logs[event.node][event.n - 1 :]
        if event.what in ("received", "joined", "removed"):
            for one, after in pairwise(members):
                assert logs[one][: len(logs[after])] == logs[after], f"{after} is not a prefix of {one} at {event}"
    assert max(len(log) for log in logs.values()) > 150


def index_of(run: Run) -> dict[str, int]:
    """The log index of each op."""
    return {op: event.n + place for event in events(run, "received") for place, op in enumerate(event.ops)}


@attacked
def test_3_2_at_every_instant_a_server_has_what_its_successor_has_and_what_is_in_its_sent_list(
    faults: list[dict[str, Any]],
) -> None:
    """Inprocess Requests Invariant. The Sent list is what was forwarded to anyone and not yet acked by anyone."""
    run = play(FIVE, *faults, **BUSY)
    index = index_of(run)
    has: defaultdict[str, set[str]] = defaultdict(set)
    sent_list: defaultdict[str, set[str]] = defaultdict(set)
    checked = 0
    for (members, event), (_, following) in pairwise(chains(run)):
        if event.what == "durable":
            has[event.node].update(event.ops)
        elif event.what in ("discarded", "lost_unsynced"):
            has[event.node].difference_update(event.ops)
        elif event.what == "sent" and event.text == "append":
            sent_list[event.node].update(event.ops)
        elif event.what == "delivered" and event.text == "ack" and event.ops:
            sent_list[event.node] -= {op for op in sent_list[event.node] if index[op] <= index[event.ops[0]]}
        for one, after in pairwise(members) if following.at > event.at else ():
            if run.trace.replicas.index(one) < run.trace.replicas.index(after):  # both have stood there from the start
                assert has[one] == has[after] | (sent_list[one] & has[one]), f"{one} and {after} at {event.at} us"
                checked += 1
    assert checked > 500


# Section 3.2: the Sent list


def test_3_2_the_tail_acks_and_each_server_passes_the_ack_on() -> None:
    run = play(FIVE, workload=load(clients=1, ops=10))
    acks = [(event.node, event.peer) for event in sent(run, "ack", ops=("c1/4",))]
    assert acks[:4] == [("E", "D"), ("D", "C"), ("C", "B"), ("B", "A")]
    tail_done = events(run, "committed", node="E", ops=("c1/4",))[0].at
    assert tail_done <= sent(run, "ack", ops=("c1/4",))[0].at


def test_3_2_an_acked_request_leaves_the_sent_list() -> None:
    """In a run that comes to rest nothing is left in any."""
    run = play(FIVE, KILL_MIDDLE, **BUSY)
    assert all(final.pending == () for final in run.trace.final.values())
    assert {len(final.ops) for final in run.trace.final.values()} == {len(log_of(run, "A"))}


# Section 3.2: failure of the head, of the tail, of another server


@pytest.mark.parametrize("verb", ["kill", "power_cut", "pause"])
@pytest.mark.parametrize(("role", "node"), [("head", "A"), ("middle", "B"), ("tail", "C")])
def test_3_2_a_failed_server_is_taken_out_and_no_answered_request_is_lost(role: str, node: str, verb: str) -> None:
    for seed in range(3):
        run = play(CHAIN, BACKLOG, at_write(40, verb, role), seed=seed, **BUSY)
        assert [event.peer for event in events(run, "removed")] == [node]
        assert broken(run) == []
        after = [op for op in run.history if op.invoked_at > removed_at(run)]
        assert {op.outcome for op in after} == {"ok"}
        assert len(after) > 100


def test_3_2_head_its_successor_is_the_new_head_and_what_was_not_forwarded_is_gone() -> None:
    """Which is as if the service had ignored those requests (transition T2 of figure 1): they were not answered."""
    run = play(CHAIN, BACKLOG, at_write(40, "power_cut", "head"), **BUSY)
    only_head = {*ops_of(events(run, "received", node="A"))} - {*ops_of(events(run, "received", node="B"))}
    assert only_head, "the head had nothing for itself"
    assert {run.history[op].outcome for op in only_head} == {"info"}
    assert events(run, "promoted")[0].node == "B"


def test_3_2_tail_its_predecessor_is_the_new_tail_and_completes_what_it_has() -> None:
    run = play(CHAIN, BACKLOG, at_write(40, "power_cut", "tail"), **BUSY)
    had = {op for event in events(run, "durable", node="B") if event.at < removed_at(run) for op in event.ops}
    pending = [run.history[op] for op in had if (run.history[op].completed_at or 0) > removed_at(run)]
    assert pending
    assert {(op.outcome, op.node) for op in pending} == {("ok", "B")}


def test_3_2_middle_the_predecessor_sends_the_suffix_of_its_sent_list_that_the_successor_has_not() -> None:
    run = play(CHAIN, BACKLOG, at_write(40, "power_cut", "middle"), **BUSY)
    (died,) = [event.at for event in events(run, "fault", text="power_cut")]
    had = {op for event in events(run, "received", node="C") if event.at <= died + 20_000 for op in event.ops}
    resent = sent(run, "append", node="A", peer="C")[0]
    assert resent.ops
    assert had.isdisjoint(resent.ops)
    assert {*resent.ops} <= {*ops_of(sent(run, "append", node="A", peer="B"))}
    assert len(sent(run, "behind")) <= 3


def test_3_2_middle_only_then_does_it_forward_later_requests() -> None:
    for seed in range(3):
        run = play(CHAIN, BACKLOG, at_write(40, "power_cut", "middle"), seed=seed, **BUSY)
        order = ops_of(events(run, "received", node="C"))
        assert order == ops_of(events(run, "received", node="A"))[: len(order)]
        assert len(order) > 150


def test_3_2_the_master_tells_the_servers_of_their_new_neighbours_and_the_clients_of_head_and_tail() -> None:
    run = play(CHAIN, at_write(40, "power_cut", "middle"), **MIXED)
    assert {event.peer for event in sent(run, "chain", node="controller")} == {"A", "B", "C"}
    run = play(CHAIN, at_write(40, "power_cut", "tail"), **MIXED)
    assert {event.peer for event in sent(run, "view") if removed_at(run) <= event.at < removed_at(run) + 1_000} == {
        f"c{number}" for number in range(1, 7)
    }
    after = [op for op in run.history if op.invoked_at > removed_at(run) + 5_000]
    assert {op.node for op in after} == {"B"}


# Section 4: how long it takes once the failure is detected; a message takes 1 ms, a disk or a state machine 0.1


@pytest.mark.parametrize("role", ["head", "middle"])
def test_4_queries_go_on_when_the_head_or_a_middle_server_fails(role: str) -> None:
    run = play(CHAIN, at_write(40, "power_cut", role), **MIXED)
    down = events(run, "fault")[0].at
    answered = [
        op for op in run.history if op.is_read and op.ok and down < op.invoked_at and (op.completed_at or 0) < removed_at(run)
    ]
    assert answered
    assert all((op.completed_at or 0) - op.invoked_at < 3_000 for op in answered)


@pytest.mark.parametrize(("role", "delays"), [("head", 2), ("middle", 4), ("tail", 2)])
def test_4_updates_wait_for_so_many_message_delays_after_the_detection(role: str, delays: int) -> None:
    """Beyond what an update takes anyway: two messages and a disk each for two servers, an execution, an answer."""
    run = play(CHAIN, at_write(40, "power_cut", role), **STILL, **MIXED)
    alone = 1_000 + 100 + 1_000 + 100 + 100 + 1_000
    done = [op for op in run.history if not op.is_read and op.ok and (op.completed_at or 0) > removed_at(run)]
    assert min(op.completed_at or 0 for op in done) - removed_at(run) <= delays * 1_000 + alone
    assert {op.outcome for op in run.history if op.invoked_at > removed_at(run)} == {"ok"}


# Without these rules


class ForgetsTheSentList(ChainReplica):
    """A new successor gets what comes from now on."""

    def on_behind(self, peer: str, message: Behind) -> Effects:
        return iter(())


def test_a_chain_that_forgets_its_sent_list_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(TOPOLOGIES, "chain", (ForgetsTheSentList, ConfigurationService))
    run = play(CHAIN, BACKLOG, at_write(40, "power_cut", "middle"), **BUSY)
    assert {op.outcome for op in run.history if op.invoked_at > removed_at(run) + 5_000} != {"ok"}
