"""Where a learner's files live. `QUIZKIT_HOME` redirects all of them, for tests and for portable installs."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from quizkit.errors import QuizkitError


@dataclass(frozen=True)
class Home:
    """The learner's folders; none of them needs to exist yet."""

    data: Path
    cache: Path

    @property
    def journal(self) -> Path:
        """The SQLite file of every answer ever given."""
        return self.data / "journal.sqlite3"

    @property
    def content(self) -> Path:
        """The learner's own decks and scenarios; always loaded beside the shipped ones."""
        return self.data / "content"

    @property
    def reports(self) -> Path:
        """Markdown reports of mock interviews."""
        return self.data / "reports"

    @property
    def index(self) -> Path:
        """The compiled content, rebuilt whenever a file changes."""
        return self.cache / "content-index.json"


def find_home() -> Home:
    """The folders below `QUIZKIT_HOME`, or the platform's usual ones."""
    redirected = os.environ.get("QUIZKIT_HOME")
    if redirected:
        root = Path(redirected).expanduser().absolute()
        return Home(data=root / "data", cache=root / "cache")
    from platformdirs import PlatformDirs

    dirs = PlatformDirs("quizkit", appauthor=False)
    return Home(data=dirs.user_data_path, cache=dirs.user_cache_path)


def make_folder(folder: Path, hint: str = "free the place, or set QUIZKIT_HOME to a folder that can be written") -> Path:
    """Create `folder` with its parents; raises QuizkitError with this hint if the place cannot be written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise QuizkitError(f"cannot create the folder {folder}: {error.strerror}", hint) from error
    return folder


def write_whole(path: Path, text: str) -> None:
    """Write the whole file or nothing, in one step; raises OSError, and then leaves nothing behind."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        draft.write_text(text, encoding="utf-8", newline="\n")
        draft.replace(path)
    except BaseException:
        with suppress(OSError):  # the same disk or folder that refused the draft
            draft.unlink(missing_ok=True)
        raise
