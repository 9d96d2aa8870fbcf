"""Wrong logs and reads in Raft."""

from __future__ import annotations

from typing import Any

from sim.node import Cluster, Effects, Reply, Request, Send
from sim.protocols.raft.raft import Raft
from sim.records import Entry
from tests.sim.helpers import at_write, load
from tests.sim.mutants.mutant import (
    APART,
    BOOKS,
    FORKS,
    ISOLATED,
    LAGGARD,
    LONG,
    LOOKS,
    LOSS,
    ORDER,
    PHANTOMS,
    QUICK,
    RAFT,
    READS,
    SLOW_DISK,
    STALE,
    Mutant,
    campaign,
    cut,
)


class AcksItsMemory(Raft):
    """A follower acks what it has received before it is durable."""

    def acknowledge(self) -> Effects:
        durable, self.durable = self.durable, self.log.last
        yield from super().acknowledge()
        self.durable = durable


class CountsItself(Raft):
    """The leader counts its own copy before it is durable."""

    def commit(self) -> Effects:
        durable, self.durable = self.durable, self.log.last
        yield from super().commit()
        self.durable = durable


class AnswersUncommitted(Raft):
    """The leader answers when a write is in its own log."""

    def append(self, entry: Entry) -> Effects:
        yield from super().append(entry)
        if client := self.writers.get(entry.op):
            yield Send(client, Reply(entry.op, True))


class ContentWithLess(Cluster):
    """One server too few is taken for a majority, for votes and for entries."""

    @property
    def majority(self) -> int:
        return len(self.replicas) // 2


class KeepsConflicts(Raft):
    """A follower keeps entries that conflict with the leader's, and takes only what comes after them."""

    def take(self, entries: tuple[Entry, ...]) -> Effects:
        yield from super().take(tuple(entry for entry in entries if entry.n > self.log.last))


class ChecksNothingBefore(Raft):
    """A follower appends without looking at what comes before."""

    def agrees(self, prev: int, term: int) -> bool:
        return prev <= self.log.last


class CommitsItsOwn(Raft):
    """A follower commits as far as the leader does, without knowing that its log is like the leader's up to there."""

    def learn_commit(self, committed: int) -> Effects:
        self.matched, matched = self.log.last, self.matched
        yield from super().learn_commit(committed)
        self.matched = matched


class ReadsAlone(Raft):
    """The leader answers reads by index without asking a majority whether it still leads."""

    def read(self, request: Request, client: str) -> Effects:
        if self.role == "leader":
            yield from self.answer_read(request, client)
        else:
            yield from self.refuse(request, client)


class ReadsEarly(Raft):
    """A new leader answers reads before an entry of its own term is committed."""

    def lead(self) -> Effects:
        yield from super().lead()
        self.reads_from = 0


class LeasesFromTheAnswers(Raft):
    """A leader's lease counts from the answers of a majority, not from the asking."""

    def on_confirmed(self) -> Effects:
        self.rounds.confirmed_at = self.now
        yield from super().on_confirmed()


