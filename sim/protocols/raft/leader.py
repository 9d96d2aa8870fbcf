"""Raft's leaders: what they send, and when an entry is committed (sections 5.3, 5.4 and 7 of the paper).

The leader sends entries on before its own fsync (dissertation, 10.2.1), but counts nobody's copy, its own included, before it
is durable. Entries are pipelined; only where a follower's log does not agree, one message at a time looks for the place. Who is
behind gets the log in batches, each after the answer to the one before.
"""

from __future__ import annotations

from sim.node import Cluster, Effects, Fsync, Note, Send, Timer, Write
from sim.protocols.messages import Install
from sim.protocols.raft.follower import Follower
from sim.protocols.raft.messages import Appended, AppendEntries, Mismatch
from sim.protocols.raft.progress import Progress, Rounds, held_by
from sim.records import Entry, Record

NO_OP = ("no-op",)


class Leader(Follower):
    """A server that leads, once it is elected."""

    batch = 1000  # how many entries a message carries at most

    def __init__(self, name: str, cluster: Cluster) -> None:
        super().__init__(name, cluster)
        self.followers: dict[str, Progress] = {}
        self.rounds = Rounds()
        self.counts_from = 1  # the first entry of this term: the first that is committed by counting

    def lead(self) -> Effects:
        """Begin a term with an entry of its own: with it all that came before is committed (5.4.2), and all else gives way.

        Only the very first leader has nothing before it.
        """
        self.leader, last = self.name, self.log.last
        self.counts_from = last + 1
        self.followers = {other: Progress(last + 1, self.now) for other in self.others}
        self.rounds = Rounds()
        yield from self.play("leader")
        yield from self.beat()
        if last or self.epoch > 1:
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

    def on_durable(self, records: tuple[Record, ...]) -> Effects:
        """Its own copy counts from now on."""
        yield from super().on_durable(records)
        if self.role == "leader":
            yield from self.commit()

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

    def on_confirmed(self) -> Effects:
        """A hook: a majority has answered a newer round."""
        return iter(())
