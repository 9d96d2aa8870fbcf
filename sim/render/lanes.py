"""A run as a space-time diagram in text: time runs down, a column a machine, messages run across.

Steady state is folded away; the diagram zooms in on what decided the run.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping

from sim.checks.finding import Finding
from sim.history import History
from sim.render import words
from sim.render.case import Case
from sim.render.focus import journeys
from sim.render.items import Across, Arrow, Cells, Fold, Item, Note
from sim.render.scenes import Scenes
from sim.render.sheet import Line, Sheet
from sim.trace import MS, Trace

__all__ = ["Line", "timeline"]

SILENCE = 20 * MS  # us without a row that are said to have passed
WORTH_A_FOLD = 3  # writes


def timeline(
    trace: Trace, history: History, findings: Mapping[str, Finding], width: int = 80, everything: bool = False
) -> list[Line]:
    """The diagram, no line longer than `width` (at least 60) characters; `everything` folds and hides nothing."""
    case = Case(trace, history, findings)
    focus = journeys(case)
    items = Scenes(case, focus, everything).items()
    if not everything:
        items = list(_folded(case, focus, items))
    sheet = Sheet(trace, max(60, width), controllers=bool(trace.of("suspected", "elected", "removed")))
    lines = [sheet.header(_first_roles(trace))]
    for item in (*items, *_ending(case)):
        lines += item.draw(sheet)
    return lines


def _first_roles(trace: Trace) -> dict[str, str]:
    """The names of the replicas with the roles that they began with."""
    roles: dict[str, str] = {}
    for _, event in trace.of("role"):
        roles.setdefault(event.node, f"{event.node} {event.text}")
    return roles


def _folded(case: Case, focus: list[str], items: list[Item]) -> Iterator[Item]:
    """The rows with remarks on what lies between them: writes that went well, or silence."""
    others = [number for op, number in case.book.acks.items() if op not in focus and number <= case.healed]
    acks = sorted(case.event(number).at for number in others)
    told, before = 0, items[0].at if items else 0
    like = "like the next"
    for item in items:
        seen = bisect_right(acks, item.at)
        if seen - told >= WORTH_A_FOLD or item.at - before > SILENCE:
            yield from _fold(before, item.at, seen - told, like)
            told = seen
        yield item
        like = "like this" if isinstance(item, Arrow) else like
        before = item.at
    if len(acks) > told:
        yield from _fold(before, case.trace.healed_at, len(acks) - told, like)
    elif case.trace.healed_at - before > SILENCE and case.strike is not None:
        yield from _fold(before, case.trace.healed_at, 0, like)


def _fold(start: int, end: int, writes: int, like: str) -> Iterator[Fold]:
    if writes:
        yield Fold(end, f"{words.count(writes, 'write')} {like}")
    else:
        yield Fold(end, f"{words.duration(end - start)} without a successful write")


def _ending(case: Case) -> Iterator[Item]:
    """How all stand at the end, and who has what is lost."""
    final = case.trace.final
    if case.strike is None:
        return
    yield Across(case.trace.healed_at, "the end", "dim")
    yield Cells(case.trace.healed_at, "role", {name: one.role for name, one in final.items()})
    if case.lost:
        yield Note(case.trace.healed_at, f"lost: {case.book.names(case.lost)}", "lost")
        yield Cells(case.trace.healed_at, "copies", {name: _copies(case, name) for name in final}, "lost")


def _copies(case: Case, name: str) -> str:
    """Where a replica still has any of the lost writes."""
    if frozenset(case.lost).isdisjoint(case.book.holds_at_end(name)):
        return "none"
    return "in its log" if case.trace.final[name].up else "on disk"
