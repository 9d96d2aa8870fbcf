"""More of what was measured on PostgreSQL, MariaDB and Redis: waits cut short, what is seen meanwhile, lag and resync."""

from __future__ import annotations

from typing import Any

import pytest

from sim.run import Run
from tests.sim.helpers import Raw, at_write, events, load, log_of, ops_of, play, verdicts

SEEDS = range(10)
PAIR: dict[str, Any] = {"replicas": 2, "wait_for": 1}
HELD_BACK = {"at_ms": 0, "do": "slow", "from": ["B"], "to": ["A"], "egress_ms": 20}
LAGGARD = {"at_ms": 0, "do": "slow", "from": ["A", "B"], "to": ["C"], "egress_ms": 20}
SILENT = {"at_ms": 20, "do": "cut", "between": [["B"], ["rest"]], "for_ms": 100}
CUT_OFF = {"at_ms": 20, "do": "cut", "from": ["A"], "to": ["B"], "for_ms": 200}
DEATH = {"at_ms": 60, "do": "power_cut", "node": "A"}
MIXED: dict[str, Any] = {"workload": load(clients=4, ops=120, kind="register", reads_percent=50, think_ms=[0, 1])}
BUSY: dict[str, Any] = {
    "workload": load(clients=8, ops=160, kind="register", keys=16, reads_percent=50, think_ms=0),
    "disk": {"apply_ms": 2},
}


def runs(design: Raw, *faults: Raw, **setup: Any) -> list[Run]:
    """Ten runs, in all of which every fault struck."""
    found = [play(design, *faults, seed=seed, **setup) for seed in SEEDS]
    assert not any(run.unfired for run in found)
    return found


def found(check: str, played: list[Run]) -> list[str]:
    """What a check says of each of ten runs."""
    return [verdicts(run)[check] for run in played]


def ten(verdict: str) -> list[str]:
    return [verdict] * 10


# PostgreSQL


def test_remote_apply_keeps_every_confirmed_write() -> None:
    assert found("lost_acked_writes", runs({**PAIR, "ack_when": "applied"}, at_write(30, "power_cut"))) == ten("holds")


def test_a_cancelled_wait_is_a_success_whose_row_is_seen_and_lost_at_the_failover() -> None:
    cancel = {"at_ms": 40, "do": "cancel_client"}
    for run in runs(PAIR, CUT_OFF, cancel, DEATH):
        (released,) = events(run, "released")
        (op,) = released.ops
        assert run.history[op].ok
        assert released.ops in {event.ops for event in events(run, "applied", node="A")}
        assert op in run.findings["lost_acked_writes"].ops


def test_without_the_cancel_nothing_confirmed_is_lost() -> None:
    assert found("lost_acked_writes", runs(PAIR, CUT_OFF, DEATH)) == ten("holds")


def test_a_row_whose_ack_was_held_back_survives_the_failover() -> None:
    for run in runs(PAIR, HELD_BACK, at_write(5, "power_cut", "A", delay_ms=1)):
        unknown = {op.id for op in run.history.unknown_writes}
        assert unknown & {*log_of(run, "B")}


def test_monotonic_reads_are_violated_over_two_standbys_and_not_over_one() -> None:
    assert found("monotonic_reads", runs({"wait_for": 1, "reads": "any"}, LAGGARD, **MIXED)) == ten("broken")
    assert found("monotonic_reads", runs({"wait_for": 1, "reads": "sticky"}, LAGGARD, **MIXED)) == ten("holds")


def test_a_standby_that_applies_late_shows_old_rows_unless_the_commit_waits_for_its_apply() -> None:
    on = runs({**PAIR, "reads": "follower"}, **BUSY)
    remote_apply = runs({**PAIR, "reads": "follower", "ack_when": "applied"}, **BUSY)
    assert (found("stale_reads", on), found("stale_reads", remote_apply)) == (ten("broken"), ten("holds"))
    for soon, late in zip(on, remote_apply, strict=True):
        assert (late.measures["write_p50_ms"].value or 0) > (soon.measures["write_p50_ms"].value or 0)


def test_waiting_for_a_position_shows_everyone_his_own_writes() -> None:
    assert found("read_your_writes", runs({**PAIR, "reads": "follower"}, **BUSY)) == ten("broken")
    assert found("read_your_writes", runs({**PAIR, "reads": "token"}, **BUSY)) == ten("holds")


