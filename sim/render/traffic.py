"""Messages as rows: waits in an egress queue, and arrows."""

from __future__ import annotations

from collections.abc import Iterator

from sim.render.case import Case
from sim.render.items import Arrow, Item, Word
from sim.render.view import View
from sim.trace import MS, Event

WAIT = MS // 2  # us in an egress queue that deserve a row
FAR = 2 * MS  # us of flight from which an arrow is drawn where it arrives, not where it leaves
FLOWS = ("request", "reply", "replicate", "ack")


def sent(view: View, number: int, event: Event) -> Iterator[Item]:
    """A message: a wait in the egress queue if it is long, and an arrow if it left at all."""
    flow = view.case.trace.flow.get(event.text, "control")
    if not view.everything and (flow not in FLOWS or not view.shows(event.ops)):
        return
    style = view.style(event.ops, flow if flow in FLOWS else "dim")
    stuck = view.case.book.never_left(number)
    shown = view.shown(event.ops)
    again = number if view.everything else 0  # others see a repetition only once
    waits = flow == "replicate" and (stuck or event.until - event.at >= WAIT)
    if waits and view.first("waits", event.node, shown, event.at if again else 0):
        name = view.names(event.ops)
        texts = (f"| {name} waits to leave", f"| {name} waits", f"|{name} waits", f"|{name}..", "|..")
        yield Word(event.at, event.node, texts, style)
    if not stuck and view.first(event.text, event.node, event.peer, shown, again):
        yield from _arrow(view, number, event, flow, style)


def _arrow(view: View, number: int, event: Event, flow: str, style: str) -> Iterator[Item]:
    """An arrow; messages that leave together with the same content share one."""
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
    view.arrows[key] = Arrow(at, event.node, [(event.peer, arrives)], _labels(view, number, event, flow), style, far)
    yield view.arrows[key]


def _matters(case: Case, event: Event, arrival: Event) -> bool:
    """Whether an ack can still change anything: not long after the client was told."""
    told = max((case.event(case.book.acks[op]).at for op in event.ops if op in case.book.acks), default=arrival.at)
    return arrival.at - told <= 2 * FAR


def _labels(view: View, number: int, event: Event, flow: str) -> tuple[str, ...]:
    """What is written on an arrow, from the best to the shortest."""
    if flow not in FLOWS or not event.ops:
        return (event.text, event.text[:4], "")
    name = view.names(event.ops)
    op = view.case.history[event.ops[0]]
    if flow == "request" and op.is_read:
        return (f"read {op.keys[0]}", op.keys[0])
    if flow == "reply":
        return _reply_labels(view, number, event)
    if flow == "ack":
        return (f"ack {name}", name, "ack")
    return (name, name.split(" ", maxsplit=1)[0])


def _reply_labels(view: View, number: int, event: Event) -> tuple[str, ...]:
    op = view.case.history[event.ops[0]]
    following = view.case.trace.events[number + 1 : number + 2]
    if not following or following[0].what != "reply_sent":
        return ("refused", "no")
    if op.is_read:
        version = view.case.book.name(op.result[1]) if op.result and op.result[1] else "initial"
        return (f"{op.keys[0]} = {version}", f"{op.keys[0]}={version}", version)
    name = view.case.book.name(op.id)
    return (f"ok {name}", "ok")
