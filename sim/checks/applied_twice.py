"""Every operation is done at most once, however often its client asked for it.

A client that sends an operation again may find that the first attempt was done after all; only an id that the replicas
remember keeps the second one from being done as well.
"""

from __future__ import annotations

from collections import Counter

from sim.checks.finding import Finding, broken, holds, unknown
from sim.checks.lookup import NO_CLAIMANT, claimants
from sim.history import History, op_of
from sim.trace import Trace

NAME = "applied_twice"
PROMISE = "no operation is done more than once, whatever its client tries again"
LABEL = "operations done more than once"


def judge(trace: Trace, history: History) -> Finding:
    """Count: operations of which a final claimant has applied several attempts, or one several times.

    Evidence: where it applied them. Entries that no client asked for may repeat themselves.
    """
    final = claimants(trace)
    if not final:
        return unknown(NAME, NO_CLAIMANT)
    repeated = {name: _repeated(claimant.ops, history) for name, claimant in final.items()}
    ops = list(dict.fromkeys(op for several in repeated.values() for op in several))
    if not ops:
        return holds(NAME)
    evidence = [
        number
        for number, event in trace.of("applied")
        if event.node in repeated and any(op_of(attempt) in repeated[event.node] for attempt in event.ops)
    ]
    return broken(NAME, len(ops), evidence, ops)


def _repeated(applied: tuple[str, ...], history: History) -> list[str]:
    times = Counter(map(op_of, applied))
    return [op for op, count in times.items() if count > 1 and op in history.ops]
