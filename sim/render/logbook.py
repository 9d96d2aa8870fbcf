"""Who had which write, and when: what a trace says about the copies of each write, asked by event number."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from sim.history import History, op_of
from sim.render.words import ranges
from sim.trace import DEATHS, Event, Trace

MAKES_PROGRESS = ("sent", "delivered", "received", "applied")  # what a frozen process cannot do
NEVER = 1 << 62
_FATES = {"discarded": "discarded", "lost_unsynced": "unsynced", "corrupt": "damaged"}


@dataclass(slots=True)
class Copy:
    """One replica's copy of a write, from event `since` until it was gone by event `gone`, and how it went.

    `fate`: discarded, unsynced (a power cut took it), disk (the disk was lost), damaged (found so at a restart) or memory (it
    was never written when the process died).
    """

    node: str
    since: int
    gone: int = NEVER
    fate: str = ""
    written: bool = False

    def at(self, number: int) -> bool:
        """Whether the copy was there just after this event, be the machine up or down."""
        return self.since <= number < self.gone


class Logbook:
    """Reads a trace once.

    `labels` gives each write its log index as the reader's name for it: `#17`, and `#17'` if that place in the log had
    been given to another write before. `ends` tells for a message number which event delivered or dropped it.
    """

    def __init__(self, trace: Trace, history: History) -> None:
        self.trace = trace
        self.history = history
        self.labels: dict[str, str] = {}
        self.index: dict[str, int] = {}
        self.copies: defaultdict[str, list[Copy]] = defaultdict(list)
        self.ends: dict[int, int] = {}
        self.sends: defaultdict[str, list[int]] = defaultdict(list)  # write -> events that sent it to a replica
        self.acks: dict[str, int] = {}  # confirmed write -> the event of its (first) ok
        self._open: dict[str, dict[str, Copy]] = {name: {} for name in trace.replicas}
        self._down: dict[str, list[int]] = {name: [] for name in trace.replicas}
        self._frozen: dict[str, int] = {}
        self.woke: dict[int, str] = {}  # event -> the process that made its first step after a pause with it
        self._used: set[str] = set()
        self._kinds = frozenset(kind for kind, flow in trace.flow.items() if flow == "replicate")
        self._read()

    def _read(self) -> None:
        handlers = {
            "received": self._on_received,
            "written": self._on_written,
            "sent": self._on_sent,
            "delivered": self._on_end,
            "dropped": self._on_end,
            "reply_sent": self._on_reply,
            "fault": self._on_fault,
            "halted": self._on_death,
            "powered_off": self._on_death,
            "up": self._on_up,
            "lost_unsynced": self._on_lost,
            "discarded": self._on_lost,
            "corrupt": self._on_lost,
        }
        for number, event in enumerate(self.trace.events):
            handler = handlers.get(event.what)
            if handler:
                handler(number, event)
            if event.node in self._frozen and event.what in MAKES_PROGRESS:
                self.woke[number] = event.node
                del self._frozen[event.node]

    def _on_received(self, number: int, event: Event) -> None:
        for index, op in enumerate(event.ops, event.n):
            self._name(op, index)
            if op not in self._open[event.node]:
                copy = self._open[event.node][op] = Copy(event.node, number)
                self.copies[op].append(copy)

    def _name(self, op: str, index: int) -> None:
        if op not in self.labels:
            label = f"#{index}"
            while label in self._used:
                label += "'"
            self._used.add(label)
            self.labels[op], self.index[op] = label, index

    def _on_written(self, number: int, event: Event) -> None:
        for op in event.ops:
            copy = self._open[event.node].get(op)
            if copy:
                copy.written = True

    def _on_sent(self, number: int, event: Event) -> None:
        if event.text in self._kinds:
            for op in event.ops:
                self.sends[op].append(number)

    def _on_end(self, number: int, event: Event) -> None:
        self.ends.setdefault(event.n, number)  # a doubled message ends twice

    def _on_reply(self, number: int, event: Event) -> None:
        for op in event.ops:
            if not self.history[op].is_read and self.history[op].ok:
                self.acks.setdefault(op, number)

    def _on_fault(self, number: int, event: Event) -> None:
        if event.text in DEATHS:
            self._on_death(number, event)
        elif event.text == "pause" and event.node in self._open:
            self._frozen[event.node] = number

    def _on_death(self, number: int, event: Event) -> None:
        if event.node in self._open and not self.is_down(event.node, number):
            self._frozen.pop(event.node, None)
            self._down[event.node].append(number)
            unwritten = [op for op, copy in self._open[event.node].items() if not copy.written]
            self._lose(number, event.node, unwritten, "memory")

    def _on_up(self, number: int, event: Event) -> None:
        if event.node in self._down:
            self._down[event.node].append(number)

    def _on_lost(self, number: int, event: Event) -> None:
        self._lose(number, event.node, event.ops, "disk" if event.text == "disk" else _FATES[event.what])

    def _lose(self, number: int, node: str, ops: Iterable[str], fate: str) -> None:
        for op in ops:
            copy = self._open[node].pop(op, None)
            if copy:
                copy.gone, copy.fate = number, fate

    # Questions

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

    def is_down(self, node: str, number: int) -> bool:
        """Whether the process was dead just after an event."""
        changes = [at for at in self._down.get(node, ()) if at <= number]
        return len(changes) % 2 == 1

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
