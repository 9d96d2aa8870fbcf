"""The form of predictions, without a terminal: a row per requirement, its verdict and how sure the learner is."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, field

from quizkit.learn.asker import CONFIDENCES, SAID, Option, Prediction

HELP = "up/down row · h/b held/broken · 1-4 how sure · Enter: done"
INCOMPLETE = "every row needs h (held) or b (broken) first"


@dataclass
class PredictForm:
    """What is filled in so far, by the values of the rows. A verdict has no default, or Enter alone would predict."""

    rows: Sequence[Option]
    at: int = 0
    verdicts: dict[str, str] = field(default_factory=dict)
    confidences: dict[str, int] = field(default_factory=dict)
    help: str = HELP

    def move(self, step: int) -> None:
        """Go to another row; stops at the ends."""
        self.at = min(max(self.at + step, 0), len(self.rows) - 1)

    def judge(self, verdict: str) -> None:
        """This row's requirement holds or is broken."""
        self.verdicts[self._name], self.help = verdict, HELP

    def be_sure(self, confidence: int) -> None:
        """How sure the learner is of this row, in percent."""
        self.confidences[self._name] = confidence

    def shift_confidence(self, step: int) -> None:
        """More or less sure; past either end it starts over."""
        place = CONFIDENCES.index(self._confidence(self._name)) + step
        self.be_sure(CONFIDENCES[place % len(CONFIDENCES)])

    def submit(self) -> dict[str, Prediction] | None:
        """The predictions; if a verdict is missing, None, and that row is the current one."""
        missing = [place for place, row in enumerate(self.rows) if row.value not in self.verdicts]
        if missing:
            self.at, self.help = missing[0], INCOMPLETE
            return None
        return {row.value: Prediction(self.verdicts[row.value], self._confidence(row.value)) for row in self.rows}

    def lines(self, width: int) -> list[str]:
        """A line a row; brackets mark what is chosen, so that it reads without colour."""
        room = max(width - 38, 12)
        longest = min(room, max(len(row.title) for row in self.rows))
        return [self._line(place, row, longest) for place, row in enumerate(self.rows)]

    def _line(self, place: int, row: Option, width: int) -> str:
        title = textwrap.shorten(row.title, width, placeholder="…")
        verdict = _marked(list(SAID.values()), SAID.get(self.verdicts.get(row.value, "")))
        sure = _marked([str(confidence) for confidence in CONFIDENCES], str(self._confidence(row.value)))
        return f"{'>' if place == self.at else ' '} {title:{width}} {verdict} {sure} %"

    @property
    def _name(self) -> str:
        return self.rows[self.at].value

    def _confidence(self, name: str) -> int:
        return self.confidences.get(name, CONFIDENCES[1])


def _marked(words: Sequence[str], chosen: str | None) -> str:
    return "".join(f"[{word}]" if word == chosen else f" {word} " for word in words)
