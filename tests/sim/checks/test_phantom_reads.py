from __future__ import annotations

import pytest

from sim.checks.phantom_reads import applies, judge
from tests.sim.checks.build import Run
from tests.sim.helpers import BACKLOG, at_write, load, play


def two_reads() -> tuple[Run, int]:
    """Reads that saw w1 and the second attempt of w2; returns the event of the second answer."""
    run = Run()
    run.write("w1", at=1, ok=2)
    run.write("w2", at=3)
    run.read("r1", "w1", at=4, ok=5)
    return run, run.read("r2", "w2~2", at=6, ok=7)


def test_what_was_read_is_there_in_the_end_applied_or_in_the_log() -> None:
    run, _ = two_reads()
    run.lead("A", "w1", pending=("w2~2",))
    assert judge(run.trace, run.history).verdict == "holds"
    run.lead("A", "w1", "w2", "w3")
    assert judge(run.trace, run.history).verdict == "holds"


def test_a_read_of_what_is_gone_is_a_phantom() -> None:
    run, answer = two_reads()
    cut = run.event(8, "discarded", "A", "w2~2", n=2)
    run.lead("B", "w1")
    run.end("A", "w1", "w2~2")
    finding = judge(run.trace, run.history)
    assert (finding.verdict, finding.count, finding.ops) == ("broken", 1, ("r2", "w2"))
    assert finding.evidence == (answer, cut)


def test_every_claimant_counts() -> None:
    run, _ = two_reads()
    run.lead("A", "w1")
    run.lead("B", "w2~2", epoch=2)
    assert judge(run.trace, run.history).verdict == "holds"


def test_who_read_only_initial_values_saw_no_phantom() -> None:
    run = Run()
    assert not applies(run.history)
    run.read("r1", "", at=1, ok=2)
    assert applies(run.history)
    run.lead("A")
    assert judge(run.trace, run.history).verdict == "unknown"


def test_without_a_claimant_it_is_unknown() -> None:
    run, _ = two_reads()
    run.end("A", "w1")
    assert judge(run.trace, run.history).verdict == "unknown"


READS = load(clients=6, ops=240, kind="register", keys=2, reads_percent=50, think_ms=[0, 1])


def test_a_leader_that_shows_what_only_it_has_shows_phantoms() -> None:
    alone = play({"wait_for": "none"}, BACKLOG, at_write(40, "power_cut"), workload=READS)
    finding = alone.findings["phantom_reads"]
    assert finding.verdict == "broken"
    read = alone.history[finding.ops[0]]
    assert read.result is not None
    assert read.result[1] in finding.ops
    waits = play({"wait_for": 1}, BACKLOG, at_write(40, "power_cut"), workload=READS)
    assert waits.findings["phantom_reads"].verdict == "holds"


@pytest.mark.parametrize(("visible", "verdict"), [("before-wait", "broken"), ("after-wait", "holds")])
def test_what_is_seen_before_its_acks_can_be_gone_though_nothing_confirmed_is_lost(visible: str, verdict: str) -> None:
    """MySQL's AFTER_COMMIT and AFTER_SYNC."""
    strike = {"after": {"applied": {"nth": 40}}, "delay_ms": 2, "do": "power_cut", "node": "leader"}
    run = play({"wait_for": 1, "visible": visible}, BACKLOG, strike, workload=READS)
    assert run.findings["phantom_reads"].verdict == verdict
    assert run.findings["lost_acked_writes"].verdict == "holds"
