"""A run as a space-time diagram in text: time runs down, a column a machine, messages run across.

Steady state is folded away; the diagram zooms in on what decided the run.
"""

from __future__ import annotations

from bisect import bisect_left
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
BY_CONTROLLERS = ("suspected", "elected", "removed", "joined", "in_sync")  # what gives controllers a place in the diagram
WORTH_A_FOLD = 3  # writes


def timeline(
    trace: Trace, history: History, findings: Mapping[str, Finding], width: int = 80, everything: bool = False
) -> list[Line]:
    """The diagram, no line longer than `width` (at least 60) characters; `everything` folds and hides nothing."""
    case = Case(trace, history, findings)
    focus = journeys(case)
    items = rows(case, focus, everything)
    if not everything:
        items = _folded(case, focus, items)
    sheet = Sheet(trace, max(60, width), bool(trace.of(*BY_CONTROLLERS)), case.others)
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


def _folded(case: Case, focus: list[str], items: list[Item]) -> list[Item]:
    """The rows with remarks on what lies between them: writes that went well, or silence."""
    others = [number for op, number in case.book.acks.items() if op not in focus and number <= case.healed]
    acks = sorted(case.event(number).at for number in others)
    rows: list[Item] = []
    told, before = 0, 0
    for item in [*items, Fold(case.trace.healed_at, "")]:
        seen = bisect_left(acks, item.at)
        quiet = item.at - max(before, acks[seen - 1] if seen > told else 0)
        if seen - told >= WORTH_A_FOLD or quiet > SILENCE:
            _fold(case, rows, item.at, seen - told, quiet)
            told = seen
        elif isinstance(item, Word | Across) and item.style == "fault":
            told = seen  # too few to mention; to mention them after the strike would be wrong
        if not isinstance(item, Fold):
            rows.append(item)
        before = item.at
    return rows


def _fold(case: Case, rows: list[Item], end: int, writes: int, quiet: int) -> None:
    """Say what went on until `end`: some writes, then nothing for some time (both in us)."""
    silent = min(end, case.load_end) - (end - quiet)
    silence = words.duration(silent) if silent > SILENCE else ""
    if not writes and silence:
        rows.append(Fold(end, f"{silence} without a successful write"))
    if not writes:
        return
    place, like = _example(case, rows, end)
    then = f", then {silence} without a successful one" if silence else ""
    rows.insert(place, Fold(end, f"{words.count(writes, 'write')} {like}{then}"))


def _example(case: Case, rows: list[Item], end: int) -> tuple[int, str]:
    """Where to say that writes went on until `end` (us), and what they were like.

    They are like the one whose journey was drawn last. Those that came before the strike are told before the first journey.
    """
    arrows = [place for place, row in enumerate(rows) if isinstance(row, Arrow)]
    early = case.strike is not None and end <= case.event(case.strike).at
    if not arrows or (early and not any(isinstance(row, Fold) for row in rows)):
        return (arrows or [len(rows)])[0], "like the next"
    last = rows[arrows[-1]]
    return len(rows), "that went well" if isinstance(last, Arrow) and last.again else "like this"


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
