"""Whatever a reader was shown is there in the end: nobody acts on a write that later turns out never to have happened.

A read that is served before its write is safe (MySQL's AFTER_COMMIT, any leader that applies before it has its acks) can
show what a failover takes away. Overwritten later is not gone, and no version is the initial one.
"""

from __future__ import annotations

from sim.checks.finding import Finding, broken, holds, unknown
from sim.checks.lookup import NO_CLAIMANT, claimants, kept_by, naming
from sim.history import History, Op, op_of
from sim.trace import Trace

NAME = "phantom_reads"
PROMISE = "no read returns a write that is gone in the end"
LABEL = "reads of writes that are gone"

STORY = ("lost_unsynced", "discarded", "corrupt")


def applies(history: History) -> bool:
    """Whether any client reads."""
    return any(op.is_read for op in history)


def judge(trace: Trace, history: History) -> Finding:
    """Count: reads whose version no final claimant has applied or holds in its log.

    Evidence: their answers, and what took those writes from a disk or a log. `ops` are the reads, then the writes.
    """
    seen = [(op, op_of(op.result[1])) for op in history if op.ok and op.is_read and op.result and op.result[1]]
    if not seen:
        return unknown(NAME, "no read returned anything that a client had written")
    final = claimants(trace)
    if not final:
        return unknown(NAME, NO_CLAIMANT)
    kept = kept_by(final.values())
    phantoms = [(read, version) for read, version in seen if version not in kept]
    return _blame(trace, phantoms) if phantoms else holds(NAME)


def _blame(trace: Trace, phantoms: list[tuple[Op, str]]) -> Finding:
    reads, writes = [read.id for read, _ in phantoms], [version for _, version in phantoms]
    evidence = naming(trace, reads, "ok_received") + naming(trace, writes, *STORY)
    return broken(NAME, len(reads), evidence, [*reads, *writes])
