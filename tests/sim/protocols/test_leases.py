"""Leases as their holder counts them, and what happens where nothing fences an old leader."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.design import read_design
from sim.protocols.lease import Lease
from sim.protocols.messages import Ack, Append, Beat, Fence, Grant, Lead, Position, Promote, Stale, Where
from sim.records import Entry
from sim.run import Run
from tests.sim.helpers import events, load, log_of, play, verdicts
from tests.sim.protocols.desk import Desk, messages, notes, replies

LEASE: dict[str, Any] = {"fencing": "lease", "lease_ms": 100, "max_drift_ppm": 10_000}
LASTS = 99  # ms: a hundredth is the margin for clocks that drift
READS: dict[str, Any] = {"workload": load(clients=4, ops=400, kind="register", keys=2, reads_percent=50, think_ms=[0, 4])}


def leader(**rest: Any) -> Desk:
    """A asked for its lease at 10 ms and got it at 15."""
    desk = Desk({**LEASE, **rest})
    desk.hear("controller", Grant(1, 10_000), at=15)
    return desk


# By hand


def test_without_a_lease_a_leader_serves_nobody() -> None:
    desk = Desk(LEASE)
    assert replies([*desk.write("c1/1"), *desk.read()]) == [("c1/1", "refused"), ("c2/9", "refused")]


@pytest.mark.parametrize(("at", "told"), [(10 + LASTS - 0.001, "ok"), (10 + LASTS, "refused")])
def test_a_lease_counts_from_the_asking_less_the_margin_for_drift(at: float, told: str) -> None:
    assert replies(leader().read(at=at)) == [("c2/9", told)]


def test_a_write_is_checked_when_it_is_accepted_and_again_when_it_is_answered() -> None:
    desk = leader()
    assert replies(desk.write("c1/1", at=120)) == [("c1/1", "refused")]
    desk = leader()
    desk.write("c1/1", at=100)
    desk.node.now = 120_000
    assert replies(desk.flush()) == [("c1/1", "unsure")]


def test_a_repeated_write_is_not_answered_without_a_lease() -> None:
    desk = Desk(LEASE, sessions=True)
    desk.hear("controller", Grant(1, 10_000), at=15)
    desk.write("c1/1", at=20)
    desk.flush()
    assert replies(desk.write("c1/1", at=120)) == [("c1/1", "refused")]


def test_with_three_controllers_two_must_grant() -> None:
    desk = Desk({**LEASE, "controllers": 3})
    desk.hear("controller", Grant(1, 30_000), at=35)
    assert replies(desk.read()) == [("c2/9", "refused")]
    desk.hear("controller3", Grant(1, 10_000), at=36)
    assert replies(desk.read(at=10 + LASTS - 1)) == [("c2/9", "ok")]
    assert replies(desk.read(at=10 + LASTS)) == [("c2/9", "refused")], "it counted the newer one alone"


def test_a_grant_of_another_epoch_counts_for_nothing() -> None:
    desk = leader()
    desk.hear("controller", Grant(7, 90_000))
    assert replies(desk.read(at=150)) == [("c2/9", "refused")]


def test_what_was_granted_before_a_promotion_counts_no_more() -> None:
    desk = leader()
    desk.hear("controller", Fence(2), at=20)
    desk.flush()
    desk.hear("controller", Promote(2), at=21)
    assert replies(desk.read(at=22)) == [("c2/9", "refused")]


def test_the_loss_is_noted_once_and_not_while_it_is_renewed() -> None:
    desk = leader()
    assert notes(desk.tell("lease", at=90), "lease_lost") == []
    desk.hear("controller", Grant(1, 80_000), at=95)
    assert notes(desk.tell("lease", at=10 + LASTS), "lease_lost") == []
    assert len(notes(desk.tell("lease", at=80 + LASTS), "lease_lost")) == 1


def test_heartbeats_say_when_the_lease_was_asked_for_and_come_often_enough() -> None:
    desk = Desk({**LEASE, "lease_ms": 30})
    assert [beat.asked_at for _, beat in messages(desk.tell("tick", at=7), Beat)] == [7000]
    assert desk.node.tick_us == 10_000


@given(st.integers(10_000, 60_000_000), st.integers(0, 500_000))
def test_a_slow_clock_within_the_margin_never_outlasts_the_lease(lease_us: int, ppm: int) -> None:
    """While the holder's clock counts what it takes for the lease, a true clock has counted no more than the lease."""
    lease = Lease(read_design({"fencing": "lease", "lease_ms": lease_us // 1000, "max_drift_ppm": ppm}))
    true_us = lease.lasts_us * 1_000_000 // (1_000_000 - ppm)
    assert true_us <= lease_us


# In a run


PAUSED = {"at_ms": 30, "do": "pause", "node": "A", "for_ms": 700}
ISOLATED = {"at_ms": 30, "do": "cut", "between": [["A", "c1", "c2"], ["rest"]], "for_ms": 700}


@pytest.mark.parametrize(
    ("fencing", "fault", "verdict"),
    [
        ({"fencing": "lease", "lease_ms": 60}, PAUSED, "holds"),
        ({"fencing": "lease", "lease_ms": 60}, ISOLATED, "holds"),
        ({"fencing": "epoch"}, ISOLATED, "broken"),
    ],
    ids=["lease, paused", "lease, isolated", "epoch, isolated"],
)
def test_only_a_lease_keeps_an_old_leader_from_answering_reads(
    fencing: dict[str, Any], fault: dict[str, Any], verdict: str
) -> None:
    """Epochs are checked at followers, and a read asks none."""
    run = play({"wait_for": 1, "detect_after_ms": 120, **fencing}, fault, limits={"timeout_ms": 100}, **READS)
    assert verdicts(run)["stale_reads"] == verdict
    assert len(events(run, "lease_lost", node="A")) == (fencing["fencing"] == "lease")


@pytest.mark.parametrize(("ppm", "holds"), [(5_000, True), (400_000, False)])
def test_a_clock_slower_than_the_margin_lets_two_serve(ppm: int, holds: bool) -> None:
    """Detection is as short as it can be, so that the old lease is all that holds the new leader back."""
    slow = {"at_ms": 0, "do": "drift", "node": "A", "ppm": -ppm, "for_ms": 5000}
    design = {"wait_for": 1, "fencing": "lease", "lease_ms": 400, "max_drift_ppm": 10_000, "detect_after_ms": 60}
    run = play(design, slow, {**ISOLATED, "at_ms": 100}, limits={"timeout_ms": 100}, **READS)
    assert (verdicts(run)["stale_reads"] == "holds") == holds


# Nothing fences


def entry(n: int, epoch: int) -> Entry:
    return Entry(n, epoch, f"c{epoch}/{n}", f"c{epoch}", ("deposit", "a1", 1))


@pytest.mark.parametrize(("fencing", "taken"), [("none", True), ("epoch", False)])
def test_a_follower_takes_what_an_old_leader_sends_only_where_nothing_fences(fencing: str, taken: bool) -> None:
    desk = Desk({"wait_for": 1, "fencing": fencing}, "C")
    desk.hear("B", Lead(2, (), 0, 0))
    told = desk.hear("A", Append(1, 0, (entry(1, 1),)))
    assert (desk.node.log.last == 1) == taken
    assert [to for to, _ in messages(told, Stale)] == ([] if taken else ["A"])
    assert [to for to, _ in messages(desk.flush(), Ack)] == (["A"] if taken else [])


def test_an_old_leader_counts_that_ack_and_goes_on() -> None:
    desk = Desk({"wait_for": 1, "fencing": "none"})
    desk.write("c1/1")
    desk.flush()
    assert desk.hear("B", Lead(2, ((1, 1), (2, 5)), 5, 0)) == []
    assert desk.node.role == "leader"
    assert replies([*desk.hear("C", Ack(2, 1)), *desk.execute()]) == [("c1/1", "ok")]


@pytest.mark.parametrize("disk", [{}, {"leader_fsync": "never", "follower_fsync": "never"}], ids=["synced", "in memory"])
def test_a_question_where_the_log_ends_raises_no_epoch(disk: dict[str, str]) -> None:
    desk = Desk({"wait_for": 1, "fencing": "none", **disk})
    desk.write("c1/1")
    if not disk:
        desk.flush()
    ((_, position),) = messages(desk.hear("controller", Where(2)), Position)
    assert (position.epoch, position.last_epoch, position.last) == (2, 1, 1)
    assert (desk.node.role, desk.node.epoch) == ("leader", 1)


def both_lead(fencing: str, seed: int = 1) -> Run:
    """A is cut off with a client and C; the controller makes B the leader; then all see each other again."""
    cut = {"at_ms": 30, "do": "cut", "between": [["A", "C", "c1"], ["rest"]], "for_ms": 500}
    design = {"wait_for": 1, "fencing": fencing, "promote_quorum": "reachable", "detect_after_ms": 120}
    return play(design, cut, seed=seed, workload=load(clients=3, ops=240, think_ms=[0, 10]))


def test_two_leaders_that_nothing_fences_go_on_side_by_side() -> None:
    run = both_lead("none")
    assert [run.trace.final[node].role for node in "AB"] == ["leader", "leader"]
    assert verdicts(run)["split_brain"] == "broken"
    assert len(run.trace.events) < 20_000, "they answer each other without end"
    assert {*log_of(run, "A")} - {*log_of(run, "B")}


def test_with_epochs_the_old_one_stands_down_when_it_hears_of_the_new_one() -> None:
    run = both_lead("epoch")
    assert [run.trace.final[node].role for node in "AB"].count("leader") == 1
    assert verdicts(run)["converged"] == "holds"
