"""Each wrong Raft, and the schedule by which a check catches it; the right one survives the same."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from sim.checks import CHECKS
from sim.protocols import TOPOLOGIES
from sim.protocols.controllers.monitor import Monitor
from sim.protocols.raft.raft import Raft
from sim.run import Run
from tests.sim.helpers import BACKLOG, at_write, load, play
from tests.sim.protocols import raft_mutants as wrong

LOSS, BOOKS, FORKS, APART = "lost_acked_writes", "ledger_balances", "split_brain", "converged"
STALE, ORDER, PHANTOMS = "stale_reads", "linearizable", "phantom_reads"

Fault = dict[str, Any]
LAGGARD = {"at_ms": 0, "do": "slow", "from": ["A", "B"], "to": ["C"], "egress_ms": 40}
ISOLATED = {"after": {"invoked": {"op": "c1/9"}}, "do": "cut", "between": [["A", "c1"], ["rest"]], "for_ms": 500}
OLD_SIDE = ["A", *[f"c{n}" for n in range(1, 9)]]
DIVIDED = {"at_ms": 60, "do": "cut", "between": [OLD_SIDE, ["rest"]], "for_ms": 400}
AT_ONCE = {"at_ms": 70, "do": "campaign", "node": "B"}
READERS = {"workload": load(clients=12, ops=1200, reads_percent=98, keys=1, kind="register", think_ms=[0, 10])}
ASKED = {"after": {"invoked": {"nth": 30}}}
SLOW_DISK = {"disk": {"fsync_ms": [4, 8]}}
LONG = {"workload": load(clients=3, ops=200, think_ms=[0, 10])}


@dataclass(frozen=True)
class Mutant:
    """A wrong class, the attack that brings it out, and the checks that must catch it."""

    kind: type[Raft]
    faults: list[Fault]
    caught_by: set[str]
    design: Fault = field(default_factory=dict)
    setup: dict[str, Any] = field(default_factory=dict)
    seed: int = 1

    def __str__(self) -> str:
        return self.kind.__name__


MUTANTS = [
    Mutant(
        wrong.ForgetsItsVote,  # C votes for B, restarts without having heard more of it, and votes for A in the same term
        [
            {"at_ms": 40, "do": "cut", "between": [["A", "c1"], ["B", "C", "c2", "c3"]], "for_ms": 40},
            {"at_ms": 60, "do": "campaign", "node": "B"},
            {"after": {"promoted": {"node": "B"}}, "do": "cut", "between": [["B"], ["A", "C"]], "for_ms": 200},
            {"at_ms": 70, "do": "power_cut", "node": "C", "for_ms": 5},
            {"at_ms": 85, "do": "demote", "node": "A"},
            {"at_ms": 86, "do": "campaign", "node": "A"},
        ],
        {APART},
        setup=LONG,
    ),
    Mutant(wrong.VotesForAnyLog, [LAGGARD, at_write(30, "power_cut", "A")], {LOSS, BOOKS}),
    Mutant(
        wrong.AcksFromMemory,
        [LAGGARD, at_write(30, "power_cut", "A"), at_write(30, "power_cut", "B", for_ms=20, tail="lost")],
        {LOSS, BOOKS},
        {},
        SLOW_DISK,
    ),
    Mutant(wrong.AnswersAtOnce, [BACKLOG, at_write(30, "power_cut", "A")], {LOSS, BOOKS}, {}, SLOW_DISK),
    Mutant(wrong.ContentWithLess, [ISOLATED], {LOSS, FORKS}, {}, LONG),
    Mutant(
        wrong.ObeysOldLeaders,
        [{**ASKED, "do": "pause", "node": "A", "for_ms": 400}, {**ASKED, "delay_ms": 3, "do": "campaign", "node": "B"}],
        {LOSS, BOOKS},
        {},
        LONG,
    ),
    Mutant(wrong.KeepsItsFork, [ISOLATED], {APART}, {}, LONG),
    Mutant(
        wrong.ChecksNoPrevious,  # A's entry and B's no-op stand at the same place
        [
            {"after": {"invoked": {"op": "c1/3"}}, "do": "cut", "between": [["A", "c1"], ["rest"]], "for_ms": 20},
            {"after": {"invoked": {"op": "c1/3"}}, "delay_ms": 5, "do": "campaign", "node": "B"},
        ],
        {APART},
        setup={"workload": load(clients=3, ops=30, think_ms=[20, 60])},
    ),
    Mutant(wrong.ReadsWithoutRound, [DIVIDED, AT_ONCE], {STALE, ORDER}, {}, READERS),
    Mutant(
        wrong.LeaseWithoutMargin,
        [DIVIDED, {"at_ms": 0, "do": "drift", "node": "A", "ppm": -500_000}],
        {STALE, ORDER},
        {"reads": "lease", "max_drift_ppm": 500_000},
        READERS,
    ),
    Mutant(
        wrong.ReadsAtItsOldIndex,  # B does not know yet that what A confirmed last is committed
        [at_write(60, "kill", "A"), {**at_write(60, "campaign", "B"), "delay_ms": 1}],
        {STALE, ORDER},
        setup={"workload": load(clients=2, ops=200, reads_percent=50, keys=1, kind="register"), **SLOW_DISK},
        seed=5,
    ),
    Mutant(
        wrong.LeaseFromTheAnswer,  # what A hears was said long ago
        [
            {"at_ms": 0, "do": "slow", "from": ["B", "C"], "to": ["A"], "delay_ms": 300},
            {"at_ms": 60, "do": "cut", "from": ["A"], "to": ["B", "C"], "for_ms": 1000},
            {"at_ms": 60, "do": "cut", "between": [OLD_SIDE[1:], ["B", "C"]], "for_ms": 1000},
        ],
        {ORDER},
        {"reads": "lease", "election_ms": 400},
        {
            "workload": load(clients=12, ops=1200, reads_percent=90, keys=1, kind="register", think_ms=[0, 10]),
            "limits": {"timeout_ms": 40},
        },
    ),
    Mutant(wrong.VotesWithinALease, [DIVIDED, AT_ONCE], {STALE, ORDER}, {"reads": "lease"}, READERS),
]


def attack(mutant: Mutant, kind: type[Raft], monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setitem(TOPOLOGIES, "raft", (kind, Monitor))
    run = play({"topology": "raft", **mutant.design}, *mutant.faults, seed=mutant.seed, **mutant.setup)
    assert {shot.verb for shot in run.unfired} <= {"campaign"}, "only what a lease forbids is not done"
    return run


def broken(run: Run) -> set[str]:
    return {name for name in run.findings if CHECKS[name].judge(run.trace, run.history).verdict == "broken"}


@pytest.mark.parametrize("mutant", MUTANTS, ids=str)
def test_the_right_raft_survives_the_attack(mutant: Mutant, monkeypatch: pytest.MonkeyPatch) -> None:
    assert broken(attack(mutant, Raft, monkeypatch)) == set()


@pytest.mark.parametrize("mutant", MUTANTS, ids=str)
def test_the_wrong_one_is_caught(mutant: Mutant, monkeypatch: pytest.MonkeyPatch) -> None:
    assert mutant.caught_by <= broken(attack(mutant, mutant.kind, monkeypatch))
