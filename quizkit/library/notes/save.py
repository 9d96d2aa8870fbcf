"""Writing drafts without ever destroying what a person changed in them.

The first line of a draft carries a hash of the rest. A file whose hash fits is as the import left it and may be
replaced; any other file belongs to the learner.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from quizkit.errors import QuizkitError
from quizkit.home import make_folder, write_whole
from quizkit.library.notes.markup import printable
from quizkit.library.notes.note import Note

WRITTEN, UNCHANGED, PENDING = "written", "unchanged", "would be written"
_MARK = re.compile(r"# drafted by quizkit content import from (.*), sha256 of the rest ([0-9a-f]{16})")


def save(drafts: Mapping[PurePosixPath, str], note: Note, folder: Path, dry_run: bool = False) -> dict[Path, str]:
    """Write the drafts below `folder`, and say of each file whether it was written or stays as it was.

    Raises QuizkitError, before anything is written, if one of the files was edited since or is another note's.
    """
    texts = {folder / path: _marked(text, note) for path, text in drafts.items()}
    states = {path: _state(path, text, note) for path, text in texts.items()}
    if dry_run:
        return states
    for path, state in states.items():
        if state == PENDING:
            _write(path, texts[path])
            states[path] = WRITTEN
    return states


def _origin(note: Note) -> str:
    return printable(f"{note.name} ({note.title})" + (f" in {note.folder}" if note.folder else ""))


def _marked(text: str, note: Note) -> str:
    return f"# drafted by quizkit content import from {_origin(note)}, sha256 of the rest {_hash(text)}\n{text}"


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _state(path: Path, text: str, note: Note) -> str:
    """What saving would do to this file."""
    try:
        present = path.read_text(encoding="utf-8")  # universal newlines: a checkout may have changed them
    except FileNotFoundError:
        return PENDING
    except UnicodeDecodeError:
        present = ""
    except OSError as error:
        raise QuizkitError(f"cannot read {path}: {error.strerror}", "choose another folder with --out") from error
    if present == text:
        return UNCHANGED
    mark, _, rest = present.partition("\n")
    found = _MARK.fullmatch(mark)
    if not found or found[2] != _hash(rest):
        raise QuizkitError(
            f"{path} was edited since it was imported, so it stays as it is",
            "import into another folder with --out, or remove the file to have it drafted again",
        )
    if rest == text.partition("\n")[2]:
        return UNCHANGED  # the note was moved
    if found[1] != _origin(note):
        raise QuizkitError(
            f"{path} was drafted from another note, {found[1]}",
            "import into another folder with --out, rename the note, or remove the file",
        )
    return PENDING


def _write(path: Path, text: str) -> None:
    make_folder(path.parent, "free the place, or choose another folder with --out")
    try:
        write_whole(path, text)
    except OSError as error:
        raise QuizkitError(
            f"cannot write {path}: {error.strerror}", "free the place, or choose another folder with --out"
        ) from error
