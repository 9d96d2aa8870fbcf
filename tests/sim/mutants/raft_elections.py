"""Wrong elections in Raft."""

from __future__ import annotations

from dataclasses import replace

from sim.node import Effects
from sim.protocols.raft.messages import AppendEntries, RequestVote
from sim.protocols.raft.raft import Raft
from sim.records import Epoch
from tests.sim.helpers import at_write
from tests.sim.mutants.mutant import (
    APART,
    BOOKS,
    FORKS,
    LAGGARD,
    LONG,
    LOSS,
    QUICK,
    RAFT,
    Mutant,
    campaign,
    cut,
)


class VotesAgain(Raft):
    """A restart forgets for whom this server has voted."""

    def recall(self, known: Epoch) -> None:
        super().recall(Epoch(known.n))


class VotesFromMemory(Raft):
    """A vote is given before it is on the disk."""

    def vote_for(self, candidate: str) -> Effects:
        yield from super().vote_for(candidate)
        if self.owes_vote:
            yield from self.give_vote()


class ForgetsItsTerm(Raft):
    """A restart forgets which term it was."""

    def recall(self, known: Epoch) -> None:
        super().recall(Epoch(0))


class VotesForAnyone(Raft):
    """A voter does not compare logs."""

    def on_requestvote(self, candidate: str, message: RequestVote) -> Effects:
        yield from super().on_requestvote(candidate, replace(message, last_term=1 << 30))


class ElectsItself(Raft):
    """A candidate leads with one vote less than a majority."""

    def count(self, voter: str) -> Effects:
        self.votes.add("")
        yield from super().count(voter)


class ObeysOldTerms(Raft):
    """A follower takes entries from a leader of an older term."""

    def on_appendentries(self, leader: str, message: AppendEntries) -> Effects:
        yield from super().on_appendentries(leader, replace(message, term=max(self.epoch, message.term)))


# The vote of A makes B a leader at 70 ms; meanwhile A restarts and C asks it for its vote in the same term.
TWO_CANDIDATES = [
    cut(38, ["B", "c1"], ["C", "c2", "c3"], 600),
    campaign(40, "B"),
    {"at_ms": 41, "do": "slow", "from": ["A"], "to": ["B"], "delay_ms": 30},
    campaign(50, "C"),
]
RESTART = {"at_ms": 45, "do": "kill", "node": "A", "for_ms": 1}

MUTANTS = [
    Mutant((VotesAgain,), [*TWO_CANDIDATES, RESTART], {LOSS, FORKS, APART, BOOKS}, "raft writes", RAFT, QUICK),
    Mutant((ForgetsItsTerm,), [*TWO_CANDIDATES, RESTART], {LOSS, FORKS, APART, BOOKS}, "raft writes", RAFT, QUICK),
    Mutant(
        (VotesFromMemory,),
        [
            *TWO_CANDIDATES,
            {"at_ms": 30, "do": "disk_slow", "node": "A", "ms": 20},
            {**RESTART, "do": "power_cut", "tail": "lost"},
        ],
        {LOSS, FORKS, APART, BOOKS},
        "raft writes",
        RAFT,
        QUICK,
    ),
    Mutant(
        (VotesForAnyone,),
        [LAGGARD, at_write(30, "power_cut", "A"), {"at_ms": 90, "do": "pause", "node": "B", "for_ms": 400}],
        {LOSS, BOOKS},
        "raft writes",
        RAFT,
    ),
    Mutant(
        (ElectsItself,),
        [cut(40, ["B", "c1"], ["C", "c2", "c3"], 300), campaign(40, "B", "C")],
        {LOSS, FORKS, APART, BOOKS},
        "raft writes",
        RAFT,
        QUICK,
    ),
    Mutant(
        (ObeysOldTerms,),
        [
            {"at_ms": 40, "do": "pause", "node": "A", "for_ms": 500},
            {"at_ms": 42, "do": "cut", "from": ["B", "C"], "to": ["A"], "for_ms": 700},
        ],
        {LOSS},
        "raft writes",
        RAFT,
        {**LONG, "limits": {"timeout_ms": 300}},
    ),
]
