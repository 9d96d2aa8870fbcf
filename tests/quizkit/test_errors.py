"""What is said on stderr: whole lines for programs, wrapped ones for people."""

from __future__ import annotations

import sys

import pytest

from quizkit.errors import tell

LONG = "the folder /a/very/long-path/that-must-stay/in-one-piece is not there, and so nothing at all can be read from it"


def test_a_pipe_gets_whole_lines(capsys: pytest.CaptureFixture[str]) -> None:
    tell(LONG, LONG)
    assert capsys.readouterr().err == f"{LONG}\n  hint: {LONG}\n"


def test_a_terminal_gets_lines_broken_between_words(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    tell(LONG, LONG)
    shown = capsys.readouterr().err
    assert max(map(len, shown.splitlines())) <= 60
    assert shown.split() == f"{LONG} hint: {LONG}".split()
