"""Without faults every design keeps every promise and costs what its protocol says. Judge no design before this holds."""

from __future__ import annotations

from typing import Any

import pytest

from sim.design import Design, read_design
from sim.knobs import KNOBS
from sim.run import Run
from tests.sim.helpers import broken, events, load, log_of, play, sent, verdicts
from tests.sim.protocols.knob_matrix import DESIGNS, tried, tried_pairs, values_of

STILL: dict[str, Any] = {"network": {"delay_ms": 1}, "disk": {"fsync_ms": 1, "apply_ms": 0.1}}  # nothing varies


FRESH = {"leader", "read-index", "lease", "tail"}  # reads that see every write that was confirmed before
NEVER = 600_000  # fsync_every_ms: longer than any run


def name(raw: dict[str, Any]) -> str:
    return ",".join(map(str, raw.values()))


def may_lag(design: Design) -> list[str]:
    """Promises that a design breaks without any fault, and rightly."""
    reads = [] if design.reads in FRESH else ["stale_reads", "linearizable", "read_your_writes", "monotonic_reads"]
    unsent = design.leader_fsync == "every-n-ms" and design.ship_when == "durable" and design.fsync_every_us == NEVER * 1000
    return [*reads, *(["converged"] if unsent else [])]  # the leader keeps all to itself until it has synced


def test_the_designs_try_every_value_of_every_knob_and_most_pairs() -> None:
    assert tried() >= {(knob.name, value) for knob in KNOBS.values() for value in values_of(knob)}
    assert len(tried_pairs()) > 2000


@pytest.mark.parametrize("raw", DESIGNS, ids=lambda raw: f"{raw['topology']} {DESIGNS.index(raw)}")
def test_everything_holds(raw: dict[str, Any]) -> None:
    design, limits = read_design(raw), {"timeout_ms": 150, "settle_ms": 500}
    run = play(raw, workload=load(clients=3, ops=24, reads_percent=25), limits=limits)
    broke = [check for check, verdict in verdicts(run).items() if verdict == "broken"]
    assert [check for check in broke if check not in may_lag(design)] == [], raw
    if design.on_wait_timeout in ("block", "degrade") and design.fsync_every_us < NEVER * 1000:
        assert {op.outcome for op in run.history} == {"ok"}, raw
        assert len({log_of(run, node) for node in run.trace.replicas}) == 1, raw
    assert [event for what in ("dropped", "discarded", "suspected", "removed") for event in events(run, what)] == [], raw
    assert design.entries_kept is not None or sent(run, "behind") == [], raw


def test_reads_did_lag_somewhere() -> None:
    """Or else the exception above hides nothing."""
    runs = [play({"reads": "any"}, seed=seed, workload=load(clients=6, ops=100, reads_percent=50)) for seed in range(5)]
    assert any("stale_reads" in broken(run) for run in runs)


RARE = {"detect_after_ms": 60_000}  # no heartbeat meets an ack in flight, which it would have repeated


def traffic(run: Run) -> dict[str, int]:
    """How many messages of each kind that serves writes."""
    return {kind: len(sent(run, kind)) for kind in ("request", "append", "ack", "reply")}


@pytest.mark.parametrize(
    "raw",
    [
        {},
        {"wait_for": 1},
        {"wait_for": "all"},
        {"wait_for": "majority", "replicas": 5},
        {"wait_for": 1, "ack_when": "received"},
    ],
    ids=name,
)
def test_a_write_costs_each_follower_an_append_and_an_ack(raw: dict[str, Any]) -> None:
    run = play({**raw, **RARE}, workload=load(clients=1, ops=20), **STILL)
    followers = len(run.trace.replicas) - 1
    assert traffic(run) == {"request": 20, "append": 20 * followers, "ack": 20 * followers, "reply": 20}


@pytest.mark.parametrize("replicas", [2, 3, 5, 7])
def test_a_chain_costs_an_append_and_an_ack_a_link(replicas: int) -> None:
    run = play({"topology": "chain", "replicas": replicas, **RARE}, workload=load(clients=1, ops=20), **STILL)
    assert traffic(run) == {"request": 20, "append": 20 * (replicas - 1), "ack": 20 * (replicas - 1), "reply": 20}


@pytest.mark.parametrize("raw", [{"wait_for": 1}, {"topology": "chain"}], ids=name)
def test_under_load_group_commit_saves_messages(raw: dict[str, Any]) -> None:
    run = play(raw, workload=load(clients=32, ops=640, think_ms=0))
    measured = run.measures["messages_per_write"].value
    assert measured is not None
    assert 2 <= measured < 3.5


def latencies(raw: dict[str, Any]) -> set[int]:
    run = play(raw, workload=load(clients=1, ops=5, keys=1), **STILL)
    return {op.completed_at - op.invoked_at for op in run.history if op.completed_at is not None}


ALONE = 1000 + 1000 + 100 + 1000  # request, fsync, apply, reply


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ({"wait_for": "none"}, ALONE),
        ({"wait_for": 1}, ALONE + 1000 + 1000 + 1000),  # append, the follower's fsync, ack
        ({"wait_for": 1, "ack_when": "written"}, ALONE + 1000 + 1000),
        ({"wait_for": 1, "ack_when": "received"}, ALONE + 1000 + 1000),
        ({"wait_for": "all"}, ALONE + 3000),
        ({"topology": "chain", "replicas": 2}, ALONE + 2000),
        ({"topology": "chain", "replicas": 3}, ALONE + 2 * 2000),
        ({"topology": "chain", "replicas": 7}, ALONE + 6 * 2000),
    ],
    ids=str,
)
def test_a_write_takes_the_sum_of_what_it_waits_for(raw: dict[str, Any], expected: int) -> None:
    """In a chain that is an append and an fsync a hop: no ack, for the tail answers the client itself."""
    assert latencies(raw) == {expected}


def test_the_more_acks_the_slower() -> None:
    designs = [{"wait_for": word, "replicas": 5} for word in ("none", 1, "majority", "all")]
    medians = [play(raw, workload=load(clients=1, ops=200)).measures["write_p50_ms"].value for raw in designs]
    assert all(median is not None for median in medians)
    assert medians == sorted(medians, key=float)  # type: ignore[arg-type]
    assert len(set(medians)) == 4


def test_heartbeats_say_nothing_new_in_a_quiet_cluster() -> None:
    """No gap is asked for, no ack repeated, nothing discarded."""
    run = play({"wait_for": 1}, workload=load(clients=1, ops=3, think_ms=400), **STILL)
    assert len(sent(run, "lead")) > 20
    assert traffic(run) == {"request": 3, "append": 6, "ack": 6, "reply": 3}
