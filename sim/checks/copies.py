"""On how many disks a write was when its client was told that it is done."""

from __future__ import annotations

from collections import defaultdict

from sim.checks.measure import MeasureSpec, Reading
from sim.history import History
from sim.trace import Trace

_ADDS, _TAKES = ("durable",), ("discarded", "lost_unsynced")


def copies_at_ack(trace: Trace, history: History) -> Reading:
    """The fewest durable copies that any write had at the moment of its first answer; no value if none was answered.

    The copy of a machine that has died counts: its disk has the write, whoever may reach it.
    """
    copies: defaultdict[str, set[str]] = defaultdict(set)
    at_ack: dict[str, int] = {}
    for _, event in trace.of(*_ADDS, *_TAKES, "reply_sent"):
        for op in event.ops:
            if event.what in _ADDS:
                copies[op].add(event.node)
            elif event.what in _TAKES:
                copies[op].discard(event.node)
            elif not history[op].is_read:
                at_ack.setdefault(op, len(copies[op]))
    return Reading(min(at_ack.values(), default=None))


SPECS = (
    MeasureSpec(
        "copies_at_ack",
        "",
        "copies at the ack",
        "the fewest disks that a write was on when its client was told that it is done",
        "high",
        copies_at_ack,
    ),
)
