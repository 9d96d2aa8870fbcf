"""Every prompt at a real terminal: its answer, and Ctrl-C and Ctrl-D, which all of them treat alike."""

from __future__ import annotations

from pathlib import Path

import pexpect
import pytest

from quizkit.learn.asker import Prediction
from tests.e2e.terminals import end, forks, open_terminal

pytestmark = forks

PROGRAM = """
import sys
from quizkit.errors import Interrupted
from quizkit.learn.asker import Option
from quizkit.screen import ask

PROMPTS = {
    "select": lambda: ask.select("Your design", [Option("a", "Async"), Option("b", "Semi-sync", "one more copy")], "flags"),
    "text": lambda: ask.text("Why was it lost?", "flags", "empty if you said it aloud"),
    "pause": lambda: ask.pause("Enter goes on", "flags"),
    "form": lambda: ask.predict_form("What happens?", [Option("lost", "nothing lost"), Option("down", "back in 5 s")], "flags"),
}
try:
    print("ANSWER", repr(PROMPTS[sys.argv[1]]()))
except Interrupted:
    sys.exit(130)
"""
FIRST_WORDS = {"select": "Your design", "text": "Why", "pause": "Enter goes on", "form": "What happens"}


def prompt(name: str, columns: int = 60, **environment: str) -> pexpect.spawn[str]:
    """The terminal once the prompt stands."""
    terminal = open_terminal(["-c", PROGRAM, name], columns, **environment)
    terminal.expect_exact(FIRST_WORDS[name])
    return terminal


def said(lost: tuple[str, int], down: tuple[str, int]) -> str:
    """What the program prints of the form."""
    return repr({"lost": Prediction(*lost), "down": Prediction(*down)})


@pytest.mark.parametrize(
    ("name", "keys", "expected"),
    [
        ("select", "\r", "'a'"),
        ("select", "\x1b[B\r", "'b'"),
        ("text", "three entries had not left A\r", "'three entries had not left A'"),
        ("text", "\r", "''"),
        ("pause", "x\r", "None"),
        ("pause", " ", "None"),
        ("form", "b4\x1b[Bh\r", said(("broken", 99), ("holds", 70))),
        ("form", "h\r+b\r", said(("holds", 70), ("broken", 90))),
        ("form", "\x1b[Dc\x1b[B\x1b[C-\x1b[A1\r", said(("holds", 50), ("broken", 50))),
    ],
)
def test_answers(name: str, keys: str, expected: str) -> None:
    terminal = prompt(name)
    terminal.send(keys)
    status, shown = end(terminal)
    assert (status, shown.rpartition("ANSWER ")[2].strip()) == (0, expected)


def test_words_may_be_left_out_and_the_prompt_says_so() -> None:
    terminal = prompt("text")
    terminal.expect_exact("(empty if you said it aloud)")
    terminal.expect_exact("(Enter submits, Ctrl-O opens your editor)")
    terminal.send("\r")
    assert end(terminal)[0] == 0


@pytest.mark.parametrize("name", FIRST_WORDS)
@pytest.mark.parametrize("key", ["\x03", "\x04"], ids=["Ctrl-C", "Ctrl-D"])
def test_leaving(name: str, key: str) -> None:
    terminal = prompt(name)
    terminal.send(key)
    status, shown = end(terminal)
    assert (status, "ANSWER" in shown, "Traceback" in shown) == (130, False, False)


@pytest.mark.parametrize("key", ["\x03", "\x04"], ids=["Ctrl-C", "Ctrl-D"])
def test_leaving_with_words_on_the_line(key: str) -> None:
    terminal = prompt("text")
    terminal.send(f"half a thought{key}")
    assert end(terminal)[0] == 130


def test_ctrl_o_goes_on_in_the_editor(tmp_path: Path) -> None:
    editor = tmp_path / "editor"
    editor.write_text('#!/bin/sh\nprintf ", and\\nmore" >> "$1"\n')
    editor.chmod(0o755)
    terminal = prompt("text", EDITOR=str(editor))
    terminal.send("typed\x0f")
    terminal.expect_exact("more")
    terminal.send("\r")
    status, shown = end(terminal)
    assert (status, shown.rpartition("ANSWER ")[2].strip()) == (0, r"'typed, and\nmore'")
