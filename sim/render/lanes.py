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
from sim.render.items import Across, Arrow, Cells, Fold, Item, Note, Word
from sim.render.scenes import rows
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
    items = rows(case, focus, everything)
    if not everything:
        items = list(_folded(case, focus, items))
    sheet = Sheet(trace, max(60, width), controllers=bool(trace.of("suspected", "elected", "removed")))
    lines = [sheet.header(_first_roles(trace))]
    for item in (*items, *_ending(case, max([trace.healed_at, *(item.at for item in items[-1:])]))):
        lines += item.draw(sheet)
    primed = words.PRIMED.search("\n".join(map(str, lines)))
    if primed:
        name = primed[0]
        lines += sheet.note(f"({name} is not {name[:-1]}: it got the same place in the log later)", "dim")
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
    told, before, like = 0, 0, "like the next"
    for item in [*items, Fold(case.trace.healed_at, "")]:
        seen = bisect_right(acks, item.at)
        quiet = item.at - max(before, acks[seen - 1] if seen > told else 0)
        if seen - told >= WORTH_A_FOLD or quiet > SILENCE:
            yield from _fold(case, item.at, seen - told, like, quiet)
            told = seen
        elif isinstance(item, Word | Across) and item.style == "fault":
            told = seen  # too few to mention; to mention them after the strike would be wrong
        if not isinstance(item, Fold):
            yield item
        before = item.at
        if isinstance(item, Arrow):
            like = "that went well" if item.again else "like this"


def _fold(case: Case, end: int, writes: int, like: str, quiet: int) -> Iterator[Fold]:
    """What went on until `end`: some writes, then nothing for some time (both in us)."""
    parts = [f"{words.count(writes, 'write')} {like}"] if writes else []
    silent = min(end, case.load_end) - (end - quiet)
    if silent > SILENCE:
        silence = words.duration(silent)
        parts.append(f"then {silence} without a successful one" if parts else f"{silence} without a successful write")
    if parts:
        yield Fold(end, ", ".join(parts))


def _ending(case: Case, at: int) -> Iterator[Item]:
    """How all stand at the end, and who has what is lost."""
    final = case.trace.final
    if case.strike is not None:
        yield Across(at, "the end", "dim")
        yield Cells(at, "role", {name: one.role for name, one in final.items()})
    if case.lost:
        yield Note(at, f"lost: {case.book.names(case.lost)}", "lost")
        yield Cells(at, "copies", {name: _copies(case, name) for name in final}, "lost")
    for shot in case.trace.unfired:
        struck = "never struck" if shot.fired_at is None else "did not strike all"
        yield Note(at, f"the {shot.verb.replace('_', ' ')} {struck}: {shot.missed}", "fault")


def _copies(case: Case, name: str) -> str:
    """Where a replica still has any of the lost writes."""
    if frozenset(case.lost).isdisjoint(case.book.holds_at_end(name)):
        return "none"
    return "in its log" if case.trace.final[name].up else "on disk"
