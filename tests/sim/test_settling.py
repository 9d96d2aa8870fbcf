"""How long faults hold, and what it means that a cluster has come to rest."""

from __future__ import annotations

from typing import Any

import pytest

from sim.checks import CHECKS
from sim.design import read_design
from sim.faults import read_faults
from sim.node import Message, Note, Request, Send
from sim.run import Stage
from sim.settling import Rest, come_to_rest, hold_us
from sim.setup import Limits, read_setup
from sim.trace import MS
from tests.sim.helpers import BACKLOG, at_write, broken, events, load, play
from tests.sim.scene import Scene

SYNC: dict[str, Any] = {"wait_for": 1}


class Bundle(Message):
    """Three writes at once."""

    flow = "replicate"

    @property
    def ops(self) -> tuple[str, ...]:
        return ("w1", "w2", "w3")


END = [check.name for check in CHECKS.values() if check.at_end]


@pytest.mark.parametrize(
    ("design", "ms"),
    [
        ({}, 300 + 200 + 1000),
        ({"detect_after_ms": 900}, 900 + 200 + 1000),
        ({"topology": "single"}, 200 + 1000),
        ({"topology": "raft", "election_ms": 100}, 4 * 100 + 200 + 1000),
        ({"wait_for": 1, "fencing": "lease", "lease_ms": 250, "max_drift_ppm": 4000}, 300 + 251 + 200 + 1000),
    ],
    ids=str,
)
def test_a_fault_holds_for_detection_leases_promotion_and_a_clients_patience(design: dict[str, Any], ms: int) -> None:
    assert hold_us(read_design(design), Limits()) == ms * MS


def test_clocks_disks_links_and_pauses_heal_and_the_dead_do_not() -> None:
    hurt: list[tuple[str, dict[str, Any]]] = [
        ("skew", {"ms": 5}),
        ("drift", {"ppm": 500}),
        ("fsync_lies", {}),
        ("disk_slow", {"ms": 1}),
        ("isolate", {}),
        ("pause", {}),
    ]
    faults = [{"at_ms": 20, "do": verb, "node": "B", **how} for verb, how in hurt]
    stage = Stage(read_setup({"workload": load(3, 60)}), read_design(SYNC), read_faults([*faults, at_write(9, "kill", "C")]), 1)
    stage.run_load()
    b = stage.world.machines["B"]
    assert (b.clock.skew, b.clock.ppm, b.disk.lies, b.disk.slow_us, b.paused) == (5000, 500, True, 1000, True)
    stage.settle()
    assert (b.clock.skew, b.clock.ppm, b.disk.lies, b.disk.slow_us, b.paused) == (0, 0, False, 0, False)
    assert not any(link.cuts for link in stage.world.network.links.values())
    assert not stage.world.machines["C"].up


def test_a_run_ends_when_nothing_but_heartbeats_is_going_on() -> None:
    run = play(SYNC)
    assert run.trace.unsettled == ""
    assert run.trace.ended_at < run.trace.healed_at + 500 * MS


def test_a_leader_that_waits_for_the_dead_is_at_rest() -> None:
    """Nothing moves: what is uncommitted stays so."""
    run = play({"wait_for": "all"}, at_write(5, "kill", "C"), limits={"horizon_ms": 2500})
    assert run.trace.final["A"].pending
    assert run.trace.unsettled == ""
    assert run.findings["lost_acked_writes"].verdict == "holds"


def test_clients_that_would_try_again_and_again_give_up_when_the_load_is_over() -> None:
    run = play(
        {"wait_for": "all"},
        at_write(5, "kill", "C"),
        workload=load(3, 60, retry="idempotent", retries=50),
        limits={"horizon_ms": 2500},
    )
    assert run.trace.unsettled == ""


def test_a_failover_that_is_under_way_is_waited_for() -> None:
    """All is quiet between the death of the leader and its detection, for much longer than a heartbeat."""
    limits = {"horizon_ms": 300, "timeout_ms": 30}
    run = play(SYNC, {"at_ms": 290, "do": "kill", "node": "A"}, workload=load(1, 500, think_ms=1), limits=limits)
    assert events(run, "promoted")[0].at > run.trace.healed_at + 200 * MS
    assert [final.claims for final in run.trace.final.values()] == [False, True, False]
    assert broken(run) == []


def slow_to_c(ms: int) -> dict[str, Any]:
    return {"at_ms": 0, "do": "slow", "from": "A", "to": "C", "delay_ms": ms}


def test_what_flies_for_long_is_waited_for() -> None:
    run = play({}, slow_to_c(900))
    assert run.trace.final["C"].ops == run.trace.final["A"].ops
    assert run.trace.unsettled == ""


def test_what_flies_to_the_dead_is_not() -> None:
    run = play({}, slow_to_c(5000), at_write(55, "kill", "C"))
    assert run.trace.unsettled == ""
    assert run.trace.ended_at < run.trace.healed_at + 500 * MS


def test_sleepers_wake_when_all_else_is_mended() -> None:
    pause, full = ({"at_ms": 20, "do": verb, "node": "B"} for verb in ("pause", "disk_full"))
    run = play(SYNC, pause, full)
    assert run.trace.final["B"].up
    assert broken(run) == []


def test_what_moved_last_is_said_if_it_was_too_near_to_the_end() -> None:
    world = Scene({"A": {1008: [Note("applied", ("w1",), 1)]}}).world
    assert come_to_rest(Rest(world), list, quiet=20 * MS, beat=5 * MS, most=10 * MS) == "A: applied w1"
    assert come_to_rest(Rest(world), list, quiet=20 * MS, beat=5 * MS, most=10 * MS) == ""


@pytest.mark.parametrize(
    ("limits", "disk", "going_on"),
    [
        ({"horizon_ms": 50, "settle_ms": 3}, {}, "append c"),
        ({"horizon_ms": 50, "settle_ms": 30}, {"apply_ms": 40}, "an apply on A"),
        ({"horizon_ms": 50, "settle_ms": 3}, {"fsync_ms": 20}, "an fsync on A"),
    ],
    ids=["messages", "applies", "fsyncs"],
)
def test_what_never_comes_to_rest_is_said_and_leaves_what_needs_an_end_unknown(
    limits: dict[str, Any], disk: dict[str, Any], going_on: str
) -> None:
    run = play({}, BACKLOG, workload=load(3, 2000), limits=limits, disk=disk)
    assert going_on in run.trace.unsettled
    assert run.trace.ended_at == run.trace.healed_at + limits["settle_ms"] * MS
    verdicts = {run.findings[name].verdict for name in END if name in run.findings}
    reasons = {run.findings[name].reason for name in END if name in run.findings}
    assert (verdicts, reasons) == ({"unknown"}, {f"the run never came to rest: {run.trace.unsettled}"})


def test_a_long_message_is_said_in_short_and_once() -> None:
    script = {1008: [Send("B", Request("w1", ("write",))), Send("B", Bundle()), Send("B", Bundle())]}
    world = Scene({"A": script}).world
    told = come_to_rest(Rest(world), list, quiet=20 * MS, beat=5 * MS, most=8500)
    assert told == "request w1 from A to B, bundle w1 and 2 more from A to B"


def test_a_client_that_still_waits_is_named() -> None:
    limits = {"horizon_ms": 1600, "settle_ms": 100, "timeout_ms": 900}
    run = play({"wait_for": "all"}, at_write(5, "kill", "C"), workload=load(1, 20), limits=limits)
    assert run.trace.unsettled == "c1 waits for an answer"
