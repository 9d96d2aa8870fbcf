"""What a client may write into the history."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import Any

from tests.sim.helpers import at_write, events, load, log_of, play

DEAF = {"at_ms": 20, "do": "cut", "from": ["replicas"], "to": ["clients"], "for_ms": 150}
IMPATIENT: dict[str, Any] = {"limits": {"timeout_ms": 40}, "workload": load(clients=3, ops=60)}


def test_a_time_out_is_unknown_and_may_have_been_done() -> None:
    run = play({"wait_for": 1}, DEAF, **IMPATIENT)
    unknown = run.history.unknown_writes
    assert unknown
    assert {op.id for op in unknown} & {*log_of(run, "A")}
    assert all((op.completed_at or 0) - op.invoked_at == 40_000 for op in unknown)
    assert len(events(run, "timed_out")) == len(unknown)


def test_an_answer_after_the_time_out_changes_nothing() -> None:
    slow = {"at_ms": 20, "do": "slow", "between": ["replicas", "clients"], "delay_ms": 50, "for_ms": 100}
    run = play({"wait_for": 1}, slow, **IMPATIENT)
    late = [event for event in events(run, "delivered", text="reply") if run.history[event.ops[0]].outcome == "info"]
    assert late
    assert {event.ops for event in late}.isdisjoint(event.ops for event in events(run, "ok_received"))


def test_an_operation_that_was_only_ever_refused_has_failed_and_is_nowhere() -> None:
    """A is back, but the operator cannot be reached: it leads nobody and refuses everything."""
    faults = (
        {"at_ms": 20, "do": "cut", "between": ["controller", "replicas"], "for_ms": 400},
        {"at_ms": 30, "do": "kill", "node": "A", "for_ms": 10},
    )
    run = play({"wait_for": 1, "failover": "manual"}, *faults, **IMPATIENT)
    failed = {op.id for op in run.history if op.outcome == "fail"}
    assert failed
    assert failed.isdisjoint(log_of(run, "A"))
    assert len(events(run, "failed")) == len(failed)


def test_a_refused_operation_is_tried_again_and_done_once() -> None:
    """c1 does not hear of the new leader; the old one, awake again, sends it away until it does."""
    faults = (
        {"at_ms": 20, "do": "pause", "node": "A", "for_ms": 400},
        {"at_ms": 10, "do": "cut", "from": ["controller"], "to": ["c1"], "for_ms": 600},
    )
    run = play({"wait_for": 1}, *faults, workload=load(clients=3, ops=60))
    answers = Counter(event.ops[0] for event in events(run, "delivered", node="c1", text="reply"))
    refused = [op for op, count in answers.items() if count > 1]
    assert refused
    assert all(run.history[op].ok and run.history[op].node == "B" for op in refused)
    assert all(log_of(run, "B").count(op) == 1 for op in refused)


def test_a_session_has_one_operation_in_flight() -> None:
    run = play({"wait_for": 1}, at_write(20, "power_cut"), **IMPATIENT)
    for client in run.trace.clients:
        mine = [op for op in run.history if op.process == client]
        assert all(later.invoked_at >= (earlier.completed_at or 0) for earlier, later in pairwise(mine))


def test_the_connection_to_a_dead_leader_ends_when_the_next_is_known() -> None:
    """Long before the client's patience of a second: what the old leader did with the operation is unknown."""
    run = play({"wait_for": 1}, at_write(20, "power_cut"), workload=load(clients=3, ops=60))
    promoted = events(run, "promoted")[0].at
    assert run.history.unknown_writes
    assert all(promoted < (op.completed_at or 0) < promoted + 5_000 for op in run.history.unknown_writes)


def test_a_client_that_finds_no_controller_at_first_asks_again() -> None:
    deaf = {"at_ms": 0, "do": "cut", "between": ["clients", "controller"], "for_ms": 100}
    run = play({"wait_for": 1}, deaf, **IMPATIENT)
    assert min(op.invoked_at for op in run.history) > 100_000
    assert {op.outcome for op in run.history} == {"ok"}
