"""All checks and measures, in the order in which people see them, and the two ways to ask them.

Checks read a trace and a history, never a protocol. One table serves requirements, predictions, JSON and screens.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from sim.checks import (
    applied_twice,
    availability,
    convergence,
    copies,
    durability,
    failed_write_visible,
    lag,
    latency,
    ledger,
    linearizable,
    monotonic_reads,
    mutual_exclusion,
    phantom_reads,
    read_your_writes,
    split_brain,
    stale_reads,
    traffic,
)
from sim.checks.finding import Check, Finding, unknown
from sim.checks.measure import Measure, MeasureSpec
from sim.history import History
from sim.trace import Trace


class Promise(Protocol):
    """What a module of a check says of itself."""

    NAME: str
    PROMISE: str
    LABEL: str

    def judge(self, trace: Trace, history: History) -> Finding: ...


def _always(history: History) -> bool:
    return True


def _check(promise: Promise, applies: Callable[[History], bool] = _always, at_end: bool = False) -> Check:
    return Check(promise.NAME, promise.PROMISE, promise.LABEL, promise.judge, applies, at_end)


CHECKS: dict[str, Check] = {
    check.name: check
    for check in (
        _check(durability, at_end=True),
        _check(phantom_reads, phantom_reads.applies, at_end=True),
        _check(failed_write_visible, at_end=True),
        _check(stale_reads, stale_reads.applies),
        _check(read_your_writes, read_your_writes.applies),
        _check(monotonic_reads, monotonic_reads.applies),
        _check(linearizable, linearizable.applies),
        _check(split_brain),
        _check(mutual_exclusion, mutual_exclusion.applies),
        _check(convergence, at_end=True),
        _check(applied_twice, at_end=True),
        _check(ledger, ledger.applies, at_end=True),
    )
}

_SPECS = (*availability.SPECS, *copies.SPECS, *latency.SPECS, *lag.SPECS, *traffic.SPECS)
MEASURES: dict[str, MeasureSpec] = {spec.name: spec for spec in _SPECS}


def judge_all(trace: Trace, history: History) -> dict[str, Finding]:
    """The findings of the checks that apply, those `unknown` for which the run proves nothing."""
    return {
        name: unknown(name, doubt) if (doubt := _doubt(trace, check.at_end)) else check.judge(trace, history)
        for name, check in CHECKS.items()
        if check.applies(history)
    }


def measure_all(trace: Trace, history: History) -> dict[str, Measure]:
    """All measures; the `reason` of one says why the run proves nothing for it."""
    return {name: _measure(spec, trace, history) for name, spec in MEASURES.items()}


def _measure(spec: MeasureSpec, trace: Trace, history: History) -> Measure:
    value, at_least = spec.take(trace, history)
    return Measure(spec.name, value, spec.unit, at_least, _doubt(trace, spec.at_end))


def _doubt(trace: Trace, at_end: bool) -> str:
    """Why this run proves nothing: surviving an attack that never happened is not surviving; what goes on has no end."""
    for number, shot in enumerate(trace.shots, start=1):
        if shot.fired_at is None or shot.missed:
            how = "never struck" if shot.fired_at is None else "did not strike all"
            return f"the fault at place {number} of the schedule ({shot.verb}) {how}{shot.missed and ': '}{shot.missed}"
    return f"the run never came to rest: {trace.unsettled}" if at_end and trace.unsettled else ""
