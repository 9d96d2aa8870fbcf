"""Predictions: reading them from flags, holding them against outcomes, and how well calibrated they are."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from quizkit.errors import UsageError
from quizkit.learn.asker import Prediction
from quizkit.learn.fact import Fact
from quizkit.words import did_you_mean

VERDICTS = {"held": "holds", "holds": "holds", "broken": "broken"}
LEAST, MOST = 50, 99  # percent: below 50 the other verdict is meant, and nobody is certain
EXAMPLE = "write for example lost_acked_writes=broken:90"


@dataclass(frozen=True)
class Scored:
    """A prediction and what came of it. `met` and `right` are None if the run did not tell."""

    name: str
    prediction: Prediction
    met: bool | None

    @property
    def right(self) -> bool | None:
        """Whether the requirement did what was predicted."""
        return None if self.met is None else (self.prediction.verdict == "holds") == self.met

    @property
    def brier(self) -> float | None:
        """The squared distance of the confidence from the truth: 0 is perfect, 0.25 is a coin."""
        return None if self.right is None else (self.prediction.confidence / 100 - self.right) ** 2


def score(predictions: Mapping[str, Prediction], met: Mapping[str, bool | None]) -> list[Scored]:
    """Each prediction with the outcome of its requirement."""
    return [Scored(name, prediction, met.get(name)) for name, prediction in predictions.items()]


def read_prediction(text: str, requirements: Sequence[str]) -> tuple[str, Prediction]:
    """`NAME=held:90` or `NAME=broken:90` as (name, prediction).

    Raises UsageError for any other form, and for a name that is not among the requirements.
    """
    name, equals, rest = text.partition("=")
    verdict, colon, sure = rest.partition(":")
    if not (equals and colon):
        raise UsageError(f"cannot read the prediction {text!r}", EXAMPLE)
    if name not in requirements:
        raise UsageError(
            f"{name!r} is not required here", did_you_mean(name, requirements, f"required: {', '.join(requirements)}")
        )
    if verdict not in VERDICTS:
        raise UsageError(f"{name} cannot be predicted to be {verdict!r}", "say held or broken")
    if not (sure.isdecimal() and LEAST <= int(sure) <= MOST):
        raise UsageError(f"{name}: {sure!r} is no confidence", f"choose a whole number of percent from {LEAST} to {MOST}")
    return name, Prediction(VERDICTS[verdict], int(sure))


def first_predictions(facts: Iterable[Fact]) -> list[Fact]:
    """Those that count: the first one for each scenario, design and shot, for afterwards the answer is known.

    A design is what its knobs make it, so the same knobs under another name, or another seed, are no second chance; nor
    is a second look at a shot that was first watched without predicting.
    """
    first: dict[tuple[str, str, str], Fact] = {}
    for fact in facts:
        given = fact.payload
        knobs = json.dumps(given["knobs"], sort_keys=True)
        first.setdefault((given["scenario"], knobs, given["shot"]), fact)
    return list(first.values())


def scored(fact: Fact) -> list[Scored]:
    """What a `prediction` fact said, against the outcomes that it recorded."""
    predictions = {name: Prediction(**raw) for name, raw in fact.payload["value"].items()}
    return score(predictions, fact.payload["met"])


class Calibration(NamedTuple):
    """How many predictions count and were told right or wrong, and their mean Brier score."""

    made: int
    brier: float


def calibration(facts: Iterable[Fact]) -> Calibration | None:
    """How well these `prediction` facts, oldest first, foresaw what came; None if none of them counts."""
    marks = [one.brier for fact in first_predictions(facts) for one in scored(fact) if one.brier is not None]
    return Calibration(len(marks), sum(marks) / len(marks)) if marks else None
