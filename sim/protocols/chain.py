"""Chain replication (van Renesse & Schneider, OSDI 2004): writes enter at the head, travel down, and are answered by the tail.

Each replica makes an entry durable before it forwards it, so a predecessor's log always contains its successor's (the
Update Propagation Invariant, section 3.2). Acks travel back; what was forwarded and not yet acked is the Sent list.
Failures are handled by a configuration service (the paper's master), see `configuration.py`.
"""

from __future__ import annotations

from sim.node import Cluster, Effects, Fsync, Note, Reply, Request, Send, Summary, Write
from sim.protocols.messages import Ack, Append, Behind, Chain, Lead, Stale
from sim.protocols.replica import Replica
from sim.records import Entry, Epoch, Record, Result


class ChainReplica(Replica):
    """One replica; `role` is head, middle, tail, single (a chain of one) or spare (not in the chain)."""

    def __init__(self, name: str, cluster: Cluster) -> None:
        super().__init__(name, cluster)
        self.members: tuple[str, ...] = ()
        self.committed = 0

    @property
    def predecessor(self) -> str:
        """The member before this one, or ""."""
        place = self._place
        return self.members[place - 1] if place > 0 else ""

    @property
    def successor(self) -> tuple[str, ...]:
        """The member after this one: one name, or none for the tail and for a spare."""
        place = self._place
        return self.members[place + 1 : place + 2] if place >= 0 else ()

    @property
    def _place(self) -> int:
        return self.members.index(self.name) if self.name in self.members else -1

    @property
    def is_head(self) -> bool:
        return self.role in ("head", "single")

    @property
    def is_tail(self) -> bool:
        return self.role in ("tail", "single")

    # Configuration

    def on_boot(self) -> Effects:
        """All replicas form the first chain."""
        yield from self.join(1, self.cluster.replicas)
        yield from self.beat()

    def on_restart(self, records: tuple[Record, ...]) -> Effects:
        """A machine that was down is out of the chain until the configuration service says otherwise."""
        yield from super().on_restart(records)
        yield from self.play("spare")

    def join(self, epoch: int, members: tuple[str, ...]) -> Effects:
        """Take the place that a configuration gives."""
        self.epoch, self.members = epoch, members
        yield Write(Epoch(epoch))
        yield from self.play(self._role_here())

    def _role_here(self) -> str:
        if self.name not in self.members:
            return "spare"
        if len(self.members) == 1:
            return "single"
        return {"": "head"}.get(self.predecessor, "middle" if self.successor else "tail")

    def on_chain(self, _: str, message: Chain) -> Effects:
        """A new configuration. The new successor of a gap says what it has (the paper sends this through the master)."""
        if message.epoch <= self.epoch:
            return
        was_head, was_tail = self.is_head, self.is_tail
        yield from self.join(message.epoch, message.members)
        if (self.is_head and not was_head) or (self.is_tail and not was_tail):
            yield Note("promoted", n=self.epoch, text=str(self.log.last))
        if self.predecessor:
            yield Send(self.predecessor, Behind(self.epoch, self.log.last))
        if self.is_tail:
            self.shipped, self.reads_from = self.durable, self.log.last
            yield from self.commit_to(self.durable)
        yield from self.precede()

    def precede(self) -> Effects:
        """Tell the successor how far the log was sent."""
        for successor in self.successor:
            yield Send(successor, Lead(self.epoch, self.log.ends_tuple(), self.shipped, self.committed))

    def on_tick(self) -> Effects:
        """Heartbeats, down the chain and to the configuration service."""
        yield from self.precede()
        yield from self.beat()

    def on_stale(self, _: str, message: Stale) -> Effects:
        """The chain has gone on without this replica: stop serving."""
        if message.epoch > self.epoch:
            yield from self.play("spare")

    # Clients

    def on_request(self, client: str, request: Request) -> Effects:
        """Updates are the head's, queries the tail's (section 3)."""
        if request.command[0] == "read":
            yield from self.answer_read(request, client) if self.is_tail else self.refuse(request, client)
        else:
            yield from self.accept(request, client) if self.is_head else self.refuse(request, client)

    def executed(self, entry: Entry, result: Result | None) -> Effects:
        """The tail sends the reply."""
        if self.is_tail:
            yield Send(entry.client, Reply(entry.op, True, result, (entry.epoch, entry.n)))

    # Updates down the chain, acks back

    def on_durable(self, records: tuple[Record, ...]) -> Effects:
        """Forward what is durable here; at the tail it is durable everywhere, hence committed."""
        yield from super().on_durable(records)
        yield from self.ship_durable(self.successor)
        if self.is_tail:
            yield from self.commit_to(self.durable)

    def obeys(self, source: str, epoch: int) -> bool:
        """A member takes updates from its predecessor alone."""
        return epoch == self.epoch and source == self.predecessor

    def on_append(self, predecessor: str, message: Append) -> Effects:
        """Take entries from the predecessor, in order."""
        if message.epoch < self.epoch:
            yield Send(predecessor, Stale(self.epoch))
        elif self.obeys(predecessor, message.epoch):
            if message.prev > self.log.last:
                yield from self.ask_for_gap(predecessor)
            elif entries := self.fresh(message):
                yield from self.receive(entries)
                yield from self.write(entries)
                yield Fsync()
            else:
                yield from self.ack()

    def on_lead(self, predecessor: str, message: Lead) -> Effects:
        """The predecessor lives; its log contains this one, unless this one came back with a tail that was abandoned."""
        if self.obeys(predecessor, message.epoch):
            yield from self.discard_after(self.log.common_prefix(message.ends))
            if message.sent > self.log.last:
                yield from self.ask_for_gap(predecessor)
            elif message.acked < self.committed:
                yield from self.ack()

    def on_behind(self, successor: str, message: Behind) -> Effects:
        """Resend what the successor has not: the suffix of the Sent list (section 3.3)."""
        if message.epoch == self.epoch and (successor,) == self.successor:
            yield from self.ship((successor,), message.last)

    def commit_to(self, n: int) -> Effects:
        """All that follow hold the log up to `n`: it leaves the Sent list, is applied, and the ack travels on."""
        before, self.committed = self.committed, max(self.committed, n)
        if self.committed == before:
            return
        if self.is_tail:
            for entry in self.log.between(before, self.committed):
                yield Note("committed", (entry.op,), entry.n)
        yield from self.apply_to(self.committed)
        yield from self.ack()

    def ack(self) -> Effects:
        """Tell the predecessor how far the chain behind it has come."""
        if self.predecessor and self.committed:
            yield Send(self.predecessor, Ack(self.epoch, self.committed, self.log.op_at(self.committed)))

    def on_ack(self, successor: str, message: Ack) -> Effects:
        """The chain behind holds the log up to there."""
        if message.epoch == self.epoch and (successor,) == self.successor and message.n > self.committed:
            yield from self.commit_to(message.n)

    def summary(self) -> Summary:
        """The tail's state is the one that clients read."""
        return self.describe(claims=self.is_tail, member=self.role != "spare")
