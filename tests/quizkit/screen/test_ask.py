"""The prompter without a terminal: it never reads a pipe. With one: tests/e2e/test_ask.py."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from quizkit.errors import UsageError
from quizkit.learn.asker import Option
from quizkit.screen import ask

PROMPTS: dict[str, Callable[[str], Any]] = {
    "select": lambda instead: ask.select("Your design", [Option("a", "A")], instead),
    "text": lambda instead: ask.text("Why?", instead),
    "pause": lambda instead: ask.pause("Enter goes on", instead),
    "predict_form": lambda instead: ask.predict_form("What happens?", [Option("a", "A")], instead),
}


@pytest.mark.parametrize("prompt", PROMPTS.values(), ids=PROMPTS)
def test_without_a_terminal_it_says_what_to_use_instead(prompt: Callable[[str], Any]) -> None:
    with pytest.raises(UsageError, match="needs a terminal") as caught:
        prompt("use --design")
    assert caught.value.hint == "use --design"
