"""Sentences of Terrace & Freedman, "Object Storage on CRAQ", USENIX ATC 2009, section 2.

By hand: A is the head, B the middle, C the tail of a chain of three; a deposit of 1 makes a version of the account a1.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import groupby
from typing import Any

import pytest

from sim.design import read_design
from sim.history import Op
from sim.node import Effect, Send
from sim.protocols.chain.craq import CraqReplica
from sim.protocols.messages import Ack, Append, VersionQuery, VersionReply
from sim.records import Entry
from sim.run import Run
from tests.sim.helpers import BACKLOG, at_write, broken, events, load, log_of, play, sent
from tests.sim.protocols.desk import Desk, messages, replies

CRAQ: dict[str, Any] = {"topology": "craq"}
READ_MOSTLY: dict[str, Any] = {
    "workload": load(clients=8, ops=1200, kind="register", keys=4, reads_percent=98, think_ms=[0, 1])
}
WRITE_HEAVY: dict[str, Any] = {
    "workload": load(clients=16, ops=1200, kind="register", keys=1, reads_percent=40, think_ms=[0, 1])
}


class Member(Desk):
    """A member of a CRAQ chain."""

    def __init__(self, name: str, **knobs: Any) -> None:
        super().__init__({}, name)
        self.cluster = replace(self.cluster, design=read_design({**CRAQ, **knobs}))
        self.node: Any = CraqReplica(name, self.cluster)
        self.written.clear()
        self.tell("boot")

    def receive(self, *numbers: int) -> list[Effect]:
        """Updates come from the predecessor, are durable and executed."""
        entries = tuple(Entry(n, 1, f"c1/{n}", "c1", ("deposit", "a1", 1)) for n in numbers)
        return [*self.hear(self.node.predecessor, Append(1, numbers[0] - 1, entries)), *self.flush()]

    def acked(self, n: int) -> list[Effect]:
        """The successor acks up to there."""
        return [*self.hear(self.node.successor[0], Ack(1, n)), *self.execute()]


def found(effects: list[Effect]) -> list[tuple[str, Any]]:
    """What readers are told: (op, value)."""
    told = [effect.message for effect in effects if isinstance(effect, Send) and effect.message.kind == "reply"]
    return [(reply.op, reply.result[0]) for reply in told if reply.result]


def reads(run: Run) -> list[Op]:
    return [op for op in run.history if op.is_read and op.ok]


# Section 2.2 and 2.3, rules 1 and 2: versions


@pytest.mark.parametrize("name", ["A", "B", "C"])
def test_2_3_all_versions_are_clean_at_first(name: str) -> None:
    assert found(Member(name).read()) == [("c2/9", 0)]


@pytest.mark.parametrize("name", ["B"])
def test_2_3_a_node_that_is_not_the_tail_marks_a_new_version_as_dirty_and_passes_it_on(name: str) -> None:
    member = Member(name)
    effects = member.receive(1, 2)
    assert [(to, [entry.n for entry in append.entries]) for to, append in messages(effects, Append)] == [("C", [1, 2])]
    assert member.node.versions == {"a1": [(0, (0, "")), (1, (1, "c1/1")), (2, (2, "c1/2"))]}


def test_2_3_the_tail_marks_it_as_clean_answers_the_client_and_acks_backwards() -> None:
    """At which time we call the version committed."""
    tail = Member("C")
    effects = tail.receive(1)
    assert [(to, ack.n) for to, ack in messages(effects, Ack)] == [("B", 1)]
    assert replies(effects) == [("c1/1", "ok")]
    assert (tail.node.committed, tail.node.versions) == (1, {})
    assert found(tail.read()) == [("c2/9", 1)]


# Rule 3: acks


def test_2_3_an_ack_marks_a_version_as_clean_and_prior_versions_are_deleted() -> None:
    middle = Member("B")
    middle.receive(1, 2, 3)
    effects = middle.acked(2)
    assert middle.node.versions == {"a1": [(2, (2, "c1/2")), (3, (3, "c1/3"))]}
    assert [(to, ack.n) for to, ack in messages(effects, Ack)] == [("A", 2)]
    middle.acked(3)
    assert middle.node.versions == {}, "a single version is clean"


# Rule 4: reads


def test_2_3_a_clean_version_is_returned() -> None:
    middle = Member("B")
    middle.receive(1)
    middle.acked(1)
    assert found(middle.read()) == [("c2/9", 1)]


def test_2_3_of_a_dirty_object_the_tail_is_asked_and_the_version_that_it_names_returned() -> None:
    middle = Member("B")
    middle.receive(1, 2, 3)
    effects = middle.read()
    assert found(effects) == []
    assert messages(effects, VersionQuery) == [("C", VersionQuery(1, "c2/9"))]
    assert found(middle.hear("C", VersionReply(1, "c2/9", 1))) == [("c2/9", 1)]


def test_2_3_the_tail_names_the_last_version_that_it_has_committed() -> None:
    tail = Member("C")
    tail.receive(1, 2)
    tail.hear("B", Append(1, 2, (Entry(3, 1, "c1/3", "c1", ("deposit", "a1", 1)),)))  # not on its disk yet
    assert messages(tail.hear("B", VersionQuery(1, "c2/9")), VersionReply) == [("B", VersionReply(1, "c2/9", 2))]


def test_2_3_the_tail_may_commit_more_while_its_answer_is_on_its_way() -> None:
    """Reads are serialised by the tail: what it named is right, and so is what is known to be committed since."""
    middle = Member("B")
    middle.receive(1, 2)
    middle.read()
    middle.acked(2)
    assert found(middle.hear("C", VersionReply(1, "c2/9", 1))) == [("c2/9", 2)]


def test_2_3_a_node_that_a_write_has_not_reached_returns_the_old_version_at_once() -> None:
    """Which is right, as the tail has not committed the new one."""
    run = play(CRAQ, {"at_ms": 0, "do": "slow", "from": ["A"], "to": ["B"], "egress_ms": 10}, **WRITE_HEAVY)
    asked = {op for event in sent(run, "versionquery") for op in event.ops}
    on_their_way: set[str] = set()
    early = 0
    for event in run.trace.events:
        if event.what == "durable" and event.node in ("A", "B"):
            on_their_way ^= {*event.ops}
        elif event.what == "reply_sent" and event.node == "B" and run.history[event.ops[0]].is_read:
            early += bool(on_their_way) and event.ops[0] not in asked
    assert early > 20
    assert broken(run) == []


def test_2_3_a_version_that_is_committed_and_not_executed_yet_is_waited_for() -> None:
    """The paper's nodes have a version as soon as they have received it."""
    middle = Member("B")
    middle.hear("A", Append(1, 0, (Entry(1, 1, "c1/1", "c1", ("deposit", "a1", 1)),)))
    middle.tell("durable", tuple(middle.written))
    assert found(middle.read()) == []
    assert found(middle.hear("C", VersionReply(1, "c2/9", 1))) == []
    assert found(middle.execute()) == [("c2/9", 1)]


