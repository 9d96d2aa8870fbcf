from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from sim.checks.mutual_exclusion import applies, judge
from tests.sim.checks.build import Run
from tests.sim.helpers import events, load, play

TTL = 100


def grant(run: Run, op: str, at: float, ok: float | None = None, lock: str = "l1") -> None:
    run.op(op, "acquire", lock, op[:2], TTL, "now()", at=at, ok=ok, result=(1, op))
    run.history[op].process = op[:2]


def store(run: Run, at: float, op: str, token: int, lock: str = "l1") -> int:
    return run.event(at, "stored", "store", op, n=token, peer=op[:2], text=lock)


def two_holders() -> Run:
    run = Run()
    grant(run, "c1/1", 0, 1)
    grant(run, "c2/1", 200, 201)
    return run


def test_writes_in_the_order_of_the_grants_hold() -> None:
    run = two_holders()
    store(run, 202, "c1/1", 1)
    store(run, 203, "c2/1", 2)
    store(run, 204, "c2/1", 2)
    assert judge(run.trace, run.history).verdict == "holds"


def test_an_earlier_holder_that_writes_after_a_later_one_is_a_break() -> None:
    run = two_holders()
    new = store(run, 202, "c2/1", 2)
    late = store(run, 203, "c1/1", 1)
    finding = judge(run.trace, run.history)
    assert (finding.verdict, finding.count, finding.ops) == ("broken", 1, ("c2/1", "c1/1"))
    assert finding.evidence == (new, late)


def test_what_was_rejected_or_belongs_to_another_lock_does_no_harm() -> None:
    run = two_holders()
    store(run, 202, "c2/1", 2)
    run.event(203, "rejected", "store", "c1/1", n=1, peer="c1", text="l1")
    store(run, 204, "c1/1", 1, lock="l2")
    assert judge(run.trace, run.history).verdict == "holds"


def test_after_a_loss_a_later_grant_may_have_a_smaller_token() -> None:
    run = two_holders()
    store(run, 2, "c1/1", 34)
    store(run, 202, "c2/1", 31)
    assert judge(run.trace, run.history).verdict == "holds"
    store(run, 203, "c1/1", 34)
    assert judge(run.trace, run.history).ops == ("c2/1", "c1/1")


def test_two_grants_at_once_with_one_token_exclude_nobody() -> None:
    run = Run()
    grant(run, "c1/1", 0, 10)
    grant(run, "c2/1", 5, 15)
    store(run, 16, "c1/1", 7)
    assert judge(run.trace, run.history).verdict == "holds"
    store(run, 17, "c2/1", 7)
    assert judge(run.trace, run.history).count == 1


def test_between_grants_at_once_the_tokens_decide() -> None:
    run = Run()
    grant(run, "c1/1", 0, 10)
    grant(run, "c2/1", 5, 15)
    store(run, 16, "c1/1", 7)
    store(run, 17, "c2/1", 8)
    assert judge(run.trace, run.history).verdict == "holds"
    store(run, 18, "c1/1", 7)
    assert judge(run.trace, run.history).ops == ("c2/1", "c1/1")


def test_without_a_write_under_a_lock_it_is_unknown() -> None:
    run = Run()
    assert not applies(run.history)
    grant(run, "c1/1", 0, 1)
    assert applies(run.history)
    assert judge(run.trace, run.history).verdict == "unknown"


LOCKS = {**load(clients=3, ops=60, kind="lock"), "hold_ms": [10, 10]}
ASLEEP = {"after": {"ok_received": {"op": "c1/1"}}, "delay_ms": 10.5, "do": "pause", "node": "c1", "for_ms": 300}


def test_a_holder_that_sleeps_between_a_look_at_the_clock_and_its_write_needs_fencing_at_the_storage() -> None:
    unfenced = play({"wait_for": 1}, ASLEEP, seed=2, workload={**LOCKS, "checks_tokens": "no"})
    finding = unfenced.findings["mutual_exclusion"]
    assert (finding.verdict, finding.ops[1]) == ("broken", "c1/1")
    fenced = play({"wait_for": 1}, ASLEEP, seed=2, workload={**LOCKS, "checks_tokens": "yes"})
    assert events(fenced, "rejected", peer="c1")
    assert fenced.findings["mutual_exclusion"].verdict == "holds"


@st.composite
def storages(draw: st.DrawFn) -> Run:
    run = Run()
    for client in range(1, 5):
        at = draw(st.integers(0, 8))
        grant(run, f"c{client}/1", at, draw(st.sampled_from([None, at + 1, at + 4])))
    for at, op in enumerate(draw(st.lists(st.integers(1, 4), max_size=8))):
        store(run, 20 + at, f"c{op}/1", draw(st.integers(1, 4)))
    return run


def by_definition(run: Run) -> int:
    """Writes that came after one of a grant that was not earlier, each compared with all before it."""
    stored = [event for _, event in run.trace.of("stored")]
    late = 0
    for place, event in enumerate(stored):
        mine = run.history[event.ops[0]]
        for other in stored[:place]:
            theirs = run.history[other.ops[0]]
            before = mine.ok and mine.completed_at < theirs.invoked_at
            after = theirs.ok and theirs.completed_at < mine.invoked_at
            if mine is not theirs and (before or (not after and event.n <= other.n)):
                late += 1
                break
    return late


@settings(deadline=None)
@given(storages())
def test_it_counts_exactly_what_the_definition_says(run: Run) -> None:
    assert judge(run.trace, run.history).count == by_definition(run)
