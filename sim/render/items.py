"""The rows of a timeline before they are drawn, each of which knows how to draw itself on a sheet."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from sim.render.sheet import Line, Sheet


class Item(Protocol):
    """A row at an instant (us)."""

    @property
    def at(self) -> int: ...

    def draw(self, sheet: Sheet) -> list[Line]:
        """Its lines on the sheet; none if the sheet has no place for it."""


@dataclass
class Arrow:
    """A message, to one machine or at once to several; False marks a target that it never reached.

    `again`: it brings what should have arrived before.
    """

    at: int
    source: str
    targets: list[tuple[str, bool]]
    labels: tuple[str, ...]
    style: str
    order: int = 0  # the event of its arrival, if that is where it is drawn
    again: bool = False

    def draw(self, sheet: Sheet) -> list[Line]:
        if not sheet.knows(self.source):
            return []
        here = sheet.place(self.source)
        targets = [target for target in self.targets if sheet.knows(target[0]) and sheet.place(target[0]) != here]
        if not targets:
            return []
        row = sheet.row(self.at)
        sheet.arrow(row, self.source, targets, self.labels, self.style)
        return [row.line()]


@dataclass
class Word:
    """Words on one lifeline, the first of `texts` that fits; `lives` is what the lifeline shows from now on.

    `wide` words may run over the columns to their right.
    """

    at: int
    node: str
    texts: tuple[str, ...]
    style: str
    wide: bool = False
    lives: str = ""

    def draw(self, sheet: Sheet) -> list[Line]:
        if self.lives and self.node in sheet.lives:
            sheet.lives[self.node] = self.lives
        row = sheet.row(self.at)
        sheet.word(row, self.node, self.texts, self.style, self.wide)
        return [row.line()]


@dataclass
class Across:
    """Something that concerns everybody."""

    at: int
    text: str
    style: str

    def draw(self, sheet: Sheet) -> list[Line]:
        return sheet.across(self.at, self.text, self.style)


@dataclass
class Note:
    """A remark on the row above."""

    at: int
    text: str
    style: str = "plain"
    order: int = 0  # that of an arrow above

    def draw(self, sheet: Sheet) -> list[Line]:
        return sheet.note(self.text, self.style)


@dataclass
class Cells:
    """A row of facts, one for each machine that has an entry."""

    at: int
    title: str
    cells: dict[str, str] = field(default_factory=dict)
    style: str = "plain"

    def draw(self, sheet: Sheet) -> list[Line]:
        row = sheet.row(None)
        row.put(sheet.start, self.title, self.style)
        for machine, text in self.cells.items():
            sheet.word(row, machine, (f"{text} ", f"{text.removeprefix('#')} "), self.style)
        return [row.line()]


@dataclass
class Fold:
    """What is left out between two rows."""

    at: int
    text: str

    def draw(self, sheet: Sheet) -> list[Line]:
        return sheet.note(f"… {self.text} …", "dim")
