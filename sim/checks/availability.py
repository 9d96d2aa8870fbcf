"""How long writes stopped, how soon they came back (RTO), and how much was gone by then (RPO).

Measures end at the heal: what a repaired network allows says nothing about the design.
"""

from __future__ import annotations

from sim.checks.durability import lost_writes
from sim.checks.lookup import longest_gap, write_load
from sim.checks.measure import MeasureSpec, Reading, to_ms
from sim.history import History
from sim.trace import Trace

NOTHING = Reading(None)


def unavailable_ms(trace: Trace, history: History) -> Reading:
    """The longest window without a successful write, from the first write's invocation to the end of the load."""
    gap = longest_gap(trace, history)
    if gap is None:
        return NOTHING
    still_open = all(op.completed_at != gap[1] for op in history.acked_writes)
    return Reading(to_ms(gap[1] - gap[0]), at_least=still_open)


def rto_ms(trace: Trace, history: History) -> Reading:
    """From the strike to the first ok of a write that was invoked after it; open if none came before the heal.

    A write that was under way at the strike proves nothing. No value without a strike, or if the load ended without
    another write being tried.
    """
    load, strike = write_load(trace, history), trace.struck_at
    if load is None or strike is None:
        return NOTHING
    later = [op for op in history if not op.is_read and strike < op.invoked_at <= load.end]
    still_waiting = load.end == (trace.healed_at or trace.ended_at)
    if not later and not still_waiting:
        return NOTHING
    oks = [at for at in (op.completed_at for op in later if op.ok) if at is not None and at <= load.end]
    return Reading(to_ms(min(oks, default=load.end) - strike), at_least=not oks)


def rpo_ops(trace: Trace, history: History) -> Reading:
    """How many confirmed writes are lost; no value if no replica claims to lead."""
    lost = lost_writes(trace, history)
    return NOTHING if lost is None else Reading(len(lost))


def rpo_ms(trace: Trace, history: History) -> Reading:
    """How far back loss reaches: from the ok of the first lost write to the strike, or to the last lost ok if later.

    An old leader that lives on behind a cut confirms doomed writes after the strike, hence the second bound.
    """
    lost = lost_writes(trace, history)
    if lost is None:
        return NOTHING
    oks = [op.completed_at for op in lost if op.completed_at is not None]
    if not oks:
        return Reading(0.0)
    strike = max(oks) if trace.struck_at is None else trace.struck_at
    return Reading(to_ms(max(strike, *oks) - min(oks)))


SPECS = (
    MeasureSpec(
        "unavailable_ms",
        "ms",
        "unavailable",
        "the longest window without a successful write while clients asked for writes",
        "low",
        unavailable_ms,
    ),
    MeasureSpec(
        "rto_ms",
        "ms",
        "recovery time (RTO)",
        "from the strike to the first success of a write that was invoked after it",
        "low",
        rto_ms,
    ),
    MeasureSpec(
        "rpo_ops",
        "ops",
        "writes lost (RPO)",
        "confirmed writes that no final leader has applied or holds in its log",
        "low",
        rpo_ops,
        at_end=True,
    ),
    MeasureSpec(
        "rpo_ms",
        "ms",
        "time lost (RPO)",
        "from the ok of the first lost write to the strike, or to the ok of the last lost one if later",
        "low",
        rpo_ms,
        at_end=True,
    ),
)
