"""Who had which write, by hand-written traces."""

from __future__ import annotations

from sim.render.logbook import Logbook
from tests.sim.checks.build import Run


def logbook(run: Run) -> Logbook:
    return Logbook(run.trace, run.history)


def received(run: Run, at: float, node: str, op: str, n: int) -> int:
    """A write arrives in a log and is put on the disk."""
    number = run.event(at, "received", node, op, n=n)
    run.event(at, "written", node, op, n=n)
    return number


def test_a_write_is_called_by_its_place_in_the_first_log_that_took_it() -> None:
    run = Run()
    received(run, 1, "A", "c1/1", 1)
    received(run, 2, "B", "c1/1", 1)
    received(run, 3, "B", "c2/1", 2)
    book = logbook(run)
    assert [book.name(op) for op in ("c1/1", "c2/1", "c3/1")] == ["#1", "#2", "c3/1"]


def test_a_place_that_is_given_again_gets_a_prime() -> None:
    run = Run()
    for op in ("old", "new", "newest"):
        received(run, 1, "A", op, 4)
        run.event(2, "discarded", "A", op, n=4)
    assert logbook(run).names(["newest", "new", "old"]) == "#4, #4' and #4''"


def test_holders_come_and_go() -> None:
    run = Run()
    first = received(run, 1, "A", "w", 1)
    second = received(run, 2, "C", "w", 1)
    gone = run.event(3, "discarded", "A", "w", n=1)
    book = logbook(run)
    assert [book.holders("w", at) for at in (first - 1, first, second, gone)] == [[], ["A"], ["A", "C"], ["C"]]
    assert [book.log_end("A", at) for at in (second, gone)] == [1, 0]


def test_a_kill_takes_what_was_only_in_memory_and_a_power_cut_what_was_not_synced() -> None:
    run = Run()
    received(run, 1, "A", "written", 1)
    run.event(1, "received", "A", "heard", n=2)
    killed = run.strike(2, "kill")
    cut = run.event(3, "lost_unsynced", "A", "written")
    book = logbook(run)
    assert [book.holders(op, killed) for op in ("written", "heard")] == [["A"], []]
    assert [book.copies[op][0].fate for op in ("written", "heard")] == ["unsynced", "memory"]
    assert book.holders("written", cut) == []


def test_a_process_is_down_from_its_death_to_its_restart() -> None:
    run = Run()
    died = run.strike(1, "kill")
    back = run.event(2, "up", "A")
    again = run.strike(3, "power_cut")
    book = logbook(run)
    assert [book.is_down("A", at) for at in (died - 1, died, back, again)] == [False, True, False, True]


def test_what_waits_is_what_no_other_replica_has_and_no_message_has_carried_away() -> None:
    run = Run()
    for n, op in enumerate(("there", "flying", "queued", "unsent"), 1):
        received(run, 1, "A", op, n)
    received(run, 2, "B", "there", 1)
    run.event(2, "sent", "A", "flying", peer="B", n=1, text="append", until=2000)
    run.event(2, "sent", "A", "queued", peer="B", n=2, text="append", until=9000)
    now = run.event(3, "ok_received", "c1")
    book = logbook(run)
    assert book.waiting("A", now) == ["queued", "unsent"]
    later = len(run.trace.events) - 1
    assert book.waiting("B", later) == []


def test_a_message_that_was_dropped_before_its_departure_never_left() -> None:
    run = Run()
    kept = run.event(1, "sent", "A", "w", peer="B", n=1, text="append", until=2000)
    stuck = run.event(1, "sent", "A", "w", peer="C", n=2, text="append", until=6000)
    run.event(3, "dropped", "B", "w", peer="A", n=1, text="the link was cut")
    run.event(3, "dropped", "C", "w", peer="A", n=2, text="A lost power before it left")
    book = logbook(run)
    assert [book.never_left(number) for number in (kept, stuck)] == [False, True]


def test_a_frozen_process_wakes_with_its_first_step_and_not_with_its_disk() -> None:
    run = Run()
    run.strike(1, "pause")
    run.event(2, "durable", "A", "w", n=1)
    run.event(2, "delivered", "B", peer="A", n=7)
    woke = run.event(5, "delivered", "A", peer="B", n=8)
    run.event(6, "delivered", "A", peer="B", n=9)
    assert logbook(run).woke == {woke: "A"}
