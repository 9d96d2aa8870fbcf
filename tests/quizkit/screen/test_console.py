"""The rich console prints text as it is, and progress only to a terminal."""

from __future__ import annotations

import pytest

from quizkit.screen.console import console, progress


def test_text_is_printed_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    console().print("a [bold]log[/bold] of :x: 41.9 ms")
    assert capsys.readouterr().out == "a [bold]log[/bold] of :x: 41.9 ms\n"


@pytest.mark.parametrize("width", [60, 120])
def test_the_width_is_the_terminals(monkeypatch: pytest.MonkeyPatch, width: int) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    assert console().width == width


def test_progress_is_silent_without_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with progress("Proving", 3) as advance:
        advance()
    assert capsys.readouterr() == ("", "")
