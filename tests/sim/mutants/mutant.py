"""What a mutant is, and how it takes the place of what it was made from."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

from sim.protocols import TOPOLOGIES
from sim.run import Run
from tests.sim.helpers import load, play

Raw = Mapping[str, Any]

LOSS, BOOKS, FORKS, APART, TWICE = "lost_acked_writes", "ledger_balances", "split_brain", "converged", "applied_twice"
STALE, ORDER, OWN, BACK = "stale_reads", "linearizable", "read_your_writes", "monotonic_reads"
PHANTOMS, FAILED, EXCLUSION = "phantom_reads", "failed_write_visible", "mutual_exclusion"

LONG: Raw = {"workload": load(clients=3, ops=200, think_ms=[0, 10])}
QUICK: Raw = {**LONG, "limits": {"timeout_ms": 100}}
READS: Raw = {"workload": load(clients=8, ops=300, kind="register", keys=2, reads_percent=50, think_ms=[0, 1])}
LOOKS: Raw = {
    "workload": load(clients=4, ops=300, kind="register", keys=1, reads_percent=80, think_ms=[0, 20]),
    "limits": {"timeout_ms": 60},
}
SLOW_DISK: Raw = {"disk": {"fsync_ms": [4, 8]}}

LAGGARD: Raw = {"at_ms": 0, "do": "slow", "from": ["A", "B"], "to": ["C"], "egress_ms": 40}
ISOLATED: Raw = {"at_ms": 30, "do": "cut", "between": [["leader", "c1"], ["rest"]], "for_ms": 700}
RAFT: Raw = {"topology": "raft"}
NO_ANSWERS: Raw = {"at_ms": 30, "do": "cut", "from": ["A"], "to": ["clients"], "for_ms": 60}


def after(point: str, delay_ms: float = 0, **rest: Any) -> Raw:
    """A fault some time after the first event of a kind."""
    return {"after": {point: {}}, "delay_ms": delay_ms, **rest}


def cut(at_ms: float, one: list[str], other: list[str], for_ms: float) -> Raw:
    """No message passes between two groups for a while."""
    return {"at_ms": at_ms, "do": "cut", "between": [one, other], "for_ms": for_ms}


def campaign(at_ms: float, *nodes: str) -> Raw:
    """Operators let servers stand for election."""
    return {"at_ms": at_ms, "do": "campaign", "nodes": list(nodes)}


@dataclass(frozen=True)
class Mutant:
    """Wrong classes, each a subclass of a right one that changes one decision; the first names the mutant and says which.

    `faults` are the directed schedule that brings the mistake out, under `design` and `setup`, and `caught_by` the checks
    that must catch it then. `ground` is where the unaided search looks for it (see `tests.sim.mutants.grounds`).
    `beside`: the right classes to compare with, where the schedule needs something about them otherwise.
    """

    wrong: tuple[type, ...]
    faults: Sequence[Raw]
    caught_by: set[str]
    ground: str
    design: Raw = field(default_factory=lambda: {"wait_for": 1})
    setup: Raw = field(default_factory=dict)
    seed: int = 1
    beside: tuple[type, ...] = ()

    @property
    def name(self) -> str:
        return self.wrong[0].__name__

    def __str__(self) -> str:
        return self.name

    def attack(self) -> Run:
        """Play the directed schedule on whatever stands in the modules of `sim` now."""
        run = play(self.design, *self.faults, seed=self.seed, **self.setup)
        assert not run.unfired, f"not attacked at all: {self.again()}"
        return run

    def again(self) -> str:
        """The call that shows it again."""
        played = f"play({dict(self.design)}, *{list(self.faults)}, seed={self.seed}, **{dict(self.setup)})"
        return f"with injected(*MUTANTS[{self.name!r}].wrong): {played}"


@contextmanager
def injected(*wrongs: type) -> Iterator[None]:
    """While this lasts these classes stand wherever a module of `sim` names those that they were made from."""
    with ExitStack() as stack:
        for wrong in wrongs:
            right = right_of(wrong)
            for module in [module for name, module in sorted(sys.modules.items()) if name.startswith("sim.")]:
                for name in [name for name, value in vars(module).items() if value is right]:
                    stack.enter_context(patch.object(module, name, wrong))
            for topology, pair in TOPOLOGIES.items():
                changed = tuple(wrong if one is right else one for one in pair)
                stack.enter_context(patch.dict(TOPOLOGIES, {topology: changed}))
        yield


def right_of(wrong: type) -> type:
    """The class that a wrong one was made from."""
    return next(base for base in wrong.__mro__ if base.__module__.startswith("sim."))
