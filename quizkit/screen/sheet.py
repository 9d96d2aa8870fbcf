"""The verdict sheet: each requirement, what was required, what was measured, and what the learner had predicted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from quizkit.learn.scenes import Verdict
from quizkit.words import capital, plural

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.table import Table
    from rich.text import Text

    from quizkit.learn.predictions import Scored
    from sim.requirements import Outcome

WORDS = {True: "held", False: "BROKEN", None: "unknown"}
STYLES = {True: "green", False: "bold red", None: "yellow"}
RIGHT = {True: "right", False: "wrong", None: "not told"}
HEADS = ("requirement", "required", "measured", "outcome", "you said")


def met_text(met: bool | None, text: str = "") -> Text:
    """held, BROKEN or unknown; capitals say it without colour."""
    from rich.text import Text

    return Text(f"{WORDS[met]} {text}".rstrip(), STYLES[met])


def sheet(scene: Verdict, console: Console) -> RenderableType:
    """The whole sheet; where the predictions find no room beside the outcomes, they stand below them."""
    from rich.console import Group
    from rich.padding import Padding

    said = {one.name: one for one in scene.scores}
    outcomes = scene.played.outcomes
    table = _table(outcomes, said)
    tables = [table] if fits(table, console) else [_table(outcomes, {}), "", _predictions(outcomes, said)]
    return Padding(Group(*tables, "", *_conclusion(scene)), (1, 0, 1, 2))


def fits(table: Table, console: Console) -> bool:
    """Whether the table can be printed without breaking a cell, indented by two columns."""
    return console.measure(table).maximum <= console.width - 2


def plain_table(*heads: str) -> Table:
    """A table of columns without rules; its heads are bold."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for head in heads:
        table.add_column(head)
    return table


def _table(outcomes: Sequence[Outcome], said: Mapping[str, Scored]) -> Table:
    table = plain_table(*HEADS[: 5 if said else 4])
    for outcome in outcomes:
        prediction = [_said(said.get(outcome.name))] if said else []
        table.add_row(outcome.label, outcome.required, outcome.text, met_text(outcome.met), *prediction)
    return table


def _predictions(outcomes: Sequence[Outcome], said: Mapping[str, Scored]) -> Table:
    table = plain_table("you said", "")
    for outcome in outcomes:
        if outcome.name in said:
            table.add_row(outcome.label, _said(said[outcome.name]))
    return table


def _said(scored: Scored | None) -> Text:
    from rich.text import Text

    if scored is None:
        return Text("nothing", "dim")
    return Text(f"{scored.prediction.in_words}: {RIGHT[scored.right]}", STYLES[scored.right])


def _conclusion(scene: Verdict) -> list[Text]:
    from rich.text import Text

    reasons = dict.fromkeys(outcome.reason for outcome in scene.played.outcomes if outcome.reason)
    lines = [f"{capital(reason)}." for reason in reasons]
    return [*(Text(line) for line in lines), Text(_sentence(scene), "bold")]


def _sentence(scene: Verdict) -> str:
    broken = [outcome for outcome in scene.played.outcomes if outcome.met is False]
    if broken:
        return f"Broken: {len(broken)} of {plural(len(scene.played.outcomes), 'requirement')}."
    if scene.played.run.unfired:
        return "Unknown: surviving an attack that never happened proves nothing."
    if scene.played.meets_requirements is None:
        return "Unknown: this run does not tell whether the design keeps what it must."
    return "It survived this attack. The interviewer is not done." if scene.next else "It keeps everything that it must."
