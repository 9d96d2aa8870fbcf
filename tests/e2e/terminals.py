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


def open_terminal(command: Sequence[str], columns: int = 80, **environment: str) -> pexpect.spawn[str]:
    """Python with these arguments on a terminal of its own; the width is the terminal's, not the environment's."""
    inherited = {name: value for name, value in os.environ.items() if name != "COLUMNS"}
    return pexpect.spawn(
        sys.executable,
        ["-W", "error", *command],
        env={**inherited, "TERM": "xterm", **environment},
        dimensions=(40, columns),
        encoding="utf-8",
        timeout=30,
    )


def quizkit_terminal(*arguments: str, columns: int = 80, **environment: str) -> pexpect.spawn[str]:
    """quizkit at a terminal."""
    return open_terminal(["-m", "quizkit", *arguments], columns, **environment)


def end(terminal: pexpect.spawn[str]) -> tuple[int | None, str]:
    """Wait until the program ends: its exit status, and what it still showed, without control sequences."""
    terminal.expect(pexpect.EOF)
    terminal.close()
    return terminal.exitstatus, ANSI.sub("", terminal.before or "").replace("\r\n", "\n")
