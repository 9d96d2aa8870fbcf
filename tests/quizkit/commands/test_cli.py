"""The command line: one table of verbs, every error a sentence, the exit statuses 0, 1, 2 and 130."""

from __future__ import annotations

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


def test_a_bug_is_not_hidden(verb: Callable[[BaseException], Result]) -> None:
    with pytest.raises(ZeroDivisionError):
        verb(ZeroDivisionError())


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
