from __future__ import annotations

import pytest

from sim.checks.lag import lag_at_shot_ops, lag_max_ms, lag_max_ops, lag_p99_ms, lag_series
from sim.checks.measure import Reading
from tests.sim.checks.build import Run
from tests.sim.helpers import at_write, load, play

MEASURES = (lag_max_ops, lag_max_ms, lag_p99_ms)


def measured(run: Run) -> list[Reading]:
    return [measure(run.trace, run.history) for measure in MEASURES]


def entry(run: Run, op: str, n: int, at: float, leader: str = "A", **applied: float) -> None:
    """A write that is committed `at`, and applied by replicas at instants of their own."""
    run.event(at, "invoked", "c1", op)
    run.event(at, "received", leader, op, n=n)
    run.event(at, "committed", leader, op, n=n)
    for node, when in applied.items():
        run.event(when, "applied", node, op, n=n)
    run.trace.events.sort(key=lambda event: event.at)


def two_entries() -> Run:
    """B applies each write 3 ms after its commit, C 5 ms; A, which commits, takes its time as well."""
    run = Run()
    entry(run, "w1", 1, at=10, A=19, B=13, C=15)
    entry(run, "w2", 2, at=12, A=19, B=15, C=17)
    return run


def test_lag_is_what_is_committed_and_not_applied() -> None:
    run = two_entries()
    assert measured(run) == [(2, False), (5.0, False), (5.0, False)]
    assert [(at // 1000, behind) for at, behind in lag_series(run.trace)] == [
        (10, {"A": 0, "B": 1, "C": 1}),
        (12, {"A": 0, "B": 2, "C": 2}),
        (13, {"A": 0, "B": 1, "C": 2}),
        (15, {"A": 0, "B": 0, "C": 1}),
        (17, {"A": 0, "B": 0, "C": 0}),
    ]


def test_whoever_applies_before_the_commit_does_not_lag() -> None:
    run = Run()
    entry(run, "w1", 1, at=10, B=9, C=9)
    assert measured(run) == [(0, False), (None, False), (None, False)]


def test_what_is_not_applied_by_the_heal_is_a_bound() -> None:
    run = two_entries()
    entry(run, "w3", 3, at=900, B=901)
    run.event(1001, "applied", "C", "w3", n=3)
    assert measured(run) == [(2, False), (100.0, True), (100.0, True)]


def test_p99_leaves_out_one_of_a_hundred() -> None:
    run = Run(replicas="AB")
    for n in range(1, 101):
        entry(run, f"w{n}", n, at=n, B=n + (50 if n == 100 else 2))
    assert measured(run)[1:] == [(50.0, False), (2.0, False)]


def test_time_that_a_replica_was_down_does_not_count() -> None:
    run = two_entries()
    run.event(18, "fault", "C", text="kill")
    entry(run, "w3", 3, at=20, B=21)
    entry(run, "w4", 4, at=21, B=22)
    run.event(500, "up", "C")
    for op, n in (("w1", 1), ("w2", 2), ("w3", 3), ("w4", 4)):
        run.event(506 + n, "applied", "C", op, n=n)
    assert measured(run)[:2] == [(2, False), (10.0, False)]
    assert (20_000, {"A": 0, "B": 1}) in lag_series(run.trace)
    assert (500_000, {"A": 0, "B": 0, "C": 2}) in lag_series(run.trace)


@pytest.mark.parametrize("death", ["halted", "powered_off", "removed"])
def test_what_a_replica_lacked_when_it_was_gone_was_waited_for_until_then(death: str) -> None:
    run = two_entries()
    entry(run, "w3", 3, at=20, B=21)
    run.event(90, death, "controller" if death == "removed" else "C", peer="C")
    assert measured(run)[:2] == [(2, False), (70.0, False)]


def test_one_that_joins_lags_from_then_on() -> None:
    run = two_entries()
    run.event(18, "removed", "controller", peer="C")
    entry(run, "w3", 3, at=20, B=21)
    run.event(100, "joined", "controller", peer="C")
    run.event(104, "applied", "C", "w3", n=3)
    assert measured(run)[:2] == [(2, False), (5.0, False)]


def test_what_one_that_was_taken_out_applies_is_nobodys_wait() -> None:
    run = two_entries()
    run.event(18, "removed", "controller", peer="C")
    entry(run, "w3", 3, at=20, B=21, C=120)
    assert measured(run)[:2] == [(2, False), (5.0, False)]


def test_a_commit_that_is_told_again_starts_no_new_wait() -> None:
    run = Run()
    entry(run, "w1", 1, at=10, B=30)
    run.event(20, "committed", "C", "w1", n=1)
    run.event(31, "applied", "C", "w1", n=1)
    run.trace.events.sort(key=lambda event: event.at)
    assert measured(run)[:2] == [(1, False), (21.0, False)]


def test_a_snapshot_catches_up_at_once() -> None:
    run = two_entries()
    for n in (3, 4, 5):
        entry(run, f"w{n}", n, at=20, B=21)
    run.event(60, "installed", "C", n=4, peer="A")
    run.event(70, "applied", "C", "w5", n=5)
    assert measured(run)[:2] == [(3, False), (50.0, False)]


def test_after_a_promotion_only_the_history_that_was_chosen_counts() -> None:
    run = two_entries()
    for node in "BC":
        run.event(11, "received", node, "w1", "w2", n=1)
    entry(run, "w3", 3, at=20)
    run.event(30, "promoted", "B", n=2)
    entry(run, "zombie", 4, at=31)
    entry(run, "w4", 3, at=40, leader="B", C=44, A=46)
    run.trace.events.sort(key=lambda event: event.at)
    assert measured(run)[:2] == [(2, False), (6.0, False)]
    assert lag_series(run.trace)[-1] == (46_000, {"A": 0, "B": 0, "C": 0})


def test_the_chosen_history_is_all_that_its_leader_has_got_and_kept() -> None:
    run = Run()
    entry(run, "w1", 1, at=10)
    entry(run, "w2", 2, at=11)
    entry(run, "w3", 3, at=12)
    run.event(13, "installed", "B", n=1, peer="A")
    run.event(14, "received", "B", "w2", "w3", n=2)
    run.event(15, "discarded", "B", "w3", n=3)
    run.event(20, "promoted", "B", n=2)
    assert lag_series(run.trace)[-1] == (20_000, {"A": 0, "B": 1, "C": 2})


def test_entries_that_no_client_asked_for_are_nobodys_lag() -> None:
    run = Run()
    run.event(1, "committed", "A", "noop", n=1)
    assert measured(run) == [(0, False), (None, False), (None, False)]


def test_one_replica_lags_behind_nobody() -> None:
    run = Run(replicas="A")
    entry(run, "w1", 1, at=1)
    assert measured(run) == [(None, False)] * 3


def test_a_slow_link_is_seen_as_lag_and_a_power_cut_makes_it_fatal() -> None:
    slow = {"at_ms": 0, "do": "slow", "from": ["A"], "to": ["B", "C"], "egress_ms": 20}
    quick = play({"wait_for": "none"}, workload=load(clients=3, ops=90))
    late = play({"wait_for": "none"}, slow, at_write(60, "power_cut", "A"), workload=load(clients=3, ops=90))
    assert quick.measures["lag_max_ms"].value < 5 < 20 < late.measures["lag_p99_ms"].value
    assert late.measures["lag_max_ops"].value >= late.measures["lag_at_shot_ops"].value > 5
    assert max(max(behind.values()) for _, behind in lag_series(late.trace)) == late.measures["lag_max_ops"].value


# At the shot


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
