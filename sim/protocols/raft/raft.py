"""Raft as its clients see it: who leads, writes, and the several ways to read (Ongaro's dissertation, chapter 6).

There are no controllers: the leader itself tells clients who serves. An operation that its leader cannot answer any more,
because it leads no more, is reported as unsure.
"""

from __future__ import annotations

from typing import NamedTuple

from sim.node import Cluster, Effects, Locate, Note, Reply, Request, Send, Summary, View
from sim.protocols.raft.leader import Leader
from sim.records import Entry, Result, stamped

MILLION = 1_000_000
LOCAL = ("follower", "any", "sticky", "token")  # reads that any replica answers from its own state


class Read(NamedTuple):
    """A read that the leader answers once the round is confirmed and its state goes up to there."""

    round: int
    upto: int
    client: str
    request: Request


class Raft(Leader):
    """One server."""

    def __init__(self, name: str, cluster: Cluster) -> None:
        super().__init__(name, cluster)
        self.writers: dict[str, str] = {}  # by operation: the client that waits for it to be committed
        self.reading: list[Read] = []
        self.silent: tuple[str, ...] = ()  # followers that were not heard for an election time-out
        self.leased = False
        # a lease ends before a follower that counts faster votes for another
        self.lease_us = self.design.lease_us * (MILLION - self.design.max_drift_ppm) // MILLION

    # Office

    def lead(self) -> Effects:
        """Clients hear of it from the new leader."""
        yield from super().lead()
        self.silent, self.leased = (), False
        yield from self.publish()

    def resign(self) -> Effects:
        """Whoever leads next may commit the writes that wait, or not; reads have done nothing."""
        yield from super().resign()
        for op, client in self.writers.items():
            yield Send(client, Reply(op, False, unsure=True))
        for read in self.reading:
            yield from self.refuse(read.request, read.client)
        self.writers, self.reading = {}, []

    def on_beat(self) -> Effects:
        """Tell the clients when a follower falls silent or returns."""
        yield from super().on_beat()
        if self.role != "leader":
            return
        silent = tuple(
            name for name, follower in self.followers.items() if self.now - follower.heard_at >= self.design.election_us
        )
        if silent != self.silent:
            self.silent = silent
            yield from self.publish()
        if self.leased and not self.has_lease:
            self.leased = False
            yield Note("lease_lost", n=self.epoch)

    def on_locate(self, client: str, _: Locate) -> Effects:
        """A client that is lost asks everybody; the leader answers."""
        if self.role == "leader":
            yield Send(client, self.view())

    def publish(self) -> Effects:
        """Tell all clients who serves."""
        view = self.view()
        for client in self.cluster.clients:
            yield Send(client, view)

    def view(self) -> View:
        """Writers go to the leader, readers to whom the design names, without those that are silent."""
        awake = tuple(name for name in self.others if name not in self.silent)
        leader = () if self.design.reads == "follower" else (self.name,)
        return View(self.epoch, self.name, (*leader, *awake) if self.design.reads in LOCAL else leader)

    def summary(self) -> Summary:
        """A leader claims that its state is the one that counts."""
        return self.describe(claims=self.role == "leader", member=True)

    # Operations

    def on_request(self, client: str, request: Request) -> Effects:
        """Writes are the leader's."""
        if request.command[0] == "read":
            yield from self.read(request, client)
        elif self.role != "leader":
            yield from self.refuse(request, client)
        elif (n := self.log.find(request.op)) is None:
            self.writers[request.op] = client
            command = stamped(request.command, self.now + self.skew)
            yield from self.append(Entry(self.log.last + 1, self.epoch, request.op, client, command))
        else:
            if n > self.applied:
                self.writers[request.op] = client
            yield from self.repeated(n, request, client)

    def executed(self, entry: Entry, result: Result | None) -> Effects:
        """What is committed and applied is answered by the leader to whom it was entrusted."""
        client = self.writers.pop(entry.op, "")
        if client:
            yield Send(client, Reply(entry.op, True, result, (entry.epoch, entry.n)))

    def on_applied(self, entry: Entry) -> Effects:
        """Reads wait for the state, too."""
        yield from super().on_applied(entry)
        if self.reading:
            yield from self.answer_reads()

    # Reads

    def read(self, request: Request, client: str) -> Effects:
        """From the state as it is, or linearizably (6.4): the commit index now, and proof that nobody else leads."""
        reads, leads = self.design.reads, self.role == "leader"
        if (not leads and reads not in LOCAL) or (leads and reads == "follower"):
            yield from self.refuse(request, client)
        elif reads == "leader" or reads in LOCAL:
            yield from self.answer_read(request, client)
        else:
            needs = 0 if reads == "lease" and self.has_lease else self.rounds.last + 1
            self.reading.append(Read(needs, max(self.committed, self.reads_from), client, request))
            if needs and self.rounds.confirmed == self.rounds.last:
                yield from self.beat()
            yield from self.answer_reads()

    @property
    def has_lease(self) -> bool:
        """Whether no other can have been elected (6.4.1): it counts from the sending of a round that a majority answered."""
        return self.rounds.confirmed_at is not None and self.now < self.rounds.confirmed_at + self.lease_us

    def on_confirmed(self) -> Effects:
        """A majority has answered a round: it still led when it sent that. Reads that came since need another."""
        self.leased = self.design.reads == "lease"
        if self.reading:
            yield from self.answer_reads()
            if any(read.round > self.rounds.last for read in self.reading):
                yield from self.beat()

    def answer_reads(self) -> Effects:
        """Answer the reads that wait for nothing more."""
        confirmed, waiting, self.reading = self.rounds.confirmed, self.reading, []
        for read in waiting:
            if read.round <= confirmed and read.upto <= self.applied:
                yield from self.answer_read(read.request, read.client)
            else:
                self.reading.append(read)
