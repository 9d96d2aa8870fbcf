"""Messages as rows: waits in an egress queue, and arrows."""

from __future__ import annotations

from collections.abc import Iterator

from sim.render import words
from sim.render.case import Case
from sim.render.items import Arrow, Item, Note, Word
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
    again = number if view.everything else 0  # others see a repetition only once
    waits = flow == "replicate" and (stuck or event.until - event.at >= WAIT)
    if waits and view.first("waits", event.node, shown, event.at if again else 0):
        name, first = view.case.book.names(shown), view.case.book.name(shown[0])
        texts = (f"| {name} waits to leave", f"| {name} waits", f"|{name} waits", f"|{first}..", "|..")
        yield Word(event.at, event.node, texts, style)
    new = view.first(event.text, event.node, event.peer, view.shown(event.ops), again)
    if not stuck and (new or view.case.resent(number)):
        yield from _arrow(view, number, event, flow, style)


def _arrow(view: View, number: int, event: Event, flow: str, style: str) -> Iterator[Item]:
    """An arrow; messages that leave together with the same content share one. What comes late gets a remark."""
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
    labels, late = _labels(view, number, event, flow), view.case.resent(number)
    view.arrows[key] = Arrow(at, event.node, [(event.peer, arrives)], labels, style, far, again=bool(late))
    yield view.arrows[key]
    if late:
        yield Note(at, f"^ {words.count(len(late), 'write')} that {event.peer} had not got", order=far)


def _matters(case: Case, event: Event, arrival: Event) -> bool:
    """Whether an ack can still change anything: not long after the client was told."""
    told = max((case.event(case.book.acks[op]).at for op in event.ops if op in case.book.acks), default=arrival.at)
    return arrival.at - told <= 2 * FAR


def _labels(view: View, number: int, event: Event, flow: str) -> tuple[str, ...]:
    """What is written on an arrow, from the best to the shortest."""
    if flow not in WRITE_FLOWS or not event.ops:
        return (event.text, event.text[:4], "")
    carried = view.carried(number)
    name = view.case.book.names(carried)
    op = view.case.history[event.ops[0]]
    if flow == "request":
        return (f"read {op.keys[0]}", op.keys[0]) if op.is_read else (view.titled(op).replace(" ", ""), name)
    if flow == "reply":
        return _reply_labels(view, number, event)
    if flow == "ack":
        return (f"ack {name}", name, "ack")
    return (name, f"{view.case.book.name(carried[0])}.." if carried[1:] else "")


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
