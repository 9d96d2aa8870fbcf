"""What is wrong with content: where, what, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from quizkit.library.catalog import Place

ERROR, WARNING = "error", "warning"


@dataclass(frozen=True)
class Problem:
    """One complaint about one place; an error means wrong, a warning unfinished."""

    place: Place
    message: str
    hint: str = ""
    severity: str = ERROR

    def __str__(self) -> str:
        """`file:line:col: error: message`, and the hint on an indented line of its own."""
        text = f"{shown_place(self.place)}: {self.severity}: {self.message}"
        return f"{text}\n    hint: {self.hint}" if self.hint else text


def shown(file: str) -> str:
    """The path as a reader wants it: relative if it stands below the current folder."""
    try:
        return str(Path(file).relative_to(Path.cwd()))
    except (ValueError, OSError):  # elsewhere, or the current folder is gone
        return file


def shown_place(place: Place) -> str:
    """`file:line:col`, as a reader wants it."""
    return str(Place(shown(place.file), place.line, place.column))


def unreadable(file: Path, error: OSError) -> Problem:
    """The problem of a file that the system does not let us read."""
    return Problem(Place(str(file), 1, 1), f"cannot be read: {error.strerror}", "check its rights")


def in_order(problems: Iterable[Problem]) -> list[Problem]:
    """The problems as a reader of the files meets them, each once."""
    return sorted(dict.fromkeys(problems), key=lambda one: (one.place.file, one.place.line, one.place.column))


def repeated(what: str, name: str, place: Place, first: Place) -> Problem:
    """The problem of an id that is taken: it must be unique, for the learner's history hangs on it."""
    where = f"line {first.line}" if first.file == place.file else f"{shown(first.file)}:{first.line}"
    return Problem(place, f"the {what} id `{name}` is taken: the first stands in {where}", "choose another id")
