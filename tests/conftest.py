"""Every test has a home of its own, a clock that stands still, and no colour."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from quizkit.home import Home, find_home

ROOT = Path(__file__).resolve().parent.parent
NOW = "2026-03-01T09:00:00+00:00"  # a Sunday
FIXED = {
    "QUIZKIT_NOW": NOW,
    "TZ": "UTC",
    "NO_COLOR": "1",
    "COLUMNS": "80",
    "PYTHONPATH": str(ROOT),
    "PROMPT_TOOLKIT_NO_CPR": "1",  # or prompts wait for an answer that only a real terminal gives
}


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Home]:
    """The learner's folders, all below `tmp_path`; none exists yet."""
    for name, value in FIXED.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("QUIZKIT_HOME", str(tmp_path / "home"))
    for name in ("EDITOR", "VISUAL", "LINES", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    time.tzset()
    yield find_home()
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def set_now(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Move the clock: `set_now("2026-03-02T09:00:00+00:00")`."""
    return lambda instant: monkeypatch.setenv("QUIZKIT_NOW", instant)


@pytest.fixture
def quizkit() -> Callable[..., Result]:
    """Run a command line in this process: `quizkit("due", "--json").stdout`. There is no terminal."""

    def run(*arguments: str) -> Result:
        from quizkit.cli import app

        return CliRunner().invoke(app, list(arguments), prog_name="quizkit", catch_exceptions=False)

    return run


@pytest.fixture
def quizkit_process(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run a command line in a process of its own, away from the checkout; warnings are errors there too."""

    def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-W", "error", "-m", "quizkit", *arguments],
            cwd=tmp_path,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run
