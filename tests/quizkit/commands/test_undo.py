"""`quizkit undo`."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from typer.testing import Result

Run = Callable[..., Result]
pytestmark = pytest.mark.usefixtures("two_decks")


def test_it_takes_back_one_answer_after_the_other(quizkit: Run) -> None:
    untouched = quizkit("due").stdout
    quizkit("answer", "ack-1", "--rating", "good")
    quizkit("answer", "lag-1", "--rating", "easy")
    assert quizkit("undo").stdout == "taken back: easy for lag-1, answered today at 09:00\n"
    assert quizkit("undo").stdout == "taken back: good for ack-1, answered today at 09:00\n"
    assert quizkit("due").stdout == untouched


def test_nothing_to_take_back(quizkit: Run) -> None:
    result = quizkit("undo")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        "quizkit: error: there is no answer to take back\n  hint: quizkit drill asks the cards that are due\n"
    )


def test_json_says_when_the_card_is_due_then(quizkit: Run) -> None:
    quizkit("answer", "ack-1", "--rating", "good")
    quizkit("answer", "ack-1", "--rating", "easy")
    second = json.loads(quizkit("undo", "--json").stdout)
    first = json.loads(quizkit("undo", "--json").stdout)
    assert (second["card"], second["rating"], second["due"]) == ("ack-1", "easy", "2026-03-01T09:10:00+00:00")
    assert (first["rating"], first["due"]) == ("good", None)
    assert second["review"] != first["review"]
