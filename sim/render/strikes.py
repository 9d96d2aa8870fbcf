"""One template a fault verb: the sentence that tells of a strike."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import takewhile

from sim.render import words
from sim.render.case import Case, sides_of
from sim.trace import MS, Event


def killed(case: Case, number: int, event: Event) -> str:
    """A process is ended."""
    return f"{event.node} was killed; its disk, and what it had handed to the operating system to send, live on."


def lost_power(case: Case, number: int, event: Event) -> str:
    """A power cut, with what it took from the wire; what it took from the disk has a template of its own."""
    unsent = gone_unsent(case, number)
    if not unsent:
        return f"{event.node} lost power."
    return f"{event.node} lost power; what waited in its egress queue is gone ({case.book.names(unsent)})."


def gone_unsent(case: Case, number: int) -> list[str]:
    """The writes that were still in the egress queue at a power cut, and nowhere but on that machine."""
    gone = dict.fromkeys(op for drop in _drops(case, number) for op in drop.ops if op in case.book.labels)
    return [op for op in gone if not case.book.holders(op, number)[1:]]


def _drops(case: Case, number: int) -> Iterator[Event]:
    """What was dropped at the very strike."""
    later = (case.trace.events[place] for place in range(number + 1, len(case.trace.events)))
    return takewhile(lambda event: event.what == "dropped", later)


def paused(case: Case, number: int, event: Event) -> str:
    """A process is frozen."""
    return f"{event.node} froze; it will wake with its old beliefs."


def cut(case: Case, number: int, event: Event) -> str:
    """Machines no longer reach each other."""
    groups = words.groups(case.trace, sides_of(event))
    if len(groups) == 1:
        return f"{groups[0]} were cut off from each other."
    if len(groups) > 2:
        return f"the network fell apart into {words.listing(groups)}."
    were = words.choose(len(sides_of(event)[0]), "was", "were")
    return f"{groups[0]} {were} cut off from {groups[1]}."


def mended(case: Case, number: int, event: Event) -> str:
    """Links work again."""
    return "all links were mended."


def slowed(case: Case, number: int, event: Event) -> str:
    """The event does not say by how much; what the messages then waited, or how long they flew, does."""
    sides = sides_of(event)
    among = frozenset(name for side in sides for name in side)
    later = [sent for place, sent in case.trace.of("sent") if place > number and sent.node in among and sent.peer in among]
    groups = words.listing(words.groups(case.trace, sides))
    return f"the links between {groups} became slow{_by_how_much(case, later)}."


def _by_how_much(case: Case, later: list[Event]) -> str:
    wait = max((sent.until - sent.at for sent in later), default=0)
    if wait >= MS:
        return f": what they send each other waits {words.duration(wait)} in the egress queue"
    ends = [(sent, case.book.ends[sent.n]) for sent in later if sent.n in case.book.ends]
    flights = sorted(case.event(end).at - sent.until for sent, end in ends)
    usual = flights[len(flights) // 2] if flights else 0
    return f": what they send each other flies for {words.duration(usual)}" if usual >= MS else ""


FAULTS: dict[str, Callable[[Case, int, Event], str]] = {
    "kill": killed,
    "power_cut": lost_power,
    "pause": paused,
    "cut": cut,
    "heal": mended,
    "slow": slowed,
}


def fault(case: Case, number: int, event: Event) -> str:
    """A strike; restart and resume are told by what follows them."""
    return FAULTS[event.text](case, number, event) if event.text in FAULTS else ""
