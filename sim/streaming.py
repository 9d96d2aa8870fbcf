"""Runs that are too long to keep: events and finished operations are given away as time goes on, and forgotten.

What still grows is what the replicas themselves must know: the ids of all writes in their states.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sim.design import Design
from sim.faults import Fault
from sim.history import Op
from sim.run import Stage
from sim.setup import Setup
from sim.trace import Event, Trace

Sink = Callable[[Sequence[Event], Sequence[Op]], None]


class StreamedStage(Stage):
    """A stage whose trace and history go to a sink, ten milliseconds of the world's time at once."""

    def __init__(self, setup: Setup, design: Design, faults: Sequence[Fault], seed: int, sink: Sink) -> None:
        super().__init__(setup, design, faults, seed)
        self.sink = sink

    def stepped(self) -> None:
        """Give away what is new."""
        trace, history = self.world.trace, self.world.history
        self.sink(trace.events, finished := [op for op in history if op.completed_at is not None])
        trace.forget()
        for op in finished:
            del history.ops[op.id]


def stream(setup: Setup, design: Design, faults: Sequence[Fault], seed: int, sink: Sink) -> Trace:
    """Play a run whose events and operations `sink` gets in portions; the trace that is left says how all ended."""
    stage = StreamedStage(setup, design, faults, seed, sink)
    stage.run_load()
    stage.settle()
    stage.stepped()
    return stage.world.trace
