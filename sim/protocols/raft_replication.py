"""Raft's log: what a leader sends, what a follower takes, and when an entry is committed (sections 5.3, 5.4 and 7).

The leader sends entries on before its own fsync (dissertation, 10.2.1), but counts nobody's copy, its own included, before it
is durable. Entries are pipelined; only where a follower's log does not agree, one message at a time looks for the place. Who is
behind gets the log in batches, each after the answer to the one before.
"""

from __future__ import annotations

from sim.node import Cluster, Effects, Fsync, Note, Send, Timer, Write
from sim.protocols.messages import Install, Stale
from sim.protocols.raft_election import Elections
from sim.protocols.raft_messages import Appended, AppendEntries, Mismatch
from sim.protocols.raft_progress import Progress, Rounds, held_by
from sim.records import Cut, Entry, Epoch, Record

NO_OP = ("no-op",)


class Replication(Elections):
    """A server that keeps its log like the leader's."""

    batch = 64  # how many entries a message carries at most

    def __init__(self, name: str, cluster: Cluster) -> None:
        super().__init__(name, cluster)
        self.committed = 0
        # as a leader
        self.followers: dict[str, Progress] = {}
        self.rounds = Rounds()
        self.counts_from = 1  # the first entry of this term: the first that is committed by counting
        # as a follower
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
        if self.role == "leader":
            yield from self.commit()
        elif self.owes_ack and self.leader:
            yield from self.acknowledge()

    # The leader

    def lead(self) -> Effects:
        """Begin a term with an entry of its own: with it all that came before is committed (5.4.2)."""
        self.leader, last = self.name, self.log.last
        self.counts_from = last + 1
        self.followers = {other: Progress(last + 1, self.now) for other in self.others}
        self.rounds = Rounds()
        yield from self.play("leader")
        yield from self.beat()
        if last:
            yield from self.append(Entry(last + 1, self.epoch, "", "", NO_OP))
        self.reads_from = self.log.last

    def resign(self) -> Effects:
        """Nothing more is sent or counted."""
        self.followers = {}
        return iter(())

    def append(self, entry: Entry) -> Effects:
        """Put an entry at the end of the log and send it to all whose log agrees so far."""
        log, n = self.log, entry.n
        message = AppendEntries(self.epoch, n - 1, log.last_epoch, (entry,), self.committed, self.rounds.last)
        log.append(entry)
        if entry.op:
            yield Note("received", (entry.op,), n)
        yield Write(entry)
        for name, follower in self.followers.items():
            if not follower.probing and follower.next == n:
                follower.next = n + 1
                yield Send(name, message)
        yield Fsync()

    def on_beat(self) -> Effects:
        """Heartbeats, as long as a majority answers (dissertation, 6.2): else another may lead already."""
        if self.role == "leader":
            heard = held_by((self.now, *(follower.heard_at for follower in self.followers.values())), self.cluster.majority)
            if self.now - heard >= self.design.election_us:
                self.leader = ""
                yield from self.stand_down()
            else:
                yield from self.beat()

    def beat(self) -> Effects:
        """Begin a round."""
        self.rounds.begin(self.now)
        for name, follower in self.followers.items():
            yield Send(name, self.after(follower.next - 1))
        yield Timer("beat", self.cluster.heartbeat_us)

    def after(self, prev: int, upto: int = 0) -> AppendEntries:
        """The entries from `prev` to `upto` with what a follower checks."""
        entries = tuple(self.log.between(prev, upto))
        return AppendEntries(self.epoch, prev, self.log.epoch_at(prev), entries, self.committed, self.rounds.last)

    def catch_up(self, name: str, follower: Progress) -> Effects:
        """Send all that a follower has not, or the state where the log does not go back so far (section 7)."""
        if follower.next < self.log.first:
            snapshot = self.snapshot()
            yield Send(name, Install(self.epoch, snapshot, tuple(self.state.ops)))
            follower.next, follower.probing = snapshot.n + 1, True  # what follows is sent once it has this
        elif follower.next <= self.log.last:
            upto = min(self.log.last, follower.next - 1 + self.batch)
            yield Send(name, self.after(follower.next - 1, upto))
            if not follower.probing:
                follower.next = upto + 1

    def on_appended(self, name: str, message: Appended) -> Effects:
        """Advance nextIndex and matchIndex."""
        if self.role != "leader" or message.term != self.epoch:
            return
        follower = self.followers[name]
        follower.heard_at = self.now
        n = message.n
        if n > follower.match:
            follower.match = n
        if follower.probing or follower.next <= self.log.last:
            yield from self.advance(name, follower, n)
        if n > self.committed:
            yield from self.commit()
        if message.round > follower.round:
            follower.round = message.round
            yield from self.on_answer()

    def advance(self, name: str, follower: Progress, n: int) -> Effects:
        """The logs agree up to there: send what follows, once all that was sent is there."""
        if n >= follower.next - 1:
            follower.next, follower.probing = max(follower.next, n + 1), False
            yield from self.catch_up(name, follower)

    def on_mismatch(self, name: str, message: Mismatch) -> Effects:
        """Go back to where the logs agree. Of many refusals of pipelined entries the first counts."""
        if self.role != "leader" or message.term != self.epoch:
            return
        follower = self.followers[name]
        follower.heard_at = self.now
        if message.prev == follower.next - 1 if follower.probing else message.prev > follower.match:
            follower.next = max(follower.match, self.log.common_prefix(message.ends)) + 1
            follower.probing = True
            yield from self.catch_up(name, follower)
        if message.round > follower.round:
            follower.round = message.round
            yield from self.on_answer()

    def on_answer(self) -> Effects:
        """A follower has answered a newer round."""
        rounds = [follower.round for follower in self.followers.values()]
        if self.rounds.confirm(rounds, self.cluster.majority):
            yield from self.on_confirmed()

    def commit(self) -> Effects:
        """Leaders: an N of which a majority has a durable copy, if log[N] is of this term (figure 8)."""
        marks = [follower.match for follower in self.followers.values()]
        marks.append(self.durable)
        n = held_by(marks, self.cluster.majority)
        if n > self.committed and n >= self.counts_from:
            for entry in self.log.between(self.committed, n):
                if entry.op:
                    yield Note("committed", (entry.op,), entry.n)
            self.committed = n
            yield from self.apply_to(n)

    # The follower

    def on_appendentries(self, leader: str, message: AppendEntries) -> Effects:
        """AppendEntries' receiver, in the order of figure 2."""
        if message.term < self.epoch:
            yield Send(leader, Stale(self.epoch))
            return
        yield from self.hear(leader, message.term)
        self.round = max(self.round, message.round)
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
        """Whether the log has an entry of this term there; what was trimmed is committed, so it is the leader's too."""
        return prev < self.log.first - 1 or (prev <= self.log.last and self.log.epoch_at(prev) == term)

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

    # Snapshots

    def on_install(self, leader: str, message: Install) -> Effects:
        """InstallSnapshot's receiver; a log that has the snapshot's last entry has all of it."""
        if message.epoch < self.epoch:
            yield Send(leader, Stale(self.epoch))
            return
        yield from self.hear(leader, message.epoch)
        snapshot = message.snapshot
        if not self.agrees(snapshot.n, snapshot.ends[-1][0]):
            yield from self.install(snapshot, leader)
            self.owes_ack = True
        self.matched = max(self.matched, snapshot.n)
        yield from self.learn_commit(snapshot.n)
        if not self.owes_ack:
            yield from self.acknowledge()

    # What clients are told

    def on_confirmed(self) -> Effects:
        """A hook: a majority has answered a newer round."""
        return iter(())
