"""The command line: the table of verbs, and the one place where an error becomes text and an exit status.

A verb's module is imported when the verb runs, so `quizkit --help` and `quizkit due` load next to nothing.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence
from importlib import import_module
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated, Any, NamedTuple, TextIO

import typer
from typer.core import TyperGroup

from quizkit.errors import DONE, FAILURE, INTERRUPTED, USAGE, Interrupted, QuizkitError, UsageError, tell


class Verb(NamedTuple):
    """Where a verb's function, or its typer app, stands (`module:name`), and what it does in one line."""

    target: str
    help: str


VERBS = {
    "challenge": Verb("quizkit.commands.challenge:challenge", "Design a system, predict, and watch it under attack."),
    "drill": Verb("quizkit.commands.drill:drill", "Flashcards that are due, one key each."),
    "mock": Verb("quizkit.commands.mock:mock_app", "A timed mock interview that you grade yourself."),
    "due": Verb("quizkit.commands.due:due", "What is due, at a glance."),
    "today": Verb("quizkit.commands.today:today", "Where you stand, and what to do next."),
    "answer": Verb("quizkit.commands.answer:answer", "Grade one card without a terminal."),
    "undo": Verb("quizkit.commands.undo:undo", "Take the last answer back."),
    "replay": Verb("quizkit.commands.replay:replay", "Run one design under one attack."),
    "compare": Verb("quizkit.commands.compare:compare", "All designs of a scenario side by side."),
    "list": Verb("quizkit.commands.listing:list_content", "The cards, scenarios and decks there are."),
    "show": Verb("quizkit.commands.listing:show", "One card, scenario or deck in full."),
    "explain": Verb("quizkit.commands.explain:explain", "Knobs, checks and measures, in the field's own words."),
    "content": Verb("quizkit.commands.content:content_app", "Import notes; check that content is right."),
}
SETTINGS = {"help_option_names": ["-h", "--help"]}


class Verbs(TyperGroup):
    """The verbs of the table, imported late; `main` keeps every error away from the user as a traceback."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(VERBS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        return _load(cmd_name) if cmd_name in VERBS else None

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, verb.help) for name, verb in VERBS.items()])

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        if args[0] not in VERBS and not args[0].startswith("-"):
            raise UsageError(f"no such command: {args[0]!r}", _nearest(args[0]))
        return super().resolve_command(ctx, args)

    def main(self, args: Sequence[str] | None = None, *rest: Any, **extra: Any) -> Any:
        """Run a verb and exit with its status; an error becomes text on stderr."""
        try:
            status = super().main(args, *rest, **{**extra, "standalone_mode": False})
            sys.stdout.flush()
        except Exception as error:
            status = _told(error)
        sys.exit(status if isinstance(status, int) else DONE)


app = typer.Typer(
    name="quizkit",
    cls=Verbs,
    rich_markup_mode=None,
    add_completion=False,
    no_args_is_help=False,
    pretty_exceptions_enable=False,
    context_settings=SETTINGS,
)


def _version(wanted: bool) -> None:
    if wanted:
        from quizkit import __version__

        print(f"quizkit {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def quizkit(
    ctx: typer.Context,
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")] = False,
) -> None:
    """An interview gym for replication and consistency: flashcards, kill shots and mock interviews on a real simulator.

    Alone, `quizkit` tells where you stand today and what to do next.
    """
    if ctx.invoked_subcommand is None:
        from quizkit.commands.today import today

        today()


def main() -> None:
    """Run the command line and exit: 0 done, 1 failure, 2 usage, 130 interrupted."""
    sys.stdout, sys.stderr = sys.stdout or _nowhere(), sys.stderr or _nowhere()  # None if the shell closed them
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that knows no "─" gets "?", not a traceback
    app(prog_name="quizkit")


def _nowhere() -> TextIO:
    return Path(os.devnull).open("w", encoding="utf-8")


def _load(name: str) -> Any:
    module, attribute = VERBS[name].target.split(":")
    target = getattr(import_module(module), attribute)
    if isinstance(target, typer.Typer):
        group = typer.main.get_group(target)
        group.name, group.rich_markup_mode, group.no_args_is_help = name, None, False
        return group
    single = typer.Typer(rich_markup_mode=None, add_completion=False, pretty_exceptions_enable=False)
    single.command(name, context_settings=SETTINGS)(target)
    return typer.main.get_command(single)


def _nearest(word: str) -> str:
    from quizkit.words import near

    verb = near(word, VERBS)
    return f"did you mean `quizkit {verb}`?" if verb else "quizkit --help lists the commands"


def _told(error: Exception) -> int:
    """Tell the user what went wrong, on stderr; returns the exit status."""
    import sqlite3

    match error:
        case Interrupted():
            return _say(f"quizkit: {error.message}", error.hint, error.status)
        case QuizkitError():
            return _say(f"quizkit: error: {error.message}", error.hint, error.status)
        case typer.Abort():
            return _say("quizkit: interrupted", "", INTERRUPTED)
        case _ if hasattr(error, "format_message"):  # typer's complaints; their base class has no public name in 0.26
            return _say(f"quizkit: error: {_as_sentence(error.format_message())}", _where_help_is(error), USAGE)
        case BrokenPipeError():
            # The reader went away. Python would complain once more when it flushes stdout at exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return FAILURE
        case OSError() | sqlite3.Error():
            return _say(f"quizkit: error: {error}", "check the folder and the free space on its disk", FAILURE)
    return _bug(error)


def _bug(error: Exception) -> int:
    """What nobody foresaw, in one line; with QUIZKIT_DEBUG=1 the traceback stands before it."""
    import traceback

    if os.environ.get("QUIZKIT_DEBUG") == "1":
        traceback.print_exception(error)
    home = Path(__file__).parent.parent
    ours = (str(home / "quizkit"), str(home / "sim"))
    frames = traceback.extract_tb(error.__traceback__)
    frame = next((one for one in reversed(frames) if one.filename.startswith(ours)), frames[-1])
    where = f"{Path(frame.filename).relative_to(home).as_posix()}:{frame.lineno}"
    line = f"quizkit: error: {type(error).__name__}: {error} at {where} (this is a bug in quizkit)"
    return _say(line, "QUIZKIT_DEBUG=1 prints where it came from", FAILURE)


def _say(line: str, hint: str, status: int) -> int:
    tell(line, hint)
    return status


def _as_sentence(text: str) -> str:
    """Typer's complaint in our words, on one line."""
    text = " ".join(text.split()).rstrip(".")
    text = re.sub(r"Invalid value for '-*([^']+)': ('.*') is not a valid int.*", r"\1 must be a whole number, not \2", text)
    text = re.sub(r"Missing argument '(.+)'\. Choose from: (.+)", r"missing argument '\1': one of \2", text)
    return text[:1].lower() + text[1:]


def _where_help_is(error: Exception) -> str:
    context = getattr(error, "ctx", None)
    return f"{context.command_path} --help shows how to call it" if context else ""
