"""Predictions: how they are written, how they are scored, and which of them count."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from quizkit.errors import UsageError
from quizkit.learn.asker import Prediction
from quizkit.learn.fact import Fact
from quizkit.learn.predictions import calibration, first_predictions, read_prediction, score

NAMES = ("lost_acked_writes", "unavailable_ms")


@pytest.mark.parametrize(
    ("text", "prediction"),
    [
        ("lost_acked_writes=broken:90", Prediction("broken", 90)),
        ("lost_acked_writes=held:50", Prediction("holds", 50)),
        ("lost_acked_writes=holds:99", Prediction("holds", 99)),
    ],
)
def test_a_prediction_is_a_name_a_verdict_and_a_confidence(text: str, prediction: Prediction) -> None:
    assert read_prediction(text, NAMES) == ("lost_acked_writes", prediction)


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("lost_acked_writes", "cannot read the prediction 'lost_acked_writes'", "lost_acked_writes=broken:90"),
        ("lost_acked_writes=broken", "cannot read the prediction", "lost_acked_writes=broken:90"),
        ("lost_writes=broken:90", "'lost_writes' is not required here", "did you mean `lost_acked_writes`?"),
        ("zzz=broken:90", "'zzz' is not required here", "required: lost_acked_writes, unavailable_ms"),
        ("unavailable_ms=maybe:90", "cannot be predicted to be 'maybe'", "say held or broken"),
        ("unavailable_ms=held:49", "'49' is no confidence", "from 50 to 99"),
        ("unavailable_ms=held:100", "'100' is no confidence", "from 50 to 99"),
        ("unavailable_ms=held:sure", "'sure' is no confidence", "from 50 to 99"),
        ("unavailable_ms=held:-70", "'-70' is no confidence", "from 50 to 99"),
    ],
)
def test_what_cannot_be_read_is_told_with_the_next_step(text: str, message: str, hint: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_prediction(text, NAMES)
    assert message in caught.value.message
    assert hint in caught.value.hint


@pytest.mark.parametrize(
    ("verdict", "met", "right"),
    [
        ("holds", True, True),
        ("holds", False, False),
        ("broken", False, True),
        ("broken", True, False),
        ("broken", None, None),
        ("holds", None, None),
    ],
)
def test_right_is_what_happened(verdict: str, met: bool | None, right: bool | None) -> None:
    (scored,) = score({"x": Prediction(verdict, 90)}, {"x": met})
    assert scored.right is right
    assert (scored.brier is None) == (right is None)


def test_confidence_is_paid_for_by_its_square() -> None:
    right, wrong = (score({"x": Prediction("holds", 90)}, {"x": met})[0].brier for met in (True, False))
    assert right == pytest.approx(0.01)
    assert wrong == pytest.approx(0.81)


def fact(number: int, verdict: str = "holds", met: bool | None = True, **about: Any) -> Fact:
    value = {"lost_acked_writes": {"verdict": verdict, "confidence": 90}}
    payload = {"scenario": "bank", "design": "async", "knobs": {"k": 1}, "shot": "crash", "seed": 1, "value": value}
    return Fact(str(number), datetime.now(UTC), "prediction", "a", "", {**payload, "met": {"lost_acked_writes": met}, **about})


def ids(facts: list[Fact]) -> list[str]:
    return [fact.id for fact in facts]


def test_only_the_first_prediction_of_a_shot_counts() -> None:
    assert ids(first_predictions([fact(1), fact(2), fact(3, seed=7), fact(4, design="another name")])) == ["1"]


@pytest.mark.parametrize("other", [{"scenario": "shop"}, {"shot": "idle"}, {"knobs": {"k": 2}}])
def test_another_scenario_shot_or_design_is_a_new_question(other: dict[str, Any]) -> None:
    assert ids(first_predictions([fact(1), fact(2, **other)])) == ["1", "2"]


def test_calibration_is_the_mean_over_what_counts_and_was_told() -> None:
    wrong_first = [fact(1, "holds", False), fact(2, "broken", False), fact(3, "broken", False, shot="idle")]
    known = calibration(wrong_first)
    assert known is not None
    assert known.made == 2
    assert known.brier == pytest.approx((0.81 + 0.01) / 2)
    assert calibration([fact(1, met=None)]) is None
    assert calibration([]) is None
