"""Chain replication (van Renesse & Schneider, OSDI 2004): writes enter at the head, travel down, and are answered by the tail.

Each replica makes an entry durable before it forwards it, so a predecessor's log always contains its successor's (the
Update Propagation Invariant, section 3.2). Acks travel back; what was forwarded and not yet acked is the Sent list.
Failures are handled by a configuration service (the paper's master), see `configuration.py`; `place.py` is what a replica
makes of its decisions, `extending.py` how one comes back.
"""

from __future__ import annotations

from sim.node import Effects, Fsync, Note, Reply, Request, Send
from sim.protocols.chain.extending import Extending
from sim.protocols.messages import Ack, Append
from sim.records import Entry, Record, Result


class ChainReplica(Extending):
    """One replica of a chain: where requests go, updates down the chain, acks back."""

    # Clients

    def on_request(self, client: str, request: Request) -> Effects:
        """Updates are the head's, queries the tail's (section 3)."""
        if request.command[0] == "read":
            yield from self.answer_read(request, client) if self.is_tail and self.serves else self.refuse(request, client)
        elif not self.is_head or not self.serves:
            yield from self.refuse(request, client)
        elif (n := self.log.find(request.op)) is None:
            yield from self.accept(request, client)
        else:
            yield from self.repeated(n, request, client)

    def executed(self, entry: Entry, result: Result | None) -> Effects:
        """The tail sends the reply; without its lease it says that it does not know."""
        if self.answers_after < entry.n <= self.answers_upto:
            if self.lease is None or self.serves:
                yield Send(entry.client, Reply(entry.op, True, result, (entry.epoch, entry.n)))
            else:
                yield Send(entry.client, Reply(entry.op, False, unsure=True, text="the lease has run out"))

    # Updates down the chain, acks back

    def on_durable(self, records: tuple[Record, ...]) -> Effects:
        """Forward what is durable here; at the tail it is durable everywhere. A spare says how far it has come."""
        yield from super().on_durable(records)
        yield from self.ship_durable(self.successor)
        if self.is_tail:
            yield from self.commit_at_tail()
        elif self.role == "spare" and self.aligned:
            yield from self.ack()

    def on_append(self, predecessor: str, message: Append) -> Effects:
        """Take entries from the predecessor, in order."""
        if message.epoch < self.epoch:
            yield from self.tell_chain(predecessor)
        elif self.obeys(predecessor, message.epoch):
            if message.prev > self.log.last:
                yield from self.ask_for_gap(predecessor)
            elif entries := self.fresh(message):
                yield from self.receive(entries)
                yield from self.write(entries)
                yield Fsync()
            else:
                yield from self.ack()

    def on_ack(self, successor: str, message: Ack) -> Effects:
        """The chain behind holds the log up to there; at the tail: the newcomer does."""
        if message.epoch == self.epoch and (successor,) == self.successor:
            if self.newcomer is not None:
                yield from self.copied_to(self.newcomer, message.n)
            elif message.n > self.committed:
                yield from self.commit_to(message.n)

    def dispensable(self) -> int:
        """The Sent list is kept: what follows `committed` may have to be sent again."""
        return min(self.applied, self.committed)

    def commit_to(self, n: int) -> Effects:
        """It leaves the Sent list, is applied, and the ack travels on."""
        before, self.committed = self.committed, n
        if self.is_tail:
            for entry in self.log.between(max(before, self.answers_after), n):
                yield Note("committed", (entry.op,), entry.n)
        yield from self.apply_to(n)
        yield from self.ack()
