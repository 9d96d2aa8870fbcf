"""One template a fault verb: the sentence that tells of a strike, and the one that tells that it is over."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import takewhile

from sim.render import words
from sim.render.case import Case, sides_of
from sim.trace import MS, Event

Template = Callable[[Case, int, Event], str]


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


def disk_lost(case: Case, number: int, event: Event) -> str:
    """A disk is destroyed; what was on it is told by what followed."""
    return f"{event.node} lost its disk, and its process with it; it can only come back empty."


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
    return f"{links(case, event)} became slow{_by_how_much(case, later)}."


def _by_how_much(case: Case, later: list[Event]) -> str:
    wait = max((sent.until - sent.at for sent in later), default=0)
    if wait >= MS:
        return f": what they send each other waits {words.duration(wait)} in the egress queue"
    ends = [(sent, case.book.ends[sent.n]) for sent in later if sent.n in case.book.ends]
    flights = sorted(case.event(end).at - sent.until for sent, end in ends)
    usual = flights[len(flights) // 2] if flights else 0
    return f": what they send each other flies for {words.duration(usual)}" if usual >= MS else ""


def links(case: Case, event: Event) -> str:
    """The links that a fault lies on."""
    groups = words.groups(case.trace, sides_of(event))
    if len(groups) == 1 and len(sides_of(event)[0]) == 1:
        return f"the links of {groups[0]}"
    if len(groups) == 2 and any(" and " in group for group in groups):
        return f"the links of {groups[0]} to {groups[1]}"
    return f"the links between {words.listing(groups)}"


def skewed(case: Case, number: int, event: Event) -> str:
    """A wall clock is set."""
    way = "ahead" if event.n > 0 else "behind"
    return f"{event.node}'s clock was set {f'{words.duration(abs(event.n))} {way}' if event.n else 'right'}."


def drifted(case: Case, number: int, event: Event) -> str:
    """A clock changes its rate."""
    way = "fast" if event.n > 0 else "slow"
    rate = f"{words.percent(abs(event.n))} too {way}" if event.n else "at the right rate"
    return f"{event.node}'s clock began to run {rate}."


def cancelled(case: Case, number: int, event: Event) -> str:
    """An operator ends a wait."""
    which = case.book.name(event.peer) if event.peer else "the write that had waited longest"
    return f"an operator told {event.node} to wait no longer for the acks of {which}."


def _plain(text: str) -> Template:
    """A template that needs the event's own fields only, and the links that it lies on."""

    def tell(case: Case, number: int, event: Event) -> str:
        of_links = links(case, event) if "{links}" in text else ""
        amount = words.percent(event.n) if "{percent}" in text else words.duration(event.n)
        return text.format(node=event.node, links=of_links, percent=amount, time=amount)

    return tell


FAULTS: dict[str, Template] = {
    "kill": killed,
    "power_cut": lost_power,
    "disk_loss": disk_lost,
    "pause": paused,
    "cut": cut,
    "heal": mended,
    "isolate": _plain("{node} was cut off from everybody, clients too."),
    "slow": slowed,
    "lossy": _plain("{links} began to lose {percent} of the messages."),
    "duplicate": _plain("{links} began to deliver {percent} of the messages twice."),
    "reorder": _plain("{links} began to let messages overtake each other, by up to {time}."),
    "skew": skewed,
    "drift": drifted,
    "fsync_lies": _plain("{node}'s disk began to say that writes are durable when they are not."),
    "fsync_fails": _plain("the next fsync on {node} was bound to fail."),
    "disk_slow": _plain("each fsync on {node} began to take {time} longer."),
    "disk_full": _plain("{node}'s disk was full."),
    "corrupt": _plain("a record in the middle of {node}'s disk was damaged; nobody notices before the next restart."),
    "promote": _plain("an operator called for {node} to be promoted."),
    "demote": _plain("an operator told {node} to stand down."),
    "campaign": _plain("an operator told {node} to stand for election."),
    "cancel_client": cancelled,
}
OVER = {
    "cut": _plain("{links} worked again."),
    "isolate": _plain("{node} was no longer cut off."),
    "slow": _plain("{links} were as quick as before."),
    "lossy": _plain("{links} lost no more messages."),
    "duplicate": _plain("{links} delivered each message once again."),
    "reorder": _plain("{links} kept the order of their messages again."),
    "skew": _plain("{node}'s clock was set right."),
    "drift": _plain("{node}'s clock ran at the right rate again."),
    "fsync_lies": _plain("{node}'s disk told the truth again."),
    "disk_slow": _plain("fsyncs on {node} took as long as before."),
    "disk_full": _plain("{node}'s disk had room again."),
}


def fault(case: Case, number: int, event: Event) -> str:
    """A strike; restart and resume are told by what follows them."""
    return FAULTS[event.text](case, number, event) if event.text in FAULTS else ""


def over(case: Case, number: int, event: Event) -> str:
    """The end of a fault that lasted for a time; of deaths and pauses it is told by what follows."""
    return OVER[event.text](case, number, event) if event.text in OVER else ""
