"""What a leader does when acks do not come: it blocks, degrades, refuses or reports; and a wait can be cancelled."""

from __future__ import annotations

from typing import Any

import pytest

from sim.node import Reply
from sim.protocols.leader_follower.patience import CANCELLED
from sim.protocols.messages import Ack, Fence, Lead, Promote, Resign
from sim.run import Run
from tests.sim.helpers import at_write, broken, events, load, log_of, ops_of, play, sent, verdicts
from tests.sim.protocols.desk import Desk, messages, notes, replies

SEEDS = range(10)
SILENT = {"at_ms": 30, "do": "cut", "between": [["A"], ["B", "C"]], "for_ms": 200}  # followers hear nothing and say nothing
AGAIN = {**SILENT, "at_ms": 300, "for_ms": 100}
LONG: dict[str, Any] = {"workload": load(clients=3, ops=300, think_ms=[0, 5])}
SHORT = {"wait_timeout_ms": 40}


def run_with(form: str, *faults: dict[str, Any], wait_for: int | str = 1, **setup: Any) -> Run:
    design = {"wait_for": wait_for, "on_wait_timeout": form, **({} if form == "block" else SHORT)}
    return play(design, *(faults or (SILENT,)), **{**LONG, **setup})


def ok_between(run: Run, start_ms: float, end_ms: float) -> int:
    """How many writes were confirmed in this time."""
    return sum(start_ms * 1000 < event.at < end_ms * 1000 for event in events(run, "ok_received"))


# MySQL's semi-sync


def test_a_leader_that_degrades_waits_once_and_then_for_nobody() -> None:
    run = run_with("degrade")
    (degraded,) = events(run, "degraded")
    assert degraded.node == "A"
    assert 30_000 + 40_000 - 5_000 < degraded.at < 30_000 + 40_000 + 5_000
    assert ok_between(run, 35, degraded.at / 1000) == 0
    assert ok_between(run, degraded.at / 1000, 230) > 50


def test_the_writes_that_wait_when_it_degrades_are_answered_then() -> None:
    run = run_with("degrade")
    (degraded,), (released,) = events(run, "degraded"), events(run, "released")
    assert released.text == "degraded"
    assert len(released.ops) == 3, "not every client waited"
    answered = {op: event.at for event in events(run, "reply_sent") for op in event.ops}
    assert all(degraded.at <= answered[op] < degraded.at + 2_000 for op in released.ops)


def test_it_waits_again_once_a_follower_has_caught_up_and_says_how_many_were_not_waited_for() -> None:
    run = run_with("degrade", SILENT, AGAIN)
    assert [event.what for _, event in run.trace.of("degraded", "restored")] == ["degraded", "restored"] * 2
    degraded, restored = events(run, "degraded")[0], events(run, "restored")[0]
    assert 230_000 < restored.at < 290_000
    alone = [event for event in events(run, "committed", node="A") if degraded.at <= event.at <= restored.at]
    assert restored.text == f"{len(alone)} writes were not waited for"
    assert ok_between(run, 305, 335) == 0, "it did not wait again"


def test_one_follower_that_has_caught_up_is_not_enough_where_two_are_waited_for() -> None:
    desk = Desk({"wait_for": 2, "on_wait_timeout": "degrade", **SHORT})
    desk.write("c1/1", at=1)
    desk.flush()
    assert notes(desk.tell("overdue", at=41), "degraded")
    assert notes(desk.hear("B", Ack(1, 1), at=42), "restored") == []
    assert notes(desk.hear("C", Ack(1, 0), at=43), "restored") == []
    assert len(notes(desk.hear("C", Ack(1, 1), at=44), "restored")) == 1


def test_confirmed_while_degraded_is_confirmed_on_one_machine() -> None:
    """MariaDB: the time-out degrades, and what is confirmed after it is lost at a failover, ten of ten."""
    death = {"at_ms": 150, "do": "power_cut", "node": "A"}
    runs = [run_with("degrade", SILENT, death, seed=seed) for seed in SEEDS]
    assert {verdicts(run)["lost_acked_writes"] for run in runs} == {"broken"}
    blocked = [run_with("block", SILENT, death, seed=seed) for seed in SEEDS[:3]]
    assert {verdicts(run)["lost_acked_writes"] for run in blocked} == {"holds"}


# MongoDB's wtimeout, Redis' WAIT


