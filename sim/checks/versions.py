"""Which of two writes of one key came later, as far as a run tells.

The order is that in which a replica applied them: the one that serves in the end, for its history is the one that was
chosen, else any other replica that applied both, at any time. Without such a replica strict real time decides: a write that
was confirmed before another one was invoked came before it. What nobody ordered stays unknown.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from sim.checks.lookup import claimants, highest, up_members
from sim.history import History, op_of
from sim.trace import Trace

Places = dict[str, tuple[int, int]]  # operation -> the first and the last place in an order at which an attempt of it stands


class Versions:
    """The orders of writes that a run shows. A version is named by the operation that wrote it, "" is the initial one."""

    def __init__(self, trace: Trace, history: History) -> None:
        self._trace = trace
        self._history = history
        self._members = up_members(trace)
        self._leader = highest(claimants(trace))
        self.chosen: Places = {} if self._leader is None else _places(enumerate(self._log(self._leader)))

    def _log(self, name: str) -> tuple[str, ...]:
        final = self._members[name]
        return (*final.ops, *final.pending)

    @cached_property
    def _others(self) -> list[Places]:
        """The orders besides the chosen one: final logs, then what each replica applied while it ran."""
        logs = [_places(enumerate(self._log(name))) for name in self._members if name != self._leader]
        return logs + _applied(self._trace)

    def precedes(self, one: str, other: str) -> bool | None:
        """Whether all attempts of `one` came before all of `other`; None if nothing tells."""
        if not one or not other:
            return not one and bool(other)
        if one in self.chosen and other in self.chosen:
            return self.chosen[one][1] < self.chosen[other][0]
        for places in self._others:
            if one in places and other in places:
                return places[one][1] < places[other][0]
        return self._by_time(one, other)

    def _by_time(self, one: str, other: str) -> bool | None:
        first, second = self._history.find(one), self._history.find(other)
        if first is None or second is None:
            return None
        if first.ok and first.completed_at is not None and first.completed_at < second.invoked_at:
            return True
        if second.ok and second.completed_at is not None and second.completed_at < first.invoked_at:
            return False
        return None


def _places(log: Iterable[tuple[int, str]]) -> Places:
    places: Places = {}
    for place, attempt in log:
        op = op_of(attempt)
        first, last = places.get(op, (place, place))
        places[op] = min(first, place), max(last, place)
    return places


def _applied(trace: Trace) -> list[Places]:
    """What each replica applied, by log index: a new order begins where it discarded some of it, or installed a snapshot.

    A replica that starts again applies the same entries at the same places.
    """
    orders: dict[str, list[dict[int, str]]] = {name: [{}] for name in trace.replicas}
    for _, event in trace.of("applied", "discarded", "installed"):
        mine = orders.get(event.node)
        if mine is None:
            continue
        if event.what == "applied":
            mine[-1].update(enumerate(event.ops, event.n))
        elif event.what == "installed":
            mine.append({})
        elif not frozenset(event.ops).isdisjoint(mine[-1].values()):
            mine.append({index: op for index, op in mine[-1].items() if op not in event.ops})
    return [_places(order.items()) for several in orders.values() for order in several if order]
