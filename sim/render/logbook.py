"""Who had which write, and when: what a trace says about the copies of each write, asked by event number."""

from __future__ import annotations

from collections.abc import Iterable

from sim.history import op_of
from sim.render.copies import NEVER, Copies
from sim.render.words import ranges
from sim.trace import Event


class Logbook(Copies):
    """Answers what a reader of the trace would have to look up."""

    def name(self, attempt: str) -> str:
        """The reader's name for an operation or an attempt of it: `#17`, or its id if it was never in a log."""
        op = op_of(attempt)
        return self.labels.get(op, op)

    def names(self, ops: Iterable[str]) -> str:
        """Names drawn together: "#15 to #17"."""
        return ranges(self.name(op) for op in ops)

    def holders(self, op: str, number: int) -> list[str]:
        """The replicas, running or not, that had the write just after an event, in the trace's order."""
        having = [copy.node for copy in self.copies.get(op, ()) if copy.at(number)]
        return [name for name in self.trace.replicas if name in having]

    def log_end(self, node: str, number: int) -> int:
        """The log index up to which a replica's log went just after an event, 0 if it was empty."""
        held = (op for op, copies in self.copies.items() if any(copy.node == node and copy.at(number) for copy in copies))
        return max((self.index[op] for op in held), default=0)

    def never_left(self, sent: int) -> bool:
        """Whether a sent message was still in its sender's egress queue when it was lost."""
        event = self.trace.events[sent]
        end = self.ends.get(event.n)
        return end is not None and self.trace.events[end].what == "dropped" and self.trace.events[end].at < event.until

    def gained(self, sent: Event) -> list[str]:
        """The writes that the receiver of a message did not have before it, and took from it."""
        end = self.ends.get(sent.n, NEVER)
        return [
            op
            for op in sent.ops
            for copy in self.copies[op]
            if copy.node == sent.peer and copy.since > end and self.trace.events[copy.since].at == self.trace.events[end].at
        ]

    def waiting(self, node: str, number: int) -> list[str]:
        """The writes that only this replica had at an event, and that had not left its machine."""
        now = self.trace.events[number].at
        return [
            op
            for op in self.copies
            if self.holders(op, number) == [node]
            and all(self.trace.events[sent].until > now or self.never_left(sent) for sent in self.sends.get(op, ()))
        ]

    def holds_at_end(self, node: str) -> list[str]:
        """The writes of which this replica, running or not, has a copy in the end."""
        return list(self._open[node])
