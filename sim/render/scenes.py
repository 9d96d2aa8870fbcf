"""From events to rows: which maker makes the rows of which kind of event."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator

from sim.render import marks
from sim.render.case import Case
from sim.render.items import Arrow, Cells, Item, Note, Word
from sim.render.sheet import ALIVE
from sim.render.signs import SIGNS, signs, suspected
from sim.render.traffic import sent
from sim.render.view import View
from sim.trace import Event

Maker = Callable[[View, int, Event], Iterator[Item]]

MAKERS: dict[str, Maker] = {
    "sent": sent,
    "reply_sent": marks.replied,
    "durable": marks.durable,
    "applied": marks.applied,
    "ok_received": marks.answered,
    "timed_out": marks.gave_up,
    "fault": marks.fault,
    "mended": marks.mended,
    "missed": marks.missed,
    "lost_unsynced": marks.lost_unsynced,
    "corrupt": marks.damaged,
    **dict.fromkeys(("halted", "powered_off"), marks.ended),
    "suspected": suspected,
    "promoted": marks.promoted,
    "up": marks.came_back,
    "discarded": marks.discarded,
    "healed": marks.healed,
    **dict.fromkeys(("received", "committed", "elected", "failed", "snapshot", "trimmed"), marks.detail),
    **dict.fromkeys(SIGNS, signs),
}


def rows(case: Case, focus: list[str], everything: bool) -> list[Item]:
    """All rows in the order of time, and within an instant in the order of the events."""
    view = View(case, focus, everything)
    trigger, woke = case.trigger, case.book.woke
    made: list[tuple[int, int, Item]] = []
    for number, event in enumerate(case.trace.events):
        if event.what == "sent" and not event.ops and not everything:
            continue  # most of a trace is heartbeats
        if number in woke:
            texts = tuple(view.voice(event.node) + text for text in ("woke, with its old beliefs", "woke"))
            made.append((event.at, number - 1, Word(event.at, event.node, texts, "fault", True, ALIVE)))
        if number == trigger:
            made += [(event.at, number, item) for item in marks.trigger(view, number, event)]
        maker = MAKERS.get(event.what)
        if maker is not None:
            made += [(item.at, _order(item, number), item) for item in maker(view, number, event)]
    made.sort(key=lambda row: row[:2])
    items = [item for _, _, item in made]
    ends = _log_ends(case)
    if ends:
        items.insert(bisect_right(items, ends.at, key=lambda item: item.at), ends)
    return items


def _order(item: Item, number: int) -> int:
    """An arrow that is drawn at its arrival belongs to that event, and a remark on it too."""
    return item.order or number if isinstance(item, Arrow | Note) else number


def _log_ends(case: Case) -> Cells | None:
    """Up to where every log went when the strike and all that it took at once was over."""
    if case.strike is None:
        return None
    number, events = case.strike, case.trace.events
    while number + 1 < len(events) and events[number + 1].what in ("fault", "dropped", "lost_unsynced"):
        number += 1
    ends = {name: case.book.log_end(name, number) for name in case.trace.replicas}
    return Cells(events[number].at, "log end", {name: f"#{end}" if end else "empty" for name, end in ends.items()})
