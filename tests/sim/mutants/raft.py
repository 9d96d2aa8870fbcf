"""Wrong logs and reads in Raft."""

from __future__ import annotations

from typing import Any

from sim.node import Effects, Reply, Request, Send
from sim.protocols.raft.raft import Raft
from sim.records import Entry
from tests.sim.helpers import at_write, load
from tests.sim.mutants.mutant import (
    APART,
    BOOKS,
    ISOLATED,
    LAGGARD,
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


class CountsOldTerms(Raft):
    """A leader commits an entry of an older term as soon as a majority has a copy (figure 8)."""

    def lead(self) -> Effects:
        yield from super().lead()
        self.counts_from = 1


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


class KeepsConflicts(Raft):
    """A follower keeps entries that conflict with the leader's, and takes only what comes after them."""

    def take(self, entries: tuple[Entry, ...]) -> Effects:
        yield from super().take(tuple(entry for entry in entries if entry.n > self.log.last))


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


class NoMarginInTerms(Raft):
    """A leader's lease lasts as long as its followers wait, however slow its clock may run."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.lease_us = self.design.lease_us


class IsDisloyal(Raft):
    """A server votes for another although it has just heard from a leader, which may hold a lease."""

    is_bound = is_loyal = False  # type: ignore[assignment]


LEASED = {**RAFT, "reads": "lease"}

# Figure 8 with 64 entries in the place of one, for a leader's first entry of its own term goes along with fewer.
COPIED = {"after": {"durable": {"node": "C", "nth": 64}}}
FIGURE_8 = [
    cut(0, ["A", "B"], ["C", "D", "E"], 150),  # A leads: its entries are on A and B
    cut(0, ["E"], [f"c{n}" for n in range(1, 64)], 300),
    campaign(60, "E"),  # E leads with the votes of C and D, and takes an entry of c64
    cut(64, ["E"], ["C", "D"], 150),  # which nobody else gets
    {"at_ms": 100, "do": "power_cut", "node": "A", "for_ms": 40},
    {"at_ms": 130, "do": "power_cut", "node": "E", "for_ms": 150},
    cut(150, ["A", "B"], ["D"], 500),
    campaign(160, "B"),  # C has voted in that term
    campaign(170, "B"),  # B leads with the votes of A and C, and sends them the old entries
    {**COPIED, "do": "cut", "from": ["A", "B"], "to": ["C", "D", "E"], "for_ms": 500},  # those, and none of its own
    {**COPIED, "delay_ms": 8, "do": "power_cut", "nodes": ["A", "B"], "for_ms": 1000},  # E leads: its entry is newer
]

MUTANTS = [
    Mutant(
        (CountsOldTerms,),
        FIGURE_8,
        {LOSS, BOOKS},
        "raft writes",
        {**RAFT, "replicas": 5},
        {
            "workload": load(clients=64, ops=128, think_ms=[0, 1], retry="idempotent", retries=100),
            "limits": {"timeout_ms": 100},
        },
    ),
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
    Mutant((ReadsAlone,), [ISOLATED, campaign(60, "B")], {STALE, ORDER}, "raft", RAFT, LOOKS),
    Mutant((ReadsEarly,), [at_write(30, "power_cut")], {STALE, ORDER}, "raft", RAFT, {**READS, **SLOW_DISK}),
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
