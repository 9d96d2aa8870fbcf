"""The command line: one table of verbs, every error a sentence, the exit statuses 0, 1, 2 and 130."""

from __future__ import annotations

import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from importlib import import_module

import pytest
import typer
from typer.testing import Result

from quizkit import __version__, cli
from quizkit.cli import VERBS, Verb
from quizkit.errors import Interrupted, QuizkitError, UsageError

Run = Callable[..., Result]


@pytest.fixture
def verb(quizkit: Run, monkeypatch: pytest.MonkeyPatch) -> Callable[[BaseException], Result]:
    """Run a verb that raises."""

    def run(error: BaseException) -> Result:
        def fail() -> None:
            raise error

        monkeypatch.setattr(cli, "fail", fail, raising=False)
        monkeypatch.setitem(VERBS, "fail", Verb("quizkit.cli:fail", "Raise."))
        return quizkit("fail")

    return run


def test_help_lists_the_verbs_in_the_order_of_the_table(quizkit: Run) -> None:
    result = quizkit("--help")
    assert result.exit_code == 0
    commands = result.stdout.split("Commands:\n")[1].splitlines()
    assert [line.split()[0] for line in commands] == list(VERBS)
    assert quizkit("-h").stdout == result.stdout


@pytest.mark.parametrize("name", VERBS)
def test_every_verb_exists_and_says_what_it_does(quizkit: Run, name: str) -> None:
    module, attribute = VERBS[name].target.split(":")
    assert getattr(import_module(module), attribute)
    result = quizkit(name, "--help")
    assert result.exit_code == 0
    assert result.stdout.startswith(f"Usage: quizkit {name} ")
    assert len(result.stdout.split("Options:")[0].strip().splitlines()) > 1, "the verb has no help of its own"


def every_command() -> list[tuple[str, ...]]:
    groups = {name: cli._load(name) for name in VERBS}
    nested = [(name, sub) for name, group in groups.items() for sub in getattr(group, "commands", {})]
    return [*((name,) for name in VERBS), *nested]


@pytest.mark.parametrize("command", every_command(), ids=" ".join)
def test_every_help_has_an_example_of_that_very_command(quizkit: Run, command: tuple[str, ...]) -> None:
    examples = quizkit(*command, "--help").stdout.partition("Examples:\n")[2].split("\n\n")[0].splitlines()
    assert examples
    assert {line.startswith(f"    quizkit {' '.join(command)}") for line in examples} == {True}


def test_the_help_of_mock_says_what_a_file_of_answers_is(quizkit: Run) -> None:
    assert "A file of answers maps the key of each question" in " ".join(quizkit("mock", "--help").stdout.split())


def test_version(quizkit: Run) -> None:
    assert quizkit("--version").stdout == f"quizkit {__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["dril"], "quizkit: error: no such command: 'dril'\n  hint: did you mean `quizkit drill`?\n"),
        (["xyzzy"], "quizkit: error: no such command: 'xyzzy'\n  hint: quizkit --help lists the commands\n"),
        (["--nope"], "quizkit: error: no such option: --nope\n  hint: quizkit --help shows how to call it\n"),
        (["due", "--nope"], "quizkit: error: no such option: --nope\n  hint: quizkit due --help shows how to call it\n"),
        (
            ["list"],
            "quizkit: error: missing argument 'what': one of cards, scenarios, decks\n"
            "  hint: quizkit list --help shows how to call it\n",
        ),
        (
            ["compare", "async-trap", "--seed", "x"],
            "quizkit: error: seed must be a whole number, not 'x'\n  hint: quizkit compare --help shows how to call it\n",
        ),
        (
            ["drill", "--limit", "0"],
            "quizkit: error: invalid value for '--limit': 0 is not in the range x>=1\n"
            "  hint: quizkit drill --help shows how to call it\n",
        ),
    ],
)
def test_wrong_usage(quizkit: Run, arguments: list[str], error: str) -> None:
    result = quizkit(*arguments)
    assert (result.exit_code, result.stdout, result.stderr) == (2, "", error)


@pytest.mark.parametrize(
    ("error", "status", "text"),
    [
        (QuizkitError("the disk is full", "free some space"), 1, "quizkit: error: the disk is full\n  hint: free some space\n"),
        (QuizkitError("the disk is full"), 1, "quizkit: error: the disk is full\n"),
        (UsageError("no such design", "try async"), 2, "quizkit: error: no such design\n  hint: try async\n"),
        (Interrupted("stopped; 2 answers saved"), 130, "quizkit: stopped; 2 answers saved\n"),
        (KeyboardInterrupt(), 130, ""),
        (typer.Abort(), 130, "quizkit: interrupted\n"),
        (typer.Exit(1), 1, ""),
        (
            PermissionError(13, "Permission denied", "/somewhere/reports"),
            1,
            "quizkit: error: [Errno 13] Permission denied: '/somewhere/reports'\n"
            "  hint: check the folder and the free space on its disk\n",
        ),
        (
            sqlite3.OperationalError("disk I/O error"),
            1,
            "quizkit: error: disk I/O error\n  hint: check the folder and the free space on its disk\n",
        ),
    ],
)
def test_every_error_becomes_text_and_a_status(
    verb: Callable[[BaseException], Result], error: BaseException, status: int, text: str
) -> None:
    result = verb(error)
    assert (result.exit_code, result.stdout, result.stderr) == (status, "", text)


def test_a_bug_is_one_line_that_says_where(verb: Callable[[BaseException], Result]) -> None:
    result = verb(ZeroDivisionError("division by zero"))
    assert (result.exit_code, result.stdout) == (1, "")
    assert re.fullmatch(
        r"quizkit: error: ZeroDivisionError: division by zero at quizkit/cli\.py:\d+ \(this is a bug in quizkit\)\n"
        r"  hint: QUIZKIT_DEBUG=1 prints where it came from\n",
        result.stderr,
    )


def test_the_traceback_of_a_bug_is_for_those_who_ask(
    verb: Callable[[BaseException], Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QUIZKIT_DEBUG", "1")
    result = verb(ZeroDivisionError())
    assert (result.exit_code, result.stderr.startswith("Traceback (most recent call last)")) == (1, True)
    assert "(this is a bug in quizkit)" in result.stderr


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-"])
def test_closed_streams_are_no_error(closed: str) -> None:
    command = f'exec "$0" -W error -m quizkit list cards {closed}'
    result = subprocess.run(["sh", "-c", command, sys.executable], capture_output=True, text=True, check=False)
    assert (result.returncode, result.stderr) == (0, "")


CHATTY = """
import quizkit.cli as cli

def chat():
    for _ in range(9999):
        print("─" * 99)

cli.chat = chat
cli.VERBS["chat"] = cli.Verb("quizkit.cli:chat", "Print a lot.")
cli.main()
"""


def test_a_reader_that_goes_away_is_no_error_of_ours() -> None:
    command = [sys.executable, "-c", CHATTY, "chat"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as writer:
        assert writer.stdout
        assert writer.stderr
        writer.stdout.readline()
        writer.stdout.close()
        assert writer.stderr.read() == ""
    assert writer.returncode == 1


def test_a_terminal_that_has_no_such_letters_gets_question_marks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    result = subprocess.run([sys.executable, "-c", CHATTY, "chat"], capture_output=True, text=True, check=True)
    assert (result.stdout.splitlines()[0], result.stderr) == ("?" * 99, "")
