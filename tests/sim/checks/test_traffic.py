from __future__ import annotations

from sim.checks.traffic import lag_at_shot_ops, messages_per_write, writes_per_s
from tests.sim.checks.build import Run


def test_messages_per_write_counts_what_carries_writes() -> None:
    run = Run()
    run.write("w1", at=1, ok=2)
    run.write("w2", at=1, ok=2)
    run.write("w3", at=1)
    run.read("r1", "w1", at=3, ok=4)
    for kind in ("request", "append", "append", "ack", "reply"):
        run.event(1, "sent", "A", "w1", text=kind)
    run.event(1, "sent", "A", "w2", "w3", text="append")
    run.event(1, "sent", "A", "w3", text="append")
    run.event(1, "sent", "A", "r1", text="request")
    run.event(1, "sent", "A", text="ack")
    run.event(1, "sent", "A", "w1", text="beat")
    run.event(1, "delivered", "B", "w1", text="append")
    assert messages_per_write(run.trace, run.history).value == 3.5


def test_messages_per_write_needs_an_acked_write() -> None:
    run = Run()
    run.write("w1", at=1)
    run.event(1, "sent", "A", "w1", text="append")
    assert messages_per_write(run.trace, run.history).value is None


def test_throughput_is_over_the_time_of_the_load() -> None:
    run = Run()
    for number in range(5):
        run.write(f"w{number}", at=100 + number * 10, ok=110 + number * 10)
    assert writes_per_s(run.trace, run.history).value == 100.0
    run.write("w9", at=160)
    assert writes_per_s(run.trace, run.history).value == 5.556  # five in the 900 ms until the heal
    run.write("w10", at=170, ok=1001)
    assert writes_per_s(run.trace, run.history).value == 5.556
    assert writes_per_s(Run().trace, Run().history).value is None


def behind() -> Run:
    """A confirmed #1 to #5, B has #1 to #3, C has #1; A is about to lose power at 50 ms."""
    run = Run()
    for n in range(1, 7):
        run.write(f"w{n}", at=n, ok=n + 0.5)
        run.event(n, "received", "A", f"w{n}", n=n)
    run.event(7, "durable", "A", "w1", "w2", "w3", "w4", "w5", n=1)
    run.event(8, "received", "B", "w1", "w2", "w3", n=1)
    run.event(8, "received", "C", "w1", n=1)
    run.event(9, "reply_sent", "A", "w5", peer="c1")
    return run


def test_lag_compares_with_the_most_caught_up_survivor() -> None:
    run = behind()
    run.strike(50)
    run.event(51, "received", "C", "w2", "w3", "w4", "w5", n=2)
    assert lag_at_shot_ops(run.trace, run.history).value == 2


def test_a_follower_that_the_strike_kills_is_no_survivor() -> None:
    run = behind()
    run.strike(50)
    run.strike(50, "kill", node="B")
    assert lag_at_shot_ops(run.trace, run.history).value == 4
    run.strike(50, "kill", node="C")
    assert lag_at_shot_ops(run.trace, run.history).value is None


def test_entries_that_were_cut_off_do_not_count() -> None:
    run = behind()
    run.event(10, "discarded", "B", "w2", "w3", n=2)
    run.strike(50)
    assert lag_at_shot_ops(run.trace, run.history).value == 4


def test_a_leader_that_never_syncs_lags_by_what_it_received() -> None:
    run = behind()
    run.trace.events = [event for event in run.trace.events if event.what != "durable"]
    run.strike(50)
    assert lag_at_shot_ops(run.trace, run.history).value == 3


def test_the_tail_of_a_chain_is_never_ahead() -> None:
    run = behind()
    run.event(10, "reply_sent", "C", "w1", peer="c1")
    run.strike(50)
    assert lag_at_shot_ops(run.trace, run.history).value == 0


def test_an_answered_read_makes_nobody_the_acker() -> None:
    run = behind()
    run.read("r1", "w1", at=9, ok=11)
    run.event(10, "reply_sent", "C", "r1", peer="c1")
    run.strike(50)
    assert lag_at_shot_ops(run.trace, run.history).value == 2


def test_lag_needs_a_strike_and_a_confirmed_write() -> None:
    run = behind()
    assert lag_at_shot_ops(run.trace, run.history).value is None
    run = Run()
    run.strike(50)
    assert lag_at_shot_ops(run.trace, run.history).value is None
