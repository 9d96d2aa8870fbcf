"""Leader-follower replication: one leader orders the writes, followers copy its log.

The leader makes a write durable, ships it, waits for as many acks as the design says, applies it and answers. Followers
apply what is durable in their log, as PostgreSQL standbys and MySQL replicas do. Epochs fence old leaders.
"""

from __future__ import annotations

from sim.node import Cluster, Effects, Fsync, Note, Reply, Request, Send, Summary, Write
from sim.protocols.messages import Ack, Append, Behind, Fence, Install, Lead, Position, Promote, Stale, Where
from sim.protocols.replica import Replica
from sim.records import Entry, Epoch, Record, Result, Snapshot


class LeaderFollower(Replica):
    """One replica; `role` is leader or follower."""

    def __init__(self, name: str, cluster: Cluster) -> None:
        super().__init__(name, cluster)
        self.leader = ""  # whose log this follower is aligned with in this epoch
        self.fenced_by = ""  # the controller that waits for a Position
        self.positions: dict[str, int] = {}
        self.committed = 0
        self.stranded = False  # the state holds what the leader's log has not, and cannot be taken back

    @property
    def peers(self) -> tuple[str, ...]:
        """All other replicas."""
        return tuple(name for name in self.cluster.replicas if name != self.name)

    @property
    def position(self) -> int:
        """How far this log goes, in the sense of `ack_when`."""
        return self.durable if self.design.ack_when == "durable" else self.log.last

    # Roles

    def on_boot(self) -> Effects:
        """The first replica is the leader of epoch 1."""
        self.epoch = 1
        self.leader = self.cluster.replicas[0]
        yield Write(Epoch(1))
        if self.leader == self.name:
            yield from self.lead()
        else:
            yield from self.play("follower")
        yield from self.beat()

    def on_restart(self, records: tuple[Record, ...]) -> Effects:
        """Come back as a follower of nobody, until a leader of the present epoch speaks up."""
        yield from super().on_restart(records)
        yield from self.play("follower")

    def lead(self) -> Effects:
        """Begin to lead: the whole log is taken over as committed, and the followers are told how it ends."""
        self.leader = self.name
        self.positions = dict.fromkeys(self.peers, 0)
        self.committed = self.shipped = self.durable
        self.reads_from = self.log.last
        yield from self.play("leader")
        yield from self.apply_to(self.committed)
        yield from self.announce()

    def announce(self) -> Effects:
        """Tell every follower who leads, how far the log was sent, and how far that follower has acked it."""
        for peer in self.peers:
            yield Send(peer, Lead(self.epoch, self.log.ends_tuple(), self.shipped, self.positions[peer]))

    def follow(self, epoch: int, leader: str) -> Effects:
        """Belong to an epoch, durably; an empty `leader` means: to a leader yet to be chosen."""
        self.epoch, self.leader, self.stranded = epoch, leader, False
        yield from self.play("follower")
        yield Write(Epoch(epoch))
        yield Fsync()

    def on_tick(self) -> Effects:
        """Heartbeats."""
        if self.role == "leader":
            yield from self.announce()
        yield from self.beat()

    # Clients

    def on_request(self, client: str, request: Request) -> Effects:
        """Writes are the leader's; reads are answered where the design says."""
        leads = self.role == "leader"
        if request.command[0] == "read":
            may = leads if self.design.reads == "leader" else self.design.reads == "any" or not leads
            yield from self.answer_read(request, client) if may else self.refuse(request, client)
        else:
            yield from self.accept(request, client) if leads else self.refuse(request, client)

    def executed(self, entry: Entry, result: Result | None) -> Effects:
        """The leader answers once the write is committed and applied."""
        if self.role == "leader" and entry.epoch == self.epoch:
            yield Send(entry.client, Reply(entry.op, True, result, (entry.epoch, entry.n)))

    # Replication

    def on_durable(self, records: tuple[Record, ...]) -> Effects:
        """What is durable here may be shipped and counted by a leader, acked and applied by a follower."""
        yield from super().on_durable(records)
        if self.fenced_by and any(isinstance(record, Epoch) and record.n == self.epoch for record in records):
            yield from self.tell_position()
        if self.role == "leader":
            yield from self.ship_durable(self.peers)
            yield from self.commit()
        else:
            if self.design.ack_when == "durable" and records:
                yield from self.ack()
            yield from self.apply_to(self.durable)

    def commit(self) -> Effects:
        """Advance over what is durable here and on as many followers as the design waits for."""
        needed = self.design.acks_needed
        acked = sorted(self.positions.values(), reverse=True)[needed - 1] if needed else self.durable
        before, self.committed = self.committed, max(self.committed, min(self.durable, acked))
        for entry in self.log.between(before, self.committed):
            yield Note("committed", (entry.op,), entry.n)
        yield from self.apply_to(self.committed)

    def obeys(self, source: str, epoch: int) -> bool:
        """A follower takes entries from the leader of its epoch alone."""
        return epoch == self.epoch and source == self.leader

    def wants(self, message: Install) -> bool:
        """A state that cannot be undone is replaced."""
        return self.stranded or super().wants(message)

    def install(self, snapshot: Snapshot, of: str) -> Effects:
        """From here on the leader's log is followed."""
        self.stranded = False
        yield from super().install(snapshot, of)

    def on_append(self, leader: str, message: Append) -> Effects:
        """Take entries that follow the end of the log; ask again where some are missing."""
        if message.epoch < self.epoch:
            yield Send(leader, Stale(self.epoch))
        elif self.obeys(leader, message.epoch) and not self.stranded:
            if message.prev > self.log.last:
                yield from self.ask_for_gap(leader)
            else:
                yield from self.store(self.fresh(message))

    def store(self, entries: list[Entry]) -> Effects:
        """Receive, write, fsync; ack at the point that the design names."""
        yield from self.receive(entries)
        if self.design.ack_when == "received":
            yield from self.ack()
        yield from self.write(entries)
        if self.design.ack_when == "written":
            yield from self.ack()
        yield Fsync()

    def ack(self) -> Effects:
        """Tell the leader the position."""
        n = self.position
        if self.leader and n and not self.stranded:
            yield Send(self.leader, Ack(self.epoch, n, self.log.op_at(n)))

    def on_ack(self, follower: str, message: Ack) -> Effects:
        """Count it."""
        if self.role == "leader" and message.epoch == self.epoch:
            self.positions[follower] = message.n
            yield from self.commit()

    def on_behind(self, follower: str, message: Behind) -> Effects:
        """Catch a follower up from the log."""
        if self.role == "leader" and message.epoch == self.epoch:
            yield from self.ship((follower,), message.last)

    # Epochs

    def on_lead(self, leader: str, message: Lead) -> Effects:
        """Obey the leader of the highest epoch; at its first word, discard what its log does not have."""
        if message.epoch < self.epoch:
            yield Send(leader, Stale(self.epoch))
            return
        if message.epoch > self.epoch or self.leader != leader:
            yield from self.follow(message.epoch, leader)
            keep = self.log.common_prefix(message.ends)
            self.stranded = not self.can_keep(keep)
            if not self.stranded:
                yield from self.discard_after(keep)
                yield from self.apply_to(self.durable)
        if self.stranded:
            yield from self.ask(leader, -1)
        elif message.sent > self.log.last:
            yield from self.ask_for_gap(leader)
        elif message.acked < self.position:
            yield from self.ack()

    def on_stale(self, _: str, message: Stale) -> Effects:
        """A newer epoch exists: stop leading."""
        if message.epoch > self.epoch:
            yield from self.follow(message.epoch, "")

    def on_fence(self, controller: str, message: Fence) -> Effects:
        """Promise to obey no older epoch; the promise must be durable before the answer."""
        promised_already = message.epoch == self.epoch and self.role != "leader"
        if message.epoch > self.epoch or promised_already:
            self.fenced_by = controller
            yield from self.follow(message.epoch, "")

    def tell_position(self) -> Effects:
        """Say how far the log goes; all of it is durable, as the fsync of the promise covered it."""
        controller, self.fenced_by = self.fenced_by, ""
        yield Send(controller, Position(self.epoch, self.log.last_epoch, self.log.last))

    def on_where(self, controller: str, message: Where) -> Effects:
        """Say how far the log goes and promise nothing."""
        yield Send(controller, Position(message.epoch, self.log.epoch_at(self.durable), self.durable))

    def on_promote(self, _: str, message: Promote) -> Effects:
        """Become the leader of this epoch."""
        if self.design.fencing == "none" and message.epoch > self.epoch:
            yield from self.follow(message.epoch, "")
        if message.epoch == self.epoch and self.role != "leader":
            yield Note("promoted", n=self.epoch, text=str(self.log.last))
            yield from self.lead()
            yield from self.beat()

    def summary(self) -> Summary:
        """A leader claims that its state is the one that counts."""
        return self.describe(claims=self.role == "leader", member=True)
