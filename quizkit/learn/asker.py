"""Who answers the questions of a round: a person at a terminal, flags, or a file of answers. Rounds know only this."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

CONFIDENCES = (50, 70, 90, 99)  # percent
SAID = {"holds": "held", "broken": "broken"}  # verdict -> what people say of it


@dataclass(frozen=True)
class Option:
    """One thing to choose; `value` is what the program gets, `title` and `note` what the person reads."""

    value: str
    title: str
    note: str = ""


@dataclass(frozen=True)
class Prediction:
    """What the learner expects of one requirement: holds or broken, and how sure they are (percent)."""

    verdict: str
    confidence: int

    @property
    def in_words(self) -> str:
        """As a person says it: `held, 90 %`."""
        return f"{SAID[self.verdict]}, {self.confidence} %"


class Asker(Protocol):
    """Every method may raise quizkit.errors.Interrupted. `key` names the question in a file of answers."""

    def pause(self, text: str) -> None:
        """Wait until the learner goes on."""

    def select(self, key: str, question: str, options: Sequence[Option]) -> str:
        """The value of the option that was chosen."""

    def text(self, key: str, question: str, note: str = "") -> str:
        """An answer in the learner's own words; empty means that it was said aloud."""

    def predict(self, key: str, requirements: Sequence[Option]) -> dict[str, Prediction]:
        """A prediction for each requirement, by its name."""
