from __future__ import annotations

from sim.checks.convergence import judge
from tests.sim.checks.build import Run


def test_same_state_by_the_same_writes_converges() -> None:
    run = Run()
    run.write("w1")
    run.lead("A", "w1", state={"x": 1})
    run.end("B", "w1", state={"x": 1})
    assert judge(run.trace, run.history).verdict == "holds"


def test_another_state_is_a_divergence() -> None:
    run = Run()
    run.write("w1")
    last = [run.event(at, "applied", node, "w1", n=1) for at, node in enumerate("BACB", start=1)]
    cut = run.event(9, "discarded", "C", "w1", n=1)
    run.lead("A", "w1", state={"x": 1})
    run.end("B", "w1", state={"x": 1})
    run.end("C", state={"x": 0})
    finding = judge(run.trace, run.history)
    assert (finding.verdict, finding.count, finding.ops) == ("broken", 1, ("w1",))
    assert finding.evidence == (last[1], cut)


def test_the_same_state_by_other_writes_is_a_divergence() -> None:
    run = Run()
    run.op("d1", "deposit", "x", 5, at=1)
    run.op("d2", "deposit", "x", 5, at=1)
    run.lead("A", "d1", state={"x": 5})
    run.end("B", "d2", state={"x": 5})
    assert judge(run.trace, run.history).ops == ("d1", "d2")


def test_order_counts_within_a_key_but_not_between_keys() -> None:
    run = Run()
    run.write("x1", key="x")
    run.write("y1", key="y")
    run.write("x2", key="x")
    state = {"x": 1, "y": 1}
    run.lead("A", "x1", "y1", "x2", state=state)
    run.end("B", "y1", "x1", "x2", state=state)
    assert judge(run.trace, run.history).verdict == "holds"
    run.end("C", "x2", "y1", "x1", state=state)
    finding = judge(run.trace, run.history)
    assert (finding.verdict, finding.count, finding.ops) == ("broken", 1, ())


def test_replicas_that_have_applied_more_or_less_of_one_log_have_not_diverged() -> None:
    run = Run()
    for op in ("w1", "w2", "w3"):
        run.write(op)
    run.lead("A", "w1", state={"x": 1}, pending=("w2",))
    run.end("B", "w1", "w2", state={"x": 2})
    assert judge(run.trace, run.history).verdict == "holds"
    run.end("C", "w1", state={"x": 1}, pending=("w3",))
    finding = judge(run.trace, run.history)
    assert (finding.count, finding.ops) == (1, ("w2", "w3"))


def test_the_same_writes_must_give_the_same_state() -> None:
    run = Run()
    run.write("w1")
    run.lead("A", "w1", state={"x": 1})
    run.end("B", "w1", state={"x": 2})
    finding = judge(run.trace, run.history)
    assert (finding.verdict, finding.count, finding.ops) == ("broken", 1, ())


def test_the_claimant_with_the_highest_epoch_is_the_model() -> None:
    run = Run()
    run.write("w1")
    run.lead("A", "w1", state={"x": 1}, epoch=1)
    run.lead("B", state={}, epoch=2)
    run.end("C", state={}, epoch=3)
    assert judge(run.trace, run.history).count == 1
    run.end("C", "w1", state={"x": 1}, epoch=3)
    assert judge(run.trace, run.history).count == 2


def test_who_is_down_or_expelled_need_not_agree() -> None:
    run = Run()
    run.write("w1")
    run.lead("A", "w1", state={"x": 1})
    run.end("B", up=False)
    run.end("C", member=False)
    finding = judge(run.trace, run.history)
    assert finding.verdict == "holds"
    assert finding.reason == "only one replica is up at the end, so there is nothing to compare"


def test_nobody_left_is_unknown() -> None:
    run = Run()
    run.end("A", up=False)
    assert judge(run.trace, run.history).verdict == "unknown"


def test_attempts_are_entries_of_their_own_with_the_keys_of_their_operation() -> None:
    run = Run()
    run.write("w1", key="x")
    run.write("w2", key="y")
    run.lead("A", "w1", "w1~2", "w2")
    run.end("B", "w2", "w1", "w1~2")
    assert judge(run.trace, run.history).verdict == "holds"
    run.end("B", "w2", "w1")
    assert judge(run.trace, run.history).ops == ("w1",)
    run.end("B", "w2", "w1~2", "w1")
    assert judge(run.trace, run.history).verdict == "broken"


def test_entries_that_no_client_asked_for_have_no_order() -> None:
    run = Run()
    run.write("w1")
    run.lead("A", "noop-1", "w1", state={"x": 1})
    run.end("B", "w1", state={"x": 1}, pending=("noop-2",))
    assert judge(run.trace, run.history).verdict == "holds"
    run.end("B", "w1", "noop-2", state={"x": 1, "y": 2})
    assert judge(run.trace, run.history).verdict == "broken"


def test_an_id_that_waits_again_in_one_log_is_no_difference() -> None:
    run = Run()
    run.write("w1")
    run.lead("A", "w1", pending=("w1",))
    run.end("B", "w1")
    run.end("C", pending=("w1", "w1"))
    assert judge(run.trace, run.history).verdict == "holds"


def test_a_conditional_write_that_waits_may_have_been_refused_elsewhere() -> None:
    run = Run()
    run.write("w1")
    run.op("k1", "cas", "x", 5, 6, at=1)
    run.lead("A", "w1", state={"x": 1}, pending=("k1",))
    run.end("B", "w1", state={"x": 1})
    assert judge(run.trace, run.history).verdict == "holds"
    run.end("B", "w1", "k1", state={"x": 6})
    assert judge(run.trace, run.history).verdict == "holds"
    run.end("B", "k1", state={"x": 6})
    assert judge(run.trace, run.history).verdict == "broken"
