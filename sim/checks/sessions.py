"""What a client may expect of its own session: a read shows what the session has written and read before, or something newer.

Two of the four session guarantees (Terry et al., Session Guarantees for Weakly Consistent Replicated Data, 1994) are checks
of their own. The other two order writes. Here a client waits for one operation before the next, and a log orders all
writes, so a session's confirmed writes could only be lost, done twice, or built on a read that is finally gone: other
checks tell of these, and a check of the order could only pass.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from sim.checks.finding import Finding, broken, holds, unknown
from sim.checks.lookup import naming
from sim.checks.versions import Versions
from sim.history import History, Op, op_of
from sim.trace import Trace


class Known(NamedTuple):
    """A version that a session knows of, and the operation it knows that from."""

    version: str
    source: Op


class Lapse(NamedTuple):
    """A read that showed less than its session had known; `missed` is None if the order of the two versions is unknown."""

    read: Op
    missed: Known | None


Learn = Callable[[Op], list[tuple[str, str]]]  # what an answered operation teaches: (key, version) each


@dataclass
class _Memory:
    """What a session knows of a key. A read in the chosen order need only be compared with the newest that is in it too."""

    newest: Known | None = None
    aside: dict[str, Known] = field(default_factory=dict)  # not in the chosen order
    all: dict[str, Known] = field(default_factory=dict)

    def add(self, known: Known, versions: Versions) -> None:
        if not known.version:
            return
        self.all[known.version] = known
        place = versions.chosen.get(known.version)
        if place is None:
            self.aside[known.version] = known
        elif self.newest is None or place >= versions.chosen[self.newest.version]:
            self.newest = known

    def against(self, version: str, versions: Versions) -> list[Known]:
        """What a version must be compared with."""
        if version and version not in versions.chosen:
            return list(self.all.values())
        return [*self.aside.values(), *([self.newest] if self.newest else [])]


def lapses(trace: Trace, history: History, learn: Learn) -> Iterator[Lapse | None]:
    """For each answered read of a key of which its session knew something: what it should have seen, or None if all is well."""
    versions = Versions(trace, history)
    sessions: defaultdict[tuple[str, str], _Memory] = defaultdict(_Memory)
    for op in history:
        if not op.ok:
            continue
        if op.is_read and op.result and (memory := sessions.get((op.process, op.keys[0]))):
            yield _compare(op, memory, versions)
        for key, version in learn(op):
            sessions[op.process, key].add(Known(version, op), versions)


def _compare(read: Op, memory: _Memory, versions: Versions) -> Lapse | None:
    assert read.result
    version = op_of(read.result[1])
    found = [(known, versions.precedes(version, known.version)) for known in memory.against(version, versions)]
    missed = [known for known, precedes in found if precedes]
    if missed:
        return Lapse(read, missed[-1])
    return Lapse(read, None) if any(precedes is None for _, precedes in found) else None


def judge_sessions(name: str, trace: Trace, history: History, learn: Learn, idle: str) -> Finding:
    """Count: reads that showed an older version. Evidence: their answers, and those of what their session should have seen.

    `idle` says what no client did, if there is nothing to judge.
    """
    judged = list(lapses(trace, history, learn))
    if not judged:
        return unknown(name, idle)
    proved = [(lapse.read, lapse.missed.source) for lapse in judged if lapse and lapse.missed]
    if proved:
        ops = [op.id for read, source in proved for op in (source, read)]
        return broken(name, len(proved), naming(trace, ops, "ok_received"), ops)
    doubtful = [lapse.read.id for lapse in judged if lapse]
    if doubtful:
        return unknown(name, f"what {doubtful[0]} saw and what its client knew stand in no order: no replica applied both")
    return holds(name)