@pytest.mark.parametrize("form", ["refuse", "report"])
def test_a_client_hears_in_time_that_its_write_is_not_as_safe_as_it_asked_for(form: str) -> None:
    run = run_with(form)
    unsure = [op for op in run.history if op.outcome == "info"]
    assert len(unsure) > 5
    took = [(op.completed_at or 0) - op.invoked_at for op in unsure]
    assert all(40_000 < us < 43_000 for us in took), took
    assert ok_between(run, 35, 230) == 0


@pytest.mark.parametrize("form", ["refuse", "report"])
def test_nothing_is_rolled_back_where_it_was_written(form: str) -> None:
    run = run_with(form)
    unsure = {op.id for op in run.history.unknown_writes}
    assert unsure <= {*log_of(run, "A")}
    assert verdicts(run)["converged"] == "holds"


def test_a_report_says_how_many_have_acked() -> None:
    run = run_with("report", {**SILENT, "between": [["A"], ["C"]]}, wait_for="all")
    assert {event.text for event in events(run, "released")} == {"reported: 1 of 2 acked"}
    assert {*ops_of(events(run, "released"))} == {op.id for op in run.history.unknown_writes}


def test_who_blocks_answers_nobody_until_the_acks_come() -> None:
    run = run_with("block", limits={"timeout_ms": 1000})
    assert ok_between(run, 35, 230) == 0
    assert {op.outcome for op in run.history} == {"ok"}
    assert events(run, "released") == []


@pytest.mark.parametrize("form", ["degrade", "refuse", "report"])
def test_a_time_out_that_is_not_reached_changes_nothing(form: str) -> None:
    run = run_with(form, {**SILENT, "for_ms": 20})
    assert broken(run) == []
    assert events(run, "degraded") == events(run, "released") == []


# PostgreSQL's cancelled wait


CANCEL = {"at_ms": 100, "do": "cancel_client"}
NO_ONE = {**SILENT, "for_ms": 600}


def cancelled(*faults: dict[str, Any], **rest: Any) -> tuple[Run, str]:
    """The run, and the operation whose wait was cancelled."""
    run = play(
        {"wait_for": "all", "failover": "manual"},
        *faults,
        **{**LONG, "limits": {"timeout_ms": 400, "horizon_ms": 1500}, **rest},
    )
    (released,) = events(run, "released")
    assert released.text == "cancelled"
    return run, released.ops[0]


def test_a_cancelled_wait_is_answered_with_ok_and_a_warning_at_once() -> None:
    run, op = cancelled(NO_ONE, CANCEL)
    (reply,) = [event for event in events(run, "reply_sent") if op in event.ops]
    assert 100_000 <= reply.at < 101_000
    assert run.history[op].ok
    waiting = {event.ops[0] for event in events(run, "invoked") if 25_000 < event.at < 100_000}
    assert [run.history[other].ok for other in waiting - {op}] == [False, False]


def test_the_oldest_wait_is_cancelled_unless_one_is_named() -> None:
    run, oldest = cancelled(NO_ONE, CANCEL)
    committed = {op for event in events(run, "committed") for op in event.ops if event.at < 100_000}
    waiting = [
        event.ops[0] for event in events(run, "received", node="A") if event.at < 100_000 and event.ops[0] not in committed
    ]
    assert len(waiting) == 3
    assert oldest == waiting[0]
    for op in waiting:
        assert cancelled(NO_ONE, {**CANCEL, "op": op})[1] == op


def test_a_cancelled_write_is_seen_at_the_leader_and_lost_at_a_failover() -> None:
    death = {"at_ms": 250, "do": "power_cut", "node": "A"}
    promotion = {"at_ms": 700, "do": "promote", "node": "B"}
    lost = 0
    for seed in SEEDS:
        run, op = cancelled(NO_ONE, CANCEL, death, promotion, seed=seed)
        assert op in ops_of(events(run, "applied", node="A"))
        only_the_ack_was_lost = op in log_of(run, "B")
        assert run.findings["lost_acked_writes"].ops == (() if only_the_ack_was_lost else (op,))
        lost += not only_the_ack_was_lost
    assert lost > 5


def test_a_cancelled_write_that_others_see_already_is_answered_too() -> None:
    desk = Desk({"wait_for": 1, "visible": "before-wait"})
    desk.write("c1/1")
    assert replies(desk.flush()) == []
    ((_, reply),) = messages(desk.tell("order", "cancel", ""), Reply)
    assert (reply.done, reply.text) == (True, CANCELLED)


