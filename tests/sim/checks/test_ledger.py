from __future__ import annotations

from itertools import chain, combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.checks import ledger
from sim.checks.ledger import applies, judge, subset_sum
from tests.sim.checks.build import Run


def bank() -> Run:
    """Two acked operations and one of unknown outcome on three accounts."""
    run = Run(initial={"a": 100, "b": 100, "c": 100})
    run.op("d1", "deposit", "a", 7, at=1, ok=2)
    run.op("t1", "transfer", "a", "b", 20, at=3, ok=4)
    run.op("t2", "transfer", "b", "c", 3, at=5)
    return run


@pytest.mark.parametrize(
    ("story", "balances", "verdict"),
    [
        ("the unknown one was not done", (87, 120, 100), "holds"),
        ("the unknown one was done", (87, 117, 103), "holds"),
        ("the unknown one was done twice", (87, 114, 106), "broken"),
        ("the acked transfer is lost", (107, 100, 100), "broken"),
        ("the acked transfer was done twice", (67, 140, 100), "broken"),
        ("the acked deposit is lost", (80, 120, 100), "broken"),
        ("half a transfer was done", (87, 117, 100), "broken"),
    ],
)
def test_balances(story: str, balances: tuple[int, int, int], verdict: str) -> None:
    run = bank()
    run.lead("A", "d1", "t1", "t2", state=dict(zip("abc", balances, strict=True)))
    assert judge(run.trace, run.history).verdict == verdict


def test_what_waits_in_the_log_is_counted_as_done() -> None:
    run = bank()
    run.lead("A", "d1", pending=("t1", "t2"), state={"a": 107, "b": 100, "c": 100})
    assert judge(run.trace, run.history).verdict == "holds"


def test_an_id_that_waits_again_in_the_log_is_a_repetition_but_another_attempt_is_done_again() -> None:
    run = bank()
    run.lead("A", "d1", "t1", pending=("t1", "t2", "t2"), state={"a": 87, "b": 120, "c": 100})
    assert judge(run.trace, run.history).verdict == "holds"
    run.lead("A", "d1", "t1", pending=("t1~2",), state={"a": 87, "b": 120, "c": 100})
    assert judge(run.trace, run.history).ops == ("t1",)


def test_a_retry_that_was_done_again_is_a_break_whatever_its_outcome() -> None:
    run = bank()
    run.lead("A", "d1", "t1", "t1~2", state={"a": 67, "b": 140, "c": 100})
    assert judge(run.trace, run.history).ops == ("t1",)
    run.lead("A", "d1", "t1", "t2", "t2~2", state={"a": 87, "b": 114, "c": 106})
    assert judge(run.trace, run.history).verdict == "broken"


def test_whichever_attempt_was_done_once_is_once() -> None:
    run = bank()
    run.lead("A", "d1", "t1~3", "t2~2", "noop", state={"a": 87, "b": 117, "c": 103})
    assert judge(run.trace, run.history).verdict == "holds"


def test_a_failed_operation_must_not_show() -> None:
    run = bank()
    run.op("d2", "deposit", "c", 50, at=6, until=7, outcome="fail")
    run.lead("A", "d1", "t1", "d2", state={"a": 87, "b": 120, "c": 150})
    assert judge(run.trace, run.history).verdict == "broken"


def test_money_on_an_account_that_never_was_is_a_break() -> None:
    run = bank()
    run.lead("A", "d1", "t1", state={"a": 87, "b": 120, "c": 100, "z": 1})
    assert judge(run.trace, run.history).verdict == "broken"


def test_the_evidence_points_at_what_the_state_lacks() -> None:
    run = Run(initial={"a": 100, "b": 100})
    run.op("d1", "deposit", "a", 7, at=1, ok=2)
    lost = run.op("d2", "deposit", "a", 9, at=3, ok=4)
    run.op("d3", "deposit", "b", 9, at=5, ok=6)
    run.lead("A", "d1", "d3", state={"a": 107, "b": 109})
    finding = judge(run.trace, run.history)
    assert (finding.count, finding.ops, finding.evidence) == (1, ("d2",), (lost,))


def test_ids_that_lie_do_not_convince() -> None:
    run = Run(initial={"a": 100})
    run.op("d1", "deposit", "a", 7, at=1, ok=2)
    run.lead("A", "d1", state={"a": 100})
    finding = judge(run.trace, run.history)
    assert (finding.verdict, finding.ops) == ("broken", ("d1",))


def test_the_claimant_with_the_highest_epoch_is_judged() -> None:
    run = bank()
    run.lead("A", "d1", "t1", state={"a": 87, "b": 120, "c": 100}, epoch=1)
    run.lead("B", state={"a": 100, "b": 100, "c": 100}, epoch=2)
    assert judge(run.trace, run.history).verdict == "broken"


