"""The run as its clients know it: what they asked for, whichever attempt did it, and nothing of a protocol's own entries."""

from __future__ import annotations

from dataclasses import replace

from sim.history import History, op_of
from sim.trace import Event, Final, Trace


def by_operation(trace: Trace, history: History) -> Trace:
    """The same events with the same numbers, whose `ops` are operations of the history; likewise the final replicas."""
    known = history.ops
    if all(op in known for event in trace.events for op in event.ops):
        return trace

    def named(ops: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(op for op in map(op_of, ops) if op in known))

    def told(event: Event) -> Event:
        return event._replace(ops=named(event.ops)) if event.ops else event

    def stands(final: Final) -> Final:
        return final._replace(ops=named(final.ops), pending=named(final.pending))

    events = [told(event) for event in trace.events]
    return replace(trace, events=events, final={name: stands(final) for name, final in trace.final.items()})
