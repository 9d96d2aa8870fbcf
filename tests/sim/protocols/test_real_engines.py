"""The simulator agrees with what was measured on PostgreSQL, MariaDB and Redis: ten of ten there, ten of ten here."""

from __future__ import annotations

from typing import Any

import pytest

from sim.run import Run
from tests.sim.helpers import at_write, events, load, log_of, play, verdicts

SEEDS = range(10)
HELD = {"at_ms": 0, "do": "slow", "links": "replicas", "egress_ms": 20}  # the link is held while the leader confirms
LAGGARD = {"at_ms": 0, "do": "slow", "from": ["A", "B"], "to": ["C"], "egress_ms": 20}
DEATH = at_write(30, "power_cut", "leader", delay_ms=1)


def lost(design: dict[str, Any], *faults: dict[str, Any]) -> int:
    """In how many of ten runs a confirmed write is lost."""
    runs = [play(design, *faults, seed=seed) for seed in SEEDS]
    assert not any(run.unfired for run in runs)
    return sum(verdicts(run)["lost_acked_writes"] == "broken" for run in runs)


def test_asynchronous_with_the_link_held_loses_always() -> None:
    assert lost({"wait_for": "none"}, HELD, DEATH) == 10


def test_asynchronous_with_an_idle_link_loses_never() -> None:
    """The naive kill: the standby almost always has it."""
    assert lost({"wait_for": "none"}, DEATH) == 0


def test_asynchronous_with_the_link_held_survives_a_mere_process_kill() -> None:
    assert lost({"wait_for": "none"}, HELD, {**DEATH, "do": "kill"}) == 0


@pytest.mark.parametrize("ack_when", ["written", "durable"])
def test_a_synchronous_standby_has_every_confirmed_write(ack_when: str) -> None:
    assert lost({"wait_for": "all", "ack_when": ack_when}, HELD, DEATH) == 0


def test_any_one_of_two_keeps_if_the_most_advanced_is_promoted() -> None:
    assert lost({"wait_for": 1}, LAGGARD, DEATH) == 0


def test_any_one_of_two_loses_if_the_laggard_is_promoted() -> None:
    """Only the laggard can be reached."""
    cut = {"after": {"ok_received": {"nth": 30}}, "do": "cut", "between": ["B", "controller"]}
    assert lost({"wait_for": 1, "promote_quorum": "reachable"}, LAGGARD, cut, DEATH) == 10


def test_any_one_of_two_works_with_one_down_and_blocks_with_both_down() -> None:
    for seed in SEEDS:
        one = play({"wait_for": 1}, at_write(10, "power_cut", "C"), seed=seed, limits={"horizon_ms": 2500})
        both = play(
            {"wait_for": 1},
            {"after": {"ok_received": {"nth": 10}}, "do": "power_cut", "nodes": ["B", "C"]},
            seed=seed,
            limits={"horizon_ms": 2500},
        )
        assert not one.measures["unavailable_ms"].at_least
        assert both.measures["unavailable_ms"].at_least


@pytest.mark.parametrize("verb", ["pause", "power_cut"])
def test_a_silent_standby_blocks_every_commit_and_its_return_releases_them(verb: str) -> None:
    setup: dict[str, Any] = {"workload": load(clients=3, ops=100), "limits": {"timeout_ms": 5000}}
    for seed in SEEDS:
        run = play({"wait_for": "all"}, at_write(10, verb, "C", for_ms=800), seed=seed, **setup)
        silent = events(run, "fault")[0].at
        oks = [event.at for event in events(run, "ok_received")]
        assert [at for at in oks if silent + 5_000 < at < silent + 800_000] == []
        assert len(oks) == 100
        assert {op.outcome for op in run.history} == {"ok"}


def test_an_unacked_row_is_still_there_after_the_old_primary_restarts() -> None:
    """Its client never heard of it, but the only node with it leads again."""
    design = {"wait_for": "all", "failover": "manual"}
    cut = {"at_ms": 20, "do": "cut", "links": "replicas", "for_ms": 100}
    for seed in SEEDS:
        run = play(design, cut, {"at_ms": 60, "do": "power_cut", "node": "A", "for_ms": 30}, seed=seed)
        unknown = {op.id for op in run.history.unknown_writes}
        assert unknown & {*log_of(run, "A")}
        assert verdicts(run)["lost_acked_writes"] == "holds"


def test_after_a_split_brain_the_fork_of_the_old_side_is_discarded() -> None:
    isolated = {"at_ms": 30, "do": "cut", "between": [["leader", "c1"], ["rest"]], "for_ms": 600}
    for seed in SEEDS:
        run = play({"wait_for": "none"}, isolated, seed=seed, workload=load(clients=3, ops=300, think_ms=[0, 10]))
        assert verdicts(run)["split_brain"] == "broken"
        assert events(run, "discarded", node="A")
        assert verdicts(run)["converged"] == "holds"


def test_reads_from_a_standby_are_stale_when_it_lags() -> None:
    mixed = load(clients=4, ops=200, kind="register", reads_percent=50)
    runs: list[Run] = [play({"wait_for": 1, "reads": "any"}, LAGGARD, seed=seed, workload=mixed) for seed in SEEDS]
    assert {verdicts(run)["stale_reads"] for run in runs} == {"broken"}


def test_latency_orders_as_measured() -> None:
    """Asynchronous, then received, then durable at the standby; 5 ms a way on the link make a commit cost 10 ms more."""
    one = load(clients=1, ops=100)
    near, far = ({"delay_ms": delay} for delay in (0.1, 5))

    def p50(design: dict[str, Any], network: dict[str, float]) -> float:
        return float(play(design, workload=one, network=network).measures["write_p50_ms"].value or 0)

    remote_write, on = {"wait_for": "all", "ack_when": "written"}, {"wait_for": "all"}
    assert p50({}, near) < p50(remote_write, near) < p50(on, near)
    assert 9 < p50(on, far) - p50({}, far) < 12
