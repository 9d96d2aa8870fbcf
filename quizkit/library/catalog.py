"""The content in memory: plain, immutable records. They say nothing of YAML, pydantic or the simulator.

Values under `raw` names are the text of the YAML (nested dicts, lists and strings): the simulator reads them itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

Raw = dict[str, Any]


@dataclass(frozen=True)
class Source:
    """Where a fact comes from, and how it was seen: primary, docs or secondary."""

    title: str
    url: str
    seen: str


@dataclass(frozen=True)
class Place:
    """Where a piece of content stands, for messages and editors; line and column count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True)
class Card:
    """One flashcard. `version` is a hash of what the learner sees; history hangs on `id` alone."""

    id: str
    deck: str
    q: str
    a: str
    kind: str
    level: int
    tags: tuple[str, ...]
    see: str | None
    sources: tuple[Source, ...]
    reviewed: bool
    version: str
    place: Place


@dataclass(frozen=True)
class Deck:
    """A topic: its cards in the order of the file."""

    id: str
    title: str
    cards: tuple[str, ...]
    reviewed: bool
    place: Place


@dataclass(frozen=True)
class Clarification:
    """A question that the learner may ask the interviewer, and the answer."""

    ask: str
    answer: str


@dataclass(frozen=True)
class FollowUp:
    """A question after the debrief, and what a strong answer mentions."""

    ask: str
    listen_for: tuple[str, ...]


@dataclass(frozen=True)
class KillShot:
    """An attack: what the interviewer says, and the fault schedule for the simulator."""

    id: str
    say: str
    raw_faults: tuple[Raw, ...]


@dataclass(frozen=True)
class Candidate:
    """A design that a candidate could name: its knobs, and the outcome that the author claims for each shot."""

    id: str
    label: str
    says: str
    raw_knobs: Raw
    raw_expect: Raw


@dataclass(frozen=True)
class Scenario:
    """A kill-shot scenario. `cards` are the ids that it exercises: a wrong prediction makes them due."""

    id: str
    title: str
    level: int
    topics: tuple[str, ...]
    interviewer: str
    clarify: tuple[Clarification, ...]
    raw_requirements: Raw
    raw_setup: Raw
    kill_shots: dict[str, KillShot]
    designs: dict[str, Candidate]
    debrief: str
    follow_ups: tuple[FollowUp, ...]
    cards: tuple[str, ...]
    sources: tuple[Source, ...]
    reviewed: bool
    place: Place


@dataclass(frozen=True)
class Library:
    """All content: the shipped one and the learner's own."""

    cards: dict[str, Card] = field(default_factory=dict)
    decks: dict[str, Deck] = field(default_factory=dict)
    scenarios: dict[str, Scenario] = field(default_factory=dict)


def by_level(scenarios: Iterable[Scenario]) -> list[Scenario]:
    """The easier ones first."""
    return sorted(scenarios, key=lambda one: (one.level, one.id))
