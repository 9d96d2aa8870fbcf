"""Questions that several checks ask of a trace and its history."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import NamedTuple

from sim.history import History, Op, op_of
from sim.trace import Final, Trace

NO_CLAIMANT = "no replica that is up claims to serve clients at the end"


class Load(NamedTuple):
    """The time in which clients asked for writes and measures count, in microseconds."""

    start: int
    end: int


def up_members(trace: Trace) -> dict[str, Final]:
    """The replicas that are up and belong to the set at the end, in the trace's order."""
    ends = ((node, trace.final[node]) for node in trace.replicas if node in trace.final)
    return {node: final for node, final in ends if final.up and final.member}


def claimants(trace: Trace) -> dict[str, Final]:
    """The up members that believe at the end that clients are served from their state."""
    return {node: final for node, final in up_members(trace).items() if final.claims}


def highest(candidates: dict[str, Final]) -> str | None:
    """The candidate with the highest epoch, the first of several; None if there is none."""
    return max(candidates, key=lambda node: candidates[node].epoch, default=None)


def naming(trace: Trace, ops: Iterable[str], *what: str) -> list[int]:
    """The numbers of the events of these kinds that name any of `ops`, or an attempt of one."""
    wanted = frozenset(ops)
    return [number for number, event in trace.of(*what) if any(op_of(op) in wanted for op in event.ops)]


def kept_by(final: Iterable[Final]) -> frozenset[str]:
    """The operations of which any of these replicas has applied an attempt or holds one in its log."""
    return frozenset(op_of(attempt) for one in final for attempt in (*one.ops, *one.pending))


def write_load(trace: Trace, history: History) -> Load | None:
    """From the first write's invocation until the heal, or until the last write ended if that was earlier.

    Clients that have done all their work do not make a system unavailable, so what follows the load does not count. A
    write that never ended keeps the load going; a client that gave up has ended it. None if no write was invoked
    before the heal.
    """
    return _load(trace, [op for op in history if not op.is_read])


def read_load(trace: Trace, history: History) -> Load | None:
    """The same for reads."""
    return _load(trace, [op for op in history if op.is_read])


def _load(trace: Trace, ops: list[Op]) -> Load | None:
    heal = trace.healed_at or trace.ended_at
    asked = [op for op in ops if op.invoked_at <= heal]
    if not asked:
        return None
    ends = [heal if op.completed_at is None else op.completed_at for op in asked]
    return Load(asked[0].invoked_at, min(heal, max(ends)))


def longest_gap(trace: Trace, history: History) -> tuple[int, int] | None:
    """The longest time (start and end, us) without a successful write during the load; the first of several."""
    load = write_load(trace, history)
    if load is None:
        return None
    oks = sorted(op.completed_at for op in history.acked_writes if op.completed_at is not None and op.completed_at <= load.end)
    return max(pairwise([load.start, *oks, load.end]), key=lambda gap: gap[1] - gap[0])
