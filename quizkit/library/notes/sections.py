"""A note cut at its headings, and the part that each section begins."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from quizkit.library.notes.labels import SOLUTION, kind_of
from quizkit.library.notes.markup import HEADING, Line, plain, speech
from quizkit.library.notes.note import Doubt, Note

CARDS, INTERVIEW, TRAP = "cards", "interview", "trap"
_KINDS = {
    CARDS: re.compile(r".*\bflash ?-?cards?\b", re.IGNORECASE),
    INTERVIEW: re.compile(r"(?:the )?(?:interview )?post-? ?mortem\b", re.IGNORECASE),
    TRAP: re.compile(r"(?:the )?trap\b", re.IGNORECASE),
}
_FACT = re.compile(r"\s*>\s*(?:[-*+]\s+)?(?:\*\*|__)(.+?)(?:(:)(?:\*\*|__)|(?:\*\*|__)\s*:)\s*(.*)")
_QUOTE = re.compile(r"\s*> ?(.*)")


@dataclass
class Section:
    """A heading (None before the first one) and the lines up to the next."""

    head: Line | None
    level: int
    title: str
    body: list[Line] = field(default_factory=list)

    @property
    def number(self) -> int:
        """The line of the heading."""
        return self.head.number if self.head else 1

    @property
    def lines(self) -> list[Line]:
        """The heading and what follows it."""
        return [self.head, *self.body] if self.head else self.body

    @property
    def kind(self) -> str:
        """Which part of a note begins here, or ""."""
        known = next((kind for kind, pattern in _KINDS.items() if pattern.match(self.title)), "")
        return known or (SOLUTION if kind_of(self.title.partition(":")[0]) == SOLUTION else "")

    @property
    def topic(self) -> str:
        """What the heading says after the name of the part: `Interview Post-Mortem: "The Async Trap"`."""
        _, separator, topic = re.split(r"(:|\s[–—-]\s)", f"{self.title}: ", maxsplit=1)
        return speech(topic.removesuffix(": ")) if separator else ""


def split_sections(lines: list[Line]) -> list[Section]:
    """The text before the first heading, then a section for each heading of any level."""
    sections = [Section(None, 0, "")]
    for line in lines:
        found = None if line.code else HEADING.fullmatch(line.text)
        if found:
            sections.append(Section(line, len(found[1]), plain(found[2] or "")))
        else:
            sections[-1].body.append(line)
    return sections


def take_facts(lines: list[Line], note: Note) -> list[Line]:
    """Note the `> **Key**: value` lines and list other quotations; all other lines come back."""
    rest: list[Line] = []
    key = ""
    for line in lines:
        quote = None if line.code else _QUOTE.fullmatch(line.text)
        if quote is None:
            rest.append(line)
            key = "" if line.blank else key
        elif found := _FACT.fullmatch(line.text):
            key = found[1].strip(" :")
            note.facts[key] = "; ".join(filter(None, (note.facts.get(key), found[3].strip())))
        elif not quote[1].strip():
            key = ""
        elif key:
            note.facts[key] = f"{note.facts[key]} {quote[1].strip()}".strip()
        else:
            note.doubts.append(Doubt(line.number, line.text.strip(), "no line of the form > **Key**: value"))
    return rest
