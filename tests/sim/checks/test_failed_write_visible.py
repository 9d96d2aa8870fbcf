from __future__ import annotations

import pytest

from sim.checks.failed_write_visible import judge
from tests.sim.checks.build import Run
from tests.sim.helpers import events, load, play


def one_failure() -> tuple[Run, int]:
    run = Run()
    run.write("w1", at=1, ok=2)
    run.write("w2", at=3, until=4, outcome="fail")
    return run, run.event(4, "failed", "c1", "w2")


def test_what_failed_is_neither_read_nor_kept() -> None:
    run, _ = one_failure()
    run.read("r1", "w1", at=5, ok=6)
    run.lead("A", "w1")
    run.end("B", "w1", "w2")
    finding = judge(run.trace, run.history)
    assert (finding.verdict, finding.reason) == ("holds", "")


def test_a_failed_write_that_is_read_is_a_break() -> None:
    run, failure = one_failure()
    answer = run.read("r1", "w2~3", at=5, ok=6)
    run.end("A", up=False)
    finding = judge(run.trace, run.history)
    assert (finding.verdict, finding.count, finding.ops, finding.evidence) == ("broken", 1, ("w2",), (failure, answer))


@pytest.mark.parametrize("kept", [{"ops": ("w1", "w2~2")}, {"ops": ("w1",), "pending": ("w2",)}])
def test_a_failed_write_that_is_kept_is_a_break(kept: dict[str, tuple[str, ...]]) -> None:
    run, failure = one_failure()
    applied = run.event(5, "applied", "A", "w2~2", n=2)
    run.lead("A", *kept["ops"], pending=kept.get("pending", ()))
    finding = judge(run.trace, run.history)
    assert (finding.count, finding.evidence) == (1, (failure, applied))


def test_an_unknown_outcome_may_show() -> None:
    run = Run()
    run.write("w1", at=1, until=2)
    run.lead("A", "w1")
    finding = judge(run.trace, run.history)
    assert (finding.verdict, finding.reason) == ("holds", "no client was told that its write failed")


def test_without_a_claimant_it_is_unknown() -> None:
    run, _ = one_failure()
    run.end("A", "w1")
    assert judge(run.trace, run.history).verdict == "unknown"


SHORT_CUT = {"at_ms": 40, "do": "cut", "between": [["A"], ["B", "C"]], "for_ms": 100}
IMPATIENT = {"workload": load(clients=3, ops=60, think_ms=[0, 5]), "limits": {"timeout_ms": 40}}


def test_who_gave_up_waiting_is_not_told_that_it_failed() -> None:
    """A leader that says no to what it keeps is among the wrong protocols."""
    right = play({"wait_for": 1}, SHORT_CUT, **IMPATIENT)
    assert events(right, "timed_out")
    assert right.findings["failed_write_visible"].verdict == "holds"
