"""Real terminals for tests: a program on a pty, driven by what its screen shows."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence

import pexpect
import pytest

ANSI = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b[=>]")

# pexpect forks, and newer Pythons warn of that in a process with threads, which every pytest-xdist worker is
forks = pytest.mark.filterwarnings("ignore:.*use of fork:DeprecationWarning")


INSTALLED = os.environ.get("QUIZKIT_COMMAND")  # a quizkit installed elsewhere, to be played instead of this checkout


def open_terminal(
    command: Sequence[str], columns: int = 80, program: str = sys.executable, **environment: str
) -> pexpect.spawn[str]:
    """Python with these arguments on a terminal of its own; the width is the terminal's, not the environment's."""
    hidden = ("COLUMNS",) if program == sys.executable else ("COLUMNS", "PYTHONPATH")
    inherited = {name: value for name, value in os.environ.items() if name not in hidden}
    return pexpect.spawn(
        program,
        list(command) if program == INSTALLED else ["-W", "error", *command],
        cwd="/",
        env={**inherited, "TERM": "xterm", **environment},
        dimensions=(40, columns),
        encoding="utf-8",
        timeout=30,
    )


def quizkit_terminal(*arguments: str, columns: int = 80, **environment: str) -> pexpect.spawn[str]:
    """quizkit at a terminal."""
    if INSTALLED:
        return open_terminal(arguments, columns, INSTALLED, **environment)
    return open_terminal(["-m", "quizkit", *arguments], columns, **environment)


def end(terminal: pexpect.spawn[str]) -> tuple[int | None, str]:
    """Wait until the program ends: its exit status, and what it still showed, without control sequences."""
    terminal.expect(pexpect.EOF)
    terminal.close()
    return terminal.exitstatus, ANSI.sub("", terminal.before or "").replace("\r\n", "\n")
