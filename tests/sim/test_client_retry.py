"""What a client does when an answer does not come: nothing, the same again as a new operation, or the same again as it was."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from sim.history import op_of
from sim.run import Run
from tests.sim.helpers import at_write, events, load, log_of, ops_of, play, sent
from tests.sim.session import TIMEOUT_US, Session

DEAF = {"at_ms": 20, "do": "cut", "from": ["replicas"], "to": ["clients"], "for_ms": 160}
DESIGNS: list[dict[str, Any]] = [{"wait_for": 1}, {"topology": "chain"}]


def play_deaf(design: dict[str, Any], retry: str) -> Run:
    """Requests arrive, answers do not."""
    return play(design, DEAF, workload=load(clients=3, ops=60, retry=retry), limits={"timeout_ms": 40})


def again(run: Run, node: str) -> list[str]:
    """The operations that are in a replica's log more than once, under whatever ids."""
    return [op for op, times in Counter(map(op_of, log_of(run, node))).items() if times > 1]


def tried_again(run: Run) -> list[str]:
    """The operations that were sent more than once."""
    return [op for op, times in Counter(map(op_of, ops_of(sent(run, "request")))).items() if times > 1]


# What becomes of the data


@pytest.mark.parametrize("design", DESIGNS, ids=str)
def test_without_retries_a_time_out_is_left_unknown(design: dict[str, Any]) -> None:
    run = play_deaf(design, "none")
    assert len(run.history.unknown_writes) > 3
    assert tried_again(run) == again(run, "A") == []


@pytest.mark.parametrize("design", DESIGNS, ids=str)
def test_a_blind_retry_gets_its_answer_and_does_it_twice(design: dict[str, Any]) -> None:
    run = play_deaf(design, "blind")
    assert {op.outcome for op in run.history} == {"ok"}
    assert len(run.history.ops) == 60, "an operation is one, however often it is tried"
    assert again(run, "A") == tried_again(run) != []
    assert run.findings["ledger_balances"].verdict == "broken"


@pytest.mark.parametrize("design", DESIGNS, ids=str)
def test_an_idempotent_retry_gets_its_answer_and_does_it_once(design: dict[str, Any]) -> None:
    run = play_deaf(design, "idempotent")
    assert {op.outcome for op in run.history} == {"ok"}
    assert tried_again(run)
    assert all(ops.count(op) == 1 for ops in (run.trace.final["A"].ops,) for op in tried_again(run))
    assert run.findings["ledger_balances"].verdict == "holds"


def test_an_idempotent_retry_is_recognised_by_the_next_leader() -> None:
    """A dies with its answers unsent; B has the writes from A's log, and hears of them again from the clients."""
    slow = {"at_ms": 20, "do": "slow", "from": ["A"], "to": ["clients"], "egress_ms": 30}
    run = play({"wait_for": 1}, slow, at_write(20, "power_cut"), workload=load(clients=3, ops=60, retry="idempotent"))
    from_a = {op for event in events(run, "applied", node="A") for op in event.ops}
    twice = [op for op in tried_again(run) if op in from_a and run.history[op].node == "B"]
    assert twice
    assert all(run.trace.final["B"].ops.count(op) == 1 for op in twice)
    assert run.findings["ledger_balances"].verdict == "holds"


# One session, step by step


def test_a_blind_retry_is_a_new_attempt_of_the_same_operation() -> None:
    session = Session(retry="blind").time_out().time_out()
    assert session.attempts == ["c1/1", "c1/1~2", "c1/1~3"]
    assert len({request.command for _, request in session.sent}) == 1
    assert session.outcomes == {}
    assert session.reply().outcomes == {"c1/1": "ok"}


def test_an_idempotent_retry_keeps_its_id() -> None:
    assert Session(retry="idempotent").time_out().time_out().attempts == ["c1/1"] * 3


