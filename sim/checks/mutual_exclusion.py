"""A lock protects: at the storage, nobody who held it earlier writes after somebody who held it later.

A lock service alone cannot promise that, whatever its consistency: a holder may sleep past its time and write then. So the
promise is judged where the harm would be done, by the writes that the storage took. Which grant is the earlier one is told
by real time, else by the fencing tokens; two grants with one token cannot be told apart by the storage, so each is as early
as the other. That two clients believe to hold the lock, or that the earlier one writes first, does no harm.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import NamedTuple

from sim.checks.finding import Finding, broken, holds, unknown
from sim.history import History, Op
from sim.trace import Trace

NAME = "mutual_exclusion"
PROMISE = "the storage takes no write of a lock's earlier holder after one of a later holder"
LABEL = "writes by a holder whose time was over"


class Write(NamedTuple):
    """A write that the storage took: its event, the grant of the lock that it came with, and the token of that."""

    number: int
    grant: Op
    token: int


@dataclass(slots=True)
class _Lock:
    """What the storage took under one lock so far, the largest token of it, and when its youngest grant was asked for (us)."""

    writes: list[Write] = field(default_factory=list)
    top: int = 0
    youngest: int = 0

    def add(self, write: Write) -> None:
        self.writes.append(write)
        self.top = max(self.top, write.token)
        self.youngest = max(self.youngest, write.grant.invoked_at)

    def later_holder(self, write: Write) -> Write | None:
        """The first write here of a holder that got the lock later than this one did."""
        if write.token > self.top and write.grant.completed_at is not None and write.grant.completed_at >= self.youngest:
            return None  # the usual case
        others = (other for other in self.writes if other.grant is not write.grant and _is_earlier(write, other))
        return next(others, None)


def applies(history: History) -> bool:
    """Whether anybody asks for a lock."""
    return any(op.kind == "acquire" for op in history)


def judge(trace: Trace, history: History) -> Finding:
    """Count: writes that came too late. Evidence: each of them, and the one of a later holder that it came after.

    `ops` are pairs: the grant of the later holder, then that of the one who came too late.
    """
    locks: defaultdict[str, _Lock] = defaultdict(_Lock)
    pairs: list[tuple[Write, Write]] = []
    for number, event in trace.of("stored"):
        grant = history.find(event.ops[0])
        if grant:
            write = Write(number, grant, event.n)
            later = locks[event.text].later_holder(write)
            pairs += [(later, write)] if later else []
            locks[event.text].add(write)
    if not locks:
        return unknown(NAME, "nobody wrote to the storage under a lock")
    if not pairs:
        return holds(NAME)
    evidence = [write.number for pair in pairs for write in pair]
    return broken(NAME, len(pairs), evidence, [write.grant.id for pair in pairs for write in pair])


def _is_earlier(one: Write, other: Write) -> bool:
    """Whether one's grant came before the other's, or cannot be told from it."""
    if _granted_before(one.grant, other.grant):
        return True
    return not _granted_before(other.grant, one.grant) and one.token <= other.token


def _granted_before(one: Op, other: Op) -> bool:
    return one.ok and one.completed_at is not None and one.completed_at < other.invoked_at
