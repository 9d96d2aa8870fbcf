"""A note as plain data: what was understood of it, and what was not. Lines count from 1."""

from __future__ import annotations

from dataclasses import dataclass, field

from quizkit.library.notes.ids import note_slug


@dataclass(frozen=True)
class Doubt:
    """Text inside a part that is imported which could not be understood."""

    line: int
    text: str
    why: str


@dataclass(frozen=True)
class Unused:
    """A section, from `first` to `last`, that holds nothing to import."""

    first: int
    last: int
    heading: str


@dataclass(frozen=True)
class Question:
    """A flashcard of the note, in its Markdown."""

    line: int
    q: str
    a: str


@dataclass(frozen=True)
class Answer:
    """What a candidate says; `label` is how the note calls it."""

    label: str
    says: str


@dataclass
class Trap:
    """An interview that went wrong. Every part may be empty."""

    line: int
    title: str
    interviewer: str = ""
    answers: list[Answer] = field(default_factory=list)
    shots: list[str] = field(default_factory=list)
    debrief: str = ""

    def __bool__(self) -> bool:
        return bool(self.interviewer or self.answers or self.shots or self.debrief)


@dataclass
class Note:
    """`name` is the file's name, `folder` where it stands; `facts` are the `> **Key**: value` lines.

    `suffix` tells the note's ids from those of other content, if they would be the same.
    """

    name: str
    title: str
    facts: dict[str, str] = field(default_factory=dict)
    questions: list[Question] = field(default_factory=list)
    traps: list[Trap] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)
    unused: list[Unused] = field(default_factory=list)
    folder: str = ""
    suffix: str = ""

    @property
    def slug(self) -> str:
        """What the ids and the files made from the note begin with; it hangs on the file's name alone if it can."""
        return f"{note_slug(self.name, self.title)}{self.suffix}"
