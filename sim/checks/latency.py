"""How long clients waited for an ok, as nearest-rank percentiles.

The nearest rank is the smallest latency that at least p percent of the operations did not exceed: always one that
happened. Only operations that a client invoked before the heal and that ended ok count; a write that was stuck until
the heal is one of them.
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
    """The measure of this percentile over reads, or else over writes; no value if none ended ok."""

    def take(trace: Trace, history: History) -> Reading:
        heal = trace.healed_at or trace.ended_at
        latencies = sorted(
            op.completed_at - op.invoked_at
            for op in history
            if op.ok and op.is_read == reads and op.invoked_at <= heal and op.completed_at is not None
        )
        return Reading(to_ms(nearest_rank(percent, latencies)) if latencies else None)

    return take


def _spec(kind: str, percent: int) -> MeasureSpec:
    meaning = f"{percent} % of the {kind}s that ended ok took no longer than this"
    take = percentile(percent, reads=kind == "read")
    return MeasureSpec(f"{kind}_p{percent}_ms", "ms", f"{kind} p{percent}", meaning, "low", take)


SPECS = tuple(_spec(kind, percent) for kind in ("write", "read") for percent in (50, 99))
