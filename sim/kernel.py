"""Virtual time and the trace: a heap of what will happen, what has happened, and strikes at the boundary between two effects.

Time is integer microseconds. The heap is ordered by `(time, sequence)`, so a run is a function of its inputs alone.
"""

from __future__ import annotations

from collections.abc import Callable
from heapq import heappop, heappush
from typing import Any

from sim.trace import Event, Trace

_new_event = tuple.__new__  # the constructor of a NamedTuple takes twice as long

Watcher = Callable[[int, Event], None]


class Kernel:
    """The clock of the world. `watch(what, call)` lets a nemesis strike after an event."""

    def __init__(self, trace: Trace) -> None:
        self.now = 0
        self.trace = trace
        self.heap: list[tuple[int, int, Callable[..., object], tuple[Any, ...]]] = []  # instant, sequence, function, arguments
        self.strikes: list[Callable[[], None]] = []
        self._sequence = 0
        self._watchers: dict[str, list[Watcher]] = {}

    def at(self, instant: int, act: Callable[..., object], *args: Any) -> None:
        """Do something at an instant (us); what is in the past is done as soon as time goes on."""
        self._sequence += 1
        heappush(self.heap, (instant if instant > self.now else self.now, self._sequence, act, args))

    def run_until(self, deadline: int) -> None:
        """Let time pass until `deadline` (us)."""
        heap = self.heap
        while heap and heap[0][0] <= deadline:
            self.now, _, act, args = heappop(heap)
            act(*args)
            if self.strikes:
                self.strike()
        self.now = max(self.now, deadline)

    def emit(
        self,
        what: str,
        node: str,
        ops: tuple[str, ...] = (),
        peer: str = "",
        n: int = 0,
        text: str = "",
        until: int = 0,
    ) -> int:
        """Record an event and return its number."""
        event = _new_event(Event, (self.now, what, node, ops, peer, n, text, until))
        trace = self.trace
        trace.events.append(event)
        number = trace.forgotten + len(trace.events) - 1
        if what in self._watchers:
            for call in self._watchers[what]:
                call(number, event)
        return number

    def watch(self, what: str, call: Watcher) -> None:
        """Call with every later event of this kind; faults it causes go through `strike_soon`."""
        self._watchers.setdefault(what, []).append(call)

    def strike_soon(self, action: Callable[[], None]) -> None:
        """Act at the very effect boundary that comes next."""
        self.strikes.append(action)

    def strike(self) -> None:
        """Act on all that was put off until a boundary."""
        while self.strikes:
            self.strikes.pop(0)()
