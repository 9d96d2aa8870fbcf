from __future__ import annotations

from sim.trace import Trace
from tests.sim.checks.build import Run


def test_events_of_a_kind_come_with_their_numbers_in_order() -> None:
    run = Run()
    for node in "ABA":
        run.event(1, "received", node, "w")
        run.event(2, "applied", node, "w")
    assert [(number, event.node) for number, event in run.trace.of("applied")] == [(1, "A"), (3, "B"), (5, "A")]
    assert [number for number, _ in run.trace.of("applied", "received")] == [0, 1, 2, 3, 4, 5]
    assert list(run.trace.of("sent")) == []


def test_what_happens_after_a_question_is_in_the_next_answer() -> None:
    run = Run()
    run.event(1, "applied", "A", "w")
    assert len(run.trace.of("applied")) == 1
    run.event(2, "applied", "B", "w")
    assert [event.node for _, event in run.trace.of("applied")] == ["A", "B"]


def test_a_trace_that_forgot_its_beginning_keeps_its_numbers() -> None:
    run = Run()
    for node in "ABC":
        run.event(1, "applied", node, "w")
    assert len(run.trace.of("applied")) == 3
    del run.trace.events[0]
    run.trace.forgotten = 1
    assert [(number, event.node) for number, event in run.trace.of("applied")] == [(1, "B"), (2, "C")]


def test_what_is_worked_out_of_the_events_is_worked_out_once_for_them() -> None:
    run, asked = Run(), []

    def count(trace: Trace) -> int:
        asked.append(1)
        return len(trace.events)

    run.event(1, "applied", "A", "w")
    assert [run.trace.once(count), run.trace.once(count), len(asked)] == [1, 1, 1]
    run.event(2, "applied", "B", "w")
    assert [run.trace.once(count), len(asked)] == [2, 2]
