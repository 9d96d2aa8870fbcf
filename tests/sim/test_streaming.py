"""A streamed run is the same run, and keeps nothing of what it has given away."""

from __future__ import annotations

from collections.abc import Sequence

from sim.design import read_design
from sim.faults import read_faults
from sim.history import Op
from sim.setup import read_setup
from sim.streaming import StreamedStage, stream
from sim.trace import Event
from tests.sim.helpers import at_write, load, play

SETUP = {"workload": load(clients=3, ops=120, reads_percent=20)}
FAULT = at_write(40, "power_cut")


def test_what_is_streamed_is_the_whole_trace_and_the_whole_history() -> None:
    kept = play({"wait_for": 1}, FAULT, **SETUP)
    events: list[Event] = []
    ops: list[Op] = []

    def take(new: Sequence[Event], finished: Sequence[Op]) -> None:
        events.extend(new)
        ops.extend(finished)

    trace = stream(read_setup(SETUP), read_design({"wait_for": 1}), read_faults([FAULT]), 1, take)
    assert events == kept.trace.events
    assert sorted(map(repr, ops)) == sorted(repr(op) for op in kept.history if op.completed_at is not None)
    assert (trace.final, trace.shots) == (kept.trace.final, kept.trace.shots)


def test_the_numbers_of_events_go_on() -> None:
    trace = stream(read_setup(SETUP), read_design({"wait_for": 1}), read_faults([FAULT]), 1, lambda events, ops: None)
    assert trace.shots[0].events[0] > 500
    assert trace.events == []


def portions(ops: int) -> list[int]:
    """How many events and operations a stage holds at the end of each step, in a run of so many operations."""
    held = []
    setup = read_setup({"workload": load(clients=3, ops=ops)})
    stage = StreamedStage(setup, read_design({"retain": 50}), (), 1, lambda events, ops: held.append(len(events) + len(ops)))
    stage.run_load()
    held.append(max(len(machine.disk.records) for machine in stage.world.machines.values()))
    return held


def test_a_run_ten_times_as_long_holds_no_more() -> None:
    assert max(portions(3000)) < 1.5 * max(portions(300))
