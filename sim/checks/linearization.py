"""The search for a linearization: one order of all operations that real time allows and a sequential model explains.

The algorithm is Wing and Gong's with Lowe's cache of configurations. Operations are sorted by their answers, those never
answered apart. A configuration is the first answer that still waits for its operation to be placed, a bit mask of the
operations placed from there on, one of the unanswered ones used up, and the state. What was invoked after the answer that
waits must wait too. Three rules keep the search small; each leaves out only orders that work no better than one that is tried.

- A read that fits the state is placed at once: it changes nothing, so no order gets worse by having it now.
- Of several equal calls the one that is answered first goes first: in any order that works two equal calls may swap.
- A configuration is left out if another one with the same state and the same answered operations has used up fewer of the
  unanswered ones. Those may take effect at any later time or never, so whatever works after the first works after the other.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Generic, NamedTuple, TypeVar

from sim.checks.finding import Verdict

State = TypeVar("State", bound=Hashable)
Call = tuple[str, ...]  # the kind of call, then its operands and what it returned

FIRST_BUDGET = 256  # configurations that each key may visit in the first round; twice as many in the next


@dataclass(frozen=True, slots=True)
class Model(Generic[State]):
    """What a sequential object does. `step` gives the next state, or None if the call cannot have returned what it did.

    `reads` are the kinds of calls that leave every state as it is.
    """

    init: State
    step: Callable[[State, Call], State | None]
    reads: frozenset[str]


class Operation(NamedTuple):
    """A call between two instants of any unit; `completed` is None if it may take effect at any later time or never.

    It precedes another if it completed before the other was invoked; the same instant is not before.
    """

    id: str
    call: Call
    invoked: int
    completed: int | None


@dataclass(frozen=True, slots=True)
class Result:
    """What a search found. The witness is `order`: if it holds, an order that works.

    If it is broken, the longest beginning of one, by answers, and `stuck`, the operation that no order can place by its
    answer: until then there were orders that work. `unknown`: the search ended before it was through.
    """

    verdict: Verdict
    order: tuple[Operation, ...]
    stuck: Operation | None = None


class _Trail(NamedTuple):
    """What was placed last, as masks of the answered operations from `waits` on and of the unanswered, and what before."""

    waits: int
    placed: int
    used: int
    before: _Trail | None


class _Moves(NamedTuple, Generic[State]):
    """What can come while an answer waits: the reads that fit, and equal writes (their masks) with the state they lead to."""

    reads: int
    writes: list[tuple[State, list[tuple[int, int]]]]


class Search(Generic[State]):
    """The search for one object, which can be continued: `advance` it until `verdict` is no longer unknown."""

    def __init__(self, model: Model[State], operations: Sequence[Operation]) -> None:
        self.model = model
        self.verdict: Verdict = "unknown"
        self._ends, self._answered = _sorted([(op.completed, op) for op in operations if op.completed is not None])
        self._begins, self._unanswered = _sorted([(op.invoked, op) for op in operations if op.completed is None])
        self._open: list[list[int]] = [[] for _ in self._answered]
        for number, op in enumerate(self._answered):
            for waits in range(bisect_left(self._ends, op.invoked), number + 1):
                self._open[waits].append(number)
        self._moves: dict[tuple[int, State], _Moves[State]] = {}
        self._seen: dict[tuple[int, int, State], list[int]] = {}
        self._stack: list[tuple[int, int, int, State, _Trail | None]] = [(0, 0, 0, model.init, None)]
        self._furthest: tuple[int, _Trail | None] = (-1, None)

    @property
    def result(self) -> Result:
        """What is known so far."""
        waits, trail = self._furthest
        return Result(self.verdict, tuple(self._order(trail)), self._answered[waits] if self.verdict == "broken" else None)

    def advance(self, budget: int) -> int:
        """Visit at most `budget` more configurations; returns how many it were."""
        for visited in range(budget):
            if self.verdict != "unknown":
                return visited
            self._visit(*self._stack.pop())
        return budget

    def _visit(self, waits: int, placed: int, used: int, state: State, trail: _Trail | None) -> None:
        """Place the reads that fit, then plan to go on with each of the writes that may come next."""
        while waits < len(self._answered):
            reads, writes = self._moves.get((waits, state)) or self._find_moves(waits, state)
            reads &= ~placed
            if not reads:
                break
            trail = _Trail(waits, reads, 0, trail)
            waits, placed = _skip(waits, placed | reads)
        if waits > self._furthest[0]:
            self._furthest = (waits, trail)
        if waits == len(self._answered):
            self.verdict = "holds"
            return
        for after, equal_calls in writes:
            for bit, spare in equal_calls:
                if not (placed & bit or used & spare):
                    self._plan(waits, placed | bit, used | spare, after, _Trail(waits, bit, spare, trail))
                    break
        if not self._stack:
            self.verdict = "broken"

    def _plan(self, waits: int, placed: int, used: int, state: State, trail: _Trail) -> None:
        """Put a configuration on the stack unless one that can do as much was there before."""
        waits, placed = _skip(waits, placed)
        before = self._seen.setdefault((waits, placed, state), [])
        if not any(less & used == less for less in before):
            before.append(used)
            self._stack.append((waits, placed, used, state, trail))

    def _find_moves(self, waits: int, state: State) -> _Moves[State]:
        reads, writes = 0, dict[Call, tuple[State, list[tuple[int, int]]]]()
        for op, bit, spare in self._window(waits):
            after = self.model.step(state, op.call)
            if after is None:
                continue
            if op.call[0] in self.model.reads:
                reads |= bit  # 0 for an unanswered one, which tells nothing
            else:
                writes.setdefault(op.call, (after, []))[1].append((bit, spare))
        moves = _Moves(reads, [*reversed(writes.values())])  # the stack turns them round: the earliest answer is tried first
        self._moves[waits, state] = moves
        return moves

    def _window(self, waits: int) -> Iterator[tuple[Operation, int, int]]:
        """The operations that may come before the answer that waits, and their bits among the answered and the unanswered."""
        for number in self._open[waits]:
            yield self._answered[number], 1 << number - waits, 0
        for number in range(bisect_right(self._begins, self._ends[waits])):
            yield self._unanswered[number], 0, 1 << number

    def _order(self, trail: _Trail | None) -> list[Operation]:
        """The operations along a trail; reads that were placed together stand in the order of their answers."""
        order: list[Operation] = []
        while trail:
            order += [self._answered[trail.waits + bit] for bit in _bits(trail.placed)]
            order += [self._unanswered[bit] for bit in _bits(trail.used)]
            trail = trail.before
        return order[::-1]


def _sorted(operations: list[tuple[int, Operation]]) -> tuple[list[int], list[Operation]]:
    operations.sort(key=itemgetter(0))
    return [instant for instant, _ in operations], [op for _, op in operations]


def _skip(waits: int, placed: int) -> tuple[int, int]:
    """Go on to the first operation that is not placed; what is placed beyond it keeps its place."""
    ones = (~placed & (placed + 1)).bit_length() - 1
    return waits + ones, placed >> ones


def _bits(mask: int) -> Iterator[int]:
    """The places of the bits that are set, the highest first."""
    return (place for place in reversed(range(mask.bit_length())) if mask >> place & 1)


def linearize(model: Model[State], objects: Mapping[str, Sequence[Operation]], budget: int) -> dict[str, Result]:
    """Search each object by itself, which is enough, for linearizability is local (Herlihy and Wing 1990).

    All share the budget, a number of configurations, and take turns that grow, so a broken object is not found late
    because it stands behind slow ones.
    """
    searches = {name: Search(model, operations) for name, operations in objects.items()}
    turn = FIRST_BUDGET
    while budget > 0 and (undecided := [search for search in searches.values() if search.verdict == "unknown"]):
        for search in undecided:
            budget -= search.advance(min(turn, budget))
        turn *= 2
    return {name: search.result for name, search in searches.items()}