def test_without_a_claimant_it_is_unknown() -> None:
    run = bank()
    run.end("A", state={"a": 87, "b": 120, "c": 100})
    assert judge(run.trace, run.history).verdict == "unknown"


def test_too_many_unknown_operations_are_unknown_unless_the_ids_guess_right(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger.subset_sum, "__defaults__", (50,))
    run = Run(initial={"a": 0})
    for number in range(20):
        run.op(f"d{number}", "deposit", "a", 2**number, at=number)
    run.lead("A", "d0", "d3", "d19", state={"a": 1 + 8 + 2**19})
    assert judge(run.trace, run.history).verdict == "holds"
    run.lead("A", "d0", pending=("d3", "d19"), state={"a": 1})
    assert judge(run.trace, run.history).verdict == "holds"
    run.lead("A", "d0", state={"a": 3})
    finding = judge(run.trace, run.history)
    assert finding.verdict == "unknown"
    assert finding.reason == "20 operations of unknown outcome are too many to try all sets"


def test_an_account_that_cannot_be_explained_by_itself_needs_no_search(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger.subset_sum, "__defaults__", (50,))
    run = Run(initial={"a": 0, "b": 0})
    for number in range(20):
        run.op(f"d{number}", "deposit", "a", 2**number, at=number)
    run.lead("A", state={"a": 3, "b": 1})
    finding = judge(run.trace, run.history)
    assert (finding.verdict, finding.count) == ("broken", 1)


def test_accounts_that_can_each_be_explained_must_be_explained_together() -> None:
    run = Run(initial=dict.fromkeys("abcd", 10))
    run.op("t1", "transfer", "a", "b", 5, at=1)
    run.op("t2", "transfer", "c", "d", 5, at=1)
    run.lead("A", state={"a": 5, "b": 10, "c": 10, "d": 15})
    finding = judge(run.trace, run.history)
    assert (finding.verdict, finding.count) == ("broken", 1)


def test_it_applies_to_ledgers_only() -> None:
    assert applies(bank().history)
    run = Run()
    run.op("d1", "deposit", "a", 7, at=1)
    assert not applies(run.history)
    run = Run(initial={"x": 1})
    run.write("w1")
    assert not applies(run.history)


def every_subset(run: Run, balances: dict[str, object]) -> bool:
    """Whether any set of unknown operations explains the balances, tried one after another."""
    doubtful = run.history.unknown_writes
    sets = chain.from_iterable(combinations(doubtful, size) for size in range(len(doubtful) + 1))
    for chosen in sets:
        sums = dict(run.history.initial)
        for op in (*run.history.acked_writes, *chosen):
            if op.kind == "deposit":
                sums[op.args[0]] += op.args[1]
            else:
                sums[op.args[0]] -= op.args[2]
                sums[op.args[1]] += op.args[2]
        if sums == balances:
            return True
    return False


@st.composite
def ledgers(draw: st.DrawFn) -> Run:
    """A leader that may have lost, doubled or wrongly done a few operations, and lies about their ids."""
    run, balances, done = Run(initial={"a": 3, "b": 3, "c": 3}), {"a": 3, "b": 3, "c": 3}, []
    account, amount = st.sampled_from("abc"), st.integers(1, 3)
    for number in range(draw(st.integers(1, 8))):
        op, times = f"o{number}", draw(st.sampled_from([0, 1, 1, 1, 2]))
        source, target, much = draw(account), draw(account), draw(amount)
        rest = {"ok": 1} if draw(st.booleans()) else {}
        if draw(st.booleans()):
            run.op(op, "deposit", target, much, at=0, **rest)
        else:
            run.op(op, "transfer", source, target, much, at=0, **rest)
            balances[source] -= times * much
        balances[target] += times * much
        done += [op] * draw(st.integers(0, 2))
    run.lead("A", *done, state=balances)
    return run


@settings(deadline=None)
@given(ledgers())
def test_it_agrees_with_trying_every_subset(run: Run) -> None:
    balances = dict(run.trace.final["A"].state)
    expected = "holds" if every_subset(run, balances) else "broken"
    assert judge(run.trace, run.history).verdict == expected


@settings(deadline=None)
@given(st.lists(st.integers(-6, 6), max_size=9), st.integers(-20, 20))
def test_subset_sum_agrees_with_all_subsets(amounts: list[int], target: int) -> None:
    sets = chain.from_iterable(combinations(amounts, size) for size in range(len(amounts) + 1))
    assert subset_sum(amounts, target) == (target in {sum(chosen) for chosen in sets})
