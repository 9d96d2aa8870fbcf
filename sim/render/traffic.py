"""Messages as rows: waits in an egress queue, and arrows."""

from __future__ import annotations

from collections.abc import Iterator

from sim.render import words
from sim.render.case import Case
from sim.render.items import Arrow, Item, Note, Word
from sim.render.labels import labels
from sim.render.view import View
from sim.trace import MS, WRITE_FLOWS, Event

WAIT = MS // 2  # us in an egress queue that deserve a row
FAR = 2 * MS  # us of flight from which an arrow is drawn where it arrives, not where it leaves


def sent(view: View, number: int, event: Event) -> Iterator[Item]:
    """A message: a wait in the egress queue if it is long, and an arrow if it left at all."""
    flow = view.case.trace.flow.get(event.text, "control")
    shown = view.carried(number)
    if not view.everything and (flow not in WRITE_FLOWS or not shown):
        return
    style = view.style(event.ops, flow if flow in WRITE_FLOWS else "dim")
    stuck = view.case.book.never_left(number)
    again = number if view.everything or view.repeats(number) else 0  # of others a repetition is shown only once
    waits = flow == "replicate" and shown and (stuck or event.until - event.at >= WAIT)
    if waits and view.first("waits", event.node, shown, event.at if again else 0):
        name, first = view.case.book.names(shown), view.case.book.name(shown[0])
        texts = (f"| {name} waits to leave", f"| {name} waits", f"|{name} waits", f"|{first}..", "|..")
        yield Word(event.at, event.node, texts, style)
    new = view.first(event.text, event.node, event.peer, view.shown(event.ops), again)
    if not stuck and (new or view.case.resent(number)):
        yield from _arrow(view, number, event, flow, style, not view.first("told", event.node, event.peer, event.ops))


def _arrow(view: View, number: int, event: Event, flow: str, style: str, again: bool) -> Iterator[Item]:
    """An arrow; messages that leave together with the same content share one. What comes late gets a remark.

    `again`: the same was sent before.
    """
    end = view.case.book.ends.get(event.n)
    arrival = view.case.event(end) if end is not None else event
    arrives = end is None or arrival.what == "delivered"
    if flow == "ack" and not view.everything and not (arrives and _matters(view.case, event, arrival)):
        return
    far = end if end is not None and arrives and arrival.at - event.until > FAR else 0
    at = arrival.at if far else event.until
    key = (at, event.node, event.text, event.ops)
    if key in view.arrows:
        view.arrows[key].targets.append((event.peer, arrives))
        return
    texts, late = labels(view, number, event, flow, again), view.case.resent(number)
    view.arrows[key] = Arrow(at, event.node, [(event.peer, arrives)], texts, style, far, again=bool(late))
    yield view.arrows[key]
    if late and event.n not in view.case.book.snapshots:
        yield Note(at, f"^ {words.count(len(late), 'write')} that {event.peer} had not got", order=far)


def _matters(case: Case, event: Event, arrival: Event) -> bool:
    """Whether an ack can still change anything: not long after the client was told."""
    told = max((case.event(case.book.acks[op]).at for op in event.ops if op in case.book.acks), default=arrival.at)
    return arrival.at - told <= 2 * FAR
