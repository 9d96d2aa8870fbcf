"""Who leads and who belongs: a template for each kind of event with which that changes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sim.render import words
from sim.render.case import Case
from sim.trace import MS, Event, Trace

GIVES_UP = {"leader": ("follower", "candidate", "spare"), **dict.fromkeys(("head", "middle", "tail", "single"), ("spare",))}
TOGETHER = 100 * MS  # us between what belongs together: one opinion of several controllers, one change of mind


@dataclass
class Suspicion:
    """A replica is held for dead: by whom, and since when (us)."""

    peer: str
    at: int
    by: list[str]


def suspicions(trace: Trace) -> dict[int, list[Suspicion]]:
    """What is told of all `suspected` events: at the first of several that say the same, and with it what came at that instant.

    Controllers find out one by one; that is one suspicion.
    """
    told: dict[int, list[Suspicion]] = {}
    latest: dict[str, Suspicion] = {}
    for number, event in trace.of("suspected"):
        known = latest.get(event.peer)
        if known and event.at - known.at <= TOGETHER and event.node not in known.by:
            known.by.append(event.node)
            continue
        latest[event.peer] = Suspicion(event.peer, event.at, [event.node])
        same = next((first for first, ones in told.items() if ones[0].at == event.at), number)
        told.setdefault(same, []).append(latest[event.peer])
    return told


def suspected(case: Case, number: int, event: Event) -> str:
    """Those that are held for dead at the same instant are told together, and by whom."""
    held: dict[tuple[str, ...], list[str]] = {}
    for one in case.trace.once(suspicions).get(number, ()):
        held.setdefault(tuple(one.by), []).append(one.peer)
    said = [f"{words.machines(case.trace, by)} held {words.listing(names)} for dead" for by, names in held.items()]
    return f"{'; '.join(said)}." if said else ""


def voted(case: Case, number: int, event: Event) -> str:
    """A candidate that was not elected, with those that stood with it; or the vote that gave controllers their chair."""
    same = [(at, one) for at, one in case.trace.of("voted") if one.n == event.n]
    if event.node in case.trace.controllers:
        votes = [at for at, one in same if one.peer == event.peer and one.node in case.trace.controllers]
        made = votes[len(case.trace.controllers) // 2 :][:1] == [number]
        return f"the controllers made {event.peer} the one that decides." if made else ""
    candidates = [(at, one.node) for at, one in same if one.node == one.peer]
    elected = any(one.n == event.n for _, one in case.trace.of("elected"))
    if elected or [at for at, _ in candidates][:1] != [number]:
        return ""
    return (
        f"{words.listing([name for _, name in candidates])} stood for election in {case.era} {event.n}, and nobody was elected."
    )


def elected(case: Case, number: int, event: Event) -> str:
    """Told only if the one that was chosen never took office; else its promotion is told."""
    took_office = any(later.node == event.peer and later.n == event.n for _, later in case.trace.of("promoted"))
    return "" if took_office else f"{words.deciders(case.trace, event.node)} chose {event.peer}, which never took office."


def promoted(case: Case, number: int, event: Event) -> str:
    """A new leader with the reasons of its election, or a new place among the others."""
    log = words.log_up_to(case.book.log_end(event.node, number))
    role = case.new_role(number, event)
    if any(one.peer == event.node and one.n == event.n for _, one in case.trace.of("joined")):
        return ""
    if role != "leader":
        return f"{event.node} became the {role}, with {log}."
    choices = [one for _, one in case.trace.of("elected") if one.peer == event.node and one.n == event.n]
    why = f" ({choices[-1].text.replace('ends at #0', 'has nothing')})" if choices and choices[-1].text else ""
    if choices and choices[-1].node == event.node:
        return f"{event.node} was elected leader of {case.era} {event.n} with {log}{why}."
    return f"{event.node} was promoted with {log}{why}."


def goings(trace: Trace) -> dict[int, Event]:
    """The events with which a running replica gives up a role in which it served, each with that role's own event."""
    roles: dict[str, Event] = {}
    told: dict[int, Event] = {}
    for number, event in trace.of("role", "up"):
        before = roles.get(event.node)
        roles[event.node] = event
        if before and event.text in GIVES_UP.get(before.text, ()):
            told[number] = before
    return told


def gave_up(case: Case, number: int, event: Event) -> str:
    """Somebody learns that others serve now."""
    before = case.trace.once(goings).get(number)
    discards = [one.at - event.at for _, one in case.trace.of("discarded") if one.node == event.node]
    if before is None or any(0 <= wait <= TOGETHER for wait in discards):
        return ""  # what it discards with that tells it too
    if before.text != "leader":
        return f"{event.node} learnt that it had been taken out."
    learnt = f" learnt of {case.era} {event.n} and" if event.n != before.n else ""
    return f"{event.node}{learnt} stepped down."


def removed(case: Case, number: int, event: Event) -> str:
    """The others go on without a member."""
    return f"{words.deciders(case.trace, event.node)} took {event.peer} out; the others go on without it."


def joined(case: Case, number: int, event: Event) -> str:
    """A replica that stood aside belongs to the others again, at their end."""
    return f"{words.deciders(case.trace, event.node)} let {event.peer} in again, at the tail."


def lineups(trace: Trace) -> dict[int, tuple[list[str], list[str], list[str]]]:
    """The events with which the in-sync set changed: who was in it, who left it, who came in; told once for all who say so."""
    told: dict[int, tuple[list[str], list[str], list[str]]] = {}
    members = list(trace.replicas)
    for number, event in trace.of("in_sync"):
        now = event.text.split()
        if event.node in trace.controllers and now != members:
            gone = [name for name in members if name not in now]
            told[number] = now, gone, [name for name in now if name not in members]
            members = now
    return told


def in_sync(case: Case, number: int, event: Event) -> str:
    """The in-sync set shrinks or grows."""
    if number not in case.trace.once(lineups):
        return ""
    now, gone, came = case.trace.once(lineups)[number]
    out = f"took {words.listing(gone)} out of the in-sync set" if gone else ""
    into = f"let {words.listing(came)} into the in-sync set" if came else ""
    done = " and ".join(filter(None, (out, into)))
    remain = words.choose(len(now), "is the only member now", "are in it now")
    return f"{words.deciders(case.trace, event.node)} {done}; {words.listing(now)} {remain}."


def lease_lost(case: Case, number: int, event: Event) -> str:
    """Whoever has no lease keeps silent."""
    return f"{event.node}'s lease ran out, so it answers no clients until it has another."


TEMPLATES: dict[str, Callable[[Case, int, Event], str]] = {
    "suspected": suspected,
    "voted": voted,
    "elected": elected,
    "promoted": promoted,
    "role": gave_up,
    "removed": removed,
    "joined": joined,
    "in_sync": in_sync,
    "lease_lost": lease_lost,
}