# Section 2.3: where the throughput comes from


@pytest.mark.parametrize("replicas", [3, 5, 7])
def test_2_3_read_mostly_nearly_all_reads_are_clean_and_every_node_does_its_share(replicas: int) -> None:
    run = play({**CRAQ, "replicas": replicas}, **READ_MOSTLY)
    asked = len(sent(run, "versionquery"))
    share = Counter(op.node for op in reads(run))
    assert asked < 0.1 * len(reads(run))
    assert len(share) == replicas
    assert share["ABCDEFG"[replicas - 1]] + asked < 1.5 * len(reads(run)) / replicas, "the tail does more than its share"


def test_2_3_write_heavy_most_reads_of_other_nodes_are_dirty() -> None:
    run = play(CRAQ, BACKLOG, **WRITE_HEAVY)
    asked = {op for event in sent(run, "versionquery") for op in event.ops}
    elsewhere = [op for op in reads(run) if op.node != "C"]
    assert len([op for op in elsewhere if op.id in asked]) > 0.8 * len(elsewhere)
    assert broken(run) == []


# Section 2.4: consistency models


def test_2_4_strong_consistency_is_the_default() -> None:
    assert read_design(CRAQ).reads == "any"
    assert broken(play(CRAQ, BACKLOG, **WRITE_HEAVY)) == []


def test_2_4_an_eventual_read_returns_the_newest_version_that_the_node_knows() -> None:
    middle = Member("B", reads="eventual")
    middle.receive(1, 2, 3)
    assert found(middle.read()) == [("c2/9", 3)]


def test_2_4_eventual_reads_go_back_in_time_between_nodes_but_not_on_one() -> None:
    run = play({**CRAQ, "reads": "eventual"}, BACKLOG, **WRITE_HEAVY)
    assert "monotonic_reads" in broken(run)
    order = {op: place for place, op in enumerate(("", *log_of(run, "C")))}
    by_node = sorted((op for op in reads(run) if op.result), key=lambda op: (op.node, op.completed_at or 0))
    for node, ops in groupby(by_node, key=lambda op: op.node):
        answered = {event.ops[0]: number for number, event in run.trace.of("reply_sent") if event.node == node}
        seen = [order[op.result[1]] for op in sorted(ops, key=lambda op: answered[op.id]) if op.result]
        assert seen == sorted(seen), f"{node} went back"


def test_2_4_while_the_chain_is_available_an_eventual_read_is_never_older_than_what_is_committed() -> None:
    run = play({**CRAQ, "reads": "eventual"}, BACKLOG, **WRITE_HEAVY)
    assert run.findings["stale_reads"].verdict == "holds"


def test_2_4_on_a_node_that_is_cut_off_it_may_be() -> None:
    cut = {"at_ms": 40, "do": "cut", "between": [["B", "c1", "c2", "c3"], ["rest"]], "for_ms": 700}
    eventual = {**CRAQ, "reads": "eventual", "detect_after_ms": 60}
    run = play(eventual, cut, limits={"timeout_ms": 30}, **READ_MOSTLY)
    assert {run.history[op].node for op in run.findings["stale_reads"].ops} == {"B"}


# Section 2.5: failures


def test_2_5_the_heads_successor_takes_over_and_so_does_the_tails_predecessor() -> None:
    for role, heir in (("head", ("B", "head")), ("tail", ("B", "tail"))):
        run = play(CRAQ, BACKLOG, at_write(80, "power_cut", role), **WRITE_HEAVY)
        assert [(event.node, event.text) for event in events(run, "role") if event.at and event.n == 2][:1] == [heir]
        assert broken(run) == []
