"""What a check says: a verdict, how often, and the events of the trace that prove it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from sim.history import History
from sim.trace import Trace

Verdict = Literal["holds", "broken", "unknown"]


@dataclass(frozen=True, slots=True)
class Finding:
    """The verdict of one check on one run.

    `count` says how often the promise was broken, 0 unless it was. `evidence` are event numbers of the trace,
    ascending; `ops` are the operations concerned. `reason` is one plain sentence: always there when unknown, else
    where it helps.
    """

    check: str
    verdict: Verdict
    count: int = 0
    evidence: tuple[int, ...] = ()
    ops: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """A promise that can be judged. `label` names what is counted; `applies` tells if a history is of its kind.

    `at_end`: it judges how the replicas stand in the end, so a run that never came to rest does not tell.
    """

    name: str
    promise: str
    label: str
    judge: Callable[[Trace, History], Finding]
    applies: Callable[[History], bool] = lambda history: True
    at_end: bool = False


def holds(check: str, reason: str = "") -> Finding:
    """The promise was kept."""
    return Finding(check, "holds", reason=reason)


def broken(check: str, count: int, evidence: Iterable[int], ops: Iterable[str] = ()) -> Finding:
    """The promise was broken `count` times; `evidence` and `ops` may come in any order and repeat themselves."""
    return Finding(check, "broken", count, tuple(sorted(set(evidence))), tuple(dict.fromkeys(ops)))


def unknown(check: str, reason: str) -> Finding:
    """The run does not tell, and `reason` says why."""
    return Finding(check, "unknown", reason=reason)
