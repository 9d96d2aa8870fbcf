"""What is written on an arrow, from the best text to the shortest."""

from __future__ import annotations

from sim.history import Op
from sim.render.case import Case
from sim.render.view import View
from sim.trace import WRITE_FLOWS, Event

Labels = tuple[str, ...]

_ASKS: dict[str, Labels] = {
    "read": ("read KEY", "KEY"),
    "write": ("KEY=NAME", "NAME"),
    "cas": ("cas KEY=NAME", "cas NAME", "NAME"),
    "acquire": ("acquire KEY", "acq. KEY", "KEY?"),
    "release": ("release KEY", "rel. KEY", "KEY"),
}
_TELLS: dict[str, Labels] = {
    "read": ("KEY = SEEN", "KEY=SEEN", "SEEN"),
    "acquire": ("KEY: token VALUE", "token VALUE", "VALUE"),
}
_NO: Labels = ("no, KEY = SEEN", "no: SEEN", "no")  # a condition was not met


def labels(view: View, number: int, event: Event, flow: str, again: bool) -> Labels:
    """Of a message that is sent; `again`: the same was sent before."""
    case = view.case
    if flow not in WRITE_FLOWS or not event.ops:
        return (event.text, event.text[:4], "")
    op = case.history[event.ops[0]]
    if flow in ("request", "reply") and event.node in case.others:
        return _storage(case, number, op, "reply")
    if flow in ("request", "reply") and event.peer in case.others:
        return _storage(case, number, op, "request")
    if flow == "request":
        return _request(case, event, op, again)
    if flow == "reply":
        return _reply(case, number, event, op)
    return _copies(view, number, event, flow)


def _filled(texts: Labels, case: Case, op: Op) -> Labels:
    value, version = op.result or (None, "")
    seen = case.book.name(version) if version else "initial"
    words = {"KEY": op.keys[0], "NAME": case.book.name(op.id), "VALUE": str(value), "SEEN": seen}
    filled = list(texts)
    for word, text in words.items():
        filled = [one.replace(word, text) for one in filled]
    return tuple(filled)


def _request(case: Case, event: Event, op: Op, again: bool) -> Labels:
    """A client asks; or a replica asks another which version of a key is committed."""
    if event.node in case.trace.replicas:
        return (f"which {op.keys[0]}?", f"{op.keys[0]}?")
    asked = _filled(_ASKS.get(op.kind, ("NAME",)), case, op)
    return (f"{asked[-1]} again", f"{asked[-1]}!") if again else asked


def _reply(case: Case, number: int, event: Event, op: Op) -> Labels:
    """An answer; only one that is an ok is followed by the event that says so."""
    if event.peer in case.trace.replicas:
        return (f"committed {op.keys[0]}", f"{op.keys[0]}")
    following = case.trace.events[number + 1 : number + 2]
    if not following or following[0].what != "reply_sent":
        return ("refused", "no")
    if op.kind != "read" and op.is_read:
        return _filled(_NO, case, op)
    return _filled(_TELLS.get(op.kind, ("ok NAME", "ok")), case, op)


def _storage(case: Case, number: int, op: Op, flow: str) -> Labels:
    """A write under a lock, which the token of its grant goes with, and what the storage says."""
    token = op.result[0] if op.result else ""
    if flow == "request":
        return (f"write, token {token}", f"token {token}", f"{token}")
    before = case.event(number - 1)
    return ("rejected", "no") if before.what == "rejected" and before.ops[0] == op.id else (f"ok, token {token}", "ok")


def _copies(view: View, number: int, event: Event, flow: str) -> Labels:
    """Writes on their way to another replica, and the acks for them."""
    end = view.case.book.snapshots.get(event.n)
    if end is not None:
        return (f"snapshot to #{end}", f"snap #{end}", "snap")
    carried = view.carried(number)
    name = view.case.book.names(carried)
    if flow == "ack":
        return (f"ack {name}", name, "ack")
    return (name, f"{view.case.book.name(carried[0])}.." if carried[1:] else "")
