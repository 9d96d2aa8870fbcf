"""What each fault does to a machine, its clock and its disk, and how it ends."""

from __future__ import annotations

from typing import Any

import pytest

from sim.node import Effect, Fsync, Note, Send, Timer
from sim.trace import MS
from tests.sim.helpers import events, play
from tests.sim.scene import Ping, Scene, pings, writes

SAVED: dict[Any, list[Effect]] = {1: [*writes(1, 2, 3, 4), Fsync()]}


def scene(*faults: dict[str, Any], **scripts: Any) -> Scene:
    return Scene(scripts, *faults)


def at(instant: float, verb: str, node: str = "A", **rest: Any) -> dict[str, Any]:
    return {"at_ms": instant, "do": verb, "node": node, **rest}


def missed(found: Scene) -> list[str]:
    return [event.text for event in found.what("missed")]


# Processes


def test_a_killed_process_forgets_and_keeps_its_disk() -> None:
    found = scene(at(5, "kill"), at(7, "restart"), A={1: writes(1, 2), 6: pings("B", 1)})
    assert found.got("A", "restart") == [(7, 1, 2)]
    assert found.got("B", "ping") == []


def test_a_paused_process_does_late_what_was_due() -> None:
    found = scene(at(5, "pause", for_ms=20), A={10: pings("B", 1)})
    assert found.got("B", "ping") == [(26, 1)]


def test_a_pause_that_is_over_early_is_not_ended_twice() -> None:
    faults = (at(5, "pause", for_ms=20), at(10, "resume"), at(15, "pause", for_ms=40))
    assert scene(*faults, A={30: pings("B", 1)}).got("B", "ping") == [(56, 1)]


@pytest.mark.parametrize("end", [at(10, "resume"), at(10, "kill")], ids=["woken", "dead"])
def test_a_pause_that_ended_otherwise_has_no_end_of_its_own(end: dict[str, Any]) -> None:
    assert scene(at(5, "pause", for_ms=20), end).what("mended") == []


def test_a_restart_after_a_time_belongs_to_the_death_that_promised_it() -> None:
    faults = (at(5, "kill", for_ms=20), at(10, "restart"), at(15, "kill"))
    found = scene(*faults, A=SAVED)
    assert [ms for ms, *_ in found.got("A", "restart")] == [10]


@pytest.mark.parametrize("verb", ["kill", "power_cut", "disk_loss"])
def test_a_dead_machine_comes_back_after_its_time(verb: str) -> None:
    found = scene(at(5, verb, for_ms=20), A=SAVED)
    assert [ms for ms, *_ in found.got("A", "restart")] == [25]
    assert [(event.at, event.text) for event in found.what("mended")] == [(25 * MS, verb)]


@pytest.mark.parametrize(("tail", "kept"), [("lost", [1, 2]), ("kept", [1, 2, 3, 4, 5]), ("torn", [1, 2, 3, 4])])
def test_a_power_cut_leaves_the_tail_that_was_asked_for(tail: str, kept: list[int]) -> None:
    script = {1: [*writes(1, 2), Fsync()], 4: writes(3, 4, 5)}
    found = scene(at(5, "power_cut", tail=tail), at(6, "restart"), A=script)
    assert found.got("A", "restart") == [(6, *kept)]


def test_a_power_cut_of_the_dead_takes_what_was_left_of_them() -> None:
    found = scene(at(5, "kill"), at(6, "power_cut", tail="lost"), at(7, "restart"), A={4: writes(1)})
    assert found.got("A", "restart") == [(7,)]


def test_a_power_cut_of_the_dead_empties_what_their_machine_had_not_sent() -> None:
    slow = {"at_ms": 0, "do": "slow", "links": "replicas", "egress_ms": 10}
    found = scene(slow, at(5, "kill"), at(6, "power_cut"), A={4: pings("B", 1)})
    assert [event.text for event in found.what("dropped")] == ["A lost power before it left"]
    assert found.trace.unfired == []


# Clocks


