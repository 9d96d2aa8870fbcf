"""The notes of this folder, read as the import reads them."""

from __future__ import annotations

from pathlib import Path

from quizkit.library.notes.note import Note
from quizkit.library.notes.read import read_note
from quizkit.library.notes.repair import decode, repair

HERE = Path(__file__).parent
SEED = HERE / "leader-and-follower.md"
NOTES = sorted(HERE.glob("*.md"))


def read_file(name: str) -> Note:
    """The note of this file name."""
    text, _ = decode((HERE / name).read_bytes())
    return read_note(repair(text)[0], name)


def cards_of(text: str) -> list[tuple[str, str]]:
    """The questions and answers of a note that is nothing but a flashcards section."""
    return [(one.q, one.a) for one in read_note(f"# T\n\n## Flashcards\n\n{text}", "t.md").questions]


def doubts_of(text: str) -> list[tuple[int, str, str]]:
    """What is not understood in a whole note."""
    return [(one.line, one.text, one.why) for one in read_note(text, "t.md").doubts]
