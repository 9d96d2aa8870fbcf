"""A person at a terminal who answers the questions of a round."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from quizkit.learn.asker import Option, Prediction
from quizkit.screen import ask

FORM = "Before we run it: what will your design do?"


@dataclass(frozen=True)
class TerminalAsker:
    """Asks with prompts. Without a terminal every question raises UsageError with the hint `instead`."""

    instead: str

    def pause(self, text: str) -> None:
        """Wait for Enter."""
        ask.pause(text, self.instead)

    def select(self, key: str, question: str, options: Sequence[Option]) -> str:
        """What was picked with the arrows."""
        return ask.select(question, options, self.instead)

    def text(self, key: str, question: str, note: str = "") -> str:
        """What was typed."""
        return ask.text(question, self.instead, note)

    def predict(self, key: str, requirements: Sequence[Option]) -> dict[str, Prediction]:
        """The filled-in form."""
        return ask.predict_form(FORM, requirements, self.instead)