@pytest.mark.parametrize(("retain", "fetched"), [(10, True), ("unlimited", False)])
def test_a_standby_that_was_away_too_long_needs_a_base_backup_unless_a_slot_kept_the_log(retain: object, fetched: bool) -> None:
    away = at_write(10, "power_cut", "B", for_ms=60)
    for run in runs({"wait_for": 1, "retain": retain}, away, workload=load(clients=4, ops=200)):
        assert bool(events(run, "installed", node="B")) == fetched
        assert log_of(run, "B") == log_of(run, "A")


# MariaDB


@pytest.mark.parametrize("visible", ["after-wait", "before-wait"])
def test_semi_sync_keeps_every_confirmed_write_and_blocks_on_a_silent_replica(visible: str) -> None:
    design = {**PAIR, "visible": visible}
    assert found("lost_acked_writes", runs(design, at_write(30, "power_cut"))) == ten("holds")
    for run in runs(design, SILENT):
        assert not [event for event in events(run, "ok_received") if 25_000 < event.at < 120_000]


def test_a_time_out_degrades_the_first_commit_waits_and_confirmed_writes_are_lost() -> None:
    for run in runs({**PAIR, "on_wait_timeout": "degrade", "wait_timeout_ms": 15}, CUT_OFF, DEATH):
        degraded, *_ = events(run, "degraded")
        slowest = max((op.completed_at or 0) - op.invoked_at for op in run.history.acked_writes if op.invoked_at < degraded.at)
        assert slowest > 15_000
        assert verdicts(run)["lost_acked_writes"] == "broken"


def test_after_commit_shows_a_row_before_it_is_acked_and_then_it_is_gone() -> None:
    mixed: dict[str, Any] = {"workload": load(clients=4, ops=120, kind="register", keys=1, reads_percent=50, think_ms=[0, 4])}
    before, after = ({**PAIR, "visible": visible} for visible in ("before-wait", "after-wait"))
    assert found("phantom_reads", runs(before, CUT_OFF, DEATH, **mixed)) == ten("broken")
    assert found("phantom_reads", runs(after, CUT_OFF, DEATH, **mixed)) == ten("holds")


def test_after_sync_leaves_a_ghost_row_on_the_restarted_old_primary() -> None:
    for run in runs({**PAIR, "failover": "manual"}, CUT_OFF, {**DEATH, "for_ms": 20}):
        unknown = {op.id for op in run.history.unknown_writes}
        assert unknown & {*ops_of(events(run, "applied", node="A"))}


# Redis

WAIT: dict[str, Any] = {**PAIR, "ack_when": "received", "on_wait_timeout": "report", "wait_timeout_ms": 15}


def test_wait_1_then_a_kill_keeps_the_write() -> None:
    assert found("lost_acked_writes", runs(WAIT, at_write(30, "kill"))) == ten("holds")


def test_a_wait_that_times_out_rolls_nothing_back() -> None:
    for run in runs(WAIT, CUT_OFF):
        unsure = [op.id for op in run.history.unknown_writes]
        assert unsure
        assert {*unsure} <= {*log_of(run, "A")}


def test_min_replicas_to_write_bounds_what_an_isolated_primary_accepts_and_loses() -> None:
    isolated = {"at_ms": 100, "do": "cut", "between": [["A", "c1"], ["rest"]], "for_ms": 900}
    design = {"min_in_sync": 2, "in_sync_lag_ms": 200}
    long = load(clients=3, ops=300, think_ms=[0, 14])
    for run in runs(design, isolated, workload=long):
        doomed = [op for op in run.history.acked_writes if op.node == "A" and (op.completed_at or 0) > 101_000]
        assert doomed
        assert 250_000 < max(op.completed_at or 0 for op in doomed) < 400_000
        assert verdicts(run)["lost_acked_writes"] == "broken"


def test_three_sentinels_fail_over_and_one_alone_does_not() -> None:
    for run in runs({"wait_for": 1, "controllers": 3}, at_write(30, "power_cut")):
        assert len(events(run, "promoted")) == 1
        assert not run.measures["unavailable_ms"].at_least
    lone = {"at_ms": 1, "do": "kill", "nodes": ["controller2", "controller3"]}
    for run in runs({"wait_for": 1, "controllers": 3}, lone, at_write(30, "power_cut"), limits={"horizon_ms": 3000}):
        assert events(run, "promoted") == []
