"""A client that has seen a version of a key never sees an older one."""

from __future__ import annotations

from sim.checks.finding import Finding
from sim.checks.sessions import judge_sessions
from sim.history import History, Op, op_of
from sim.trace import Trace

NAME = "monotonic_reads"
PROMISE = "no client reads a key and then an older version of it"
LABEL = "reads that went back in time"


def applies(history: History) -> bool:
    """Whether any client reads."""
    return any(op.is_read for op in history)


def judge(trace: Trace, history: History) -> Finding:
    """`ops` are pairs: the read that saw the newer version, then that of the same client which saw the older one."""
    return judge_sessions(NAME, trace, history, _learn, "no client read a key twice")


def _learn(op: Op) -> list[tuple[str, str]]:
    return [(op.keys[0], op_of(op.result[1]))] if op.is_read and op.result else []
