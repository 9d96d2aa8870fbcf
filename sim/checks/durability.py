"""No confirmed write is lost. The exam question: what an acknowledgement was worth after the attack."""

from __future__ import annotations

from sim.checks.finding import Finding, broken, holds, unknown
from sim.checks.lookup import NO_CLAIMANT, claimants, kept_by, naming
from sim.history import History, Op
from sim.trace import Trace

NAME = "lost_acked_writes"
PROMISE = "no confirmed write is lost"
LABEL = "acked writes lost"

STORY = ("ok_received", "reply_sent", "lost_unsynced", "discarded", "dropped")


def lost_writes(trace: Trace, history: History) -> list[Op] | None:
    """The acked writes that no final claimant has applied or holds in its log, oldest first; None if nobody claims to lead.

    Overwritten later is not lost: a replica keeps the ids of all writes that went into its state. Nor is a write that
    waits in the log because commits are blocked. Any attempt of an operation will do.
    """
    final = claimants(trace)
    if not final:
        return None
    kept = kept_by(final.values())
    return [op for op in history.acked_writes if op.id not in kept]


def judge(trace: Trace, history: History) -> Finding:
    """Evidence: of each lost write the reply and its arrival, and what took it from a disk, a log or the wire."""
    if not history.acked_writes:
        return unknown(NAME, "no write was confirmed, so none could be lost")
    lost = lost_writes(trace, history)
    if lost is None:
        return unknown(NAME, NO_CLAIMANT)
    ids = [op.id for op in lost]
    return broken(NAME, len(ids), naming(trace, ids, *STORY), ids) if ids else holds(NAME)
