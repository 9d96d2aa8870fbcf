"""What was measured on etcd 3.5, which is Raft: ten of ten there, ten of ten here."""

from __future__ import annotations

from typing import Any

import pytest

from sim.run import Run
from tests.sim.helpers import at_write, events, load, play, verdicts

SEEDS = range(10)
LINEARIZABLE: dict[str, Any] = {"topology": "raft"}
SERIALIZABLE: dict[str, Any] = {"topology": "raft", "reads": "any"}
MIXED: dict[str, Any] = {
    "workload": load(clients=4, ops=160, kind="register", reads_percent=50, think_ms=[0, 10]),
    "limits": {"timeout_ms": 300, "horizon_ms": 2000},
}
FROZEN = {"at_ms": 100, "do": "pause", "node": "leader", "for_ms": 600}
PARTED = {"at_ms": 100, "do": "cut", "between": [["leader", "c1", "c2"], ["rest"]], "for_ms": 600}
TWO_DEAD = {"at_ms": 100, "do": "power_cut", "nodes": ["leader", "follower"]}


def runs(design: dict[str, Any], fault: dict[str, Any], **setup: Any) -> list[Run]:
    """Ten runs, in all of which the fault struck."""
    found = [play(design, fault, seed=seed, **{**MIXED, **setup}) for seed in SEEDS]
    assert not any(run.unfired for run in found)
    return found


def test_a_killed_leader_costs_no_confirmed_write_and_a_few_election_time_outs() -> None:
    for run in runs(LINEARIZABLE, at_write(30, "kill")):
        assert verdicts(run)["lost_acked_writes"] == "holds"
        assert 150 < (run.measures["rto_ms"].value or 0) < 1000


def test_with_two_of_three_dead_puts_and_linearizable_reads_time_out() -> None:
    for run in runs(LINEARIZABLE, TWO_DEAD):
        late = [op for op in run.history if op.invoked_at > 110_000 and op.completed_at is not None]
        assert late
        assert not any(op.ok for op in late)


def test_with_two_of_three_dead_serializable_reads_still_answer() -> None:
    for run in runs(SERIALIZABLE, TWO_DEAD):
        late = [op for op in run.history if op.invoked_at > 400_000 and op.ok]
        assert any(op.is_read for op in late)
        assert all(op.is_read for op in late)


@pytest.mark.parametrize("fault", [FROZEN, PARTED], ids=["frozen", "parted"])
def test_linearizable_reads_are_fresh_whatever_happens_to_the_leader(fault: dict[str, Any]) -> None:
    for run in runs(LINEARIZABLE, fault):
        assert (verdicts(run)["linearizable"], verdicts(run)["converged"]) == ("holds", "holds")
        assert events(run, "elected")


def test_serializable_reads_behind_a_partition_are_stale_and_all_converges_when_it_heals() -> None:
    stale = 0
    for run in runs(SERIALIZABLE, PARTED):
        stale += verdicts(run)["stale_reads"] == "broken"
        assert verdicts(run)["converged"] == "holds"
    assert stale == 10
