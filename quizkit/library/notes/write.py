"""Note -> the YAML of a deck and of scenario drafts, for a person to review."""

from __future__ import annotations

import re
from collections.abc import Container
from dataclasses import replace
from itertools import chain, count
from pathlib import Path, PurePosixPath
from typing import Any

from quizkit.library.catalog import Library
from quizkit.library.notes.ids import card_id, scenario_id, slug
from quizkit.library.notes.markup import printable
from quizkit.library.notes.note import Note, Trap

BLOCK_FROM = 88  # text of so many characters stands in a block of its own
NO_SCENARIO = "(The note has no scenario: write what the interviewer asks.)"


def drafts(note: Note) -> dict[PurePosixPath, str]:
    """The files to write, by their path below a content folder; none for what the note does not have."""
    files: dict[PurePosixPath, str] = {}
    if note.questions:
        files[PurePosixPath("decks", f"{note.slug}.yaml")] = _facts(note) + to_yaml(_deck(note))
    for number, (name, trap) in enumerate(zip(_scenario_ids(note), note.traps, strict=True)):
        path = PurePosixPath("scenarios", f"{name if number else note.slug}.yaml")
        files[path] = to_yaml({"id": name} | _scenario(note, trap))
    return files


def unlike(note: Note, library: Library, folder: Path) -> Note:
    """The note with ids that no other content has: `-note` is added to all of them if one is taken.

    The note's own drafts below `folder` take nothing, so importing it again gives the same ids.
    """
    suffixes = chain(["", "-note"], (f"-note-{n}" for n in count(2)))
    named = (replace(note, suffix=suffix) for suffix in suffixes)
    return next(one for one in named if not _taken(one, library, folder))


def _taken(note: Note, library: Library, folder: Path) -> bool:
    own = {str(folder / path) for path in drafts(note)}
    cards = [card_id(note.slug, question.q) for question in note.questions]
    decks = [note.slug] if note.questions else []
    found = [
        *(library.decks[deck].place for deck in decks if deck in library.decks),
        *(library.cards[card].place for card in cards if card in library.cards),
        *(library.scenarios[name].place for name in _scenario_ids(note) if name in library.scenarios),
    ]
    return any(place.file not in own for place in found)


def _scenario_ids(note: Note) -> list[str]:
    ids: list[str] = []
    for trap in note.traps:
        ids.append(_free(scenario_id(note.slug, trap.title), ids))
    return ids


def to_yaml(value: dict[str, Any]) -> str:
    """Strict YAML: no anchors, no folding, long text as blocks."""
    import yaml

    class Dumper(yaml.SafeDumper):
        def ignore_aliases(self, data: Any) -> bool:
            return True

    Dumper.add_representer(str, _represent_text)
    Dumper.add_representer(_Flow, lambda dumper, data: dumper.represent_sequence("tag:yaml.org,2002:seq", data, True))
    return yaml.dump(value, Dumper=Dumper, sort_keys=False, allow_unicode=True, width=float("inf"))


class _Flow(list[Any]):
    """A list on one line."""


def _represent_text(dumper: Any, text: str) -> Any:
    style = None
    if re.search("[\x85\u2028\u2029]", text):  # a block would end its lines there
        style = '"'
    elif "\n" in text or len(text) >= BLOCK_FROM:
        style = "|"
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


def _facts(note: Note) -> str:
    """The note's key-value lines as comments: they help whoever reviews the cards."""
    return "".join(f"# {printable(f'{key}: {value}')}\n" for key, value in note.facts.items())


def _deck(note: Note) -> dict[str, Any]:
    tags = _topics(note)
    cards = [
        {"id": card_id(note.slug, question.q), "q": question.q, "a": question.a}
        | ({"tags": _Flow(tags)} if tags else {})
        | {"sources": _sources(note)}
        for question in note.questions
    ]
    return {"deck": note.slug, "title": note.title, "reviewed": False, "cards": cards}


def _scenario(note: Note, trap: Trap) -> dict[str, Any]:
    parts: dict[str, Any] = {
        "topics": _Flow(_topics(note)),
        "interviewer": trap.interviewer or NO_SCENARIO,
        "kill_shots": [
            {"id": _numbered("kill-shot", n, len(trap.shots)), "say": say, "faults": _Flow()}
            for n, say in enumerate(trap.shots, start=1)
        ],
        "designs": _designs(trap),
        "debrief": trap.debrief,
        "sources": _sources(note),
    }
    first = {"title": trap.title, "level": 1, "reviewed": False}
    return first | {key: part for key, part in parts.items() if part}


def _designs(trap: Trap) -> dict[str, dict[str, str]]:
    """The naive answers by an id made from their label."""
    designs: dict[str, dict[str, str]] = {}
    for answer in trap.answers:
        name = _free(slug(answer.label)[:40].strip("-") or "candidate", designs)
        designs[name] = {"label": answer.label, "candidate": answer.says}
    return designs


def _free(name: str, taken: Container[str]) -> str:
    """The name, with a number if it is taken."""
    numbered = (f"{name}-{n}" for n in count(2))
    return next(one for one in chain([name], numbered) if one not in taken)


def _numbered(name: str, n: int, of: int) -> str:
    return f"{name}-{n}" if of > 1 else name


def _topics(note: Note) -> list[str]:
    """The note's category as tags: `Replication & Consistency` gives replication and consistency."""
    category = next((value for key, value in note.facts.items() if key.casefold() == "category"), "")
    return list(dict.fromkeys(filter(None, map(slug, re.split(r"[&,;/|+]|\band\b", category)))))


def _sources(note: Note) -> _Flow:
    return _Flow([{"title": note.title, "url": note.name, "seen": "secondary"}])
