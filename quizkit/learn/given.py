"""Answers that the command line gives in advance; what it leaves open is asked of somebody else, or of nobody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from quizkit.errors import UsageError
from quizkit.learn.asker import Asker, Option, Prediction


class Nobody:
    """Has no answers: raises UsageError for a choice, and predicts nothing."""

    def pause(self, text: str) -> None:
        """Nobody needs the time."""

    def select(self, key: str, question: str, options: Sequence[Option]) -> str:
        """Raises UsageError that names what could be chosen."""
        values = ", ".join(option.value for option in options)
        raise UsageError(f"nobody is there to choose: {question}", f"add --{key.rpartition('/')[2]} with one of {values}")

    def text(self, key: str, question: str, note: str = "") -> str:
        """Nothing was typed."""
        return ""

    def predict(self, key: str, requirements: Sequence[Option]) -> dict[str, Prediction]:
        """No prediction."""
        return {}


@dataclass
class GivenAnswers:
    """The design of `--design` and the predictions of `--predict`, which stand for every shot; `other` has the rest."""

    other: Asker
    design: str | None = None
    predictions: Mapping[str, Prediction] = field(default_factory=dict)

    def pause(self, text: str) -> None:
        """As long as the other one needs."""
        self.other.pause(text)

    def select(self, key: str, question: str, options: Sequence[Option]) -> str:
        """The given design, or what the other one chooses."""
        if self.design is not None and key.endswith("/design"):
            return self.design
        return self.other.select(key, question, options)

    def text(self, key: str, question: str, note: str = "") -> str:
        """The other one's words."""
        return self.other.text(key, question, note)

    def predict(self, key: str, requirements: Sequence[Option]) -> dict[str, Prediction]:
        """The given predictions, and the other one's for what they leave open."""
        given = {one.value: self.predictions[one.value] for one in requirements if one.value in self.predictions}
        open_ones = [one for one in requirements if one.value not in given]
        return given | (self.other.predict(key, open_ones) if open_ones else {})
