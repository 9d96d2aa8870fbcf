"""Answers from flags, and nobody who could be asked."""

from __future__ import annotations

import pytest

from quizkit.errors import UsageError
from quizkit.learn.asker import Option, Prediction
from quizkit.learn.given import GivenAnswers, Nobody
from tests.quizkit.bank import Script, expect

ROWS = [Option("lost_acked_writes", "acked writes lost"), Option("unavailable_ms", "unavailable")]


def test_a_given_design_is_not_asked_for() -> None:
    script = Script(["done"])
    asker = GivenAnswers(script, design="async")
    assert asker.select("bank/design", "Your design", []) == "async"
    assert asker.select("bank/ask", "Anything?", [Option("done", "no")]) == "done"
    assert script.asked == ["bank/ask"]


def test_given_predictions_stand_and_the_rest_is_asked() -> None:
    script = Script([expect("broken", "held", 70)])
    asker = GivenAnswers(script, predictions={"lost_acked_writes": Prediction("holds", 99)})
    assert asker.predict("bank/crash/predict", ROWS) == {
        "lost_acked_writes": Prediction("holds", 99),
        "unavailable_ms": Prediction("holds", 70),
    }


def test_if_all_is_given_nothing_is_asked() -> None:
    script = Script([])
    assert GivenAnswers(script, predictions=expect("held")).predict("bank/crash/predict", ROWS) == expect("held")
    assert script.asked == []


def test_the_other_one_keeps_pauses_and_words() -> None:
    script = Script(["mine"])
    asker = GivenAnswers(script, design="async")
    asker.pause("Enter")
    assert (asker.text("bank/follow-up/1", "Why?"), script.pauses) == ("mine", 1)


def test_nobody_predicts_and_says_nothing_and_names_the_flag_for_a_choice() -> None:
    nobody = Nobody()
    assert (nobody.predict("p", ROWS), nobody.text("t", "Why?")) == ({}, "")
    with pytest.raises(UsageError) as caught:
        nobody.select("bank/design", "Your design", [Option("async", "A"), Option("chain", "B")])
    assert caught.value.hint == "add --design with one of async, chain"
