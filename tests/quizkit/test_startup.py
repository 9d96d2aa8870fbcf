"""What may be loaded at which moment: start-up time is lost import by import."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from collections.abc import Callable

import pytest

from quizkit.home import Home
from tests.quizkit.builders import write_deck

HEAVY = {"yaml", "pydantic", "rich", "questionary", "prompt_toolkit", "fsrs", "ftfy", "platformdirs", "jinja2", "apsw", "sim"}
HELP = {"quizkit", "quizkit.cli", "quizkit.errors"}
CONTENT = {
    "quizkit.clock",
    "quizkit.home",
    "quizkit.library",
    "quizkit.library.catalog",
    "quizkit.library.index",
    "quizkit.library.load",
    "quizkit.library.problems",
    "quizkit.words",
}
JOURNAL = {
    "quizkit.learn",
    "quizkit.learn.days",
    "quizkit.learn.fact",
    "quizkit.learn.journal",
    "quizkit.learn.queue",
    "quizkit.learn.reviews",
    "quizkit.learn.schedule",
    "quizkit.learn.shapes",
    "quizkit.learn.storage",
}
DUE = HELP | CONTENT | JOURNAL | {"quizkit.commands", "quizkit.commands.due", "quizkit.screen", "quizkit.screen.spans"}
DRILL = (DUE - {"quizkit.commands.due"}) | {
    "quizkit.commands.drill",
    "quizkit.learn.drill",
    "quizkit.screen.drill",
    "quizkit.screen.keys",
    "quizkit.screen.style",
}
TODAY = (DUE - {"quizkit.commands.due"}) | {
    "quizkit.commands.today",
    "quizkit.learn.attempts",
    "quizkit.screen.style",
    "quizkit.screen.today",
}

REPORT = """
import atexit, sys
atexit.register(lambda: sys.stderr.write("LOADED " + " ".join(sorted(sys.modules)) + "\\n"))
from quizkit.cli import main
main()
"""


def loaded(*arguments: str, typed: bytes | None = None) -> set[str]:
    """The modules that a process has loaded when it ends; `typed`: on a terminal, where these keys are pressed."""
    learner, terminal = pty.openpty()
    os.write(learner, typed or b"")
    end = subprocess.DEVNULL if typed is None else terminal
    command = [sys.executable, "-c", REPORT, *arguments]
    try:
        result = subprocess.run(command, stdin=end, stdout=end, stderr=subprocess.PIPE, text=True, timeout=60, check=False)
    finally:
        os.close(terminal)
        os.close(learner)
    assert result.returncode == 0, result.stderr
    return set(result.stderr.rpartition("LOADED ")[2].split())


def ours(modules: set[str]) -> set[str]:
    return {module for module in modules if module.partition(".")[0] == "quizkit"}


@pytest.fixture
def answered(home: Home, quizkit_process: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    """Content is compiled, and a card was answered before."""
    write_deck(home, "mine", "mine-1", "mine-2")
    result = quizkit_process("answer", "mine-1", "--rating", "good")
    assert result.returncode == 0, result.stderr


def test_help_loads_no_command() -> None:
    modules = loaded("--help")
    assert ours(modules) <= HELP
    assert not modules & (HEAVY | {"sqlite3", "json"})


@pytest.mark.usefixtures("answered")
@pytest.mark.parametrize(
    ("arguments", "typed", "allowed"),
    [
        (["due"], None, DUE),
        ([], None, TODAY),
        (["drill", "--deck", "mine"], b"q", DRILL),
    ],
    ids=["due", "today", "first card of a drill"],
)
def test_a_glance_loads_next_to_nothing(arguments: list[str], typed: bytes | None, allowed: set[str]) -> None:
    modules = loaded(*arguments, typed=typed)
    assert ours(modules) <= allowed
    assert not modules & HEAVY


@pytest.mark.usefixtures("answered")
def test_the_list_of_heavy_modules_means_something() -> None:
    assert "fsrs" in loaded("drill", "--deck", "mine", typed=b" q")