def test_a_skewed_wall_clock_is_ahead_until_it_is_set_right() -> None:
    wrong, right = scene(at(5, "skew", ms=300)), scene(at(5, "skew", ms=-300, for_ms=20))
    assert wrong.world.machines["A"].node.skew == 300 * MS
    assert right.world.machines["A"].node.skew == 0
    assert [event.n for event in right.what("fault")] == [-300 * MS]


def test_a_later_skew_takes_the_place_of_an_earlier_one() -> None:
    found = scene(at(5, "skew", ms=300, for_ms=20), at(10, "skew", ms=40))
    assert found.world.machines["A"].node.skew == 40 * MS
    assert found.what("mended") == []


def test_a_clock_that_drifts_rings_early() -> None:
    script = {0: [Timer("alarm", 100 * MS, 1)]}
    quick, even = scene(at(0, "drift", ppm=250_000), A=script), scene(at(0, "drift", ppm=250_000, for_ms=40), A=script)
    assert scene(A=script).got("A", "alarm") == [(100, 1)]
    assert quick.got("A", "alarm") == [(100, 1)], "by its own clock"
    late = {0: [Timer("step", 200 * MS, 7)], 7: [Note("note")]}
    assert scene(at(0, "drift", ppm=250_000), A=late).what("note")[-1].at == 160 * MS
    assert [event.text for event in even.what("mended")] == ["drift"]


# Disks


def test_an_fsync_that_lies_says_durable_and_a_power_cut_shows_the_truth() -> None:
    cut, back = at(5, "power_cut", tail="lost"), at(6, "restart")
    honest, liar = scene(cut, back, A=SAVED), scene(at(0, "fsync_lies"), cut, back, A=SAVED)
    assert liar.got("A", "durable") == honest.got("A", "durable") == [(2, 1, 2, 3, 4)]
    assert honest.got("A", "restart") == [(6, 1, 2, 3, 4)]
    assert liar.got("A", "restart") == [(6,)]


def test_a_disk_that_lied_for_a_time_makes_all_durable_with_the_next_fsync() -> None:
    script = {**SAVED, 10: [*writes(5), Fsync()]}
    lies = at(0, "fsync_lies", for_ms=8)
    found = scene(lies, at(15, "power_cut", tail="lost"), at(16, "restart"), A=script)
    assert found.got("A", "restart") == [(16, 1, 2, 3, 4, 5)]


def test_a_failed_fsync_ends_the_process() -> None:
    found = scene(at(0, "fsync_fails"), A=SAVED)
    assert [(event.at, event.node, event.text) for event in found.what("halted")] == [(2 * MS, "A", "an fsync failed")]
    assert scene(at(0, "fsync_fails", for_ms=0.5), A=SAVED).what("halted") == []


def test_a_slow_disk_takes_longer_for_each_fsync() -> None:
    script = {1: [*writes(1), Fsync()], 100: [*writes(2), Fsync()]}
    assert scene(at(0, "disk_slow", ms=30), A=script).got("A", "durable") == [(32, 1), (131, 2)]
    assert scene(at(0, "disk_slow", ms=30, for_ms=50), A=script).got("A", "durable") == [(32, 1), (101, 2)]


def test_a_full_disk_ends_the_process_at_its_next_write() -> None:
    script = {1: writes(1), 10: writes(2)}
    found = scene(at(5, "disk_full"), at(20, "restart"), A=script)
    assert [(event.at, event.text) for event in found.what("halted")] == [(10 * MS, "the disk is full")]
    assert found.got("A", "restart") == [(20, 1)]
    assert scene(at(5, "disk_full", for_ms=2), A=script).what("halted") == []


def test_a_lost_disk_is_empty() -> None:
    found = scene(at(5, "disk_loss"), at(6, "restart"), A=SAVED)
    assert found.got("A", "restart") == [(6,)]
    assert found.what("lost_unsynced")[0].ops == ("w1", "w2", "w3", "w4")


