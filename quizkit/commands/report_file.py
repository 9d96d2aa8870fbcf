"""Where the report of a mock interview goes: tried before the interview, written after it, never over another file."""

from __future__ import annotations

from pathlib import Path

from quizkit.errors import QuizkitError, UsageError
from quizkit.home import Home, make_folder, write_whole
from quizkit.learn.mock import MockState

ANOTHER = "choose another file with --out"


def usual_target(home: Home, state: MockState) -> Path:
    """`<date>-<id>.md` among the learner's reports, a folder that is created; raises QuizkitError if it cannot be."""
    return make_folder(home.reports) / f"{state.begun.astimezone():%Y-%m-%d}-{state.id}.md"


def try_target(path: Path) -> None:
    """Raise UsageError if a new file cannot be written there, by making one and removing it."""
    try:
        if path.is_dir():
            raise UsageError(f"{path} is a folder", f"name a file in it: --out {path / 'report.md'}")
        if not path.parent.is_dir():
            raise UsageError(f"there is no folder {path.parent}", f"create it first, or {ANOTHER}")
        path.open("x").close()
    except FileExistsError as error:
        raise UsageError(f"{path} exists already", ANOTHER) from error
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror}", ANOTHER) from error
    path.unlink()


def save(path: Path, text: str, overwrite: bool) -> None:
    """Write the report in one step; raises QuizkitError if that fails.

    Without `overwrite` only this very report, left by an interruption, may stand there already.
    """
    again = "every answer is saved; `quizkit mock resume --out FILE` writes the report elsewhere"
    try:
        if not overwrite and path.exists() and path.read_text(encoding="utf-8", errors="replace") != text:
            raise QuizkitError(f"the report is not written: {path} exists already", again)
        write_whole(path, text)
    except OSError as error:
        raise QuizkitError(f"the report is not written: {path}: {error.strerror}", again) from error
