"""All rows but messages: what happens on a machine, or to everybody."""

from __future__ import annotations

from collections.abc import Iterator

from sim.render import words
from sim.render.happenings import worth
from sim.render.items import Across, Item, Note, Word
from sim.render.sheet import ALIVE, DEAD, FROZEN
from sim.render.strikes import fault as fault_text
from sim.render.strikes import gone_unsent, over
from sim.render.view import View
from sim.trace import Event

STRIKES = {
    "kill": ("X killed", DEAD),
    "power_cut": ("X power cut", DEAD),
    "disk_loss": ("X disk lost", DEAD),
    "pause": ("= frozen", FROZEN),
}


def replied(view: View, number: int, event: Event) -> Iterator[Item]:
    """What an acknowledgement was worth, where that matters."""
    case = view.case
    if number == case.last_ack:
        lonely = case.trace.replicas[1:] and event.ops[0] in case.book.waiting(event.node, number)
        alone = f"only {event.node} had it; " if lonely else ""
        yield Note(event.at, f"^ acknowledged: {alone}{worth(case, number, event)}", view.style(event.ops, "plain"))
    elif case.lone_acks and number == case.lone_acks[0]:
        more = words.count(len(case.lone_acks) - 1, "more write", "more writes")
        yield Note(event.at, f"^ acknowledged, though no other replica had it; {more} like this", "lost")


def trigger(view: View, number: int, event: Event) -> Iterator[Item]:
    """What the attack waited for."""
    name = view.case.book.names(event.ops)
    what = f"{event.node} got its ok for {name}" if event.what == "ok_received" else f"{name} {event.what.replace('_', ' ')}"
    yield Word(event.at, event.node, (f"{what}: this sets off the attack", what), "plain", True)


def durable(view: View, number: int, event: Event) -> Iterator[Item]:
    """An entry that survives a power cut from now on."""
    if view.copied(event.ops):
        name = view.entry(event)
        texts = (f"* {name} durable", f"* {name}", "*")
        yield Word(event.at, event.node, texts, view.style(event.ops, "durable"))


def applied(view: View, number: int, event: Event) -> Iterator[Item]:
    """An entry becomes visible to reads: shown where a read missed it."""
    late = view.stale and event.ops == (view.stale.missed.id,) and event.node == view.stale.read.node
    if late or view.everything:
        name = view.names(event.ops)
        yield Word(event.at, event.node, (f"{name} applied", f"{name} appl.", name), "durable")


def answered(view: View, number: int, event: Event) -> Iterator[Item]:
    """The stale read."""
    stale = view.stale
    if stale and stale.answer == number:
        name, age = view.titled(stale.missed), words.duration(stale.age)
        yield Note(event.at, f"^ stale: {name} had been acknowledged {age} before {event.node} asked", "lost")


def gave_up(view: View, number: int, event: Event) -> Iterator[Item]:
    """A client that never learns the outcome."""
    if view.shows(event.ops):
        op = view.case.history[event.ops[0]]
        what = view.names(event.ops) if event.ops[0] in view.case.book.labels else f"its {op.kind} of {op.keys[0]}"
        unknown = "" if op.kind == "read" else ": outcome unknown"
        yield Word(event.at, event.node, (f"{event.node} gives up on {what}{unknown}",), "reply", True)


def fault(view: View, number: int, event: Event) -> Iterator[Item]:
    """A strike, with what it took."""
    if event.text not in STRIKES:
        text = fault_text(view.case, number, event).rstrip(".")
        if text:
            yield Across(event.at, text, "fault")
        return
    text, lives = STRIKES[event.text]
    yield Word(event.at, event.node, (view.voice(event.node) + text,), "fault", True, lives)
    unsent = gone_unsent(view.case, number)
    if unsent and event.text == "power_cut":
        yield Note(event.at, f"gone with {event.node}'s egress queue: {view.case.book.names(unsent)}", "lost")


def mended(view: View, number: int, event: Event) -> Iterator[Item]:
    """A fault is over."""
    text = over(view.case, number, event).rstrip(".")
    if text:
        yield Across(event.at, text, "fault")


def missed(view: View, number: int, event: Event) -> Iterator[Item]:
    """A fault found nobody, or nothing that it could do."""
    if event.at < view.case.trace.ended_at:
        yield Across(event.at, f"missed: {event.text.replace('_', ' ')}", "fault")


def lost_unsynced(view: View, number: int, event: Event) -> Iterator[Item]:
    """What a power cut took from the disk."""
    how = "with" if event.text == "disk" else "from"
    unsynced = "" if event.text == "disk" else ", not yet synced"
    text = f"gone {how} {event.node}'s disk{unsynced}: {view.case.book.names(event.ops)}"
    yield Note(event.at, text, view.style(event.ops, "dim"))


def damaged(view: View, number: int, event: Event) -> Iterator[Item]:
    """What a replica cannot read any more."""
    text = f"damaged on {event.node}'s disk: {view.case.book.names(event.ops)}"
    yield Note(event.at, text, view.style(event.ops, "dim"))


def ended(view: View, number: int, event: Event) -> Iterator[Item]:
    """A process ends itself, or a machine is switched off by another."""
    off = f"X switched off by {event.peer}"
    texts = (f"X ended itself: {event.text}", "X ended itself", "X") if event.what == "halted" else (off, "X switched off", "X")
    yield Word(event.at, event.node, texts, "fault", True, DEAD)


def promoted(view: View, number: int, event: Event) -> Iterator[Item]:
    """A machine takes a role in which it serves."""
    role = view.case.new_role(number, event)
    took = f"leads {view.case.era} {event.n}" if view.case.era == "term" else "promoted"
    what = took if role == "leader" else f"{role} now"
    end = view.case.book.log_end(event.node, number)
    yield Word(event.at, event.node, (f"{what}, log up to #{end}", f"{what}, to #{end}", what), "promoted", True)


def came_back(view: View, number: int, event: Event) -> Iterator[Item]:
    """A dead machine runs again."""
    end = view.case.book.log_end(event.node, number)
    with_log = (f"up again, log up to #{end}", f"up again, to #{end}") if event.node in view.case.trace.replicas else ()
    yield Word(event.at, event.node, (*with_log, "up again"), "fault", True, ALIVE)


def discarded(view: View, number: int, event: Event) -> Iterator[Item]:
    """A machine gives up entries to agree with another history."""
    style = "dim" if view.lost.isdisjoint(event.ops) else "lost"
    yield Word(event.at, event.node, (f"discards {view.case.book.names(event.ops)}", "discards"), style, True)


def detail(view: View, number: int, event: Event) -> Iterator[Item]:
    """What only those want who want everything."""
    if view.everything:
        text = dict.fromkeys(("snapshot", "trimmed"), f"{event.what} up to #{event.n}") | {"elected": f"chooses {event.peer}"}
        name = view.names(event.ops) if event.ops else event.node
        yield Word(event.at, event.node, (text.get(event.what, f"{name} {event.what}"), name), "dim")


def healed(view: View, number: int, event: Event) -> Iterator[Item]:
    """Settling begins: links and pauses are mended."""
    if view.case.settling_matters or view.everything:
        yield Across(event.at, "the load is over; links mended, the frozen woken", "dim")
