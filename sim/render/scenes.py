"""From events to rows: one maker a kind of event."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator

from sim.render import words
from sim.render.case import Case
from sim.render.happenings import fault as fault_text
from sim.render.happenings import gone_unsent, worth
from sim.render.items import Across, Arrow, Cells, Item, Note, Word
from sim.render.sheet import ALIVE, DEAD, FROZEN
from sim.render.staleness import first_stale_read
from sim.trace import MS, Event

Maker = Callable[["Scenes", int, Event], Iterator[Item]]

WAIT = MS // 2  # us in an egress queue that deserve a row
FAR = 2 * MS  # us of flight from which an arrow is drawn where it arrives, not where it leaves
FLOWS = ("request", "reply", "replicate", "ack")
STRIKES = {"kill": ("X killed", DEAD), "power_cut": ("X power cut", DEAD), "pause": ("= frozen", FROZEN)}


class Scenes:
    """Makes rows of the events that matter: those of the operations in `focus`, and those that change who serves."""

    def __init__(self, case: Case, focus: list[str], everything: bool) -> None:
        self.case = case
        self.focus = frozenset(focus)
        self.everything = everything
        self.lost = frozenset(case.lost)
        self.stale = first_stale_read(case)
        self._arrows: dict[tuple[object, ...], Arrow] = {}
        self._shown: set[tuple[object, ...]] = set()

    def items(self) -> list[Item]:
        """All rows in the order of time."""
        made: list[Item] = []
        for number, event in enumerate(self.case.trace.events):
            maker = MAKERS.get(event.what)
            if maker is not None:
                made += maker(self, number, event)
            if number in self.case.book.woke:
                made.append(Word(event.at, event.node, ("woke, with its old beliefs", "woke"), "fault", True, ALIVE))
        ends = _log_ends(self.case)
        made.sort(key=lambda item: item.at)
        if ends:
            made.insert(bisect_right(made, ends.at, key=lambda item: item.at), ends)
        return made

    # Which operations, in what style

    def shows(self, ops: tuple[str, ...]) -> bool:
        """Whether the journey of any of these operations is shown."""
        return self.everything or not self.focus.isdisjoint(ops)

    def style(self, ops: tuple[str, ...], usual: str) -> str:
        """The style of something that happens to these operations; all that happens to a lost write looks lost."""
        return usual if self.lost.isdisjoint(ops) or (self.stale and self.stale.read.id in ops) else "lost"

    def first(self, *key: object) -> bool:
        """Whether this is new; what is repeated is shown only to those who want everything."""
        new = self.everything or key not in self._shown
        self._shown.add(key)
        return new

    def names(self, ops: tuple[str, ...]) -> str:
        """What an arrow calls these operations."""
        shown = [op for op in ops if op in self.focus] if not self.everything else ops
        return self.case.book.names(shown or ops)


def sent(scenes: Scenes, number: int, event: Event) -> Iterator[Item]:
    """A message: a wait in the egress queue if it is long, and an arrow if it left at all."""
    flow = scenes.case.trace.flow.get(event.text, "control")
    if not scenes.everything and (flow not in FLOWS or not scenes.shows(event.ops)):
        return
    style = scenes.style(event.ops, flow if flow in FLOWS else "dim")
    waits = event.until - event.at >= WAIT or scenes.case.book.never_left(number)
    if waits and flow == "replicate" and scenes.first("waits", event.node, event.ops):
        name = scenes.names(event.ops)
        yield Word(event.at, event.node, (f"| {name} waits to leave", f"| {name} waits", f"|{name} waits", f"|{name}.."), style)
    if not scenes.case.book.never_left(number) and scenes.first(event.text, event.node, event.peer, event.ops):
        yield from _arrow(scenes, number, event, flow, style)


def _arrow(scenes: Scenes, number: int, event: Event, flow: str, style: str) -> Iterator[Item]:
    """An arrow; messages that leave together with the same content share one."""
    end = scenes.case.book.ends.get(event.n)
    arrival = scenes.case.event(end) if end is not None else event
    arrives = end is None or arrival.what == "delivered"
    if flow in ("ack", "reply") and not scenes.everything and not (arrives and _matters(scenes.case, event)):
        return
    at = arrival.at if arrives and arrival.at - event.until > FAR else event.until
    key = (at, event.node, event.text, event.ops)
    if key in scenes._arrows:
        scenes._arrows[key].targets.append((event.peer, arrives))
        return
    scenes._arrows[key] = Arrow(at, event.node, [(event.peer, arrives)], _labels(scenes, number, event, flow), style)
    yield scenes._arrows[key]


def _matters(case: Case, event: Event) -> bool:
    """Whether an answer can still change anything: not long after its client was told."""
    told = max((case.event(case.book.acks[op]).at for op in event.ops if op in case.book.acks), default=event.until)
    return event.until - told <= FAR


def _labels(scenes: Scenes, number: int, event: Event, flow: str) -> tuple[str, ...]:
    """What is written on an arrow, from the best to the shortest."""
    if flow not in FLOWS or not event.ops:
        return (event.text, event.text[:4], "")
    name = scenes.names(event.ops)
    op = scenes.case.history[event.ops[0]]
    if flow == "request" and op.is_read:
        return (f"read {op.keys[0]}", op.keys[0])
    if flow == "reply":
        return _reply_labels(scenes, number, event)
    if flow == "ack":
        return (f"ack {name}", name, "ack")
    return (name, name.split(" ", maxsplit=1)[0])


def _reply_labels(scenes: Scenes, number: int, event: Event) -> tuple[str, ...]:
    op = scenes.case.history[event.ops[0]]
    following = scenes.case.trace.events[number + 1 : number + 2]
    if not following or following[0].what != "reply_sent":
        return ("refused", "no")
    if op.is_read:
        version = scenes.case.book.name(op.result[1]) if op.result and op.result[1] else "initial"
        return (f"{op.keys[0]} = {version}", f"{op.keys[0]}={version}", version)
    name = scenes.case.book.name(op.id)
    return (f"ok {name}", "ok")


def replied(scenes: Scenes, number: int, event: Event) -> Iterator[Item]:
    """What an acknowledgement was worth, where that matters."""
    case = scenes.case
    if number == case.last_ack:
        alone = f"only {event.node} had it; " if case.book.waiting(event.node, number) else ""
        yield Note(event.at, f"^ acknowledged: {alone}{worth(case, number, event)}", scenes.style(event.ops, "plain"))
    elif case.lone_acks and number == case.lone_acks[0]:
        more = words.count(len(case.lone_acks) - 1, "more write", "more writes")
        yield Note(event.at, f"^ acknowledged, though no other replica had it; {more} like this", "lost")


def durable(scenes: Scenes, number: int, event: Event) -> Iterator[Item]:
    """An entry that survives a power cut from now on."""
    if scenes.shows(event.ops):
        name = scenes.names(event.ops)
        texts = (f"* {name} durable", f"* {name}", "*")
        yield Word(event.at, event.node, texts, scenes.style(event.ops, "durable"))


def applied(scenes: Scenes, number: int, event: Event) -> Iterator[Item]:
    """An entry becomes visible to reads: shown where a read missed it."""
    late = scenes.stale and event.ops == (scenes.stale.missed.id,) and event.node == scenes.stale.read.node
    if late or scenes.everything:
        name = scenes.names(event.ops)
        yield Word(event.at, event.node, (f"{name} applied", f"{name} appl.", name), "durable")


def answered(scenes: Scenes, number: int, event: Event) -> Iterator[Item]:
    """The stale read."""
    stale = scenes.stale
    if stale and stale.answer == number:
        name, age = scenes.case.book.name(stale.missed.id), words.duration(stale.age)
        yield Note(event.at, f"^ stale: {name} had been acknowledged {age} before {event.node} asked", "lost")


def gave_up(scenes: Scenes, number: int, event: Event) -> Iterator[Item]:
    """A client that never learns the outcome."""
    if scenes.shows(event.ops):
        name = scenes.names(event.ops)
        yield Word(event.at, event.node, (f"{event.node} gives up on {name}: outcome unknown",), "reply", True)


def fault(scenes: Scenes, number: int, event: Event) -> Iterator[Item]:
    """A strike, with what it took."""
    if event.text not in STRIKES:
        text = fault_text(scenes.case, number, event).rstrip(".")
        if text:
            yield Across(event.at, text, "fault")
        return
    text, lives = STRIKES[event.text]
    yield Word(event.at, event.node, (text,), "fault", True, lives)
    unsent = gone_unsent(scenes.case, number)
    if unsent and event.text == "power_cut":
        yield Note(event.at, f"gone with {event.node}'s egress queue: {scenes.case.book.names(unsent)}", "lost")


def _log_ends(case: Case) -> Cells | None:
    """Up to where every log went when the strike and all that it took at once was over."""
    if case.strike is None:
        return None
    number, events = case.strike, case.trace.events
    while number + 1 < len(events) and events[number + 1].what in ("fault", "dropped", "lost_unsynced"):
        number += 1
    ends = {name: case.book.log_end(name, number) for name in case.trace.replicas}
    return Cells(events[number].at, "log up to", {name: f"#{end}" for name, end in ends.items()})


def lost_unsynced(scenes: Scenes, number: int, event: Event) -> Iterator[Item]:
    style = scenes.style(event.ops, "dim")
    yield Note(event.at, f"gone from {event.node}'s disk, not yet synced: {scenes.case.book.names(event.ops)}", style)


def suspected(scenes: Scenes, number: int, event: Event) -> Iterator[Item]:
    yield Word(event.at, event.node, (f"{event.peer} held for dead", f"{event.peer} is dead", f"{event.peer} dead"), "fault")


def removed(scenes: Scenes, number: int, event: Event) -> Iterator[Item]:
    yield Word(event.at, event.node, (f"takes {event.peer} out", f"{event.peer} out"), "promoted")


def promoted(scenes: Scenes, number: int, event: Event) -> Iterator[Item]:
    near = scenes.case.trace.events[max(0, number - 1) : number + 2]
    role = next((one.text for one in near if one.what == "role" and one.node == event.node), "leader")
    what = "promoted" if role == "leader" else f"{role} now"
    end = scenes.case.book.log_end(event.node, number)
    yield Word(event.at, event.node, (f"{what}, log up to #{end}", f"{what}, to #{end}", what), "promoted", True)


def came_back(scenes: Scenes, number: int, event: Event) -> Iterator[Item]:
    end = scenes.case.book.log_end(event.node, number)
    yield Word(event.at, event.node, (f"up again, log up to #{end}", f"up again, to #{end}", "up again"), "fault", True, ALIVE)


def discarded(scenes: Scenes, number: int, event: Event) -> Iterator[Item]:
    style = "dim" if scenes.lost.isdisjoint(event.ops) else "lost"
    yield Word(event.at, event.node, (f"discards {scenes.case.book.names(event.ops)}", "discards"), style, True)


def healed(scenes: Scenes, number: int, event: Event) -> Iterator[Item]:
    if scenes.case.settling_matters or scenes.everything:
        yield Across(event.at, "the load is over; links mended, the frozen woken", "dim")


MAKERS: dict[str, Maker] = {
    "sent": sent,
    "reply_sent": replied,
    "durable": durable,
    "applied": applied,
    "ok_received": answered,
    "timed_out": gave_up,
    "fault": fault,
    "lost_unsynced": lost_unsynced,
    "suspected": suspected,
    "removed": removed,
    "promoted": promoted,
    "up": came_back,
    "discarded": discarded,
    "healed": healed,
}
