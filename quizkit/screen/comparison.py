"""Designs side by side: a table for each shot or, where that finds no room, a block for each design."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from quizkit.learn.rounds import Chosen
from quizkit.learn.scenes import Compared, Comparison
from quizkit.screen.sheet import fits, met_text, plain_table
from quizkit.screen.style import Style

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.table import Table
    from rich.text import Text

    from sim.requirements import Outcome

BEST, WORST = "+", "-"
LEGEND = f"{BEST} best, {WORST} worst value of these designs"


def comparison(scene: Comparison, style: Style, console: Console) -> Iterator[RenderableType]:
    """A heading and a table for each shot, then what the marks and the names mean."""
    from rich.padding import Padding
    from rich.text import Text

    shots = {shot: [row for row in scene.rows if row.played.shot == shot] for shot in _shots(scene)}
    wide = {shot: _table(rows, scene.yours) for shot, rows in shots.items()}
    all_fit = all(fits(table, console) for table in wide.values())
    for shot, rows in shots.items():
        yield Text.from_ansi(f"\n{style.rule('Side by side', shot or 'no attack')}\n")
        yield Padding(wide[shot] if all_fit else _blocks(rows, scene.yours), (0, 0, 1, 2))
    yield Text.from_ansi(style.prose("\n".join([LEGEND, "", *_names(scene)]), "  ") + "\n")


def _shots(scene: Comparison) -> list[str | None]:
    return list(dict.fromkeys(row.played.shot for row in scene.rows))


def _table(rows: Sequence[Compared], yours: Chosen | None) -> Table:
    marks = _marks(rows)
    table = plain_table("design", *(f"{one.label}\n{one.required}" for one in rows[0].played.outcomes))
    for row, its_marks in zip(rows, marks, strict=True):
        cells = [_cell(*pair) for pair in zip(row.played.outcomes, its_marks, strict=True)]
        table.add_row(_name(row.design, yours), *cells)
    return table


def _blocks(rows: Sequence[Compared], yours: Chosen | None) -> Table:
    marks = _marks(rows)
    table = plain_table("design", "")
    for row, its_marks in zip(rows, marks, strict=True):
        table.add_row(_name(row.design, yours))
        for one, mark in zip(row.played.outcomes, its_marks, strict=True):
            table.add_row(f"  {one.requirement.text}", _cell(one, mark))
    return table


def _name(design: Chosen, yours: Chosen | None) -> Text:
    from rich.text import Text

    name = design.id + ("*" if design.changed else "")
    return Text(f"{name} (yours)", "bold") if design == yours else Text(name)


def _cell(outcome: Outcome, mark: str) -> Text:
    text = "" if outcome.met is None and outcome.text == "unknown" else outcome.text
    return met_text(outcome.met, f"{text} {mark}".strip())


def _marks(rows: Sequence[Compared]) -> list[list[str]]:
    """For each row a mark for each requirement; none where all designs are equal."""
    columns = []
    for place, outcome in enumerate(rows[0].played.outcomes):
        values = [_value(row, row.played.outcomes[place]) for row in rows]
        known = {value for value in values if value is not None}
        best, worst = (min(known), max(known)) if len(known) > 1 else (None, None)
        if _high_is_better(outcome.name):
            best, worst = worst, best
        named = {best: BEST, worst: WORST}
        columns.append(["" if value is None else named.get(value, "") for value in values])
    return [list(marks) for marks in zip(*columns, strict=True)] if columns else [[] for _ in rows]


def _value(row: Compared, outcome: Outcome) -> float | None:
    if outcome.met is None:
        return None
    run = row.played.run
    if outcome.name in run.measures:
        return run.measures[outcome.name].value
    finding = run.findings.get(outcome.name)
    return None if finding is None or finding.verdict == "unknown" else finding.count


def _high_is_better(name: str) -> bool:
    from sim.checks import MEASURES

    return name in MEASURES and MEASURES[name].better == "high"


def _names(scene: Comparison) -> list[str]:
    """What each design is, and what was changed about it."""
    designs = {(row.design.id, row.design.changed): row.design for row in scene.rows}.values()
    return [f"- {design.id}{_changes(design)}: {design.label}" for design in designs]


def _changes(design: Chosen) -> str:
    return "* (" + ", ".join(f"{name}={design.knobs[name]}" for name in design.changed) + ")" if design.changed else ""
