"""A client that was told its write is done sees it, or something newer, in all of its later reads."""

from __future__ import annotations

from sim.checks.finding import Finding
from sim.checks.sessions import judge_sessions
from sim.history import History, Op
from sim.trace import Trace

NAME = "read_your_writes"
PROMISE = "no read returns what its own client had already replaced"
LABEL = "reads that missed the client's own write"


def applies(history: History) -> bool:
    """Whether any client reads."""
    return any(op.is_read for op in history)


def judge(trace: Trace, history: History) -> Finding:
    """`ops` are pairs: the confirmed write, then the read of the same client that should have seen it."""
    return judge_sessions(NAME, trace, history, _learn, "no client read again what it had written")


def _learn(op: Op) -> list[tuple[str, str]]:
    return [] if op.is_read else [(key, op.id) for key in op.keys]
