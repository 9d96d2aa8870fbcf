"""The form of predictions."""

from __future__ import annotations

import pytest

from quizkit.learn.asker import Option, Prediction
from quizkit.screen.predict import PredictForm

ROWS = [Option("lost_acked_writes", "no acknowledged write is lost"), Option("unavailable_ms", "back within 5 s")]


def test_a_row_shows_what_is_chosen_without_colour() -> None:
    form = PredictForm(ROWS)
    form.judge("broken")
    form.be_sure(90)
    form.move(1)
    assert form.lines(80) == [
        "  no acknowledged write is lost  held [broken]  50  70 [90] 99  %",
        "> back within 5 s                held  broken   50 [70] 90  99  %",
    ]


@pytest.mark.parametrize("width", [60, 80])
def test_rows_fit_the_terminal(width: int) -> None:
    form = PredictForm([Option("a", "word " * 40)])
    assert max(map(len, form.lines(width))) <= width


def test_it_submits_only_when_every_row_has_a_verdict() -> None:
    form = PredictForm(ROWS)
    form.judge("holds")
    assert (form.submit(), form.at) == (None, 1)
    form.judge("broken")
    form.shift_confidence(1)
    assert form.submit() == {"lost_acked_writes": Prediction("holds", 70), "unavailable_ms": Prediction("broken", 90)}


def test_confidence_goes_round() -> None:
    form = PredictForm(ROWS)
    form.judge("holds")
    form.move(1)
    form.judge("holds")
    seen = []
    for _ in range(5):
        form.shift_confidence(1)
        seen.append((form.submit() or {})["unavailable_ms"].confidence)
    assert seen == [90, 99, 50, 70, 90]


def test_moving_stops_at_the_ends() -> None:
    form = PredictForm(ROWS)
    form.move(-1)
    assert form.at == 0
    form.move(5)
    assert form.at == 1
