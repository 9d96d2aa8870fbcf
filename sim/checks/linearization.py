"""The search for a linearization: one order of all operations that real time allows and a sequential model explains.

The algorithm is Wing and Gong's with Lowe's cache of configurations (a bit mask of the placed operations, and the state
they lead to). Operations are numbered in the order of their answers, those never answered last, so the first zero of the
mask is the answer that waits next, and what was invoked after it must wait too. Three rules keep the search small; each
only leaves out orders that work no better than one which is tried.

- A read that fits the state is placed at once: it changes nothing, so no order gets worse by having it now.
- Of several equal calls the one that is answered first goes first: in any order that works two equal calls may swap.
- A configuration is left out if another one with the same state and the same answered operations has used up fewer of the
  unanswered ones. Those may take effect at any later time or never, so whatever works after the first works after the other.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
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
    """How a configuration came about: the mask after the call `bit` was placed, and the trail before it."""

    mask: int
    bit: int
    before: _Trail | None


class _Moves(NamedTuple, Generic[State]):
    """What can happen while one answer is awaited: reads that fit, and for each next state equal calls that lead there."""

    reads: int
    writes: list[tuple[State, list[int]]]


class Search(Generic[State]):
    """The search for one object, which can be continued: `advance` it until `verdict` is no longer unknown."""

    def __init__(self, model: Model[State], operations: Iterable[Operation]) -> None:
        self.operations = sorted(operations, key=lambda op: (op.completed is None, op.completed or 0))
        self.model = model
        self.verdict: Verdict = "unknown"
        self._moves: list[dict[State, _Moves[State]]] = [{} for op in self.operations if op.completed is not None]
        self._answered = (1 << len(self._moves)) - 1
        self._stack: list[tuple[int, State, _Trail | None]] = [(0, model.init, None)]
        self._seen: dict[tuple[int, State], list[int]] = {}
        self._furthest = -1
        self._best = _Trail(0, 0, None)

    @property
    def result(self) -> Result:
        """What is known so far."""
        stuck = self.operations[self._furthest] if self.verdict == "broken" else None
        return Result(self.verdict, tuple(self._order(self._best)), stuck)

    def advance(self, budget: int) -> int:
        """Visit at most `budget` more configurations; returns how many it were."""
        for visited in range(budget):
            if self.verdict != "unknown":
                return visited
            self._visit(*self._stack.pop())
        return budget

    def _visit(self, mask: int, state: State, trail: _Trail | None) -> None:
        """Place the reads that fit, then plan to go on with each of the writes that may come next."""
        waits, moves = self._look(mask, state)
        while moves and moves.reads & ~mask:
            mask |= moves.reads
            waits, moves = self._look(mask, state)
        if waits > self._furthest:
            self._furthest, self._best = waits, _Trail(mask, 0, trail)
        if moves is None:
            self.verdict = "holds"
            return
        for next_state, equal_calls in moves.writes:
            for bit in equal_calls:
                if not mask & bit:
                    self._plan(mask, bit, next_state, trail)
                    break
        if not self._stack:
            self.verdict = "broken"

    def _plan(self, mask: int, bit: int, state: State, trail: _Trail | None) -> None:
        """Put a configuration on the stack unless one that can do as much was there before."""
        mask |= bit
        unanswered = mask & ~self._answered
        used = self._seen.setdefault((mask & self._answered, state), [])
        if not any(less & unanswered == less for less in used):
            used.append(unanswered)
            self._stack.append((mask, state, _Trail(mask, bit, trail)))

    def _look(self, mask: int, state: State) -> tuple[int, _Moves[State] | None]:
        """The number of the answer that waits next and the moves until then; None once all answers were given."""
        waits = (~mask & (mask + 1)).bit_length() - 1
        if waits >= len(self._moves):
            return waits, None
        known = self._moves[waits]
        if state not in known:
            known[state] = self._find_moves(waits, state)
        return waits, known[state]

    def _find_moves(self, waits: int, state: State) -> _Moves[State]:
        reads, writes = 0, dict[Call, tuple[State, list[int]]]()
        deadline = self.operations[waits].completed or 0
        for number, op in enumerate(self.operations[waits:], waits):
            if op.invoked > deadline or (after := self.model.step(state, op.call)) is None:
                continue
            if op.call[0] in self.model.reads:
                reads |= 1 << number
            else:
                writes.setdefault(op.call, (after, []))[1].append(1 << number)
        return _Moves(reads, [*reversed(writes.values())])  # the stack turns them round: the earliest answer is tried first

    def _order(self, trail: _Trail | None) -> list[Operation]:
        """The operations along a trail; reads that were placed together stand in the order of their answers."""
        order: list[Operation] = []
        while trail:
            reads = trail.mask ^ trail.bit ^ (trail.before.mask if trail.before else 0)
            step = [op for number, op in enumerate(self.operations) if reads >> number & 1]
            order[:0] = [*step, self.operations[trail.bit.bit_length() - 1]] if trail.bit else step
            trail = trail.before
        return order


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
