"""No read returns what a confirmed write had already replaced.

Sound, not complete: it goes by strict real-time order alone, so whatever it reports is stale under every
linearization, but a read that only a search through the linearizations can refute escapes it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass, field

from sim.checks.finding import Finding, broken, holds, unknown
from sim.checks.lookup import naming
from sim.history import History, Op
from sim.trace import Trace

NAME = "stale_reads"
PROMISE = "no read returns what a confirmed write had already replaced"
LABEL = "stale reads"


def applies(history: History) -> bool:
    """Whether any client reads."""
    return any(op.is_read for op in history)


@dataclass
class _Writes:
    """The acked writes of one key by completion; `youngest[i]` is the one invoked last among the first i + 1."""

    completions: list[int] = field(default_factory=list)
    youngest: list[Op] = field(default_factory=list)

    def add(self, op: Op, completed_at: int) -> None:
        self.completions.append(completed_at)
        older = self.youngest[-1] if self.youngest else op
        self.youngest.append(op if op.invoked_at > older.invoked_at else older)

    def youngest_before(self, instant: int) -> Op | None:
        """Of the writes that completed before `instant`, the one invoked last."""
        count = bisect_left(self.completions, instant)
        return self.youngest[count - 1] if count else None


def stale_pairs(history: History) -> list[tuple[Op, Op]]:
    """Each stale read with a write that it should have seen.

    A read of version w is stale if a write of the key completed before the read was invoked, and w is the initial
    version or completed before that write was invoked. It is enough to ask the write that was invoked last.
    """
    by_key = _index(history)
    pairs = []
    for read in history:
        if not (read.ok and read.is_read and read.result):
            continue
        newer = by_key[read.keys[0]].youngest_before(read.invoked_at)
        if newer and _replaces(newer, read.result[1], history):
            pairs.append((read, newer))
    return pairs


def judge(trace: Trace, history: History) -> Finding:
    """Evidence: for each stale read its answer, and the acknowledgement of the write that it missed."""
    if not any(op.ok and op.is_read for op in history):
        return unknown(NAME, "no read was answered")
    pairs = stale_pairs(history)
    if not pairs:
        return holds(NAME)
    named = [op.id for pair in pairs for op in pair]
    return broken(NAME, len(pairs), naming(trace, named, "ok_received"), [read.id for read, _ in pairs])


def _index(history: History) -> defaultdict[str, _Writes]:
    by_key: defaultdict[str, _Writes] = defaultdict(_Writes)
    ended = [(op.completed_at, op) for op in history.acked_writes if op.completed_at is not None]
    for completed_at, op in sorted(ended, key=lambda pair: pair[0]):
        for key in op.keys:
            by_key[key].add(op, completed_at)
    return by_key


def _replaces(newer: Op, version: str, history: History) -> bool:
    """Whether `version` was certainly over when `newer` began; what has no known end can take effect at any time."""
    if version == "":
        return True
    seen = history.find(version)
    if seen is None or not seen.ok or seen.completed_at is None:
        return False
    return seen.completed_at < newer.invoked_at