def test_the_warning_is_for_the_cancelled_write_alone() -> None:
    """It was not executed yet when its leader was deposed; another write stands in its place later."""
    desk = Desk({"wait_for": 1})
    desk.write("c1/1")
    desk.tell("durable", tuple(desk.written))
    desk.tell("order", "cancel", "")
    desk.hear("B", Lead(2, (), 0, 0))
    desk.hear("controller", Fence(3))
    desk.flush()
    desk.hear("controller", Promote(3))
    desk.write("c1/2")
    desk.flush()
    ((_, reply),) = messages([*desk.hear("B", Ack(3, 1)), *desk.execute()], Reply)
    assert (reply.op, reply.text) == ("c1/2", "")


def test_where_nothing_waits_nothing_is_cancelled() -> None:
    run = play({"wait_for": "none"}, CANCEL, **LONG)
    assert events(run, "released") == []
    assert broken(run) == []


# Redis' min-replicas-to-write


LAGS = {"min_in_sync": 2, "in_sync_lag_ms": 60}


def test_writes_are_refused_while_too_few_followers_have_acked_lately() -> None:
    """Redis: for as long as the lag allows, writes are still accepted, and lost."""
    run = play(LAGS, NO_ONE, **LONG)
    assert ok_between(run, 30, 30 + 60) > 20
    assert ok_between(run, 30 + 60 + 10, 630) == 0
    assert ok_between(run, 650, 900) > 50
    assert {op.outcome for op in run.history} <= {"ok", "fail"}, "a refused write was accepted"


def test_one_follower_that_acks_is_enough_for_two_copies() -> None:
    run = play(LAGS, {**NO_ONE, "between": [["A"], ["C"]]}, **LONG)
    assert broken(run) == []
    assert ok_between(run, 100, 630) > 100


def test_an_idle_follower_shows_that_it_lives() -> None:
    """Heartbeats are answered, so that the first write after a long silence is not refused."""
    run = play(LAGS, workload=load(clients=1, ops=5, think_ms=300))
    assert broken(run) == []
    assert len(sent(run, "request")) == 5


# A leader that is one no more


def test_clients_of_a_deposed_leader_are_told_that_nobody_knows() -> None:
    """Their writes are in its log: some may survive. It learns of its successor when the cut is mended."""
    cut = {"at_ms": 30, "do": "cut", "between": [["A", "clients"], ["rest"]], "for_ms": 600}
    run = play({"wait_for": 1}, cut, **{**LONG, "limits": {"timeout_ms": 3000}})
    told = [op.completed_at or 0 for op in run.history if op.outcome == "info"]
    assert len(told) == 3
    assert all(630_000 < at < 700_000 for at in told)
    assert broken(run) == []


def test_a_new_leader_commits_nothing_again_that_it_inherited() -> None:
    run = play({"wait_for": 1}, at_write(20, "kill", "A"), **LONG)
    (promoted,) = events(run, "promoted")
    assert min(event.n for event in events(run, "committed", node=promoted.node)) == int(promoted.text) + 1


def test_a_leader_that_stands_down_says_so_to_the_controllers() -> None:
    desk = Desk({"wait_for": 1, "controllers": 3})
    told = messages(desk.tell("order", "demote", ""), Resign)
    assert told == [(controller, Resign(1)) for controller in desk.cluster.controllers]


def test_a_leader_that_is_told_to_stand_down_serves_no_more() -> None:
    run = play({"wait_for": 1}, at_write(20, "demote", "A"), **LONG)
    stood_down = events(run, "role", node="A", text="follower")[0].at
    again = events(run, "promoted")[0].at
    assert not [event for event in events(run, "reply_sent") if stood_down < event.at < again]
    assert verdicts(run)["lost_acked_writes"] == "holds"


# Repeated operations


@pytest.mark.parametrize("nth", [20, 22, 33])
def test_a_new_leader_that_has_trimmed_a_repeated_write_answers_once_others_have_it(nth: int) -> None:
    slow_acks = {"at_ms": 0, "do": "slow", "from": ["C"], "to": ["B"], "delay_ms": 30}
    dies = {"after": {"applied": {"node": "B", "nth": nth}}, "do": "power_cut", "node": "A"}
    again = {"workload": load(clients=6, ops=60, retry="idempotent", retries=10), "limits": {"timeout_ms": 80}}
    run = play({"wait_for": 1, "retain": 1}, slow_acks, dies, **again)
    (promoted,) = events(run, "promoted")
    assert not [event for event in events(run, "reply_sent", node="B") if event.at < promoted.at + 30_000]
    assert events(run, "duplicate", node="B")
    assert broken(run) == []
