"""What happened too often to be told each time: one sentence with the number of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sim.checks.measure import Measure
from sim.render import words
from sim.render.case import Case
from sim.trace import Event

Told = Iterator[tuple[str, tuple[int, ...]]]  # a text, and the events behind it
Measures = Mapping[str, Measure]


def dirty_reads(case: Case, _: Measures) -> Told:
    """Reads at a replica that had a newer version than it knew to be committed."""
    events = tuple(case.queried.values())
    if events:
        peers = words.listing(sorted({case.event(at).peer for at in events}))
        reads = words.count(len(events), "read")
        yield f"{reads} met a dirty version, not committed yet; the replica asked {peers} which one is.", events


def recognised(case: Case, _: Measures) -> Told:
    """What clients asked for again and was not done again."""
    events = {event.ops[0]: at for at, event in case.trace.of("duplicate") if event.ops}
    if events:
        came = f"{words.count(len(events), 'operation')} came a second time"
        again = words.choose(len(events), "was recognised and not done again", "were recognised, and none was done again")
        yield f"{came} and {again}.", tuple(events.values())


def unanswered_reads(case: Case, _: Measures) -> Told:
    """The price of never answering wrongly."""
    reads = [op for op in case.history if op.kind == "read" and not op.ok]
    if not reads or case.strike is None:
        return
    first = next(iter(unanswered(case)), "")
    vain = f": {case.history[first].process} asked {_asked(case, first)} in vain" if first else ""
    yield f"{words.count(len(reads), 'read')} got no answer{vain}.", ()


def unanswered(case: Case) -> list[str]:
    """The reads that a replica got between the strike and its first repair, and that nobody answered."""
    strike = case.strike or 0
    end = next((number for number in case.repairs if number <= case.healed), case.healed)
    asked = [one.ops[0] for at, one in case.trace.of("delivered") if strike < at <= end and one.ops and _is_request(case, one)]
    return [op for op in asked if case.history[op].kind == "read" and not case.history[op].ok]


def _is_request(case: Case, message: Event) -> bool:
    return message.node in case.trace.replicas and case.trace.flow.get(message.text) == "request"


def _asked(case: Case, op: str) -> str:
    """The replica that got the question."""
    return next(one.node for _, one in case.trace.of("delivered") if op in one.ops and _is_request(case, one))


def restless(case: Case, _: Measures) -> Told:
    """A run that was ended while something was still going on."""
    if case.trace.unsettled:
        yield f"The run never came to rest: {case.trace.unsettled}.", ()


ALL = (dirty_reads, recognised, unanswered_reads, restless)
