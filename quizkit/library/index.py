"""The compiled content on disk, so that a drill parses no YAML: a cache, whose loss costs a second and no error."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import quizkit
from quizkit.home import write_whole
from quizkit.library.catalog import (
    Candidate,
    Card,
    Clarification,
    Deck,
    FollowUp,
    KillShot,
    Library,
    Place,
    Scenario,
    Source,
)
from quizkit.library.problems import Problem

FORMAT = 1  # raise it whenever the records, the schema or the rules change
DAMAGED = (KeyError, TypeError, ValueError, AttributeError)


@dataclass(frozen=True)
class Entry:
    """One compiled file. The stamp (mtime in ns, size) tells that it is unchanged; the hash settles doubts."""

    stamp: tuple[int, int]
    sha: str
    content: Library
    problems: tuple[Problem, ...]


def read_index(path: Path) -> dict[str, Entry]:
    """The compiled files by their path; empty if there is no index, or one that is damaged or of another version."""
    try:
        raw = json.loads(path.read_bytes())
        if (raw["format"], raw["quizkit"]) != (FORMAT, quizkit.__version__):
            return {}
        return {file: _entry(entry) for file, entry in raw["files"].items()}
    except (OSError, *DAMAGED):
        return {}


def write_index(path: Path, entries: dict[str, Entry]) -> None:
    """Replace the index in one step; a place that cannot be written is no reason to stop."""
    raw = {
        "format": FORMAT,
        "quizkit": quizkit.__version__,
        "files": {file: asdict(entry) for file, entry in entries.items()},
    }
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, json.dumps(raw, separators=(",", ":")))


def _entry(raw: dict[str, Any]) -> Entry:
    mtime_ns, size = raw["stamp"]
    content = raw["content"]
    library = Library(
        cards={name: _card(card) for name, card in content["cards"].items()},
        decks={name: _deck(deck) for name, deck in content["decks"].items()},
        scenarios={name: _scenario(scenario) for name, scenario in content["scenarios"].items()},
    )
    problems = tuple(Problem(**{**problem, "place": Place(**problem["place"])}) for problem in raw["problems"])
    return Entry((mtime_ns, size), raw["sha"], library, problems)


def _card(raw: dict[str, Any]) -> Card:
    return Card(**{**raw, "tags": tuple(raw["tags"]), "sources": _sources(raw), "place": Place(**raw["place"])})


def _deck(raw: dict[str, Any]) -> Deck:
    return Deck(**{**raw, "cards": tuple(raw["cards"]), "place": Place(**raw["place"])})


def _scenario(raw: dict[str, Any]) -> Scenario:
    changed = {
        "topics": tuple(raw["topics"]),
        "clarify": tuple(Clarification(**entry) for entry in raw["clarify"]),
        "kill_shots": {
            name: KillShot(shot["id"], shot["say"], tuple(shot["raw_faults"])) for name, shot in raw["kill_shots"].items()
        },
        "designs": {name: Candidate(**design) for name, design in raw["designs"].items()},
        "follow_ups": tuple(FollowUp(entry["ask"], tuple(entry["listen_for"])) for entry in raw["follow_ups"]),
        "cards": tuple(raw["cards"]),
        "sources": _sources(raw),
        "place": Place(**raw["place"]),
    }
    return Scenario(**{**raw, **changed})


def _sources(raw: dict[str, Any]) -> tuple[Source, ...]:
    return tuple(Source(**source) for source in raw["sources"])
