"""CRAQ (Terrace & Freedman, USENIX ATC 2009): who answers a read, with which version, at what cost."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from sim.history import Op
from sim.node import Effects, Request
from sim.protocols import TOPOLOGIES
from sim.protocols.chain.craq import CraqReplica, Query
from sim.protocols.controllers.configuration import ConfigurationService
from sim.protocols.messages import VersionReply
from sim.records import Entry, Result
from sim.run import Run
from tests.sim.helpers import BACKLOG, at_write, broken, events, load, log_of, ops_of, play, sent

CRAQ: dict[str, Any] = {"topology": "craq"}
EVENTUAL: dict[str, Any] = {**CRAQ, "reads": "eventual"}
STILL: dict[str, Any] = {"network": {"delay_ms": 1}, "disk": {"fsync_ms": 1, "apply_ms": 0.1}}  # nothing varies
BUSY: dict[str, Any] = {"workload": load(clients=8, ops=400, kind="register", keys=2, reads_percent=60, think_ms=[0, 1])}
CALM: dict[str, Any] = {"workload": load(clients=8, ops=800, kind="register", keys=4, reads_percent=98, think_ms=[0, 1])}
SLOW_ACKS = {"at_ms": 0, "do": "slow", "from": ["C", "B"], "to": ["A", "B"], "egress_ms": 5}
SLOW_APPLY: dict[str, Any] = {**BUSY, "disk": {"apply_ms": 1}}


def reads(run: Run) -> list[Op]:
    return [op for op in run.history if op.is_read and op.ok]


def took(op: Op) -> int:
    return (op.completed_at or 0) - op.invoked_at


# Who answers


def test_every_member_answers_reads_and_the_head_takes_the_writes() -> None:
    run = play({**CRAQ, "replicas": 5}, **CALM)
    answered = Counter(op.node for op in reads(run))
    assert sorted(answered) == list("ABCDE")
    assert max(answered.values()) < 1.5 * min(answered.values())
    assert {event.peer for event in sent(run, "request", ops=("c1/1",))} <= set("ABCDE")
    assert {event.node for event in events(run, "received", n=1)} == set("ABCDE")
    assert broken(run) == []


def test_with_reads_at_the_tail_it_is_a_plain_chain() -> None:
    run = play({**CRAQ, "reads": "tail"}, BACKLOG, **BUSY)
    assert {op.node for op in reads(run)} == {"C"}
    assert sent(run, "versionquery") == []
    assert broken(run) == []


# Clean and dirty


def test_a_clean_key_costs_a_message_each_way_and_a_dirty_one_two_more() -> None:
    run = play(CRAQ, **STILL, workload=load(clients=8, ops=400, kind="register", keys=4, reads_percent=50, think_ms=[0, 4]))
    asked = {*ops_of(sent(run, "versionquery"))}
    clean, dirty = ([took(op) for op in reads(run) if (op.id in asked) is there] for there in (False, True))
    assert {*clean} <= {2000, 2100}, "a version that is committed and not yet executed is waited for"
    assert clean.count(2000) > len(clean) * 0.9
    assert {*dirty} == {4000}
    assert all(event.node != "C" and event.peer == "C" for event in sent(run, "versionquery"))


def test_a_member_answers_with_the_committed_version_though_it_has_a_newer_one() -> None:
    run = play(CRAQ, BACKLOG, **BUSY)
    newest: dict[tuple[str, str], str] = {}
    older = 0
    for event in run.trace.events:
        op = run.history.ops.get(event.ops[0]) if event.what in ("applied", "reply_sent") else None
        if op and event.what == "applied":
            newest[event.node, op.keys[0]] = op.id
        elif op and op.is_read and op.result:
            older += newest.get((event.node, op.keys[0]), "") != op.result[1]
    assert older > 20
    assert broken(run) == []


@pytest.mark.parametrize("stage", [[], [BACKLOG], [SLOW_ACKS]], ids=["quick", "slow", "slow acks"])
@pytest.mark.parametrize("setup", [BUSY, SLOW_APPLY], ids=["quick", "slow to apply"])
@pytest.mark.parametrize("apply", ["serial", "parallel-4"])
def test_strong_reads_are_linearizable(stage: list[Any], setup: dict[str, Any], apply: str) -> None:
    for seed in range(2):
        run = play({**CRAQ, "apply": apply, "replicas": 4}, *stage, seed=seed, **setup)
        assert run.findings["linearizable"].verdict == "holds"
        assert broken(run) == []


def test_committed_versions_are_kept_only_while_a_key_is_dirty(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[CraqReplica] = []

    class Watched(CraqReplica):
        def on_boot(self) -> Effects:
            made.append(self)
            yield from super().on_boot()

    monkeypatch.setitem(TOPOLOGIES, "craq", (Watched, ConfigurationService))
    play(CRAQ, BACKLOG, **BUSY)
    assert len(made) == 3
    assert [(replica.versions, len(replica.dirty), replica.waiting, replica.asking) for replica in made] == [
        ({}, 0, [], {})
    ] * 3


# Eventual reads


def test_an_eventual_read_asks_nobody_and_may_see_what_is_not_committed_yet() -> None:
    run = play(EVENTUAL, BACKLOG, **BUSY)
    committed = {op: event.at for event in events(run, "committed") for op in event.ops}
    early = [op for op in reads(run) if op.result and op.result[1] and committed[op.result[1]] > (op.completed_at or 0)]
    assert sent(run, "versionquery") == []
    assert len(early) > 20
    assert {op.node for op in early} == {"A", "B"}
    assert {"linearizable", "monotonic_reads"} <= {*broken(run)}


def test_what_an_eventual_read_saw_may_be_lost_with_the_head() -> None:
    faults = (BACKLOG, at_write(80, "power_cut", "head"))
    lost = [seed for seed in range(6) if "phantom_reads" in broken(play(EVENTUAL, *faults, seed=seed, **BUSY))]
    assert lost
    assert all(broken(play(CRAQ, *faults, seed=seed, **BUSY)) == [] for seed in lost)


def test_cut_off_from_the_chain_eventual_reads_go_on_and_strong_ones_of_dirty_keys_do_not() -> None:
    cut = {"at_ms": 40, "do": "cut", "between": ["A", ["B", "C"]], "for_ms": 100}
    one_key = load(clients=16, ops=1600, kind="register", keys=1, reads_percent=95, think_ms=[0, 1])
    for design, goes_on in ((CRAQ, False), (EVENTUAL, True)):
        run = play(design, cut, workload=one_key)
        dirty_from = min(event.at for event in events(run, "received", node="A") if event.at > 40_000)
        at_the_head = [op for op in reads(run) if op.node == "A" and dirty_from < op.invoked_at < 135_000]
        assert bool(at_the_head) is goes_on
        assert [op for op in reads(run) if op.node == "B" and dirty_from < op.invoked_at < 135_000]


# Failures


def test_a_version_query_that_nobody_answers_is_refused_after_a_heartbeat() -> None:
    run = play(CRAQ, BACKLOG, at_write(80, "kill", "tail"), **BUSY)
    died, removed = events(run, "fault", text="kill")[0].at, events(run, "removed")[0].at
    unanswered = [op for event in sent(run, "versionquery") if died < event.at < removed - 60_000 for op in event.ops]
    refused = [event for event in sent(run, "reply") if event.ops[0] in unanswered and event.at < removed]
    assert unanswered
    assert refused
    assert {*unanswered} <= {*ops_of(refused)}
    assert broken(run) == []


def test_a_new_tail_answers_the_writes_that_it_had_executed_as_a_middle() -> None:
    run = play(CRAQ, BACKLOG, at_write(80, "kill", "tail"), **BUSY)
    died, promoted = events(run, "fault", text="kill")[0].at, events(run, "promoted", node="B")[0].at
    executed = {op for event in events(run, "applied", node="B") if event.at < promoted for op in event.ops}
    waited = [run.history[op] for op in executed if run.history[op].invoked_at < died]
    answered = [op for op in waited if (op.completed_at or 0) > promoted]
    assert answered
    assert {(op.outcome, op.node) for op in answered} == {("ok", "B")}


@pytest.mark.parametrize("verb", ["kill", "power_cut"])
@pytest.mark.parametrize("role", ["head", "middle", "tail"])
def test_reads_stay_linearizable_when_a_member_fails_and_comes_back(role: str, verb: str) -> None:
    for seed in range(2):
        run = play(CRAQ, BACKLOG, at_write(80, verb, role, for_ms=30), seed=seed, **BUSY)
        assert len(events(run, "joined")) == 1
        assert len({log_of(run, node) for node in "ABC"}) == 1
        assert broken(run) == []


def test_a_newcomer_answers_nothing_before_it_is_the_tail() -> None:
    run = play(CRAQ, at_write(80, "kill", "middle", for_ms=30), **{**BUSY, "workload": {**BUSY["workload"], "ops": 1200}})
    up, tail = events(run, "up", node="B")[0].at, events(run, "role", node="B", text="tail")[0].at
    answered = events(run, "reply_sent", node="B")
    assert [event for event in answered if up < event.at < tail] == []
    assert [event for event in answered if event.at > tail]
    assert broken(run) == []


# Without these rules


class ShowsWhatIsDirty(CraqReplica):
    """Every key passes for clean."""

    def newest(self, key: str, upto: int) -> int:
        return 0


class IgnoresWhatIsDirty(CraqReplica):
    """A member answers with the newest version that it knows to be committed, and does not ask the tail."""

    def read(self, client: str, request: Request) -> Effects:
        yield from self.read_version(Query(client, request, self.committed))


class ForgetsVersions(CraqReplica):
    """A dirty version takes the place of the committed one."""

    def executed(self, entry: Entry, result: Result | None) -> Effects:
        yield from super().executed(entry, result)
        self.versions.clear()


class DoesNotWait(CraqReplica):
    """A committed version that is not executed yet is not waited for."""

    def read_version(self, query: Query) -> Effects:
        key = str(query.request.command[1])
        yield from self.answer(query.client, query.request, self.value(key, query.committed), query.committed)


class BelievesItself(CraqReplica):
    """A member asks the tail and reads the newest version all the same."""

    def on_versionreply(self, tail: str, message: VersionReply) -> Effects:
        message.n = self.log.last
        yield from super().on_versionreply(tail, message)


class SoilsOneKey(CraqReplica):
    """A transfer counts for the account that it takes from alone."""

    def newest(self, key: str, upto: int) -> int:
        for entry in reversed(self.log.between(min(self.committed, self.applied), upto)):
            if entry.command[1] == key:
                return entry.n
        return 0


LEDGER: dict[str, Any] = {"workload": load(clients=8, ops=400, keys=2, reads_percent=60, think_ms=[0, 1])}


@pytest.mark.parametrize(
    ("wrong", "stage", "setup", "caught_by"),
    [
        (ShowsWhatIsDirty, [BACKLOG], BUSY, "linearizable"),
        (IgnoresWhatIsDirty, [SLOW_ACKS], BUSY, "stale_reads"),
        (ForgetsVersions, [BACKLOG], BUSY, "linearizable"),
        (DoesNotWait, [], SLOW_APPLY, "monotonic_reads"),
        (BelievesItself, [BACKLOG], BUSY, "linearizable"),
        (SoilsOneKey, [BACKLOG], LEDGER, "linearizable"),
    ],
)
def test_a_rule_is_missed_where_it_is_not_kept(
    wrong: type[CraqReplica], stage: list[Any], setup: dict[str, Any], caught_by: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert broken(play(CRAQ, *stage, **setup)) == []
    monkeypatch.setitem(TOPOLOGIES, "craq", (wrong, ConfigurationService))
    assert caught_by in broken(play(CRAQ, *stage, **setup))
