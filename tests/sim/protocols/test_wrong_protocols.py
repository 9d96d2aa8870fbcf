"""A wrong protocol changes one decision of a right one; a check must catch it under an attack that the right one survives."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from sim.checks import CHECKS
from sim.client import Client
from sim.node import Effects, Reply, Request, Send
from sim.protocols import TOPOLOGIES
from sim.protocols.chain import ChainReplica
from sim.protocols.configuration import ConfigurationService
from sim.protocols.failover import FailoverController
from sim.protocols.leader_follower import LeaderFollower
from sim.protocols.messages import Append
from sim.records import Entry, Record
from sim.run import Run
from sim.store import Guarded, Store
from tests.sim.helpers import BACKLOG, at_write, load, play, verdicts


class AnswersAtOnce(LeaderFollower):
    """The leader answers when a write is in its memory, before any disk."""

    def accept(self, request: Request, client: str) -> Effects:
        yield from super().accept(request, client)
        yield Send(client, Reply(request.op, True))


class AcksFromMemory(LeaderFollower):
    """A follower acks what it has received, although the design says durable."""

    @property
    def position(self) -> int:
        return self.log.last

    def receive(self, entries: list[Entry]) -> Effects:
        yield from super().receive(entries)
        yield from self.ack()


class IgnoresGaps(LeaderFollower):
    """A follower puts whatever comes at the end of its log."""

    def on_append(self, leader: str, message: Append) -> Effects:
        numbered = enumerate(message.entries, self.log.last + 1)
        yield from self.store([entry._replace(n=n) for n, entry in numbered])


class KeepsItsFork(LeaderFollower):
    """A returning leader does not discard what the new leader has not."""

    def discard_after(self, keep: int) -> Effects:
        return iter(())


class Degrades(LeaderFollower):
    """A leader that hears no acks for a heartbeat goes on without them, and tells nobody."""

    def on_tick(self) -> Effects:
        if self.role == "leader" and self.committed < self.durable:
            self.count.positions = dict.fromkeys(self.peers, self.durable)
            yield from self.commit()
        yield from super().on_tick()


class AppliesTwice(LeaderFollower):
    """A new leader executes the end of its log again, to be on the safe side."""

    def lead(self) -> Effects:
        for entry in self.log.between(self.log.last - 1, self.log.last):
            self.state.apply(entry)
            self.state.ops.pop()
        yield from super().lead()


class ShowsItsRecovery(LeaderFollower):
    """A leader answers reads while it still rebuilds its state."""

    def answer_read(self, request: Request, client: str) -> Effects:
        self.reads_from = 0
        yield from super().answer_read(request, client)


class PromotesTheLaggard(FailoverController):
    """The controller sorts positions the wrong way round."""

    def choose(self) -> Effects:
        answers = self.poll.answers
        laggard = min(sorted(answers), key=self.poll.end)
        self.poll.answers = {laggard: answers[laggard]}
        yield from super().choose()


class HeadAnswers(ChainReplica):
    """The head answers when a write is on its own disk."""

    def on_durable(self, records: tuple[Record, ...]) -> Effects:
        yield from super().on_durable(records)
        for record in records if self.is_head else ():
            if isinstance(record, Entry):
                yield Send(record.client, Reply(record.op, True))


class ForwardsFirst(ChainReplica):
    """A member forwards what it has only in memory, and the tail answers for it."""

    def receive(self, entries: list[Entry]) -> Effects:
        yield from super().receive(entries)
        self.durable = self.shipped = self.log.last
        yield from self.ship(self.successor, entries[0].n - 1)
        if self.is_tail:
            yield from self.commit_to(self.log.last)


class ReadsAnywhere(ConfigurationService):
    """The service sends readers to every member."""

    def readers(self) -> tuple[str, ...]:
        return self.serving


class AnswersAnywhere(ChainReplica):
    """Every member answers reads from what it has committed."""

    def on_request(self, client: str, request: Request) -> Effects:
        if request.command[0] == "read":
            yield from self.answer_read(request, client)
        else:
            yield from super().on_request(client, request)


class HopesForTheBest(Client):
    """A time-out is taken for success."""

    def finish(self, outcome: str, result: tuple[int | None, str] | None, replica: str) -> Effects:
        yield from super().finish("ok" if outcome == "info" and result is None else outcome, result, replica)


class ShowsAtOnce(LeaderFollower):
    """A leader applies what is on its own disk, so its readers see it before any follower has it."""

    def commit(self) -> Effects:
        yield from super().commit()
        yield from self.apply_to(self.durable)


class SaysNo(LeaderFollower):
    """A leader that accepts a write and says that it did not."""

    def accept(self, request: Request, client: str) -> Effects:
        yield from super().accept(request, client)
        yield from self.refuse(request, client)


class TakesAnyToken(Store):
    """The storage looks at no fencing token."""

    def on_guarded(self, client: str, message: Guarded) -> Effects:
        self.checks_tokens = False
        yield from super().on_guarded(client, message)


class RetriesBlindly(Client):
    """A time-out is answered by sending the same operation again."""

    def on_patience(self) -> Effects:
        if self.request is not None:
            yield from self.attempt()


@dataclass(frozen=True)
class Bug:
    """What replaces what, the attack that brings it out, and the checks that must catch it."""

    wrong: tuple[type, ...]
    faults: list[dict[str, Any]]
    caught_by: set[str]
    design: dict[str, Any] = field(default_factory=lambda: {"wait_for": 1})
    setup: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.wrong[0].__name__


LAGGARD = {"at_ms": 0, "do": "slow", "from": ["A", "B"], "to": ["C"], "egress_ms": 40}
ISOLATED = {"at_ms": 30, "do": "cut", "between": [["leader", "c1"], ["rest"]], "for_ms": 700}
GAP = {"at_ms": 20, "do": "cut", "from": ["A"], "to": ["B"], "for_ms": 20}
BOTH = {"after": {"ok_received": {"nth": 30}}, "do": "power_cut", "nodes": ["A", "B"], "for_ms": 20}
CHAIN: dict[str, Any] = {"topology": "chain"}
LONG: dict[str, Any] = {"workload": load(clients=3, ops=200, think_ms=[0, 10])}
READS: dict[str, Any] = {"workload": load(clients=8, ops=300, kind="register", keys=2, reads_percent=50, think_ms=[0, 1])}
SLOW_DISK: dict[str, Any] = {"disk": {"fsync_ms": [4, 8]}}
LOCKS: dict[str, Any] = {"workload": {**load(clients=3, ops=60, kind="lock"), "hold_ms": [10, 10]}}
ASLEEP = {"after": {"ok_received": {"op": "c2/1"}}, "delay_ms": 10.5, "do": "pause", "node": "c2", "for_ms": 300}
BLINK = {"at_ms": 40, "do": "cut", "between": [["A"], ["B", "C"]], "for_ms": 100}
LOSS, BOOKS, FORKS, APART, STALE = "lost_acked_writes", "ledger_balances", "split_brain", "converged", "stale_reads"
ORDER = "linearizable"
PHANTOMS, FAILED, TWICE, EXCLUSION = "phantom_reads", "failed_write_visible", "applied_twice", "mutual_exclusion"
OWN, BACK = "read_your_writes", "monotonic_reads"

BUGS = [
    Bug((AnswersAtOnce,), [at_write(30, "power_cut", "A")], {LOSS, BOOKS}, setup=SLOW_DISK),
    Bug(
        (AcksFromMemory,),
        [LAGGARD, at_write(30, "power_cut", "A"), at_write(30, "power_cut", "B", for_ms=50)],
        {LOSS, BOOKS},
        setup=SLOW_DISK,
    ),
    Bug((IgnoresGaps,), [GAP], {APART}, setup=LONG),
    Bug((KeepsItsFork,), [ISOLATED], {APART}, setup=LONG),
    Bug((Degrades,), [ISOLATED], {LOSS, FORKS}, setup=LONG),
    Bug((AppliesTwice,), [at_write(30, "power_cut", "A")], {BOOKS}),
    Bug(
        (ShowsItsRecovery,),
        [at_write(60, "kill", for_ms=50)],
        {STALE, ORDER},
        setup={**READS, "limits": {"timeout_ms": 40}, "disk": {"apply_ms": 2}},
    ),
    Bug((PromotesTheLaggard,), [LAGGARD, at_write(30, "power_cut", "A")], {LOSS, BOOKS}),
    Bug((HeadAnswers,), [BACKLOG, at_write(30, "power_cut", "head")], {LOSS, BOOKS}, CHAIN),
    Bug((ForwardsFirst,), [BOTH], {LOSS, BOOKS}, {**CHAIN, "replicas": 2}, SLOW_DISK),
    Bug((AnswersAnywhere, ReadsAnywhere), [BACKLOG], {STALE, ORDER, OWN, BACK}, CHAIN, READS),
    Bug((ShowsAtOnce,), [BACKLOG, at_write(40, "power_cut")], {PHANTOMS}, setup=READS),
    Bug((SaysNo,), [BLINK], {FAILED}, setup={**LONG, "limits": {"timeout_ms": 40}}),
    Bug((TakesAnyToken,), [ASLEEP], {EXCLUSION}, setup=LOCKS),
    Bug((HopesForTheBest,), [ISOLATED], {LOSS, BOOKS}, setup={**LONG, "limits": {"timeout_ms": 100}}),
    Bug(
        (RetriesBlindly,),
        [{"at_ms": 30, "do": "cut", "from": ["A"], "to": ["clients"], "for_ms": 60}],
        {BOOKS, TWICE},
        setup={**LONG, "limits": {"timeout_ms": 100}},
    ),
]


def inject(bug: Bug, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put the wrong classes into the place of those that they inherit from."""
    topology = str(bug.design.get("topology", "leader-follower"))
    pair = [next((wrong for wrong in bug.wrong if issubclass(wrong, right)), right) for right in TOPOLOGIES[topology]]
    monkeypatch.setitem(TOPOLOGIES, topology, tuple(pair))
    for right in (Client, Store):
        for wrong in bug.wrong:
            if issubclass(wrong, right):
                monkeypatch.setattr(f"sim.run.{right.__name__}", wrong)


def attack(bug: Bug) -> Run:
    run = play(bug.design, *bug.faults, **bug.setup)
    assert not run.unfired
    return run


@pytest.mark.parametrize("bug", BUGS, ids=str)
def test_the_right_protocol_survives_the_attack(bug: Bug) -> None:
    assert {check for check, verdict in verdicts(attack(bug)).items() if verdict != "holds"} & bug.caught_by == set()


@pytest.mark.parametrize("bug", BUGS, ids=str)
def test_the_wrong_one_is_caught(bug: Bug, monkeypatch: pytest.MonkeyPatch) -> None:
    inject(bug, monkeypatch)
    run = attack(bug)
    assert {check for check, verdict in verdicts(run).items() if verdict == "broken"} >= bug.caught_by
    for check in bug.caught_by:
        assert all(0 <= number < len(run.trace.events) for number in run.findings[check].evidence)


def test_every_check_catches_something() -> None:
    assert set[str]().union(*(bug.caught_by for bug in BUGS)) == {*CHECKS}
