"""Leader-follower replication: one leader orders the writes, followers copy its log.

The leader makes a write durable, ships it, waits for as many acks as the design says, applies it and answers. Followers
apply what is durable in their log, as PostgreSQL standbys and MySQL replicas do. Epochs fence old leaders.
"""

from __future__ import annotations

from sim.node import Cluster, Effects, Note, Request, Send, Summary, Write
from sim.protocols.leader_follower.following import FSYNC
from sim.protocols.leader_follower.in_sync import InSyncLeader
from sim.protocols.messages import Grant, Lead, Promote, Resign
from sim.records import Epoch, Record


class LeaderFollower(InSyncLeader):
    """One replica; `role` is leader or follower."""

    def __init__(self, name: str, cluster: Cluster) -> None:
        super().__init__(name, cluster)
        design = self.design
        self.needs_copies = design.min_in_sync > 1
        self.leader_reads, self.follower_reads = design.reads != "follower", design.reads != "leader"

    # Roles

    def on_boot(self) -> Effects:
        """The first replica is the leader of epoch 1."""
        self.epoch = 1
        self.leader = self.source = self.cluster.replicas[0]
        yield Write(Epoch(1))
        if self.leader == self.name:
            yield from self.lead()
        else:
            yield from self.play("follower")
        yield from self.beat()
        yield from self.begin_flushing()

    def on_restart(self, records: tuple[Record, ...]) -> Effects:
        """Come back as a follower of nobody, until a leader of the present epoch speaks up."""
        yield from super().on_restart(records)
        yield from self.play("follower")
        yield from self.begin_flushing()
        if not self.at_once:
            yield from self.apply_to(self.log.last)

    def play(self, role: str) -> Effects:
        """Clients execute side by side at a leader; a follower has the workers that the design gives it."""
        leads = role == "leader"
        self.sync_as(self.design.leader_fsync if leads else self.design.follower_fsync)
        self.workers = 0 if leads else self.design.apply_workers
        yield from super().play(role)

    def lead(self) -> Effects:
        """Begin to lead: the whole log is taken over, and the followers are told how it ends."""
        self.leader, self.stranded = self.name, False
        self.reads_from = self.log.last
        if self.lease is not None:
            self.lease.forget()
        self.start_waiting()
        yield from self.play("leader")
        if self.at_once and self.durable < self.log.last:
            yield FSYNC
        yield from self.apply_to(self.inherited)
        yield from self.commit()
        yield from self.announce()

    def follow(self, epoch: int, leader: str) -> Effects:
        """Lead no more."""
        if self.role == "leader":
            yield from self.stop_waiting()
            if self.lease is not None:
                self.lease.forget()
        yield from super().follow(epoch, leader)

    def announce(self) -> Effects:
        """Tell every follower who leads, how far the log was sent, and how far that follower has acked it."""
        for peer in self.peers:
            yield Send(peer, Lead(self.epoch, self.log.ends_tuple(), self.shipped, self.count.positions[peer]))

    def on_tick(self) -> Effects:
        """Heartbeats."""
        if self.role == "leader":
            yield from self.announce()
            if self.keeps_set:
                yield from self.review()
        yield from self.beat()

    # Clients

    def on_request(self, client: str, request: Request) -> Effects:
        """Writes are the leader's; reads are answered where the design says."""
        leads = self.role == "leader"
        if request.command[0] == "read":
            may = self.leader_reads and self.serves if leads else self.follower_reads
            yield from self.answer_read(request, client) if may else self.refuse(request, client)
        elif not leads or not self.serves:
            yield from self.refuse(request, client)
        elif (place := self.log.find(request.op)) is not None:
            yield from self.accept_again(place, request, client)
        elif self.needs_copies and not self.enough_in_sync:
            yield from self.refuse(request, client)
        else:
            yield from self.accept(request, client)

    # Who may lead

    def on_grant(self, controller: str, message: Grant) -> Effects:
        """Only a leader has a use for a lease; one that came too late is nobody's."""
        if self.role == "leader":
            yield from super().on_grant(controller, message)

    def on_promote(self, _: str, message: Promote) -> Effects:
        """Become the leader of this epoch; where nothing fences, an epoch begins with the promotion."""
        if not self.fenced and message.epoch > self.epoch:
            yield from self.follow(message.epoch, "")
        if message.epoch == self.epoch and self.role != "leader":
            yield Note("promoted", n=self.epoch, text=str(self.log.last))
            self.in_sync = message.in_sync or self.cluster.replicas
            yield from self.lead()
            yield from self.beat()

    def on_order(self, what: str, about: str) -> Effects:
        """An operator demotes the leader, or cancels a wait."""
        if what == "cancel" and self.role == "leader":
            yield from self.cancel(about)
        elif what == "demote" and self.role == "leader":
            yield from self.follow(self.epoch, "")
            for controller in self.cluster.controllers:
                yield Send(controller, Resign(self.epoch))

    def summary(self) -> Summary:
        """A leader claims that its state is the one that counts."""
        return self.describe(claims=self.role == "leader", member=True)
