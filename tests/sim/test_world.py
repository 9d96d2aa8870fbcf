"""The kernel: order, effect boundaries, lives of a process, pauses."""

from __future__ import annotations

import pytest

from sim.node import Apply, Fsync, Note, Timer
from tests.sim.scene import Scene, Scripts, entry, pings, writes


def alarm(after_us: int, n: int = 1) -> Timer:
    return Timer("alarm", after_us, n)


def test_what_is_due_at_one_instant_happens_in_the_order_in_which_it_was_asked_for() -> None:
    scene = Scene({"A": {1: [alarm(1000, 3), alarm(1000, 1), alarm(1000, 2)]}})
    assert [n for _, n in scene.got("A", "alarm")] == [3, 1, 2]


def test_a_timer_set_again_replaces_the_first_but_not_one_with_another_argument() -> None:
    scene = Scene({"A": {1: [alarm(1000, 1), alarm(1000, 2)], 1.5: [alarm(1000, 1)]}})
    assert scene.got("A", "alarm") == [(2.0, 2), (2.5, 1)]


def test_entries_are_applied_one_at_a_time() -> None:
    scene = Scene({"A": {1: [Apply(entry(1)), Apply(entry(2))], 1.15: [Apply(entry(3))]}})
    assert scene.got("A", "applied") == [(1.1, 1), (1.2, 2), (1.3, 3)]


# Every effect boundary is a point where the machine can die

EFFECTS = {"A": {1: [*writes(1), *pings("B", 1), *writes(2), *pings("B", 2), Fsync(), *writes(3)]}}


@pytest.mark.parametrize(
    ("trigger", "happened"),
    [
        ({"written": {"nth": 1}}, ["written"]),
        ({"sent": {"nth": 1}}, ["written", "sent"]),
        ({"written": {"nth": 2}}, ["written", "sent", "written"]),
        ({"sent": {"nth": 2}}, ["written", "sent", "written", "sent"]),
        ({"written": {"op": "w3"}}, ["written", "sent", "written", "sent", "written"]),
    ],
)
def test_a_fault_without_delay_acts_at_that_very_boundary(trigger: dict[str, dict[str, int]], happened: list[str]) -> None:
    scene = Scene(EFFECTS, {"after": trigger, "do": "kill", "node": "A"})
    assert [event.what for event in scene.what("written", "sent")] == happened


def test_with_a_delay_the_rest_of_the_effects_happens_first() -> None:
    scene = Scene(EFFECTS, {"after": {"written": {"nth": 1}}, "delay_ms": 0.1, "do": "kill", "node": "A"})
    assert len(scene.what("written", "sent")) == 5


def test_a_fault_at_durable_comes_before_the_process_hears_of_it() -> None:
    fault = {"after": {"durable": {"nth": 1}}, "do": "kill", "node": "A"}
    scene = Scene({"A": {1: [*writes(1), Fsync()]}}, fault)
    assert len(scene.what("durable")) == 1
    assert scene.got("A", "durable") == []


# Lives of a process


def test_timers_and_applies_of_a_dead_life_vanish() -> None:
    kill = {"at_ms": 1.05, "do": "kill", "node": "A", "for_ms": 0.01}
    scene = Scene({"A": {1: [alarm(5000), Apply(entry(1))]}}, kill)
    assert [what for _, what, *_ in scene.heard["A"]] == ["restart"]


def test_a_restart_gives_the_process_what_the_disk_holds_and_nothing_else() -> None:
    scene = Scene({"A": {1: writes(1, 2)}}, {"at_ms": 5, "do": "kill", "node": "A", "for_ms": 3})
    assert scene.heard["A"] == [(8.0, "restart", 1, 2)]
    assert [event.at for event in scene.what("up")] == [8000]


# Pauses


def test_a_pause_defers_the_rest_of_the_effects() -> None:
    fault = {"after": {"written": {"nth": 1}}, "do": "pause", "node": "A", "for_ms": 4}
    scene = Scene(EFFECTS, fault)
    assert [(event.at, event.what) for event in scene.what("written", "sent")] == [
        (1000, "written"),
        (5000, "sent"),
        (5000, "written"),
        (5000, "sent"),
        (5000, "written"),
    ]


def test_messages_and_timers_wait_for_the_wake_and_come_in_the_order_in_which_they_were_due() -> None:
    scripts: Scripts = {"A": {1: [alarm(4000, 1), alarm(6000, 2)]}, "B": {4.5: pings("A", 3), 2: pings("A", 4)}}
    scene = Scene(scripts, {"at_ms": 1.5, "do": "pause", "node": "A", "for_ms": 18.5})
    assert scene.heard["A"] == [(20.0, "ping", 4), (20.0, "alarm", 1), (20.0, "ping", 3), (20.0, "alarm", 2)]


def test_a_paused_process_that_pauses_again_while_it_catches_up_keeps_the_rest_in_order() -> None:
    scripts: Scripts = {"A": {2: [Note("applied", n=1), Note("applied", n=2)], 3: [alarm(1, 5)]}}
    faults = (
        {"at_ms": 1, "do": "pause", "node": "A", "for_ms": 9},
        {"after": {"applied": {"nth": 1}}, "do": "pause", "node": "A", "for_ms": 10},
    )
    scene = Scene(scripts, *faults)
    assert [(event.at, event.n) for event in scene.what("applied")] == [(10_000, 1), (20_000, 2)]
    assert scene.got("A", "alarm") == [(20.001, 5)]


def test_what_has_reached_a_paused_machine_is_out_of_a_later_cuts_reach() -> None:
    """It is in the buffer of its operating system: the process reads it when it wakes."""
    faults = (
        {"at_ms": 0, "do": "pause", "node": "B", "for_ms": 10},
        {"at_ms": 3, "do": "cut", "between": ["A", "B"]},
    )
    scene = Scene({"A": {1: pings("B", 1), 2.5: pings("B", 2)}}, *faults)
    assert scene.got("B", "ping") == [(10.0, 1)]


def test_a_process_killed_in_its_pause_leaves_nothing_to_its_next_life() -> None:
    """Neither what it was doing, nor what had come for it, even if that life is paused and woken too."""
    faults = (
        {"after": {"written": {"nth": 1}}, "do": "pause", "node": "A"},
        {"at_ms": 5, "do": "kill", "node": "A", "for_ms": 1},
        {"at_ms": 7, "do": "pause", "node": "A", "for_ms": 1},
    )
    scene = Scene({**EFFECTS, "B": {2: pings("A", 2)}}, *faults)
    assert [event.what for event in scene.what("written", "sent") if event.node == "A"] == ["written"]
    assert scene.heard["A"] == [(6.0, "restart", 1)]
