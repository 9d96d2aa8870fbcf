"""No two nodes accept writes into two histories at the same time.

Two believers alone are harmless. The harm: X confirmed a write after Y had confirmed one, X had been in office since
before that, and at that moment neither log held the other's write, nor had Y given its own up by then. A leader who
takes office later and lacks the old leader's writes has lost data, which is another check's business.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from sim.checks.finding import Finding, broken, holds
from sim.history import History
from sim.trace import Event, Trace

NAME = "split_brain"
PROMISE = "no two nodes confirm writes into separate histories at the same time"
LABEL = "writes confirmed by a second leader"


@dataclass(slots=True)
class _Replica:
    """One node as it stands at the event being read.

    A stint begins with the `role` event that brought its role and epoch; saying the same again, even after a restart,
    begins none. `missing[y]` are the writes that y has confirmed since then and this log lacks, with the number of
    the reply.
    """

    stint: int = -1
    role: tuple[str, int] = ("", 0)
    log: set[str] = field(default_factory=set)
    missing: defaultdict[str, dict[str, int]] = field(default_factory=lambda: defaultdict(dict))


@dataclass
class _Conflict:
    """A reply that broke the promise, an earlier one of another node, and when the stint began (or -1)."""

    stint: int
    earlier: tuple[int, str]
    later: tuple[int, str]


class _Watch:
    """Reads the events in order, once: the work grows with the number of events, not with pairs of replies."""

    def __init__(self, trace: Trace, history: History) -> None:
        self.replicas = {node: _Replica() for node in trace.replicas}
        self.writes = frozenset(op.id for op in history if not op.is_read)
        self.replies: defaultdict[str, list[tuple[str, int]]] = defaultdict(list)
        self.conflicts: list[_Conflict] = []

    def on_role(self, number: int, event: Event) -> None:
        me = self.replicas[event.node]
        if me.role != (event.text, event.n):
            me.role, me.stint = (event.text, event.n), number
            me.missing.clear()

    def on_held(self, number: int, event: Event) -> None:
        me = self.replicas[event.node]
        me.log.update(event.ops)
        for missing in me.missing.values():
            for op in event.ops:
                missing.pop(op, None)

    def on_lost(self, number: int, event: Event) -> None:
        me = self.replicas[event.node]
        me.log.difference_update(event.ops)
        for op in event.ops:
            for node, reply in self.replies[op]:
                if node != event.node and reply > me.stint:
                    me.missing[node][op] = reply
            self._give_up(event.node, op)

    def _give_up(self, node: str, op: str) -> None:
        """A history that its own node gave up rivals nobody's any more."""
        self.replies[op] = [(other, reply) for other, reply in self.replies[op] if other != node]
        for replica in self.replicas.values():
            replica.missing[node].pop(op, None)

    def on_reply(self, number: int, event: Event) -> None:
        for op in event.ops:
            if op in self.writes:
                self._find_conflict(number, event.node, op)
                self._remember(number, event.node, op)

    def _find_conflict(self, number: int, node: str, op: str) -> None:
        me = self.replicas[node]
        for other, missing in me.missing.items():
            if missing and op not in self.replicas[other].log:
                last = next(reversed(missing))
                self.conflicts.append(_Conflict(me.stint, (missing[last], last), (number, op)))
                return

    def _remember(self, number: int, node: str, op: str) -> None:
        self.replies[op].append((node, number))
        for name, replica in self.replicas.items():
            if name != node and op not in replica.log:
                replica.missing[node][op] = number


def judge(trace: Trace, history: History) -> Finding:
    """Count: replies that broke the promise. Evidence: each of them, the other node's reply, the start of the stint.

    A log holds what its node received or wrote and neither discarded nor lost to a power cut. A kill takes nothing
    from it here, which can clear a node but never accuse one.
    """
    if len({event.node for _, event in trace.of("reply_sent")}) < 2:
        return holds(NAME)
    conflicts = _read(trace, history)
    if not conflicts:
        return holds(NAME)
    evidence = [number for c in conflicts for number in (c.stint, c.earlier[0], c.later[0]) if number >= 0]
    return broken(NAME, len(conflicts), evidence, [op for c in conflicts for op in (c.earlier[1], c.later[1])])


def _read(trace: Trace, history: History) -> list[_Conflict]:
    watch = _Watch(trace, history)
    handlers = {
        "role": watch.on_role,
        "received": watch.on_held,
        "written": watch.on_held,
        "discarded": watch.on_lost,
        "lost_unsynced": watch.on_lost,
        "reply_sent": watch.on_reply,
    }
    for number, event in enumerate(trace.events):
        handler = handlers.get(event.what)
        if handler and event.node in watch.replicas:
            handler(number, event)
    return watch.conflicts
