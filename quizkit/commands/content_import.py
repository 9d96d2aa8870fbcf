"""`quizkit content import`: a Markdown note becomes a deck and scenario drafts in the learner's own content folder."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from quizkit.commands.json_output import print_json
from quizkit.errors import QuizkitError, UsageError
from quizkit.home import Home, find_home
from quizkit.library.load import open_library
from quizkit.screen.style import terminal_style
from quizkit.words import plural

if TYPE_CHECKING:
    from quizkit.library.notes.note import Note, Unused
    from quizkit.library.notes.repair import Repair

KEEP = -1  # a path stays on one line, so that it can be copied
NO_CARDS = "cards look like **Q: ...** and *A: ...* below a heading that says Flashcards"


def import_note(
    note: Annotated[Path, typer.Argument(metavar="NOTE.md", help="The note: a Markdown file.")],
    out: Annotated[Path | None, typer.Option(metavar="DIR", help="Write here, not to your content folder.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Write nothing, only say what would be.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Turn a Markdown note into a deck and scenario drafts, to be reviewed by you.

    Flashcards and interview stories are taken over; damaged characters are repaired; whatever was not understood is
    listed with its line. Running it again changes nothing, and a draft that you edited is never overwritten. Where other
    content has the note's name already, the ids of the drafts get `-note` behind it.

    \b
    Examples:
      quizkit content import notes/leader-and-follower.md
      quizkit content import quorum.md --dry-run
      quizkit content import quorum.md --out ./drafts --json
    """
    from quizkit.library.notes.read import read_note
    from quizkit.library.notes.repair import decode, repair
    from quizkit.library.notes.save import save
    from quizkit.library.notes.write import drafts, unlike

    text, notice = decode(_read(note))
    text, repairs = repair(text)
    home = find_home()
    folder = (out or home.content).absolute()
    parsed = replace(read_note(text, note.name), folder=str(note.absolute().parent))
    parsed = unlike(parsed, open_library(home), folder)
    states = {str(path): state for path, state in save(drafts(parsed), parsed, folder, dry_run).items()}
    if as_json:
        print_json(_as_data(parsed, notice, repairs, states))
    else:
        width = terminal_style().width
        for indent, line in [*_report(parsed, notice, repairs, states), *_ending(states, folder, home)]:
            typer.echo(_wrapped(line, indent, width))


def _read(path: Path) -> bytes:
    """The bytes of the note; raises UsageError if there is none, QuizkitError if it is no text."""
    hint = "name a Markdown file, such as notes/leader-and-follower.md"
    try:
        data = path.read_bytes()
    except IsADirectoryError as error:
        raise UsageError(f"{path} is a folder", hint) from error
    except FileNotFoundError as error:
        raise UsageError(f"there is no note {path}", hint) from error
    except (OSError, ValueError) as error:  # ValueError: a name that no file can have
        raise QuizkitError(f"cannot read {path}: {getattr(error, 'strerror', error)}", "check its rights") from error
    if b"\0" in data:
        raise QuizkitError(f"{path} is no text file", "export the note as Markdown, in UTF-8")
    return data


def _as_data(note: Note, notice: str, repairs: list[Repair], states: dict[str, str]) -> dict[str, Any]:
    from dataclasses import asdict

    return {
        "note": note.name,
        "title": note.title,
        "cards": len(note.questions),
        "scenarios": len(note.traps),
        "notice": notice or None,
        "repairs": [asdict(repair) for repair in repairs],
        "not_understood": [asdict(doubt) for doubt in note.doubts],
        "not_imported": [asdict(unused) for unused in note.unused],
        "files": [{"path": path, "state": state} for path, state in states.items()],
    }


def _report(note: Note, notice: str, repairs: list[Repair], states: dict[str, str]) -> Iterator[tuple[int, str]]:
    """The lines of the report, each with the indentation at which it goes on if it is too long, or KEEP for a path."""
    yield 2, note.title
    yield 2, f"  {plural(len(note.questions), 'card')} and {plural(len(note.traps), 'scenario draft')}"
    if notice:
        yield 2, f"  {notice}"
    yield from _list("damaged text, repaired:", (_pair(one.line, one.before, f"-> {one.after}") for one in repairs))
    yield from _list("not understood:", (_pair(one.line, one.text, f"({one.why})") for one in note.doubts))
    left_out = ([f"{_span(one)}  {one.heading}"] for one in note.unused)
    yield from _list("not imported, neither cards nor an interview:", left_out)
    yield 0, ""
    for state in sorted(set(states.values())):
        yield 2, f"{state}:"
        yield from ((KEEP, path) for path in states if states[path] == state)
    if not states:
        yield 2, f"Nothing to write: {NO_CARDS}"


def _ending(states: dict[str, str], folder: Path, home: Home) -> Iterator[tuple[int, str]]:
    """What to do with the drafts now."""
    if "written" not in states.values():
        return
    yield 0, ""
    yield 2, "Review the drafts, then set `reviewed: true`."
    if folder.resolve() == home.content.resolve():
        yield 2, "Until then: quizkit drill --drafts"
    else:
        yield 2, "They are not loaded from there: move them to your content folder, below"
        yield KEEP, str(home.content)


def _span(unused: Unused) -> str:
    return f"lines {unused.first}-{unused.last}" if unused.last > unused.first else f"line {unused.first}"


def _pair(line: int, text: str, remark: str) -> list[str]:
    place = f"line {line}"
    return [f"{place}  {text}", f"{'':{len(place)}}  {remark}"]


def _list(title: str, entries: Iterable[list[str]]) -> Iterator[tuple[int, str]]:
    """A title and its entries; nothing at all if there are none."""
    for number, entry in enumerate(entries):
        if number == 0:
            yield 0, ""
            yield 2, title
        for line in entry:
            yield 6, f"  {line}"


def _wrapped(line: str, indent: int, width: int) -> str:
    """The line in the width of the terminal; control characters of the note do not reach it."""
    shown = "".join(one if one.isprintable() else " " if one == "\n" else "�" for one in line)
    if indent == KEEP or not shown:
        return shown
    return textwrap.fill(shown, width, subsequent_indent=" " * indent, break_on_hyphens=False)
