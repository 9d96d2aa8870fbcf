from __future__ import annotations

from sim.checks.durability import judge
from tests.sim.checks.build import Run


def acked_twice() -> Run:
    run = Run()
    run.write("w1", at=1, ok=2)
    run.write("w2", at=3, ok=4)
    return run


def test_every_acked_write_in_a_final_claimant_holds() -> None:
    run = acked_twice()
    run.lead("B", "w1", "w2")
    assert judge(run.trace, run.history).verdict == "holds"


def test_overwritten_later_is_not_lost() -> None:
    run = acked_twice()
    run.lead("B", "w1", "w2", state={"x": 2})
    assert judge(run.trace, run.history).count == 0


def test_a_write_that_any_claimant_has_is_kept() -> None:
    run = acked_twice()
    run.lead("A", "w1")
    run.lead("B", "w2", epoch=2)
    assert judge(run.trace, run.history).verdict == "holds"


def test_a_lost_write_is_shown_with_its_story() -> None:
    run = Run()
    run.event(1, "received", "A", "w1", n=1)
    story = [
        run.event(2, "reply_sent", "A", "w1", peer="c1"),
        run.write("w1", at=1, ok=3),
        run.event(4, "lost_unsynced", "A", "w1"),
        run.event(4, "dropped", "B", "w0", "w1", peer="A"),
        run.event(9, "discarded", "A", "w1", n=1),
    ]
    run.event(9, "discarded", "A", "other", n=2)
    run.lead("B")
    finding = judge(run.trace, run.history)
    assert (finding.verdict, finding.count, finding.ops) == ("broken", 1, ("w1",))
    assert finding.evidence == tuple(story)


def test_what_waits_in_a_claimants_log_is_not_lost() -> None:
    run = acked_twice()
    run.lead("B", "w1", pending=("w2",))
    assert judge(run.trace, run.history).verdict == "holds"
    run.lead("B", "w1")
    run.end("C", "w1", pending=("w2",))
    assert judge(run.trace, run.history).ops == ("w2",)


def test_only_acked_writes_can_be_lost() -> None:
    run = acked_twice()
    run.write("w3", at=5)
    run.write("w4", at=5, until=6, outcome="fail")
    run.read("r1", "w1", at=5, ok=6)
    run.lead("B", "w1", "w2")
    assert judge(run.trace, run.history).verdict == "holds"


def test_a_claimant_that_is_down_or_expelled_or_only_follows_saves_nothing() -> None:
    run = acked_twice()
    run.lead("A", "w1", "w2", up=False)
    run.lead("B", "w1", "w2", member=False)
    run.end("C", "w1", "w2")
    finding = judge(run.trace, run.history)
    assert finding.verdict == "unknown"
    assert finding.reason == "no replica that is up claims to serve clients at the end"
    run.lead("C", "w1")
    assert judge(run.trace, run.history).ops == ("w2",)


def test_without_an_acked_write_there_is_nothing_to_lose() -> None:
    run = Run()
    run.lead("A")
    assert judge(run.trace, run.history).verdict == "unknown"


def test_any_attempt_of_a_write_saves_it() -> None:
    run = acked_twice()
    run.lead("B", "noop", "w1~2", pending=("w2~3",))
    assert judge(run.trace, run.history).verdict == "holds"


def test_the_story_of_a_lost_write_is_that_of_all_its_attempts() -> None:
    run = Run()
    told = [run.event(1, "reply_sent", "A", "w1~2", peer="c1"), run.write("w1", at=0, ok=2)]
    gone = run.event(3, "discarded", "A", "w1", n=1)
    run.lead("B", "noop")
    assert judge(run.trace, run.history).evidence == (*told, gone)
