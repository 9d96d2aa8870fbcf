"""The configuration service of a chain: the master of van Renesse & Schneider, OSDI 2004, section 3.

It takes silent replicas out of the chain and tells everyone. The paper makes it reliable with consensus: it is one machine,
or a majority of three (`config_service`).
"""

from __future__ import annotations

from sim.node import Effects, Note, Send
from sim.protocols.controllers.council import Council
from sim.protocols.messages import Beat, CaughtUp, Chain, Extend, Hello
from sim.records import Decision


class ConfigurationService(Council):
    """`serving` are the members of the chain, head first."""

    def first_serving(self) -> tuple[str, ...]:
        return self.cluster.replicas

    def readers(self) -> tuple[str, ...]:
        return self.serving[-1:] if self.design.reads == "tail" else self.serving

    def judge(self, silent: tuple[str, ...]) -> Effects:
        """Section 3: a failed head, middle or tail is removed; the last member never is."""
        gone = tuple(name for name in self.accepted.serving if name in silent)
        if gone != self.accepted.serving:
            yield from self.remove(gone)

    def returned(self, replica: str) -> Effects:
        """A member that restarted may have missed anything: it has failed, even if nobody noticed. A spare is told."""
        if replica in self.accepted.serving:
            yield from self.remove((replica,))
        else:
            yield Send(replica, Chain(self.epoch, self.serving))

    def remove(self, gone: tuple[str, ...]) -> Effects:
        """Decide on a chain without these members; without any, the last ones begin anew in a new epoch."""
        if gone:
            members = self.accepted.serving
            yield from self.reshape(tuple(name for name in members if name not in gone) or members)

    def reshape(self, members: tuple[str, ...]) -> Effects:
        """Decide on a chain of these members, in a new epoch."""
        epoch = self.accepted.epoch + 1
        yield from self.decide(self.accepted._replace(epoch=epoch, elected=epoch, serving=members))

    def on_caughtup(self, _: str, message: CaughtUp) -> Effects:
        """Put a replica at the end of the chain; if it has fallen silent, a new epoch lets the tail go on without it."""
        members, replica = self.accepted.serving, message.replica
        if self.acts and message.epoch == self.accepted.epoch and replica not in members:
            yield from self.reshape(members if replica in self.suspected else (*members, replica))

    def enact(self, before: Decision) -> Effects:
        """A decision is safe: tell the replicas, those that were removed too, and the clients."""
        for what, ones, others in (("removed", before.serving, self.serving), ("joined", self.serving, before.serving)):
            for name in ones:
                if name not in others:
                    yield Note(what, n=self.epoch, peer=name)
        if self.epoch > 1:
            for replica in self.cluster.replicas:
                yield Send(replica, Chain(self.epoch, self.serving))
            yield from self.publish()

    def ousted(self, decision: Decision) -> tuple[str, ...]:
        """Whoever is taken out; the others keep their leases from one chain to the next."""
        return tuple(name for name in self.accepted.serving if name not in decision.serving)

    def on_hello(self, replica: str, message: Hello) -> Effects:
        """The process that may have held a lease is no more."""
        self.leases.void(replica)
        yield from super().on_hello(replica, message)

    def noticed(self, replica: str, message: Beat) -> Effects:
        """Tell a replica again that has not heard of the present chain; a member that stands aside has restarted unheard."""
        if message.epoch < self.epoch:
            yield Send(replica, Chain(self.epoch, self.serving))
        elif message.role == "spare" and replica in self.accepted.serving:
            yield from self.returned(replica)
        elif message.role == "spare":
            yield Send(self.serving[-1], Extend(self.epoch, replica))