def test_a_damaged_record_is_found_at_the_next_restart() -> None:
    found = scene(at(5, "corrupt"), at(6, "kill"), at(7, "restart"), A=SAVED)
    assert found.got("A", "restart") == [(7, 1, 2)]
    assert [(event.at, event.ops) for event in found.what("corrupt")] == [(7 * MS, ("w3", "w4"))]


# Cut off


def test_an_isolated_machine_reaches_nobody_and_is_reached_by_nobody() -> None:
    talk: list[Effect] = [Send(to, Ping(1)) for to in "ABC"]
    found = scene(at(5, "isolate", for_ms=20), A={10: talk[1:], 40: talk[1:]}, B={10: [talk[0], talk[2]]})
    assert found.got("A", "ping") == []
    assert found.got("B", "ping") == [(41, 1)]
    assert found.got("C", "ping") == [(11, 1), (41, 1)]


def test_clients_and_controllers_are_cut_off_too() -> None:
    run = play({"wait_for": 1}, at(5, "isolate", "leader", for_ms=200))
    links = {frozenset((event.node, event.peer)) for event in events(run, "dropped", text="the link was cut")}
    assert {frozenset("AB"), frozenset(("A", "c1")), frozenset(("A", "controller"))} <= links
    assert all("A" in link for link in links)


def test_healing_the_links_ends_an_isolation_once() -> None:
    faults = (at(5, "isolate", for_ms=20), {"at_ms": 10, "do": "heal"}, at(12, "isolate"))
    assert scene(*faults, A={30: pings("B", 1)}).got("B", "ping") == []
    assert scene(*faults[:2], A={30: pings("B", 1)}).got("B", "ping") == [(31, 1)]


# A verb that can do nothing has not struck


@pytest.mark.parametrize(
    ("faults", "why"),
    [
        ([at(5, "resume")], "resume: A is not paused"),
        ([at(5, "restart")], "restart: A is running"),
        ([at(1, "kill"), at(5, "kill")], "kill: A is down"),
        ([at(1, "kill"), at(5, "pause")], "pause: A is down"),
        ([at(1, "pause"), at(5, "pause")], "pause: A is paused already"),
        ([at(1, "kill"), at(5, "fsync_fails")], "fsync_fails: A is down"),
        ([at(1, "kill"), at(5, "power_cut")], "power_cut: A is down and has nothing to lose"),
        ([at(5, "disk_loss")], "disk_loss: A has an empty disk"),
        ([at(5, "corrupt")], "corrupt: A has nothing durable"),
        ([at(1, "isolate"), at(5, "isolate")], "isolate: A reaches nobody already"),
        ([at(5, "demote")], "demote: A did nothing about it"),
        ([{"at_ms": 5, "do": "cut", "between": ["A", "A"]}], "cut: there is no link between them"),
        ([at(5, "kill", "G")], "kill: nobody is G"),
        ([at(1, "kill"), {"at_ms": 5, "do": "kill", "nodes": ["A", "middle:4"]}], "kill: nobody is middle:4, kill: A is down"),
    ],
)
def test_and_that_is_said(faults: list[dict[str, Any]], why: str) -> None:
    found = scene(*faults)
    assert ", ".join(missed(found)) == why
    assert found.trace.shots[-1].missed == why.replace(", ", "; ").replace(f"{found.trace.shots[-1].verb}: ", "")
    assert [shot.fired_at for shot in found.trace.shots] == [fault["at_ms"] * MS for fault in faults[:-1]] + [None]
    assert found.trace.unfired == [found.trace.shots[-1]]


def test_a_client_has_no_disk() -> None:
    run = play({}, at(5, "disk_full", "c1"))
    assert [event.text for event in events(run, "missed")] == ["disk_full: c1 has no disk"]


def test_a_fault_that_struck_only_some_of_those_it_was_meant_for_leaves_a_doubt() -> None:
    run = play({}, {"at_ms": 5, "do": "kill", "nodes": ["follower", "follower:5"]})
    assert run.trace.shots[0].fired_at == 5 * MS
    assert {finding.reason for finding in run.findings.values()} == {
        "the fault at place 1 of the schedule (kill) did not strike all: nobody is follower:5"
    }
