"""The configuration service of a chain: the master of van Renesse & Schneider, OSDI 2004, section 3.

It takes silent replicas out of the chain and tells everyone. It is one machine here and is assumed not to fail; the paper
makes it reliable with consensus.
"""

from __future__ import annotations

from sim.node import Effects, Note, Send
from sim.protocols.messages import Beat, Chain
from sim.protocols.monitor import Monitor
from sim.records import Epoch, Record


class ConfigurationService(Monitor):
    """`serving` are the members of the chain, head first."""

    def first_serving(self) -> tuple[str, ...]:
        return self.cluster.replicas

    def readers(self) -> tuple[str, ...]:
        return self.serving[-1:]

    def judge(self, silent: tuple[str, ...]) -> Effects:
        """Section 3: a failed head, middle or tail is removed; the last member never is."""
        gone = tuple(name for name in self.serving if name in silent)
        if gone != self.serving:
            yield from self.remove(gone)

    def returned(self, replica: str) -> Effects:
        """A member that restarted may have missed anything: it has failed, even if nobody noticed."""
        yield from self.remove(tuple(name for name in self.serving if name == replica))

    def remove(self, gone: tuple[str, ...]) -> Effects:
        """Decide on a chain without these members."""
        left = tuple(name for name in self.serving if name not in gone)
        if not gone:
            return
        self.epoch += 1
        if left:
            self.serving = left
            for name in gone:
                yield Note("removed", n=self.epoch, peer=name)
        yield from self.remember()

    def on_durable(self, records: tuple[Record, ...]) -> Effects:
        """A decision is safe: tell the replicas, those that were removed too, and the clients."""
        if self.epoch > 1 and any(isinstance(record, Epoch) and record.n == self.epoch for record in records):
            for replica in self.cluster.replicas:
                yield Send(replica, Chain(self.epoch, self.serving))
            yield from self.publish()

    def noticed(self, replica: str, message: Beat) -> Effects:
        """Tell a replica again that has not heard of the present chain; a member that stands aside has restarted unheard."""
        if message.epoch < self.epoch:
            yield Send(replica, Chain(self.epoch, self.serving))
        elif message.role == "spare":
            yield from self.returned(replica)
