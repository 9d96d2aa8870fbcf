"""The in-sync set, as its leader sees it: the controllers decide who is in it, the leader proposes."""

from __future__ import annotations

from sim.node import Cluster, Effects, Note, Send
from sim.protocols.leader_follower.patience import Patience
from sim.protocols.messages import InSync, Propose


class InSyncLeader(Patience):
    """The leader waits for all that are in the set, and for those that it has proposed for it: they may be in it already.

    It has one proposal open at a time, and repeats it until it is decided; only then does it count without a member.
    With `min_in_sync` and another `wait_for` there is no set: those count who have acked lately (Redis' min-replicas).
    """

    def __init__(self, name: str, cluster: Cluster) -> None:
        super().__init__(name, cluster)
        self.keeps_set = self.design.wait_for == "in-sync"
        self.in_sync: tuple[str, ...] = cluster.replicas
        self.version = 0
        self.proposed: tuple[str, ...] | None = None
        if self.acks_heartbeats:
            self.tick_us = min(self.tick_us, self.design.in_sync_lag_us // 3)

    def start_waiting(self) -> None:
        """The set is as the controllers said at the promotion."""
        super().start_waiting()
        self.proposed = None
        for peer in self.in_sync if self.keeps_set else ():
            if peer != self.name:
                self.progress[peer].caught_up_at = self.now  # it has as long as any other to show that it lives
        self.count_in_sync()

    def count_in_sync(self) -> None:
        """Count on the members, and wait for those proposed too."""
        waited_for = (*self.in_sync, *(self.proposed or ()))
        self.count.in_sync = tuple(peer for peer in self.peers if peer in waited_for)
        self.count.enough_in_sync = len(self.in_sync) >= self.design.min_in_sync

    @property
    def enough_in_sync(self) -> bool:
        """Whether there are as many copies as writes need: Kafka's NotEnoughReplicas, Redis' NOREPLICAS."""
        if self.keeps_set:
            return self.count.enough_in_sync
        latest = self.now - self.design.in_sync_lag_us
        fresh = sum(one.heard_at is not None and one.heard_at >= latest for one in self.progress.values())
        return 1 + fresh >= self.design.min_in_sync

    def review(self) -> Effects:
        """Propose to put out who has lagged for too long, and to let in who has caught up."""
        if self.proposed is None:
            wanted = tuple(name for name in self.cluster.replicas if name == self.name or self.belongs(name))
            if wanted == self.in_sync:
                return
            self.proposed = wanted
            self.count_in_sync()
        for controller in self.cluster.controllers:
            yield Send(controller, Propose(self.epoch, self.proposed))

    def belongs(self, peer: str) -> bool:
        """A member that keeps up stays; another comes in once it has all that was committed without it."""
        member = peer in self.in_sync or self.count.positions[peer] >= self.committed
        return member and self.keeps_up(peer, self.design.in_sync_lag_us)

    def on_insync(self, _: str, message: InSync) -> Effects:
        """The controllers have decided: this is durable there, so the leader may count on it."""
        if self.role == "leader" and message.epoch == self.epoch and message.version > self.version:
            self.version, self.in_sync = message.version, message.members
            if self.proposed == message.members:
                self.proposed = None
            self.count_in_sync()
            yield Note("in_sync", n=message.version, text=" ".join(message.members))
            yield from self.commit()
