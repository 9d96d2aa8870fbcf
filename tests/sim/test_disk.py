"""What survives: the OS cache, fsyncs, group commit, kills and power cuts, as `sim.disk` and the kernel promise them."""

from __future__ import annotations

from collections import Counter

import pytest

from sim.disk import Disk, DiskSpeed
from sim.luck import Luck
from sim.node import Fsync
from sim.records import Cut, Epoch, Snapshot
from tests.sim.scene import Scene, entry, writes

CUT = {"at_ms": 1.5, "do": "power_cut", "node": "A"}


def durable(scene: Scene) -> list[tuple[int, int]]:
    return [(event.at, event.n) for event in scene.what("durable")]


def test_a_write_is_not_durable_before_an_fsync_is_through() -> None:
    assert durable(Scene({"A": {1: writes(1)}})) == []
    assert durable(Scene({"A": {1: [*writes(1), Fsync()]}})) == [(2000, 1)]


def test_an_fsync_covers_what_was_written_before_it_started_and_nothing_later() -> None:
    scene = Scene({"A": {1: [*writes(1, 2), Fsync(), *writes(3)]}})
    assert durable(scene) == [(2000, 1), (2000, 2)]


def test_group_commit_emerges() -> None:
    """Four writes ask for an fsync each while one is in flight: the next one covers them all."""
    script = {1 + n / 10: [*writes(n), Fsync()] for n in range(1, 6)}
    scene = Scene({"A": script})
    assert durable(scene) == [(2100, 1), *[(3100, n) for n in range(2, 6)]]
    assert scene.got("A", "durable") == [(2.1, 1), (3.1, 2, 3, 4, 5)]


def test_a_kill_keeps_the_os_cache() -> None:
    scene = Scene({"A": {1: writes(1, 2)}}, {"at_ms": 3, "do": "kill", "node": "A", "for_ms": 1})
    assert scene.got("A", "restart") == [(4.0, 1, 2)]
    assert scene.what("lost_unsynced") == []


def test_an_fsync_in_flight_completes_silently_after_a_kill() -> None:
    """It is durable at 2 ms, but the next life, up since 1.7 ms, has asked for no fsync and hears of none."""
    scene = Scene({"A": {1: [*writes(1), Fsync()]}}, {**CUT, "do": "kill", "for_ms": 0.2})
    assert durable(scene) == [(2000, 1)]
    assert scene.got("A", "restart") == [(1.7, 1)]
    assert scene.got("A", "durable") == []


def test_an_fsync_that_only_waited_for_its_turn_dies_with_its_process() -> None:
    scene = Scene({"A": {1: [*writes(1), Fsync()], 1.2: [*writes(2), Fsync()]}}, {**CUT, "do": "kill"})
    assert durable(scene) == [(2000, 1)]


def test_a_power_cut_ends_the_fsync_in_flight() -> None:
    assert durable(Scene({"A": {1: [*writes(1), Fsync()]}}, CUT)) == []


def test_an_fsync_of_the_life_after_a_power_cut_takes_its_own_time() -> None:
    """The old one would have ended at 2 ms; the new one began at 1.7 ms."""
    scene = Scene({"A": {1: [*writes(1), Fsync()], "restart": [*writes(2), Fsync()]}}, {**CUT, "for_ms": 0.2})
    assert {at for at, _ in durable(scene)} == {2700}


def test_a_power_cut_keeps_what_was_durable_and_a_drawn_prefix_of_the_rest() -> None:
    kept: Counter[int] = Counter()
    for seed in range(400):
        disk = Disk("A", DiskSpeed(), Luck(seed), [entry(n) for n in range(1, 6)], durable=2)
        lost = disk.cut_power()
        assert [record.n for record in (*disk.records, *lost)] == [1, 2, 3, 4, 5]
        kept[len(disk.records)] += 1
    assert sorted(kept) == [2, 3, 4, 5]
    assert min(kept.values()) > 60, "some prefix is hardly ever drawn"


def test_the_trace_tells_what_a_power_cut_took() -> None:
    """At least one of twenty records is lost; what is lost is a suffix."""
    scene = Scene({"A": {1: writes(*range(1, 21))}}, {**CUT, "for_ms": 1})
    (lost,) = scene.what("lost_unsynced")
    ((_, *kept),) = scene.got("A", "restart")
    assert [*[f"w{n}" for n in kept], *lost.ops] == [f"w{n}" for n in range(1, 21)]


def test_two_power_cuts_draw_anew() -> None:
    def kept(cuts: int) -> int:
        disk = Disk("A", DiskSpeed(), Luck(7))
        for _ in range(cuts):
            disk.records = [entry(n) for n in range(1000)]
            disk.cut_power()
        return len(disk.records)

    assert len({kept(cuts) for cuts in range(1, 6)}) > 1


def test_an_fsync_goes_on_while_its_process_is_paused_and_is_told_at_the_wake() -> None:
    scene = Scene({"A": {1: [*writes(1), Fsync()]}}, {"at_ms": 1.5, "do": "pause", "node": "A", "for_ms": 8.5})
    assert durable(scene) == [(2000, 1)]
    assert scene.got("A", "durable") == [(10.0, 1)]


@pytest.mark.parametrize("verb", ["kill", "power_cut"])
def test_a_new_life_is_not_told_what_was_durable_in_the_old_one(verb: str) -> None:
    """It must fsync for itself before it may count on anything."""
    scene = Scene({"A": {1: [*writes(1), Fsync()]}}, {"at_ms": 3, "do": verb, "node": "A", "for_ms": 1})
    assert scene.got("A", "restart") == [(4.0, 1)]
    assert scene.got("A", "durable") == [(2.0, 1)]


def test_a_durable_snapshot_takes_the_place_of_what_it_stands_for_and_of_nothing_else() -> None:
    """Entry 4 was cut off and written anew; the snapshot is of entry 2."""
    snapshot = Snapshot(2, ((1, 2),), ())
    before = [Epoch(1), *map(entry, (1, 2, 3, 4)), Cut(3), Epoch(2), entry(4), snapshot]
    disk = Disk("A", DiskSpeed(), Luck(1), [*before, entry(5)], durable=len(before))
    disk.compact()
    assert disk.records == [Epoch(2), snapshot, entry(3), entry(4), entry(5)]
    assert (disk.written, disk.durable) == (len(before) + 1, len(before))
    assert disk.cut_power("lost") == [entry(5)]


def test_what_a_power_cut_left_no_later_one_takes() -> None:
    """It is on the medium, although no fsync has told so."""
    for seed in range(50):
        disk = Disk("A", DiskSpeed(), Luck(seed), [entry(n) for n in range(1, 9)])
        disk.cut_power()
        left = len(disk.records)
        assert disk.cut_power("lost") == []
        assert len(disk.records) == left
