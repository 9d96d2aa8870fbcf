"""How long clients waited for an ok, as nearest-rank percentiles.

The nearest rank is the smallest latency that at least p percent of the operations did not exceed: always one that
happened. All operations that a client invoked before the heal and that did not certainly fail count. One that the client
gave up waiting for counts with the time it waited, which is a lower bound: leaving it out would praise a system for answering
nobody.
"""

from __future__ import annotations

from collections.abc import Callable

from sim.checks.measure import MeasureSpec, Reading, to_ms
from sim.history import History
from sim.trace import Trace


def nearest_rank(percent: int, ascending: list[int]) -> int:
    """The percentile of a non-empty ascending list, for a whole percentage of 1 to 100."""
    rank = -(-percent * len(ascending) // 100)
    return ascending[rank - 1]


def percentile(percent: int, reads: bool) -> Callable[[Trace, History], Reading]:
    """The measure of this percentile over reads, or else over writes; no value if there were none.

    It is a lower bound if an operation without an answer lies at or below it: nobody knows where that one belongs.
    """

    def take(trace: Trace, history: History) -> Reading:
        heal = trace.healed_at or trace.ended_at
        counted = [op for op in history if op.is_read == reads and op.invoked_at <= heal and op.outcome != "fail"]
        waits = {op.id: (heal if op.completed_at is None else op.completed_at) - op.invoked_at for op in counted}
        if not waits:
            return Reading(None)
        value = nearest_rank(percent, sorted(waits.values()))
        return Reading(to_ms(value), at_least=any(not op.ok and waits[op.id] <= value for op in counted))

    return take


def _spec(kind: str, percent: int) -> MeasureSpec:
    meaning = (
        f"{percent} % of the {kind}s took no longer than this; one without an answer counts with the time it was waited for"
    )
    take = percentile(percent, reads=kind == "read")
    return MeasureSpec(f"{kind}_p{percent}_ms", "ms", f"{kind} p{percent}", meaning, "low", take)


SPECS = tuple(_spec(kind, percent) for kind in ("write", "read") for percent in (50, 99))
