"""A write that its client was told has failed is certainly not done: nobody reads it, and nobody keeps it.

A system that answers "failed" where it should answer "unknown" invites the client to do the same again.
"""

from __future__ import annotations

from sim.checks.finding import Finding, broken, holds, unknown
from sim.checks.lookup import NO_CLAIMANT, claimants, kept_by, naming
from sim.history import History, op_of
from sim.trace import Trace

NAME = "failed_write_visible"
PROMISE = "no write that failed for its client is ever read or kept"
LABEL = "failed writes that took effect"


def judge(trace: Trace, history: History) -> Finding:
    """Count: failed writes that a read returned, or that a final claimant has applied or holds in its log.

    Evidence: the failures, the answers of such reads, and where the writes were applied.
    """
    failed = [op.id for op in history if op.outcome == "fail" and not op.is_read]
    if not failed:
        return holds(NAME, "no client was told that its write failed")
    reads = {op.id: op_of(op.result[1]) for op in history if op.ok and op.is_read and op.result}
    final = claimants(trace)
    seen = kept_by(final.values()).union(reads.values())
    visible = [op for op in failed if op in seen]
    if visible:
        witnesses = [read for read, version in reads.items() if version in visible]
        evidence = naming(trace, visible, "failed", "applied") + naming(trace, witnesses, "ok_received")
        return broken(NAME, len(visible), evidence, visible)
    return holds(NAME) if final else unknown(NAME, NO_CLAIMANT)
