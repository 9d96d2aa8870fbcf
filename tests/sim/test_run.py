"""How a run ends: how long faults hold, what settling repairs, and what it does not."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sim.helpers import at_write, broken, events, load, play

SYNC: dict[str, Any] = {"wait_for": 1}
HOLD_MS = 300 + 200 + 1000  # detection, promotion, a client's patience


@pytest.mark.parametrize(
    "fault", [at_write(60, "kill", "C"), {"at_ms": 900, "do": "pause", "node": "B"}], ids=["last write", "later"]
)
def test_a_fault_holds_until_its_consequences_had_their_time(fault: dict[str, Any]) -> None:
    run = play(SYNC, fault)
    assert HOLD_MS <= (run.trace.healed_at - (run.trace.struck_at or 0)) / 1000 < HOLD_MS + 20


def test_a_fault_that_ends_by_itself_has_its_time() -> None:
    run = play(SYNC, {"at_ms": 20, "do": "isolate", "node": "C", "for_ms": 2500})
    assert run.trace.healed_at >= 2_520_000


def test_without_faults_a_run_ends_with_its_work() -> None:
    run = play(SYNC)
    assert run.trace.healed_at < 1000 * 100 + max(op.completed_at or 0 for op in run.history)


def test_a_load_that_cannot_end_is_stopped_at_the_horizon() -> None:
    run = play({"wait_for": "all"}, at_write(5, "kill", "C"), limits={"horizon_ms": 2500})
    assert run.trace.healed_at == 2_500_000
    assert max(op.invoked_at for op in run.history) <= 2_500_000


def test_settling_mends_links() -> None:
    cut = {"at_ms": 20, "do": "cut", "between": [["C"], ["rest"]]}
    run = play(SYNC, cut, {"at_ms": 20, "do": "slow", "links": "replicas", "delay_ms": 40})
    drops = [event.at for event in events(run, "dropped", text="the link was cut")]
    assert drops
    assert max(drops) <= run.trace.healed_at
    assert broken(run) == []


def test_settling_wakes_the_paused() -> None:
    run = play(SYNC, at_write(20, "pause", "leader"))
    assert run.trace.final["A"].role == "follower"
    assert broken(run) == []


def test_settling_leaves_the_dead_dead() -> None:
    run = play(SYNC, at_write(20, "power_cut", "leader"))
    assert not run.trace.final["A"].up
    assert run.trace.final["A"].ops == ()


def test_a_dead_client_does_not_keep_the_others_waiting() -> None:
    run = play(SYNC, at_write(20, "kill", "c2"), workload=load(clients=3, ops=60))
    assert run.trace.healed_at < 2_000_000
    assert {op.process for op in run.history if op.outcome == "info"} <= {"c2"}
