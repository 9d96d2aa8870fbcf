"""The failover controller of leader-follower replication: when a leader is replaced, by itself or on an operator's order.

A silent leader is held for dead. One that has restarted needs a new epoch, whoever gets it. Where failover is manual, silence
promotes nobody, and a leader that comes back leads again.
"""

from __future__ import annotations

from sim.node import Effects, Note, Send
from sim.protocols.controllers.succession import Succession
from sim.protocols.messages import Beat, Resign, Switchover


class FailoverController(Succession):
    """The chair alone acts; see `sim.protocols.controllers.succession` for its `phase`."""

    def readers(self) -> tuple[str, ...]:
        leader = self.serving[0]
        others = tuple(name for name in self.cluster.replicas if name != leader)
        return {"leader": (leader,), "follower": others}.get(self.design.reads, (leader, *others))

    # What calls for a new epoch

    def judge(self, silent: tuple[str, ...]) -> Effects:
        """A silent leader is replaced, if that is this controller's job."""
        if self.phase in ("idle", "awaiting") and self.serving[0] in silent and self.automatic and not self.cooling:
            yield from self.begin()

    def returned(self, replica: str) -> Effects:
        """A leader that restarted needs a new epoch, whoever gets it; where nothing is automatic now, itself."""
        dismissed = replica == self.resigned and not self.automatic
        if self.phase == "idle" and replica == self.serving[0] and not dismissed:
            yield from self.begin("" if self.automatic and not self.cooling else replica)

    def noticed(self, replica: str, message: Beat) -> Effects:
        """The promoted replica leads: tell the clients. One that should lead and does not has restarted unheard."""
        leads = message.role == "leader" and message.epoch == self.epoch
        self.used = max(self.used, message.epoch)
        if message.epoch > self.accepted.epoch and (message.role == "leader" or self.phase == "fencing"):
            # it was decided on a disk that was lost
            yield from self.begin(replica if message.role == "leader" else self.wanted)
        if replica != self.serving[0]:
            return
        if leads and self.phase in ("promoting", "awaiting"):
            self.phase = "idle"
            yield from self.publish()
        elif not leads:
            yield from self.returned(replica)

    def on_resign(self, replica: str, message: Resign) -> Effects:
        """An operator demoted the leader: its next heartbeat calls for another, or for nobody until the operator says who."""
        if replica == self.serving[0] and message.epoch == self.epoch:
            self.resigned = replica
        return iter(())

    def on_order(self, what: str, about: str) -> Effects:
        """An operator orders a promotion, wherever the chair is. What the replica lacks is lost: the operator's risk."""
        if what == "promote":
            yield from self.on_switchover(self.name, Switchover(about))
            for peer in () if self.chairs else self.peers:
                yield Send(peer, Switchover(about))

    def on_switchover(self, _: str, message: Switchover) -> Effects:
        """Promote the replica, unless it leads, is about to, or is held for dead."""
        name = message.name
        if not self.chairs or self.roles.get(name) == "leader" or (self.phase != "idle" and self.wanted == name):
            return
        if name not in self.roles or name in self.suspected:
            yield Note("note", peer=name, text="cannot be promoted: it is not heard from")
        else:
            yield from self.begin(name)
