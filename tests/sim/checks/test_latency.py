from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.checks.latency import nearest_rank, percentile
from tests.sim.checks.build import Run


@pytest.mark.parametrize(
    ("percent", "ascending", "value"),
    [(50, [7], 7), (99, [7], 7), (50, [1, 2], 1), (51, [1, 2], 2), (50, [15, 20, 35, 40, 50], 35), (100, [1, 2, 3], 3)],
)
def test_nearest_rank(percent: int, ascending: list[int], value: int) -> None:
    assert nearest_rank(percent, ascending) == value


def test_the_99th_of_a_hundred_leaves_out_one() -> None:
    assert nearest_rank(99, list(range(1, 101))) == 99
    assert nearest_rank(99, list(range(1, 201))) == 198


def test_reads_and_writes_are_told_apart_and_what_failed_does_not_count() -> None:
    run = Run()
    run.write("w1", at=0, ok=1.403)
    run.write("w3", at=0, until=400, outcome="fail")
    run.read("r1", "w1", at=2, ok=2.5)
    assert percentile(99, reads=False)(run.trace, run.history) == (1.403, False)
    assert percentile(99, reads=True)(run.trace, run.history) == (0.5, False)


def test_a_write_without_an_answer_counts_with_the_time_it_was_waited_for() -> None:
    run = Run()
    run.write("w1", at=0, ok=1)
    run.write("w2", at=0, ok=2)
    run.write("w3", at=0, until=500)
    assert percentile(99, reads=False)(run.trace, run.history) == (500.0, True)
    assert percentile(50, reads=False)(run.trace, run.history) == (2.0, False)


def test_an_early_give_up_below_the_percentile_makes_it_a_lower_bound() -> None:
    run = Run()
    run.write("w1", at=0, until=1)
    run.write("w2", at=0, ok=2)
    assert percentile(99, reads=False)(run.trace, run.history) == (2.0, True)


def test_stuck_until_the_heal_counts_but_invoked_after_it_does_not() -> None:
    run = Run()
    run.write("w1", at=10, ok=1010)
    run.write("w2", at=1001, ok=5000)
    assert percentile(99, reads=False)(run.trace, run.history).value == 1000.0


def test_a_write_that_never_ended_was_waited_for_until_the_heal() -> None:
    run = Run()
    run.write("w1", at=0)
    assert percentile(50, reads=False)(run.trace, run.history) == (1000.0, True)


def test_no_operation_no_value() -> None:
    run = Run()
    assert percentile(50, reads=False)(run.trace, run.history).value is None


@given(st.lists(st.tuples(st.integers(0, 20), st.sampled_from(["ok", "ok", "info", "hangs"])), min_size=1), st.integers(1, 100))
def test_it_is_the_least_wait_that_so_many_did_not_exceed(ops: list[tuple[int, str]], percent: int) -> None:
    run = Run()
    for number, (wait, outcome) in enumerate(ops):
        at = 1000 - wait if outcome == "hangs" else 0
        run.write(f"w{number}", at=at, **({"ok": wait} if outcome == "ok" else {} if outcome == "hangs" else {"until": wait}))
    value, at_least = percentile(percent, reads=False)(run.trace, run.history)
    waits = [wait for wait, _ in ops]
    assert value == min(wait for wait in waits if sum(other <= wait for other in waits) * 100 >= percent * len(waits))
    assert at_least == any(wait <= value for wait, outcome in ops if outcome != "ok")
