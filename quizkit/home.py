"""Where a learner's files live. `QUIZKIT_HOME` redirects all of them, for tests and for portable installs."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from quizkit.errors import QuizkitError


@dataclass(frozen=True)
class Home:
    """The learner's folders; none of them needs to exist yet."""

    data: Path
    config: Path
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


def find_home(environ: Mapping[str, str] | None = None) -> Home:
    """The folders below `QUIZKIT_HOME`, or the platform's usual ones."""
    redirected = (os.environ if environ is None else environ).get("QUIZKIT_HOME")
    if redirected:
        root = Path(redirected).expanduser().absolute()
        return Home(data=root / "data", config=root / "config", cache=root / "cache")
    from platformdirs import PlatformDirs

    dirs = PlatformDirs("quizkit", appauthor=False)
    return Home(data=dirs.user_data_path, config=dirs.user_config_path, cache=dirs.user_cache_path)


def make_folder(folder: Path) -> Path:
    """Create `folder` with its parents; raises QuizkitError if the place cannot be written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise QuizkitError(
            f"cannot create the folder {folder}: {error.strerror}",
            "free the place, or set QUIZKIT_HOME to a folder that can be written",
        ) from error
    return folder
