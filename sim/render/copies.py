"""Reads a trace once: where each write was written down, sent and acknowledged, and what became of each copy."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from sim.history import History
from sim.trace import DEATHS, Event, Trace

MAKES_PROGRESS = ("sent", "delivered", "received", "applied", "timed_out", "note")  # what a frozen process cannot do
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


class Copies:
    """What was read.

    `labels` gives each write its log index as the reader's name for it: `#17`, and `#17'` if that place in the log had
    been given to another write before. `ends` tells for a message number which event delivered or dropped it, `snapshots`
    up to which log index the state went that it brought.
    """

    def __init__(self, trace: Trace, history: History) -> None:
        self.trace = trace
        self.history = history
        self.labels: dict[str, str] = {}
        self.index: dict[str, int] = {}
        self.copies: defaultdict[str, list[Copy]] = defaultdict(list)
        self.ends: dict[int, int] = {}
        self.snapshots: dict[int, int] = {}
        self.sends: defaultdict[str, list[int]] = defaultdict(list)  # write -> events that sent it to a replica
        self.acks: dict[str, int] = {}  # confirmed write -> the event of its (first) ok
        self._open: dict[str, dict[str, Copy]] = {name: {} for name in trace.replicas}
        self._down: dict[str, list[int]] = {name: [] for name in trace.replicas}
        self._frozen: dict[str, int] = {}
        self.woke: dict[int, str] = {}  # event -> the process that made its first step after a pause with it
        self._used: set[str] = set()
        self._latest: dict[str, Event] = {}  # what each replica was given last by another
        self._kinds = frozenset(kind for kind, flow in trace.flow.items() if flow == "replicate")
        self._read()

    def _read(self) -> None:
        handlers = {
            "received": self._on_received,
            "written": self._on_written,
            "sent": self._on_sent,
            "delivered": self._on_delivered,
            "installed": self._on_installed,
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
            if self._frozen and event.node in self._frozen and event.what in MAKES_PROGRESS:
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

    def _on_delivered(self, number: int, event: Event) -> None:
        self._on_end(number, event)
        if event.text in self._kinds:
            self._latest[event.node] = event

    def _on_installed(self, number: int, event: Event) -> None:
        """The state that came with the latest message: it has all that was applied to it."""
        message = self._latest.get(event.node)
        if message is None:
            return
        self.snapshots[message.n] = event.n
        for op in message.ops:
            if op not in self._open[event.node]:
                copy = self._open[event.node][op] = Copy(event.node, number, written=True)
                self.copies[op].append(copy)

    def _on_reply(self, number: int, event: Event) -> None:
        for op in event.ops:
            if not self.history[op].is_read and self.history[op].ok:
                self.acks.setdefault(op, number)

    def _on_fault(self, number: int, event: Event) -> None:
        if event.text in DEATHS:
            self._on_death(number, event)
        elif event.text == "pause":
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

    def is_down(self, node: str, number: int) -> bool:
        """Whether the process was dead just after an event."""
        changes = [at for at in self._down.get(node, ()) if at <= number]
        return len(changes) % 2 == 1
