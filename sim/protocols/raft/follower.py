"""Raft's followers: what they take from a leader, and what they answer (sections 5.3 and 7 of the paper).

Nothing is answered before it is durable: neither an entry nor the term in which it came.
"""

from __future__ import annotations

from sim.node import Cluster, Effects, Fsync, Note, Send, Timer, Write
from sim.protocols.messages import Install, Stale
from sim.protocols.raft.election import Elections
from sim.protocols.raft.messages import Appended, AppendEntries, Mismatch
from sim.records import Cut, Entry, Epoch, Record


class Follower(Elections):
    """A server that keeps its log like the leader's."""

    def __init__(self, name: str, cluster: Cluster) -> None:
        super().__init__(name, cluster)
        self.committed = 0
        self.matched = 0  # how far the log is known to be like that of this term's leader
        self.round = 0  # that leader's last round
        self.acked = 0  # what it was told last
        self.owes_ack = False  # whether it must be told more once that is durable

    def on_restart(self, records: tuple[Record, ...]) -> Effects:
        """Wait for a leader. Whether one that has a lease was heard before, nobody knows: assume it."""
        yield from super().on_restart(records)
        self.committed, self.heard_at = self.applied, self.now
        yield from self.play("follower")
        yield self.await_leader()

    def on_durable(self, records: tuple[Record, ...]) -> Effects:
        """Read the disk as a restart would: up to where it is like the log, the log is durable."""
        for record in records:
            kind = type(record)
            if kind is Cut:
                self.durable = min(self.durable, record.n)
            elif kind is Epoch:
                yield from self.on_firm(record)  # type: ignore[arg-type]
            elif self.log.holds(record) if kind is Entry else record.n <= self.log.last:  # type: ignore[arg-type]
                self.durable = max(self.durable, record.n)
        if self.owes_ack and self.leader and self.role != "leader":
            yield from self.acknowledge()

    def on_appendentries(self, leader: str, message: AppendEntries) -> Effects:
        """AppendEntries' receiver, in the order of figure 2."""
        if message.term < self.epoch:
            yield Send(leader, Stale(self.epoch))
            return
        yield from self.hear(leader, message.term)
        self.round = message.round
        log, prev = self.log, message.prev
        if (prev != log.last or message.prev_term != log.last_epoch) and not self.agrees(prev, message.prev_term):
            yield Send(leader, Mismatch(self.epoch, prev, log.ends_upto(prev), self.round))
            return
        if message.entries:
            yield from self.take(message.entries)
        self.matched = max(self.matched, prev + len(message.entries))
        if message.committed > self.committed:
            yield from self.learn_commit(message.committed)
        if not self.owes_ack or not message.entries:
            yield from self.acknowledge()

    def hear(self, leader: str, term: int) -> Effects:
        """A message of the present leader, or of a new one: be its follower."""
        self.heard_at = self.now
        if term > self.epoch:
            yield from self.adopt(term)
        if self.leader != leader:
            self.leader, self.matched, self.round, self.acked, self.owes_ack = leader, 0, 0, 0, False
            yield from self.stand_down()
        yield Timer("election", self.patience_us)

    def agrees(self, prev: int, term: int) -> bool:
        """Whether the log has an entry of this term there."""
        return prev <= self.log.last and self.log.epoch_at(prev) == term

    def take(self, entries: tuple[Entry, ...]) -> Effects:
        """Append what is not there yet; an entry that conflicts goes, with all that follow it."""
        log = self.log
        if entries[0].n != log.last + 1:
            entries = tuple(entry for entry in entries if not log.holds(entry))
            if entries and entries[0].n <= log.last:
                yield from self.discard_after(entries[0].n - 1)
        for entry in entries:
            log.append(entry)
            if entry.op:
                yield Note("received", (entry.op,), entry.n)
            yield Write(entry)
        if entries:
            self.owes_ack = True
            yield Fsync()

    def learn_commit(self, committed: int) -> Effects:
        """Commit index: the leader's, but no further than the logs are known to agree."""
        n = min(committed, self.matched)
        if n > self.committed:
            self.committed = n
            yield from self.apply_to(n)

    def acknowledge(self) -> Effects:
        """Tell the leader how far its log is durable here; nothing is said in a term that is not."""
        n = min(self.matched, self.durable)
        self.owes_ack = n < self.matched or not self.firm
        if self.firm:
            fresh, self.acked = n > self.acked, max(n, self.acked)
            yield Send(self.leader, Appended(self.epoch, n, self.round, self.log.op_at(n) if fresh else ""))

    def on_install(self, leader: str, message: Install) -> Effects:
        """InstallSnapshot's receiver; a log that has the snapshot's last entry has all of it."""
        if message.epoch < self.epoch:
            yield Send(leader, Stale(self.epoch))
            return
        yield from self.hear(leader, message.epoch)
        snapshot = message.snapshot
        if not self.agrees(snapshot.n, snapshot.ends[-1][0]):
            yield from self.install(snapshot, leader)
        self.matched = max(self.matched, snapshot.n)
        yield from self.learn_commit(snapshot.n)
        yield from self.acknowledge()
