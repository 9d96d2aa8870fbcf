"""All checks and measures, in the order in which people see them, and the two ways to ask them.

Checks read a trace and a history, never a protocol. One table serves requirements, predictions, JSON and screens.
"""

from __future__ import annotations

from sim.checks import (
    availability,
    convergence,
    copies,
    durability,
    latency,
    ledger,
    linearizable,
    split_brain,
    stale_reads,
    traffic,
)
from sim.checks.finding import Check, Finding, unknown
from sim.checks.measure import Measure, MeasureSpec
from sim.history import History
from sim.trace import Trace

CHECKS: dict[str, Check] = {
    check.name: check
    for check in (
        Check(durability.NAME, durability.PROMISE, durability.LABEL, durability.judge, at_end=True),
        Check(stale_reads.NAME, stale_reads.PROMISE, stale_reads.LABEL, stale_reads.judge, stale_reads.applies),
        Check(linearizable.NAME, linearizable.PROMISE, linearizable.LABEL, linearizable.judge, linearizable.applies),
        Check(split_brain.NAME, split_brain.PROMISE, split_brain.LABEL, split_brain.judge),
        Check(convergence.NAME, convergence.PROMISE, convergence.LABEL, convergence.judge, at_end=True),
        Check(ledger.NAME, ledger.PROMISE, ledger.LABEL, ledger.judge, ledger.applies, at_end=True),
    )
}

_SPECS = (*availability.SPECS, *copies.SPECS, *latency.SPECS, *traffic.SPECS)
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
        if shot.fired_at is None:
            return f"the fault at place {number} of the schedule ({shot.verb}) never struck"
    return f"the run never came to rest: {trace.unsettled}" if at_end and trace.unsettled else ""
