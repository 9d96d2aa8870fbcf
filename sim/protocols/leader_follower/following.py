"""What a follower does: it takes the leader's entries, acks them, keeps up, and obeys nobody of an older epoch."""

from __future__ import annotations

from sim.node import Cluster, Effects, Fsync, Send, Timer, Write
from sim.protocols.leased import Leased
from sim.protocols.messages import Ack, Append, Fence, Install, Lead, Position, Stale, Where
from sim.records import Entry, Epoch, Record, Result, Snapshot

FSYNC = Fsync()


class Follower(Leased):
    """A copy of a leader's log.

    `fenced`: epochs are checked, and whoever leads in an older one is told so. Without, entries are taken from whoever
    sends them, and only their places count, as with a follower that knows its leader by an address.
    """

    def __init__(self, name: str, cluster: Cluster) -> None:
        super().__init__(name, cluster)
        self.peers = tuple(other for other in cluster.replicas if other != name)
        self.leader = ""  # whose log this follower is aligned with in this epoch
        self.source = ""  # who sent something last: acks go there
        self.fenced_by = ""  # the controller that waits for a Position
        self.stranded = False  # the state holds what the leader's log has not, and cannot be taken back
        design = self.design
        self.fenced = design.fencing != "none"
        self.acks_received, self.acks_written, self.acks_durable, self.acks_applied = (
            design.ack_when == when for when in ("received", "written", "durable", "applied")
        )
        self.acks_heartbeats = design.wait_for == "in-sync" or design.min_in_sync > 1  # silence is held against it
        self.flushes_by_time = "every-n-ms" in (design.leader_fsync, design.follower_fsync)
        self.sync_as(design.follower_fsync)

    # The disk

    def sync_as(self, mode: str) -> None:
        """Sync the log before the ack, by a timer, or never; epochs are synced at once unless the mode is never."""
        self.syncs, self.at_once = mode != "never", mode == "before-ack"

    def begin_flushing(self) -> Effects:
        """Set the timer, if any role of this replica needs it."""
        if self.flushes_by_time:
            yield Timer("flush", self.design.fsync_every_us)

    def on_flush(self) -> Effects:
        """Sync what the last interval wrote."""
        if self.syncs and not self.at_once and self.durable < self.log.last:
            yield FSYNC
        yield from self.begin_flushing()

    @property
    def usable(self) -> int:
        """How far a follower applies its log: what is durable, if it syncs before it acks; else what is written."""
        return self.durable if self.at_once else self.log.last

    @property
    def position(self) -> int:
        """How far this log goes, in the sense of `ack_when`."""
        if self.acks_durable:
            return self.durable
        return self.applied if self.acks_applied else self.log.last

    def on_durable(self, records: tuple[Record, ...]) -> Effects:
        """What is durable may be acked and applied."""
        self.mark_durable(records)
        if self.fenced_by and any(isinstance(record, Epoch) and record.n == self.epoch for record in records):
            yield from self.tell_position()
        if self.acks_durable and records:
            yield from self.ack()
        yield from self.apply_to(self.usable)

    # Entries

    def obeys(self, source: str, epoch: int) -> bool:
        """A follower takes entries from the leader of its epoch alone, if anything fences the others."""
        if self.fenced:
            return epoch == self.epoch and source == self.leader
        return self.role != "leader" and epoch <= self.epoch

    def on_append(self, leader: str, message: Append) -> Effects:
        """Take entries that follow the end of the log; ask again where some are missing."""
        if message.epoch < self.epoch and self.fenced:
            yield Send(leader, Stale(self.epoch))
        elif self.obeys(leader, message.epoch) and not self.stranded:
            self.source = leader
            if message.prev > self.log.last:
                yield from self.ask_for_gap(leader)
            elif entries := self.fresh(message):
                yield from self.store(entries)
            else:
                yield from self.ack()

    def store(self, entries: list[Entry]) -> Effects:
        """Receive, write, fsync; ack at the point that the design names."""
        yield from self.receive(entries)
        if self.acks_received:
            yield from self.ack()
        yield from self.write(entries)
        if self.acks_written:
            yield from self.ack()
        if self.at_once:
            yield FSYNC
        else:
            yield from self.apply_to(self.log.last)

    def ack(self) -> Effects:
        """Tell the leader the position."""
        n = self.position
        if n and self.source and not self.stranded:
            yield Send(self.source, Ack(self.epoch, n, self.log.op_at(n)))

    def executed(self, entry: Entry, result: Result | None) -> Effects:
        """Reads see the entry."""
        if self.acks_applied:
            yield from self.ack()

    def wants(self, message: Install) -> bool:
        """A state that cannot be taken back is replaced."""
        return self.stranded or super().wants(message)

    def install(self, snapshot: Snapshot, of: str) -> Effects:
        """From here on the leader's log is followed."""
        self.stranded, self.source = False, of
        yield from super().install(snapshot, of)
        if not self.acks_durable:
            yield from self.ack()

    # The leader

    def follow(self, epoch: int, leader: str) -> Effects:
        """Belong to an epoch, durably; an empty `leader` means: to a leader yet to be chosen."""
        self.epoch, self.leader, self.source, self.stranded = epoch, leader, leader, False
        yield from self.play("follower")
        yield Write(Epoch(epoch))
        yield from self.sync()

    def on_lead(self, leader: str, message: Lead) -> Effects:
        """Obey the leader of the highest epoch; at its first word, discard what its log does not have."""
        if self.fenced and message.epoch < self.epoch:
            yield Send(leader, Stale(self.epoch))
        elif self.fenced or self.role != "leader":
            if message.epoch > self.epoch or (message.epoch == self.epoch and self.leader != leader):
                yield from self.follow(message.epoch, leader)
                yield from self.align(self.log.common_prefix(message.ends))
            yield from self.keep_up(leader, message)

    def align(self, keep: int) -> Effects:
        """Go back to where the leader's log and this one agree, if the state can go back so far."""
        self.stranded = not self.can_keep(keep)
        if not self.stranded:
            yield from self.discard_after(keep)
            yield from self.apply_to(self.usable)

    def keep_up(self, leader: str, message: Lead) -> Effects:
        """Ask for what the network has lost, and repeat an ack that it has lost."""
        self.source = leader
        if self.stranded:
            yield from self.ask(leader, -1)
        elif message.sent > self.log.last:
            yield from self.ask_for_gap(leader)
        elif message.acked < self.position:
            yield from self.ack()
        elif self.acks_heartbeats:
            yield Send(leader, Ack(self.epoch, self.position))

    def on_stale(self, _: str, message: Stale) -> Effects:
        """A newer epoch exists: stop leading."""
        if message.epoch > self.epoch:
            yield from self.follow(message.epoch, "")

    # Controllers

    def on_fence(self, controller: str, message: Fence) -> Effects:
        """Promise to obey no older epoch; the promise must be durable before the answer, where anything is."""
        promised_already = message.epoch == self.epoch and self.role != "leader"
        if message.epoch > self.epoch or promised_already:
            self.fenced_by = controller
            yield from self.follow(message.epoch, "")
            if not self.syncs:
                yield from self.tell_position()

    def tell_position(self) -> Effects:
        """Say how far the log goes; all of it is durable, as the fsync of the promise covered it."""
        controller, self.fenced_by = self.fenced_by, ""
        yield Send(controller, Position(self.epoch, self.log.last_epoch, self.log.last))

    def on_where(self, controller: str, message: Where) -> Effects:
        """Say how far the log goes and promise nothing."""
        yield Send(controller, Position(message.epoch, self.log.epoch_at(self.usable), self.usable))
