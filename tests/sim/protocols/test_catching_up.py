"""A replica keeps `retain` entries: who needs older ones gets a snapshot, and state and operations survive it."""

from __future__ import annotations

from typing import Any

import pytest

from sim.run import Run
from tests.sim.helpers import at_write, broken, events, load, log_of, play, sent

FEW: dict[str, Any] = {"wait_for": 1, "retain": 8}
LONG: dict[str, Any] = {"workload": load(clients=3, ops=150)}
CUT_OFF = {"after": {"ok_received": {"nth": 20}}, "do": "cut", "between": [["C"], ["rest"]], "for_ms": 150}


def c_comes_back(design: dict[str, Any], verb: str = "kill") -> Run:
    """C misses about a hundred writes."""
    return play(design, CUT_OFF if verb == "cut" else at_write(20, verb, "C", for_ms=150), **LONG)


@pytest.mark.parametrize("verb", ["kill", "power_cut", "cut"])
def test_one_that_was_away_too_long_gets_a_snapshot_and_then_entries(verb: str) -> None:
    run = c_comes_back(FEW, verb)
    (installed,) = events(run, "installed", node="C")
    assert installed.peer == "A"
    assert installed.n > 40
    assert len(sent(run, "install")) == 1
    assert len(log_of(run, "C")) == 150
    assert broken(run) == []


def test_with_all_entries_retained_there_is_no_snapshot() -> None:
    run = c_comes_back({**FEW, "retain": "unlimited"})
    assert [events(run, what) for what in ("snapshot", "trimmed", "installed")] == [[], [], []]
    assert broken(run) == []


def test_one_that_missed_less_than_is_retained_gets_entries() -> None:
    run = c_comes_back({**FEW, "retain": 140})
    assert events(run, "installed") == []
    assert broken(run) == []


def test_a_log_keeps_as_many_entries_as_retain_says_and_a_few_more() -> None:
    run = play(FEW, **LONG)
    for node in run.trace.replicas:
        trims = [event.n for event in events(run, "trimmed", node=node)]
        states = [event.n for event in events(run, "snapshot", node=node)]
        assert trims == sorted({*trims})
        assert len(trims) > 20
        assert [state - trim for state, trim in zip(states, trims, strict=True)] == [8] * len(trims)


def test_a_snapshot_weighs_as_much_as_the_operations_in_it() -> None:
    run = c_comes_back(FEW)
    (install,) = sent(run, "install")
    assert len(install.ops) == events(run, "installed")[0].n


@pytest.mark.parametrize("verb", ["kill", "power_cut"])
@pytest.mark.parametrize("node", ["leader", "follower"])
def test_a_replica_starts_again_from_its_snapshot_and_what_it_wrote_after_it(node: str, verb: str) -> None:
    for seed in range(5):
        run = play({**FEW, "retain": 1}, at_write(60, verb, node, for_ms=20), seed=seed, **LONG)
        assert broken(run) == []
        for name in run.trace.replicas:
            assert len({*log_of(run, name)}) == len(log_of(run, name)) >= 145


@pytest.mark.parametrize("retain", [1, 8, 100, "unlimited"])
def test_a_leader_that_returns_with_an_abandoned_tail_that_it_cannot_undo_gets_a_snapshot(retain: int | str) -> None:
    """Asynchronous: A goes on alone, applies and trims; the others elect B."""
    isolated = {"at_ms": 30, "do": "cut", "between": [["leader", "c1"], ["rest"]], "for_ms": 600}
    run = play({"retain": retain}, isolated, workload=load(clients=3, ops=300, think_ms=[0, 10]))
    assert "converged" not in broken(run)
    discarded = {op for event in events(run, "discarded", node="A") for op in event.ops}
    assert discarded, "A wrote nothing alone"
    assert discarded.isdisjoint(log_of(run, "A"))
    assert len(events(run, "installed", node="A")) == (retain in (1, 8))
