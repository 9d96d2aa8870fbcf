from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from sim.checks.availability import rpo_ms, rpo_ops, rto_ms, unavailable_ms
from sim.trace import MS
from tests.sim.checks.build import Run
from tests.sim.helpers import at_write, events, play


def outage() -> Run:
    """Writes at 10 and 20 ms, a strike at 25 ms, nothing until 90 ms, then one more."""
    run = Run()
    run.write("w1", at=5, ok=10)
    run.write("w2", at=11, ok=20)
    run.strike(25)
    run.write("w3", at=24, ok=30)
    run.write("w4", at=31, until=80)
    run.write("w5", at=82, ok=90)
    return run


def test_unavailable_is_the_longest_window_without_a_success() -> None:
    run = outage()
    assert unavailable_ms(run.trace, run.history) == (60.0, False)


def test_the_first_window_begins_with_the_first_invocation() -> None:
    run = Run()
    run.read("r", "", at=1, ok=2)
    run.write("w1", at=5, ok=50)
    run.write("w2", at=51, ok=52)
    assert unavailable_ms(run.trace, run.history) == (45.0, False)


def test_a_window_that_the_heal_ends_is_open() -> None:
    run = Run()
    run.write("w1", at=0, ok=10)
    run.write("w2", at=11, ok=1200)
    assert unavailable_ms(run.trace, run.history) == (990.0, True)


def test_a_short_open_window_does_not_open_the_longest() -> None:
    run = Run()
    run.write("w1", at=0, ok=600)
    run.write("w2", at=700, ok=1001)
    assert unavailable_ms(run.trace, run.history) == (600.0, False)


def test_load_that_is_done_leaves_no_window() -> None:
    run = Run()
    run.write("w1", at=0, ok=10)
    run.read("r", "w1", at=11, ok=500)
    assert unavailable_ms(run.trace, run.history) == (10.0, False)


def test_clients_that_gave_up_leave_an_open_window() -> None:
    run = Run()
    run.write("w1", at=0, ok=10)
    run.write("w2", at=11, until=311)
    assert unavailable_ms(run.trace, run.history) == (301.0, True)


def test_without_writes_there_is_nothing_to_measure() -> None:
    run = Run()
    run.strike(25)
    assert unavailable_ms(run.trace, run.history).value is None
    assert rto_ms(run.trace, run.history).value is None


def test_rto_waits_for_a_write_that_was_invoked_after_the_strike() -> None:
    run = outage()
    assert rto_ms(run.trace, run.history) == (65.0, False)


def test_rto_needs_a_strike_and_setting_the_stage_is_none() -> None:
    run = Run()
    run.strike(1, verb="slow", harms=False)
    run.write("w1", at=5, ok=10)
    assert rto_ms(run.trace, run.history).value is None


def test_rto_is_open_if_no_write_came_back() -> None:
    run = Run()
    run.write("w1", at=0, ok=10)
    run.strike(100)
    run.write("w2", at=101, ok=1300)
    assert rto_ms(run.trace, run.history) == (900.0, True)


def test_rto_is_open_if_all_clients_were_stuck_since_before_the_strike() -> None:
    run = Run()
    run.write("w1", at=99)
    run.strike(100)
    assert rto_ms(run.trace, run.history) == (900.0, True)


def test_rto_has_no_value_if_no_further_write_was_tried() -> None:
    run = Run()
    run.write("w1", at=0, ok=101)
    run.strike(100)
    assert rto_ms(run.trace, run.history).value is None


def test_rpo_counts_lost_writes_and_reaches_back_from_the_strike() -> None:
    run = outage()
    run.lead("B", "w1", "w5")
    assert rpo_ops(run.trace, run.history).value == 2
    assert rpo_ms(run.trace, run.history).value == 10.0  # w2 was acked at 20, w3 at 30, after the strike at 25


def test_rpo_reaches_back_to_the_first_lost_write() -> None:
    run = outage()
    run.lead("B", "w1", "w3", "w5")
    assert rpo_ms(run.trace, run.history).value == 5.0


def test_rpo_is_zero_if_nothing_is_lost_and_has_no_value_if_nobody_leads() -> None:
    run = outage()
    assert rpo_ops(run.trace, run.history).value is None
    assert rpo_ms(run.trace, run.history).value is None
    run.lead("B", "w1", "w2", "w3", "w5")
    assert rpo_ops(run.trace, run.history).value == 0
    assert rpo_ms(run.trace, run.history).value == 0.0


# The twin: every instant is looked at


@st.composite
def loads(draw: st.DrawFn) -> Run:
    """A few writes of any outcome, and a strike; the heal may come before they end. Instants are whole milliseconds."""
    run, at = Run(), 0
    run.trace.healed_at = draw(st.integers(5, 40)) * MS
    for number in range(draw(st.integers(1, 6))):
        at += draw(st.integers(0, 6))
        outcome = draw(st.sampled_from(["ok", "ok", "ok", "info", "fail", "hangs"]))
        until = at + draw(st.integers(1, 9))
        ends = {"ok": {"ok": until}, "hangs": {}}.get(outcome, {"until": until, "outcome": outcome})
        run.write(f"w{number}", at=at, **ends)  # type: ignore[arg-type]
    run.strike(draw(st.integers(0, 20)))
    return run


def by_looking(run: Run) -> tuple[int | None, int | None, bool]:
    """Milliseconds unavailable, and from the strike to the first success (None: none), and whether the load outlived it."""
    heal = run.trace.healed_at // MS
    writes = [op for op in run.history if op.invoked_at <= heal * MS]
    if not writes:
        return None, None, False
    end = min(heal, max((op.completed_at or heal * MS) // MS for op in writes))
    oks = {op.completed_at // MS for op in writes if op.ok}
    start, strike = writes[0].invoked_at // MS, (run.trace.struck_at or 0) // MS
    longest = gap = 0
    for instant in range(start + 1, end + 1):
        gap += 1
        longest = max(longest, gap)
        gap = 0 if instant in oks else gap
    later = [op for op in writes if strike * MS < op.invoked_at <= end * MS]
    back = [op.completed_at // MS - strike for op in later if op.ok and op.completed_at <= end * MS]
    return longest, min(back, default=None), bool(later) or end == heal


@settings(deadline=None, max_examples=300)
@given(loads())
def test_it_agrees_with_looking_at_every_instant(run: Run) -> None:
    longest, back, tried = by_looking(run)
    assert unavailable_ms(run.trace, run.history).value == longest
    rto = rto_ms(run.trace, run.history)
    if longest is None or not tried:
        assert rto.value is None
    else:
        assert rto.at_least == (back is None)
        assert back is None or rto.value == back


def test_an_outage_is_as_long_as_the_gap_between_the_answers_that_clients_got() -> None:
    run = play({"wait_for": 1}, at_write(30, "power_cut"))
    oks = [event.at for event in events(run, "ok_received")]
    gaps = [(later - earlier) / MS for earlier, later in pairwise(oks)]
    assert run.measures["unavailable_ms"].value == max(gaps) > 100
    strike = events(run, "fault")[0].at
    invoked = {event.ops[0]: event.at for event in events(run, "invoked")}
    first = min(event.at for event in events(run, "ok_received") if invoked[event.ops[0]] > strike)
    assert run.measures["rto_ms"].value == (first - strike) / MS