class NoMarginInTerms(Raft):
    """A leader's lease lasts as long as its followers wait, however slow its clock may run."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.lease_us = self.design.lease_us


class IsDisloyal(Raft):
    """A server votes for another although it has just heard from a leader, which may hold a lease."""

    is_bound = is_loyal = False  # type: ignore[assignment]


LEASED = {**RAFT, "reads": "lease"}
OLD_SIDE = [f"c{n}" for n in range(1, 9)]
AT_ITS_THIRD = {"after": {"invoked": {"op": "c1/3"}}}

MUTANTS = [
    Mutant(
        (AcksItsMemory,),
        [LAGGARD, at_write(30, "power_cut", "A"), at_write(30, "power_cut", "B", for_ms=50)],
        {LOSS, BOOKS},
        "raft writes",
        RAFT,
        SLOW_DISK,
    ),
    Mutant(
        (CountsItself,),
        [
            LAGGARD,
            {"at_ms": 25, "do": "disk_slow", "node": "A", "ms": 20},
            at_write(30, "power_cut", "A", tail="lost", for_ms=50),
            at_write(30, "power_cut", "B"),
        ],
        {LOSS, BOOKS},
        "raft writes",
        RAFT,
    ),
    Mutant((AnswersUncommitted,), [ISOLATED], {LOSS, BOOKS}, "raft writes", RAFT, QUICK),
    Mutant((ContentWithLess,), [ISOLATED], {LOSS, FORKS}, "raft writes", RAFT, LONG),
    Mutant((KeepsConflicts,), [ISOLATED], {APART}, "raft writes", RAFT, QUICK),
    Mutant(
        (CommitsItsOwn,),
        [
            cut(30, ["leader", "c1", "c2"], ["rest"], 400),
            {"at_ms": 300, "do": "slow", "from": ["A"], "to": ["B", "C"], "delay_ms": 60},
            {"after": {"delivered": {"kind": "mismatch"}}, "do": "cut", "from": ["B", "C"], "to": ["A"], "for_ms": 2},
        ],
        {PHANTOMS},
        "raft reads anywhere",
        {**RAFT, "reads": "any"},
        {
            "workload": load(clients=4, ops=300, kind="register", keys=2, reads_percent=60, think_ms=[0, 20]),
            "limits": {"timeout_ms": 60},
        },
    ),
    Mutant(
        (ChecksNothingBefore,),  # A's entry and B's no-op stand at the same place
        [
            {**AT_ITS_THIRD, "do": "cut", "between": [["A", "c1"], ["rest"]], "for_ms": 20},
            {**AT_ITS_THIRD, "delay_ms": 5, "do": "campaign", "node": "B"},
        ],
        {APART},
        "raft writes",
        RAFT,
        {"workload": load(clients=3, ops=30, think_ms=[20, 60])},
    ),
    Mutant((ReadsAlone,), [ISOLATED, campaign(60, "B")], {STALE, ORDER}, "raft", RAFT, LOOKS),
    Mutant((ReadsEarly,), [at_write(30, "power_cut")], {STALE, ORDER}, "raft", RAFT, {**READS, **SLOW_DISK}),
    Mutant(
        (LeasesFromTheAnswers,),  # what A hears was said long ago
        [
            {"at_ms": 0, "do": "slow", "from": ["B", "C"], "to": ["A"], "delay_ms": 300},
            {"at_ms": 60, "do": "cut", "from": ["A"], "to": ["B", "C"], "for_ms": 1000},
            cut(60, OLD_SIDE, ["B", "C"], 1000),
        ],
        {ORDER},
        "raft leases",
        {**LEASED, "election_ms": 400},
        {
            "workload": load(clients=12, ops=1200, reads_percent=90, keys=1, kind="register", think_ms=[0, 10]),
            "limits": {"timeout_ms": 40},
        },
    ),
    Mutant(
        (NoMarginInTerms,),
        [
            {"at_ms": 0, "do": "drift", "node": "A", "ppm": -250_000},
            {"at_ms": 0, "do": "drift", "nodes": ["B", "C"], "ppm": 240_000},
            {**ISOLATED, "for_ms": 1500},
            campaign(530, "B"),
        ],
        {STALE, ORDER},
        "raft leases",
        {**LEASED, "max_drift_ppm": 400_000, "election_ms": 600},
        LOOKS,
    ),
    Mutant(
        (IsDisloyal,),
        [
            {"at_ms": 0, "do": "slow", "from": ["C"], "to": ["A"], "delay_ms": 200},
            cut(30, ["A", "c1"], ["B", "c2", "c3", "c4"], 900),
        ],
        {STALE, ORDER},
        "raft leases",
        {**LEASED, "election_ms": 300},
        {
            "workload": load(clients=4, ops=300, kind="register", keys=1, reads_percent=95, think_ms=[0, 20]),
            "limits": {"timeout_ms": 60},
        },
        seed=11,
    ),
]
