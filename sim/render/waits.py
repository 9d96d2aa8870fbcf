"""What an ok was worth at other times: a template for each kind of event that concerns waiting, and catching up."""

from __future__ import annotations

from collections.abc import Callable

from sim.render import words
from sim.render.case import Case
from sim.trace import Event


def degraded(case: Case, number: int, event: Event) -> str:
    """A leader goes on alone."""
    return f"{event.node} had no ack for #{event.n} in time; from now on it waits for none."


def restored(case: Case, number: int, event: Event) -> str:
    """A leader waits again, and what it confirmed until then."""
    since = max((at for at, one in case.trace.of("degraded") if one.node == event.node and at < number), default=0)
    told = sum(since < at < number and case.event(at).node == event.node for at in case.book.acks.values())
    return f"{event.node} waits for acks again; {words.count(told, 'write')} had been acknowledged without."


RELEASED = {
    "cancelled": "NODE told the client of OPS that it is done, though the acks for it are missing.",
    "reported": "NODE told the client of OPS how many have it (REST), not that it is done.",
}


def released(case: Case, number: int, event: Event) -> str:
    """An answer without its acks; that of a degraded leader is told with its reason."""
    how, _, rest = event.text.partition(": ")
    text = RELEASED.get(how, "").replace("NODE", event.node).replace("OPS", case.book.names(event.ops))
    return text.replace("REST", rest)


def installed(case: Case, number: int, event: Event) -> str:
    """A gap that no log can fill any more."""
    needed = f"{event.peer}'s log no longer went back to what {event.node} needed"
    return f"{event.node} took over {event.peer}'s snapshot, the state up to #{event.n}, because {needed}."


def rejected(case: Case, number: int, event: Event) -> str:
    """The storage has seen a younger holder."""
    seen = [one for at, one in case.trace.of("stored") if at < number and one.text == event.text]
    newer = f": it had taken {seen[-1].peer}'s with token {seen[-1].n}" if seen else ""
    return f"the storage rejected {event.peer}'s write with token {event.n}{newer}."


def stored(case: Case, number: int, event: Event) -> str:
    """The writes that prove that a lock did not protect."""
    finding = case.broken("mutual_exclusion")
    if finding is None or event.ops[0] not in finding.ops[:2]:
        return ""
    return f"the storage took {event.peer}'s write with token {event.n}."


def remarked(case: Case, number: int, event: Event) -> str:
    """What a machine itself found worth a note."""
    if event.node in case.trace.clients:
        return f"{event.node} saw that {event.text}."
    return f"{event.peer} {event.text}.".lstrip()


TEMPLATES: dict[str, Callable[[Case, int, Event], str]] = {
    "degraded": degraded,
    "restored": restored,
    "released": released,
    "installed": installed,
    "stored": stored,
    "rejected": rejected,
    "note": remarked,
}
