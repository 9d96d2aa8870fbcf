"""The paper a timeline is drawn on: a time column, a column a machine, and what fits between them at a given width."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from sim.trace import MS, Trace

ALIVE, DEAD, FROZEN = "|", ".", ":"
TIME = 9  # columns for the instant
MOST = 18  # of a machine's column: beyond that an arrow only gets longer
LEAST_WITH_CONTROLLER = 10  # if columns would be narrower, controllers have none
NORMAL, NARROW = 12, 9  # of the clients' column
CLIENTS, CONTROLLERS = "clients", "controllers"


@dataclass(frozen=True)
class Line:
    """One line of the diagram: pieces of text, each with a style for a screen to colour.

    Styles: plain dim time request reply replicate ack fault promoted lost durable. `str(line)` is the bare text.
    """

    spans: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        return "".join(text for text, _ in self.spans)


class Sheet:
    """Knows where every machine's lifeline stands. `lives` is the character that each lifeline shows now."""

    def __init__(self, trace: Trace, width: int, controllers: bool, others: Sequence[str] = ()) -> None:
        self.width = width
        self.start = TIME + 1
        room = width - self.start
        machines = (*trace.replicas, *others)
        joint = trace.controllers if len(trace.controllers) == 1 else (CONTROLLERS,)
        shown = (*machines, *joint) if controllers and trace.controllers else machines
        if (room - NARROW) // len(shown) < LEAST_WITH_CONTROLLER:
            shown = machines
        roomy = (room - NORMAL) // len(shown)
        self.column = min(MOST, roomy if roomy >= NORMAL else (room - NARROW) // len(shown))
        first = self.start + min(MOST, room - self.column * len(shown))
        self.at = {machine: first + place * self.column for place, machine in enumerate(shown)}
        self.joint = dict.fromkeys(trace.controllers, CONTROLLERS) if CONTROLLERS in shown else {}
        self.client_edge = self.start + max(map(len, trace.clients), default=0)
        self.clients = frozenset(trace.clients)
        self.lives = dict.fromkeys(self.at, ALIVE)

    def knows(self, machine: str) -> bool:
        """Whether the machine has a column here, its own or one with others."""
        return machine in self.at or machine in self.joint or machine in self.clients

    def place(self, machine: str) -> int:
        """The column of a machine's lifeline; for a client, where the arrows to it end."""
        return self.client_edge if machine in self.clients else self.at[self.joint.get(machine, machine)]

    def row(self, at: int | None) -> Row:
        """An empty row: the instant and the lifelines."""
        row = Row(self.width)
        if at is not None:
            row.put(0, f"{at / MS:>{TIME - 1}.2f}", "time")
        for machine, column in self.at.items():
            row.put(column, self.lives[machine], "dim")
        return row

    def header(self, names: dict[str, str]) -> Line:
        """The names over the columns."""
        row = Row(self.width)
        row.put(0, f"{'ms':>{TIME - 1}}", "dim")
        row.put(self.start, CLIENTS if len(self.clients) > 1 else next(iter(self.clients), ""), "plain")
        for machine, column in self.at.items():
            name = names.get(machine, machine)
            row.put(column, name if len(name) < self.column else _shortened(machine, self.column - 1), "plain")
        return row.line()

    def arrow(self, row: Row, source: str, targets: Sequence[tuple[str, bool]], labels: Sequence[str], style: str) -> None:
        """An arrow from one machine to others; False marks a target that it never reached.

        The first label that fits stands next to the sender.
        """
        here = self.place(source)
        if source in self.clients:
            row.put(self.start, source, style)
        for right in (False, True):
            side = sorted((self.place(name), name, arrives) for name, arrives in targets if (self.place(name) > here) == right)
            if side:
                self._shaft(row, here, side if right else side[::-1], labels, style)

    def _shaft(self, row: Row, here: int, side: Sequence[tuple[int, str, bool]], labels: Sequence[str], style: str) -> None:
        """One direction of an arrow: a shaft to the farthest target with a head at each."""
        step = 1 if side[0][0] > here else -1
        near, far = side[0][0], side[-1][0]
        low, high = min(here, far) + 1, max(here, far)
        row.put(low, "-" * (high - low), style)
        room = abs(near - here) - 2
        label = next((label for label in labels if len(label) <= room), "")
        padded = f" {label} " if label and len(label) + 4 <= room else label
        inset = 2 if len(padded) + 2 <= room else 1
        row.put(here + inset if step > 0 else here - inset - len(padded) + 1, padded, style)
        for column, name, arrives in side:
            row.put(column - step, (">" if step > 0 else "<") if arrives else "x", style)
            if name in self.clients:
                row.put(self.start, name, style)
            else:
                row.put(column, self.lives.get(name, ALIVE), "dim")

    def word(self, row: Row, machine: str, texts: Sequence[str], style: str, wide: bool = False) -> None:
        """Words on a machine's lifeline: the first that fits into its column, or if `wide` before the edge.

        A machine without a column speaks from the left, and so does one that shares its column if it speaks for itself.
        """
        if machine in self.joint and not wide:
            machine = self.joint[machine]
        if machine not in self.at and machine not in self.clients:
            texts, wide = [f"{machine}: {text}" for text in texts], True
        column = self.at.get(machine, self.start)
        room = min(self.width - column, self.width if wide else self.column)
        text = next((text for text in texts if len(text) <= room), _shortened(texts[-1], room - 1))
        row.put(column, text, style)

    def across(self, at: int, text: str, style: str) -> list[Line]:
        """Something that concerns everybody: a line through all columns."""
        room = self.width - self.start
        first, *rest = textwrap.wrap(text, room) or [""]
        row = Row(self.width)
        row.put(0, f"{at / MS:>{TIME - 1}.2f}", "time")
        edge = self.at[next(reversed(self.at))] + self.column
        line = "~" if len(first) + 4 < room else " "
        row.put(self.start, f"{first} ".ljust(min(edge, self.width) - self.start, line), style)
        return [row.line(), *self.note(" ".join(rest), style)] if rest else [row.line()]

    def note(self, text: str, style: str) -> list[Line]:
        """A remark below a row, in as many lines as it needs."""
        return [Line(((" " * self.start, "plain"), (part, style))) for part in textwrap.wrap(text, self.width - self.start)]


def _shortened(text: str, room: int) -> str:
    return text if len(text) <= room else f"{text[: room - 1]}."


class Row:
    """Characters and their styles; what does not fit is cut off."""

    def __init__(self, width: int) -> None:
        self.chars = [" "] * width
        self.styles = ["plain"] * width

    def put(self, column: int, text: str, style: str) -> None:
        """Write over what is there."""
        for place, char in enumerate(text, column):
            if 0 <= place < len(self.chars):
                self.chars[place], self.styles[place] = char, style

    def line(self) -> Line:
        """The row without its blank end, neighbours of one style together."""
        end = len("".join(self.chars).rstrip())
        cells: Iterable[tuple[str, str]] = zip(self.chars[:end], self.styles[:end], strict=True)
        runs = groupby(cells, key=lambda cell: cell[1])
        return Line(tuple(("".join(char for char, _ in run), style) for style, run in runs))
