"""On how many disks a write was when its client was told that it is done."""

from __future__ import annotations

from collections import defaultdict

from sim.checks.measure import MeasureSpec, Reading
from sim.history import History, op_of
from sim.trace import Trace

_TAKES = ("discarded", "lost_unsynced", "corrupt")


def copies_at_ack(trace: Trace, history: History) -> Reading:
    """The fewest durable copies that any write had at the moment of its first answer; no value if none was answered.

    The copy of a machine that has died counts: its disk has the write, whoever may reach it. So does that of any attempt.
    """
    copies: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)  # operation -> (node, attempt)
    at_ack: dict[str, int] = {}
    for _, event in trace.of("durable", *_TAKES, "reply_sent"):
        for attempt in event.ops:
            op = op_of(attempt)
            if event.what == "durable":
                copies[op].add((event.node, attempt))
            elif event.what in _TAKES:
                copies[op].discard((event.node, attempt))
            elif op not in at_ack and not history[op].is_read:
                at_ack[op] = len({node for node, _ in copies[op]})
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
