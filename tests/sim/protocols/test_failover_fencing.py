"""What stops an old leader, as `sim.protocols.controllers.failover` and `sim.protocols.controllers.lease_book` promise it."""

from __future__ import annotations

from typing import Any

import pytest

from sim.run import Run
from tests.sim.helpers import at_write, broken, events, load, play, sent, verdicts

LONG: dict[str, Any] = {"workload": load(clients=3, ops=200, think_ms=[0, 10])}
UNHEARD = {"at_ms": 30, "do": "cut", "between": [["A"], ["controllers"]], "for_ms": 1500}
ISOLATED = {"at_ms": 30, "do": "cut", "between": [["A", "c1"], ["rest"]], "for_ms": 700}
MS = 1000


def design(fencing: str, **rest: Any) -> dict[str, Any]:
    return {"fencing": fencing, **rest}


def leaders(run: Run) -> list[str]:
    return [event.node for event in events(run, "role", text="leader")]


def taken(run: Run, node: str, after: int) -> list[str]:
    """The writes that a node answered with ok after an instant."""
    return [event.ops[0] for event in events(run, "reply_sent", node=node) if event.at > after]


# Nothing


def test_without_fencing_positions_are_read_and_nothing_is_promised() -> None:
    run = play(design("none"), UNHEARD, **LONG)
    told = {event.node: event.at for event in sent(run, "position")}
    promoted = events(run, "promoted")[0].at
    assert sent(run, "fence") == []
    assert {*told} == {"B", "C"}
    assert [event for node in "BC" for event in events(run, "received", node=node) if told[node] < event.at < promoted + MS]


def test_without_fencing_the_old_leader_goes_on_as_long_as_it_lives() -> None:
    run = play(design("none"), ISOLATED, **LONG)
    assert leaders(run) == ["A", "B"]
    assert {run.trace.final[node].role for node in "AB"} == {"leader"}
    assert "split_brain" in broken(run)


# A power switch


def test_stonith_cuts_the_power_before_it_promotes() -> None:
    run = play(design("stonith"), ISOLATED, **LONG)
    (shot,) = events(run, "powered_off")
    assert (shot.node, shot.peer) == ("A", "controller")
    assert shot.at < sent(run, "fence")[0].at + 1 <= events(run, "promoted")[0].at
    assert not run.trace.final["A"].up
    assert verdicts(run)["split_brain"] == "holds"


def test_a_leader_that_is_dead_already_is_shot_all_the_same() -> None:
    """Nobody knows that it is dead: it is silent."""
    run = play(design("stonith", wait_for=1), at_write(30, "kill"), **LONG)
    assert [event.node for event in events(run, "powered_off")] == ["A"]
    assert leaders(run) == ["A", "B"]
    assert broken(run) == []


def test_a_leader_that_says_that_it_has_restarted_is_not_shot() -> None:
    run = play(design("stonith", wait_for=1), at_write(30, "kill", for_ms=20), **LONG)
    assert events(run, "powered_off") == []
    assert run.trace.final["A"].up


# Leases


def grants(run: Run, to: str) -> list[int]:
    return [event.at for event in sent(run, "grant", peer=to)]


@pytest.mark.parametrize("controllers", [1, 3])
@pytest.mark.parametrize(("lease_ms", "max_drift_ppm"), [(1000, 0), (1000, 200_000), (50, 0)])
def test_nobody_is_promoted_before_the_last_lease_has_run_out(controllers: int, lease_ms: int, max_drift_ppm: int) -> None:
    lease = design("lease", wait_for=1, controllers=controllers, lease_ms=lease_ms, max_drift_ppm=max_drift_ppm)
    run = play(lease, at_write(30, "kill"), **LONG)
    runs_out = max(grants(run, "A")) + lease_ms * MS * 1_000_000 // (1_000_000 - max_drift_ppm)
    promoted = events(run, "promoted")[0].at
    suspected = events(run, "suspected")[0].at
    assert runs_out < promoted < max(suspected, runs_out) + 50 * MS
    assert broken(run) == []


def test_followers_are_fenced_only_when_the_lease_is_over() -> None:
    """Until then the old leader serves by right, and its followers ack."""
    run = play(design("lease", wait_for=1, lease_ms=1000), {**ISOLATED, "between": [["A"], ["controller"]]}, **LONG)
    first_fence = sent(run, "fence")[0].at
    assert max(grants(run, "A")) + 1000 * MS < first_fence
    assert taken(run, "A", after=first_fence - 500 * MS)


def test_an_isolated_leader_and_its_successor_never_confirm_at_once() -> None:
    for seed in range(5):
        run = play(design("lease"), ISOLATED, seed=seed, **LONG)
        assert leaders(run) == ["A", "B"]
        assert taken(run, "A", after=30 * MS)
        assert taken(run, "A", after=events(run, "promoted")[0].at) == []
        assert verdicts(run)["split_brain"] == "holds"


@pytest.mark.parametrize("forgets_at", [101, 300], ids=["before the failover", "in it"])
def test_a_restarted_grantor_waits_a_full_lease_for_what_it_may_have_granted(forgets_at: int) -> None:
    lease = design("lease", wait_for=1, lease_ms=900, detect_after_ms=60)
    dies = {"at_ms": 100, "do": "power_cut", "node": "A"}
    forgets = {"at_ms": forgets_at, "do": "kill", "node": "controller", "for_ms": 30}
    run = play(lease, dies, forgets, **LONG)
    assert forgets_at + 30 + 900 < events(run, "promoted")[0].at / MS < forgets_at + 30 + 900 + 200
    assert broken(run) == []


def test_a_failover_ends_the_granting_of_leases() -> None:
    """Heartbeats of the old leader that come after the suspicion are in vain."""
    run = play(design("lease", lease_ms=1000), {**UNHEARD, "for_ms": 400}, **LONG)
    raised = events(run, "suspected")[0].at
    promoted = events(run, "promoted")[0].at
    assert [
        event for event in events(run, "delivered", node="controller", text="beat", peer="A") if raised < event.at < promoted
    ]
    assert [at for at in grants(run, "A") if raised < at < promoted] == []
    assert promoted < raised + 1000 * MS


def test_a_majority_of_the_controllers_must_grant() -> None:
    one = {"at_ms": 30, "do": "cut", "between": [["A"], ["controller"]], "for_ms": 1500}
    two = {"at_ms": 30, "do": "cut", "between": [["A"], ["controller", "controller2"]], "for_ms": 1500}
    lease = design("lease", controllers=3, wait_for=1)
    assert events(play(lease, one, **LONG), "lease_lost") == []
    assert events(play(lease, two, **LONG), "lease_lost") != []


SLOW_CLOCK = {"at_ms": 0, "do": "drift", "node": "A", "ppm": -300_000}
READERS: dict[str, Any] = {"workload": load(clients=4, ops=600, kind="register", keys=2, reads_percent=50, think_ms=[0, 4])}


@pytest.mark.parametrize(("max_drift_ppm", "stale"), [(0, True), (300_000, False)])
def test_the_margin_covers_a_clock_that_runs_slow(max_drift_ppm: int, stale: bool) -> None:
    """A counts its lease by a clock that loses 30 %: without a margin it still serves reads when B is the leader."""
    lease = design("lease", wait_for=1, lease_ms=1000, max_drift_ppm=max_drift_ppm)
    run = play(lease, SLOW_CLOCK, {**ISOLATED, "for_ms": 2500}, limits={"timeout_ms": 20}, **READERS)
    assert leaders(run)[:2] == ["A", "B"]
    assert (verdicts(run)["stale_reads"] == "broken") is stale
