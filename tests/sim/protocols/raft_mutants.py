"""Wrong Rafts, each with one decision changed."""

from __future__ import annotations

from dataclasses import replace

from sim.node import Cluster, Effects, Reply, Request, Send
from sim.protocols.raft.messages import AppendEntries, RequestVote
from sim.protocols.raft.raft import Raft
from sim.records import Entry, Epoch


class CountsOldTerms(Raft):
    """An entry that a majority has is committed, whoever's it is (figure 8)."""

    def lead(self) -> Effects:
        yield from super().lead()
        self.counts_from = 1


class ForgetsItsVote(Raft):
    """The vote is not on the disk: after a restart it may be given again."""

    def recall(self, known: Epoch) -> None:
        super().recall(Epoch(known.n))


class VotesForAnyLog(Raft):
    """A vote for a candidate whose log is behind."""

    def on_requestvote(self, candidate: str, message: RequestVote) -> Effects:
        message = RequestVote(message.term, self.log.last_epoch, self.log.last, message.pre, message.forced)
        yield from super().on_requestvote(candidate, message)


class AcksFromMemory(Raft):
    """A follower acknowledges what is not yet on its disk."""

    def take(self, entries: tuple[Entry, ...]) -> Effects:
        yield from super().take(entries)
        self.durable, self.owes_ack = self.log.last, False


class AnswersAtOnce(Raft):
    """The leader answers as soon as the entry is in its own log."""

    def append(self, entry: Entry) -> Effects:
        yield from super().append(entry)
        if entry.op:
            yield Send(entry.client, Reply(entry.op, True))


class ContentWithLess(Raft):
    """One server too few is taken for a majority."""

    def __init__(self, name: str, cluster: Cluster) -> None:
        super().__init__(name, _Generous(**vars(cluster)))


class _Generous(Cluster):
    @property
    def majority(self) -> int:
        return len(self.replicas) // 2


class ObeysOldLeaders(Raft):
    """A follower takes entries of any term."""

    def on_appendentries(self, leader: str, message: AppendEntries) -> Effects:
        yield from super().on_appendentries(leader, replace(message, term=max(message.term, self.epoch)))


class KeepsItsFork(Raft):
    """Entries that conflict with the leader's stay."""

    def discard_after(self, keep: int) -> Effects:
        return iter(())

    def take(self, entries: tuple[Entry, ...]) -> Effects:
        if entries := tuple(entry for entry in entries if entry.n > self.log.last):
            yield from super().take(entries)


class ChecksNoPrevious(Raft):
    """A follower appends without looking at what comes before."""

    def agrees(self, prev: int, term: int) -> bool:
        return prev <= self.log.last


class ReadsWithoutRound(Raft):
    """Read-index without the question to a majority."""

    def read(self, request: Request, client: str) -> Effects:
        yield from self.answer_read(request, client) if self.role == "leader" else self.refuse(request, client)


class ReadsAtItsOldIndex(Raft):
    """A new leader reads before it knows how far the log was committed."""

    def lead(self) -> Effects:
        yield from super().lead()
        self.reads_from = 0


class LeaseWithoutMargin(Raft):
    """A lease that takes all clocks for equally fast."""

    def __init__(self, name: str, cluster: Cluster) -> None:
        super().__init__(name, cluster)
        self.lease_us = self.design.lease_us


class LeaseFromTheAnswer(Raft):
    """A lease that counts from the answers of a majority, not from the asking."""

    def on_confirmed(self) -> Effects:
        self.rounds.confirmed_at = self.now
        yield from super().on_confirmed()


class VotesWithinALease(Raft):
    """A follower that votes although it has heard from a leader just now."""

    @property
    def is_bound(self) -> bool:
        return False

    @property
    def is_loyal(self) -> bool:
        return False
