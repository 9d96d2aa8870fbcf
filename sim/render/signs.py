"""Marks on a lifeline that need nothing but their event: a table row for each kind of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from sim.render.items import Item, Word
from sim.render.succession import goings, lineups, suspicions, voted
from sim.render.view import View
from sim.trace import Event

Shown = Callable[[View, int, Event], bool]


def _always(view: View, number: int, event: Event) -> bool:
    return True


def _unfolded(view: View, number: int, event: Event) -> bool:
    return view.everything


def _in_focus(view: View, number: int, event: Event) -> bool:
    return view.shows(event.ops)


def _first_to_say(view: View, number: int, event: Event) -> bool:
    case = view.case
    return view.everything or number in case.trace.once(lineups)


def _unlike_degraded(view: View, number: int, event: Event) -> bool:
    return view.shows(event.ops) and event.text != "degraded"


def _stands(view: View, number: int, event: Event) -> bool:
    return event.node == event.peer and (view.everything or event.node in view.case.trace.replicas)


def _takes_the_chair(view: View, number: int, event: Event) -> bool:
    return event.node in view.case.trace.controllers and bool(voted(view.case, number, event))


def _gives_vote(view: View, number: int, event: Event) -> bool:
    return event.node != event.peer and (view.everything or event.node in view.case.trace.replicas)


def _resigns(view: View, number: int, event: Event) -> bool:
    before = view.case.trace.once(goings).get(number)
    return before is not None and before.text == "leader"


def _is_out(view: View, number: int, event: Event) -> bool:
    before = view.case.trace.once(goings).get(number)
    return before is not None and before.text != "leader"


class Sign(NamedTuple):
    """The texts, of which the first that fits is drawn, and their style; `wide`: they may run over other columns."""

    texts: tuple[str, ...]
    style: str
    wide: bool = False
    shown: Shown = _always


SIGNS: dict[str, tuple[Sign, ...]] = {
    "removed": (Sign(("takes {peer} out", "{peer} out"), "promoted"),),
    "joined": (Sign(("lets {peer} in", "{peer} in"), "promoted"),),
    "in_sync": (Sign(("in sync: {text}", "in: {text}"), "promoted", shown=_first_to_say),),
    "voted": (
        Sign(("{peer} decides", "new chair"), "promoted", shown=_takes_the_chair),
        Sign(("stands in {era} {n}", "stands"), "promoted", shown=_stands),
        Sign(
            ("votes for {peer}", "vote: {peer}", "{peer}"),
            "promoted",
            shown=_gives_vote,
        ),
    ),
    "role": (
        Sign(("steps down",), "promoted", shown=_resigns),
        Sign(("stands aside", "aside"), "promoted", shown=_is_out),
        Sign(("{text} of {era} {n}", "{text}"), "dim", shown=_unfolded),
    ),
    "lease_lost": (Sign(("! lease ran out", "! no lease"), "fault", True),),
    "degraded": (Sign(("! waits for acks no more", "! waits no more"), "fault", True),),
    "restored": (Sign(("waits for acks again", "waits again"), "promoted", True),),
    "released": (Sign(("ok for {names} without its acks", "ok {names} unacked"), "fault", True, _unlike_degraded),),
    "installed": (Sign(("* state to #{n}", "* to #{n}"), "durable"),),
    "duplicate": (Sign(("{names} is done already", "{names} known"), "durable", True, _in_focus),),
    "stored": (Sign(("* token {n} taken", "* token {n}", "* {n}"), "durable", shown=_in_focus),),
    "rejected": (Sign(("! token {n} rejected", "! rejected", "!"), "fault", shown=_in_focus),),
    "note": (Sign(("{peer} {text}",), "dim", True),),
}


def signs(view: View, number: int, event: Event) -> Iterator[Item]:
    """The marks of an event."""
    for sign in SIGNS[event.what]:
        if sign.shown(view, number, event):
            names = view.names(event.ops)
            fields = {"era": view.case.era, "peer": event.peer, "n": event.n, "text": event.text, "names": names}
            texts = tuple(view.voice(event.node) + text.format(**fields).strip() for text in sign.texts)
            yield Word(event.at, event.node, texts, sign.style, sign.wide)


def suspected(view: View, number: int, event: Event) -> Iterator[Item]:
    """Controllers hold machines for dead; what they find out together is shown once."""
    told = view.case.trace.once(suspicions).get(number, ())
    peers = [event.peer] if view.everything else [one.peer for one in told]
    for peer in peers:
        texts = (f"{peer} held for dead", f"{peer} is dead", f"{peer} dead")
        yield Word(event.at, event.node, texts, "fault", wide=view.everything)
