"""The stale read that a reader is shown, with the write that it missed."""

from __future__ import annotations

from typing import NamedTuple

from sim.history import Op
from sim.render.case import Case


class StaleRead(NamedTuple):
    """A read, the acknowledged write that it should have seen, the events of both answers, and how long before the read
    was invoked the write had been acknowledged (us)."""

    read: Op
    missed: Op
    answer: int
    acked: int
    age: int


def first_stale_read(case: Case) -> StaleRead | None:
    """The first one by its answer, or none if no read was stale."""
    finding = case.broken("stale_reads")
    if finding is None:
        return None
    stale = frozenset(finding.ops)
    answers = {case.event(number).ops[0]: number for number in reversed(finding.evidence)}
    read = min((case.history[op] for op in finding.ops if op in answers), key=lambda op: answers[op.id], default=None)
    if read is None:
        return None
    missed = [op for op in map(case.history.__getitem__, answers) if op.id not in stale and _misses(read, op)]
    if not missed:
        return None
    newest = max(missed, key=lambda op: op.invoked_at)
    age = read.invoked_at - (newest.completed_at or read.invoked_at)
    return StaleRead(read, newest, answers[read.id], answers[newest.id], age)


def _misses(read: Op, write: Op) -> bool:
    done_before = write.completed_at is not None and write.completed_at < read.invoked_at
    return done_before and read.keys[0] in write.keys and not write.is_read
