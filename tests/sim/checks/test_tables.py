from __future__ import annotations

import pytest

from sim.checks import CHECKS, MEASURES, judge_all, measure_all
from sim.checks.measure import Measure
from tests.sim.checks.build import Run


def quiet_run() -> Run:
    run = Run(initial={"a": 0})
    run.op("d1", "deposit", "a", 5, at=1, ok=2)
    run.event(2, "reply_sent", "A", "d1", peer="c1")
    for at in (3, 5):
        run.op(f"r{at}", "read", "a", at=at, ok=at + 1, result=(5, "d1"))
    run.lead("A", "d1", state={"a": 5})
    return run


def test_the_checks_are_in_order_and_share_no_name_with_a_measure() -> None:
    assert list(CHECKS)[:2] == ["lost_acked_writes", "phantom_reads"]
    assert list(CHECKS)[-1] == "ledger_balances"
    assert not set(CHECKS) & set(MEASURES)


def test_every_check_that_applies_is_judged() -> None:
    run = quiet_run()
    judged = {name: finding.verdict for name, finding in judge_all(run.trace, run.history).items()}
    assert judged == dict.fromkeys(set(CHECKS) - {"mutual_exclusion"}, "holds")
    assert all(name == finding.check for name, finding in judge_all(run.trace, run.history).items())


def test_a_check_of_another_workload_is_left_out() -> None:
    run = Run()
    run.write("w1", at=1, ok=2)
    assert not {"stale_reads", "read_your_writes", "ledger_balances"} & judge_all(run.trace, run.history).keys()


def test_a_shot_that_never_struck_makes_everything_unknown() -> None:
    run = quiet_run()
    run.strike(1, verb="slow", harms=False)
    run.miss("kill")
    reason = "the fault at place 2 of the schedule (kill) never struck"
    findings, measures = judge_all(run.trace, run.history), measure_all(run.trace, run.history)
    assert {(finding.verdict, finding.reason) for finding in findings.values()} == {("unknown", reason)}
    assert {measure.reason for measure in measures.values()} == {reason}
    assert measures["write_p99_ms"].value == 1.0


def test_a_run_that_never_came_to_rest_has_no_end_to_judge() -> None:
    run = quiet_run()
    run.trace.unsettled = "B has not caught up"
    findings, measures = judge_all(run.trace, run.history), measure_all(run.trace, run.history)
    reason = "the run never came to rest: B has not caught up"
    assert {name: finding.reason for name, finding in findings.items() if finding.verdict == "unknown"} == {
        name: reason for name, check in CHECKS.items() if check.at_end
    }
    assert findings["stale_reads"].verdict == "holds"
    assert [name for name, measure in measures.items() if measure.reason == reason] == ["rpo_ops", "rpo_ms"]


def test_every_measure_is_taken_with_its_unit() -> None:
    run = quiet_run()
    measures = measure_all(run.trace, run.history)
    assert list(measures) == list(MEASURES)
    assert measures["unavailable_ms"] == Measure("unavailable_ms", 1.0, "ms")
    assert measures["rto_ms"].text == "n/a"


def test_a_run_in_which_nothing_happened_breaks_no_table() -> None:
    run = Run()
    assert all(finding.verdict != "broken" for finding in judge_all(run.trace, run.history).values())
    assert {measure.value for measure in measure_all(run.trace, run.history).values()} <= {None, 0}


@pytest.mark.parametrize(
    ("value", "unit", "at_least", "text"),
    [
        (15.0, "ms", False, "15 ms"),
        (1.403, "ms", False, "1.4 ms"),
        (3000.0, "ms", True, ">= 3000 ms"),
        (1234567.5, "writes/s", False, "1234568 writes/s"),
        (0, "ops", False, "0 ops"),
        (None, "ms", False, "n/a"),
    ],
)
def test_a_measure_reads_well(value: float | None, unit: str, at_least: bool, text: str) -> None:
    assert Measure("any", value, unit, at_least).text == text
