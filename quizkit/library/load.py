"""Finding and loading all content, shipped and the learner's own; YAML and pydantic only if a file changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from quizkit.errors import QuizkitError, tell
from quizkit.home import Home, find_home
from quizkit.library.catalog import Deck, Library, Place
from quizkit.library.index import Entry, read_index, write_index
from quizkit.library.problems import ERROR, Problem, repeated, unreadable
from quizkit.words import plural

FOLDERS = ("decks", "scenarios")
SUFFIXES = (".yaml", ".yml")


def load_library(home: Home) -> tuple[Library, list[Problem]]:
    """All content that is right, and what is wrong with the rest; raises QuizkitError if quizkit's own is not there.

    Where an id stands twice the first one wins, and shipped content comes before the learner's own.
    """
    known = read_index(home.index)
    entries = {str(file): _fresh(file, known.get(str(file))) for file in content_files(find_shipped(), home.content)}
    if entries != known:
        write_index(home.index, entries)
    library, repetitions = merge(entry.content for entry in entries.values())
    return library, [problem for entry in entries.values() for problem in entry.problems] + repetitions


def open_library(home: Home | None = None) -> Library:
    """All content that is right; if something is wrong, one line on stderr says how to see it."""
    library, problems = load_library(home or find_home())
    errors = sum(problem.severity == ERROR for problem in problems)
    if errors:
        warning = f"quizkit: warning: {plural(errors, 'error')} in content files"
        tell(f"{warning}; see: quizkit content check")
    return library


def find_shipped() -> Path:
    """The folder of the shipped content: inside the package, or beside it in a checkout."""
    package = Path(__file__).resolve().parent.parent
    for folder in (package / "_content", package.parent / "content"):
        if folder.is_dir():
            return folder
    raise QuizkitError(f"the content that belongs to {package} is missing", "install quizkit again")


def content_files(*roots: Path) -> list[Path]:
    """The decks and scenarios below these content folders, in the order in which ids are taken."""
    folders = [root / name for root in roots for name in FOLDERS]
    return [file for folder in folders for file in yaml_files(folder)]


def yaml_files(folder: Path) -> list[Path]:
    """The YAML files that stand in this folder, by name; none if it cannot be listed."""
    try:
        files = sorted(folder.iterdir())
    except OSError:
        return []
    return [file for file in files if file.suffix in SUFFIXES and not file.name.startswith(".")]


def merge(parts: Iterable[Library]) -> tuple[Library, list[Problem]]:
    """One library of several files; an id that is taken keeps its first record, and the second is a problem."""
    whole = Library()
    problems: list[Problem] = []
    for part in parts:
        new = {name: card for name, card in part.cards.items() if name not in whole.cards}
        problems += _taken("card", part.cards, whole.cards)
        problems += _taken("deck", part.decks, whole.decks)
        problems += _taken("scenario", part.scenarios, whole.scenarios)
        whole.cards.update(new)
        for deck in part.decks.values():
            whole.decks[deck.id] = _extended(whole.decks.get(deck.id, replace(deck, cards=())), tuple(new))
        for scenario in part.scenarios.values():
            whole.scenarios.setdefault(scenario.id, scenario)
    return whole, problems


def _extended(deck: Deck, cards: tuple[str, ...]) -> Deck:
    """A deck of a taken name lends its cards to the first one, so that they can still be drilled."""
    return replace(deck, cards=deck.cards + cards)


class _Placed(Protocol):
    @property
    def place(self) -> Place: ...


def _taken(what: str, part: Mapping[str, _Placed], whole: Mapping[str, _Placed]) -> list[Problem]:
    return [repeated(what, name, record.place, whole[name].place) for name, record in part.items() if name in whole]


def _fresh(file: Path, known: Entry | None) -> Entry:
    """The compiled file: the known one if nothing changed, else compiled anew."""
    try:
        stat = file.stat()
        stamp = (stat.st_mtime_ns, stat.st_size)
        if known and known.stamp == stamp:
            return known
        data = file.read_bytes()
    except OSError as error:
        return Entry((0, 0), "", Library(), (unreadable(file, error),))
    return _compiled(data, file, stamp, known)


def _compiled(data: bytes, file: Path, stamp: tuple[int, int], known: Entry | None) -> Entry:
    import hashlib

    sha = hashlib.sha256(data).hexdigest()
    if known and known.sha == sha:
        return replace(known, stamp=stamp)
    from quizkit.library.compile import compile_file

    compiled = compile_file(data, str(file))
    return Entry(stamp, sha, compiled.content, tuple(compiled.problems))
