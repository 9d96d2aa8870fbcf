from __future__ import annotations

import pytest

from sim.checks.applied_twice import judge
from tests.sim.checks.build import Run
from tests.sim.helpers import events as events_of
from tests.sim.helpers import load, ops_of, play


def one_write() -> Run:
    run = Run()
    run.write("w1", at=1, ok=2)
    return run


def test_once_is_once_whichever_attempt_it_was() -> None:
    run = one_write()
    run.lead("A", "noop", "w1~2", "noop", pending=("w1~3",))
    run.end("B", "w1", "w1")
    assert judge(run.trace, run.history).verdict == "holds"


@pytest.mark.parametrize("attempts", [("w1", "w1"), ("w1", "w1~2"), ("w1~3", "w1~2", "w1")])
def test_twice_by_the_same_id_or_by_another_is_a_break(attempts: tuple[str, ...]) -> None:
    run = one_write()
    applied = [run.event(3, "applied", "A", attempt, n=n) for n, attempt in enumerate(attempts, 1)]
    run.event(3, "applied", "B", "w1", n=1)
    run.lead("A", *attempts)
    finding = judge(run.trace, run.history)
    assert (finding.verdict, finding.count, finding.ops) == ("broken", 1, ("w1",))
    assert finding.evidence == tuple(applied)


def test_it_is_enough_that_one_claimant_did_it() -> None:
    run = one_write()
    run.lead("A", "w1")
    run.lead("B", "w1", "w1", epoch=2)
    assert judge(run.trace, run.history).count == 1


def test_without_a_claimant_it_is_unknown() -> None:
    run = one_write()
    run.end("A", "w1", "w1")
    assert judge(run.trace, run.history).verdict == "unknown"


NO_ANSWERS = {"at_ms": 30, "do": "cut", "from": ["A"], "to": ["clients"], "for_ms": 60}


def retry(how: str) -> dict[str, object]:
    return {"workload": {**load(clients=3, ops=120, think_ms=[0, 10]), "retry": how}, "limits": {"timeout_ms": 40}}


def test_a_blind_retry_does_it_twice_and_the_books_show_it() -> None:
    run = play({"wait_for": 1}, NO_ANSWERS, **retry("blind"))
    finding = run.findings["applied_twice"]
    assert finding.verdict == "broken"
    assert {op.partition("~")[0] for op in ops_of([run.trace.events[number] for number in finding.evidence])} == {*finding.ops}
    assert run.findings["ledger_balances"].verdict == "broken"
    assert run.findings["lost_acked_writes"].verdict == "holds"


def test_an_id_that_replicas_remember_keeps_a_retry_from_being_done_again() -> None:
    run = play({"wait_for": 1}, NO_ANSWERS, **retry("idempotent"))
    assert events_of(run, "duplicate") or len(events_of(run, "invoked")) < len(events_of(run, "sent", text="request"))
    assert run.findings["applied_twice"].verdict == "holds"
    assert run.findings["ledger_balances"].verdict == "holds"