@pytest.mark.parametrize(("work", "attempts"), [({}, 1), ({"retry": "blind"}, 6), ({"retry": "idempotent", "retries": 2}, 3)])
def test_a_client_gives_up_after_its_retries(work: dict[str, Any], attempts: int) -> None:
    session = Session(**work)
    for _ in range(attempts):
        assert session.outcomes == {}
        session.time_out()
    assert session.outcomes == {"c1/1": "info"}
    assert len(session.attempts) == attempts


def test_each_attempt_has_the_whole_time_out() -> None:
    session = Session(retry="blind")
    assert session.waits["patience"] == TIMEOUT_US
    assert session.hear("on_patience").waits["patience"] == TIMEOUT_US


def test_an_ok_to_any_attempt_is_an_ok() -> None:
    session = Session(retry="blind").time_out()
    assert session.reply("A", op="c1/1").outcomes == {"c1/1": "ok"}


def test_an_ok_with_a_warning_is_an_ok() -> None:
    assert Session().reply(text="the wait was cancelled").outcomes == {"c1/1": "ok"}


def test_an_unsure_answer_leaves_the_outcome_unknown() -> None:
    assert Session().reply(done=False, unsure=True).outcomes == {"c1/1": "info"}


def test_an_unsure_answer_is_retried_like_no_answer() -> None:
    session = Session(retry="blind").reply(done=False, unsure=True)
    assert session.outcomes == {}
    assert session.hear("on_again").attempts == ["c1/1", "c1/1~2"]


def test_only_what_every_attempt_was_refused_has_failed() -> None:
    refused = Session(retry="blind", retries=1).reply(done=False).time_out().reply(done=False).time_out()
    assert refused.outcomes == {"c1/1": "fail"}
    accepted_maybe = Session(retry="blind", retries=1).time_out().reply(done=False).time_out()
    assert accepted_maybe.outcomes == {"c1/1": "info"}


def test_a_refused_attempt_is_sent_again_as_it_was_and_counts_no_retry() -> None:
    session = Session(retry="blind").refuse().refuse()
    assert session.attempts == ["c1/1"] * 3
    assert session.time_out().attempts[-1] == "c1/1~2"


def test_a_refusal_that_comes_late_is_not_taken_for_one_of_the_present_attempt() -> None:
    """A refused what it was sent first; B may have done what it has now."""
    for late in ({"replica": "A"}, {"op": "c1/1"}):
        session = Session(retry="blind", retries=1).view(2, "B", "ABC").time_out()
        assert session.sent[-1][0] == "B"
        assert session.reply(done=False, **late).effects == []
        assert session.time_out().outcomes == {"c1/1": "info"}


def test_a_connection_that_ends_is_retried_at_once() -> None:
    session = Session(retry="blind").view(2, "B", "BC")
    assert session.waits["again"] < TIMEOUT_US
    assert session.hear("on_again").sent[-1][0] == "B"
    assert session.attempts[-1] == "c1/1~2"


def test_without_retries_a_connection_that_ends_leaves_the_outcome_unknown() -> None:
    assert Session().view(2, "B", "BC").outcomes == {"c1/1": "info"}


def test_what_was_refused_is_not_lost_with_the_connection() -> None:
    session = Session().reply(done=False).view(2, "B", "BC")
    assert session.outcomes == {}
    assert session.hear("on_again").asked[-1] == "B"


def test_nothing_is_sent_again_once_an_operation_has_ended() -> None:
    session = Session(retry="blind").refuse().reply()
    assert session.hear("on_again").effects == session.hear("on_patience").effects == []
    assert session.next().hear("on_again").effects == [], "the timer of the operation before"


def test_a_session_does_not_survive_its_process() -> None:
    """It could not know which numbers it has used."""
    run = play({"wait_for": 1}, at_write(20, "kill", "c2", for_ms=10), workload=load(clients=3, ops=60))
    killed = events(run, "fault", node="c2", text="kill")[0].at
    assert max(op.invoked_at for op in run.history if op.process == "c2") <= killed
    assert {op.process for op in run.history if op.outcome == "info"} <= {"c2"}
    assert run.trace.healed_at < 2_000_000, "nobody waits for it"
