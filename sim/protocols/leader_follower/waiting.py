"""What a leader waits for before it answers: its own log, and the acks of enough followers."""

from __future__ import annotations

from sim.node import Cluster, Effects, Note, Reply, Request, Send
from sim.protocols.leader_follower.acks import AckCount, Progress, covered_by
from sim.protocols.leader_follower.following import Follower
from sim.protocols.messages import Ack, Behind
from sim.records import Entry, Record, Result


class Waiting(Follower):
    """The writing half of a leader.

    An entry is committed when the leader's own log has it, in the sense of `leader_fsync`, and enough followers have acked
    it. `owed` has the entries whose clients wait for an answer, and since when; `early` what those found that were executed
    before they were committed; `warnings` what else a client is told.
    """

    def __init__(self, name: str, cluster: Cluster) -> None:
        super().__init__(name, cluster)
        design = self.design
        self.committed = self.inherited = 0
        self.count = AckCount()
        self.covered = self.rule = covered_by(design)
        self.owed: dict[int, int] = {}
        self.early: dict[int, Result | None] = {}
        self.warnings: dict[int, str] = {}
        self.counts_durable = design.leader_fsync == "before-ack"
        self.ships_durable = design.ship_when == "durable"
        self.shows_first = design.waits and design.visible == "before-wait"
        self.times_out = design.waits and design.on_wait_timeout != "block"
        self.timing = False  # the timer runs
        self.progress: dict[str, Progress] = {}
        self.tracks = self.acks_heartbeats or (design.waits and design.on_wait_timeout == "degrade")
        self.degraded_at: int | None = None  # the log index after which it has not waited

    @property
    def own(self) -> int:
        """How far the leader counts its own log."""
        return self.durable if self.counts_durable else self.log.last

    def dispensable(self) -> int:
        return min(self.applied, self.committed) if self.role == "leader" else self.applied

    def start_waiting(self) -> None:
        """Nobody has acked anything to a new leader yet.

        What it inherits is visible at once, as on any server that is promoted; a client that asks for such a write again
        waits for the acks that the new leader gets.
        """
        self.count.positions = dict.fromkeys(self.peers, 0)
        self.progress = {peer: Progress(mark=(self.log.last, self.now)) for peer in self.peers}
        self.covered, self.degraded_at = self.rule, None
        self.committed, self.inherited = 0, self.own
        self.shipped = self.durable if self.ships_durable else self.log.last

    # Writes

    def accept(self, request: Request, client: str) -> Effects:
        """Log it, and owe the client an answer."""
        yield from super().accept(request, client)
        n = self.log.last
        self.owed[n] = self.now
        if self.times_out and not self.timing:
            yield from self.watch_time(self.now)
        if not self.ships_durable:
            self.shipped = n
            yield from self.ship(self.peers, n - 1)
        if not self.counts_durable:
            yield from self.commit()

    def accept_again(self, n: int, request: Request, client: str) -> Effects:
        """A repeated write that the log has is not logged again; an answer that is due later is owed again.

        A follower trims what it has applied. Until enough others have that too, a new leader has nothing to say about it.
        """
        if n < self.log.first and self.committed < self.log.first - 1:
            yield from self.refuse(request, client)
            return
        yield from self.repeated(n, request, client)
        if n > self.dispensable() and n not in self.owed:
            self.owed[n] = self.now
            if n <= self.applied:
                self.early[n] = self.state.apply(self.log.at(n))  # it knows what it returned the first time
            if self.times_out and not self.timing:
                yield from self.watch_time(self.now)

    def on_durable(self, records: tuple[Record, ...]) -> Effects:
        """What is durable here may be shipped and counted."""
        if self.role != "leader":
            yield from super().on_durable(records)
            return
        self.mark_durable(records)
        if self.ships_durable:
            yield from self.ship_durable(self.peers)
        yield from self.commit()

    def on_ack(self, follower: str, message: Ack) -> Effects:
        """Count it."""
        if self.role == "leader" and (message.epoch == self.epoch or not self.fenced):
            self.count.positions[follower] = message.n
            if self.tracks:
                yield from self.track(follower, message.n)
            yield from self.commit()

    def commit(self) -> Effects:
        """Advance over what this log has and enough followers have acked; answer what was executed before that."""
        own, covered, before = self.own, self.covered(self.count), self.committed
        if self.shows_first:
            yield from self.apply_to(own)
        upto = min(own, covered)
        if upto <= before:
            return
        self.committed = upto
        for entry in self.log.between(max(before, self.inherited), upto):
            yield Note("committed", (entry.op,), entry.n)
        if self.early:
            yield from self.answer_early(upto)
        yield from self.apply_to(upto)

    def answer_early(self, upto: int) -> Effects:
        """Those that were executed before may be answered now."""
        for n in [n for n in self.early if n <= upto]:
            yield from self.answer(self.log.at(n), self.early.pop(n))

    def executed(self, entry: Entry, result: Result | None) -> Effects:
        """Answer once the write is both executed and committed, or earlier with a warning."""
        if self.role != "leader":
            yield from super().executed(entry, result)
        elif entry.n <= self.committed or entry.n in self.warnings:
            yield from self.answer(entry, result)
        elif entry.n in self.owed:
            self.early[entry.n] = result

    def answer(self, entry: Entry, result: Result | None) -> Effects:
        """Tell the client that waits, if one does, that its write is done. Without its lease a leader does not know that."""
        n = entry.n
        if not self.serves:
            yield from self.tell_unsure(entry, "the lease has run out")
        elif self.owed.pop(n, None) is not None:
            warning = self.warnings.pop(n, "") if self.warnings else ""
            yield Send(entry.client, Reply(entry.op, True, result, (entry.epoch, n), False, warning))

    def on_behind(self, follower: str, message: Behind) -> Effects:
        """Catch a follower up, from the log or with a snapshot."""
        if self.role == "leader" and (message.epoch == self.epoch or not self.fenced):
            yield from self.ship((follower,), message.last)

    def stop_waiting(self) -> Effects:
        """A leader that is one no more cannot tell what will become of the writes that it owes answers for."""
        for n in sorted(self.owed):
            yield from self.tell_unsure(self.log.at(n), "this replica leads no more")
        self.warnings.clear()

    def tell_unsure(self, entry: Entry, text: str) -> Effects:
        """The write stays in the log and its client gives up: it may be kept, or lost."""
        if self.owed.pop(entry.n, None) is not None:
            self.early.pop(entry.n, None)
            yield Send(entry.client, Reply(entry.op, False, unsure=True, text=text))

    # Hooks of `sim.protocols.leader_follower.patience`

    def watch_time(self, since: int) -> Effects:
        """A client waits since then, and its patience is not endless."""
        return iter(())

    def track(self, follower: str, n: int) -> Effects:
        """A follower has acked up to `n`."""
        return iter(())
