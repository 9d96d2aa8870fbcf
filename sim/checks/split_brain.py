"""No two nodes accept writes into two histories at the same time.

Two believers alone are harmless. The harm: X confirmed a write after Y had confirmed one, X had been in office since
before that, and at that moment neither log held the other's write, nor had Y given its own up by then. A leader who
takes office later and lacks the old leader's writes has lost data, which is another check's business. A write is held
if any attempt of it is, and a replica that installs a snapshot holds what the one that gave it held.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import chain

from sim.checks.finding import Finding, broken, holds, unknown
from sim.history import History, op_of
from sim.trace import Event, Trace

NAME = "split_brain"
PROMISE = "no two nodes confirm writes into separate histories at the same time"
LABEL = "writes confirmed by a second leader"


@dataclass(slots=True)
class _Replica:
    """One node as it stands at the event being read.

    A stint begins with the `role` event that brought its role and epoch; saying the same again, even after a restart,
    begins none. `log` has the attempts of each write that are here. `missing[y]` are the writes that y has confirmed since
    then and this log lacks, with the number of the reply.
    """

    stint: int = -1
    role: tuple[str, int] = ("", 0)
    log: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    missing: defaultdict[str, dict[str, int]] = field(default_factory=lambda: defaultdict(dict))


@dataclass
class _Conflict:
    """A reply that broke the promise, an earlier one of another node, and when the stint began (or -1)."""

    stint: int
    earlier: tuple[int, str]
    later: tuple[int, str]


class _Watch:
    """Reads the events in order, once: the work grows with the number of events, not with pairs of replies."""

    def __init__(self, trace: Trace, writes: frozenset[str]) -> None:
        self.replicas = {node: _Replica() for node in trace.replicas}
        self.writes = writes
        self.replies: defaultdict[str, list[tuple[str, int]]] = defaultdict(list)
        self.conflicts: list[_Conflict] = []

    def on_role(self, number: int, event: Event) -> None:
        me = self.replicas[event.node]
        if me.role != (event.text, event.n):
            me.role, me.stint = (event.text, event.n), number
            me.missing.clear()

    def on_held(self, number: int, event: Event) -> None:
        self._hold(self.replicas[event.node], event.ops)

    def on_installed(self, number: int, event: Event) -> None:
        if event.peer in self.replicas:
            given = self.replicas[event.peer].log
            self._hold(self.replicas[event.node], sorted(chain.from_iterable(given.values())))

    def _hold(self, me: _Replica, attempts: Iterable[str]) -> None:
        for attempt in attempts:
            op = op_of(attempt)
            me.log[op].add(attempt)
            for missing in me.missing.values():
                missing.pop(op, None)

    def on_lost(self, number: int, event: Event) -> None:
        me = self.replicas[event.node]
        for attempt in event.ops:
            op = op_of(attempt)
            me.log[op].discard(attempt)
            if not me.log[op]:
                self._lose(event.node, op)

    def _lose(self, name: str, op: str) -> None:
        me = self.replicas[name]
        for node, reply in self.replies[op]:
            if node != name and reply > me.stint:
                me.missing[node][op] = reply
        self._give_up(name, op)

    def _give_up(self, node: str, op: str) -> None:
        """A history that its own node gave up rivals nobody's any more."""
        self.replies[op] = [(other, reply) for other, reply in self.replies[op] if other != node]
        for replica in self.replicas.values():
            replica.missing[node].pop(op, None)

    def on_reply(self, number: int, event: Event) -> None:
        for op in map(op_of, event.ops):
            if op in self.writes:
                self._find_conflict(number, event.node, op)
                self._remember(number, event.node, op)

    def _find_conflict(self, number: int, node: str, op: str) -> None:
        me = self.replicas[node]
        for other, missing in me.missing.items():
            if missing and not self.replicas[other].log[op]:
                last = next(reversed(missing))
                self.conflicts.append(_Conflict(me.stint, (missing[last], last), (number, op)))
                return

    def _remember(self, number: int, node: str, op: str) -> None:
        self.replies[op].append((node, number))
        for name, replica in self.replicas.items():
            if name != node and not replica.log[op]:
                replica.missing[node][op] = number


def judge(trace: Trace, history: History) -> Finding:
    """Count: replies that broke the promise. Evidence: each of them, the other node's reply, the start of the stint.

    A log holds what its node received or wrote and neither discarded nor lost to a power cut. A kill takes nothing
    from it here, which can clear a node but never accuse one.
    """
    writes = frozenset(op.id for op in history if not op.is_read)
    replies = [event for _, event in trace.of("reply_sent") if any(op_of(op) in writes for op in event.ops)]
    if not replies:
        return unknown(NAME, "no replica confirmed a write")
    several = len({event.node for event in replies}) > 1
    conflicts = _read(trace, writes) if several and _took_turns_at_once(trace, writes) else []
    if not conflicts:
        return holds(NAME)
    evidence = [number for c in conflicts for number in (c.stint, c.earlier[0], c.later[0]) if number >= 0]
    return broken(NAME, len(conflicts), evidence, [op for c in conflicts for op in (c.earlier[1], c.later[1])])


def _took_turns_at_once(trace: Trace, writes: frozenset[str]) -> bool:
    """Whether anybody confirmed a write after another one had, in a stint that began before: quick, and true of few runs."""
    stints: dict[str, tuple[str, int, int]] = {}  # node -> role, epoch, since which event
    replied: dict[str, int] = {}
    for number, event in trace.of("role", "reply_sent"):
        _, _, stint = role = stints.get(event.node, ("", 0, -1))
        if event.what == "role":
            stints[event.node] = role if role[:2] == (event.text, event.n) else (event.text, event.n, number)
        elif any(op_of(op) in writes for op in event.ops):
            replied[event.node] = number
            if any(other != event.node and stint < reply for other, reply in replied.items()):
                return True
    return False


def _read(trace: Trace, writes: frozenset[str]) -> list[_Conflict]:
    watch = _Watch(trace, writes)
    handlers = {
        "role": watch.on_role,
        "received": watch.on_held,
        "written": watch.on_held,
        "installed": watch.on_installed,
        "discarded": watch.on_lost,
        "lost_unsynced": watch.on_lost,
        "corrupt": watch.on_lost,
        "reply_sent": watch.on_reply,
    }
    for number, event in trace.of(*handlers):
        if event.node in watch.replicas:
            handlers[event.what](number, event)
    return watch.conflicts
