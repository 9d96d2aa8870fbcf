"""`quizkit answer`."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from typer.testing import Result

from quizkit.home import Home
from quizkit.learn.journal import open_journal

Run = Callable[..., Result]
pytestmark = pytest.mark.usefixtures("two_decks")


def test_a_grade_is_recorded_with_the_version_of_the_card(home: Home, quizkit: Run) -> None:
    result = quizkit("answer", "ack-1", "--rating", "good")
    assert (result.exit_code, result.stdout) == (0, "ack-1: good, back in 10 minutes\n")
    with open_journal(home) as journal:
        (fact,) = journal.facts()
    assert (fact.kind, fact.subject, fact.payload["rating"], bool(fact.version)) == ("review", "ack-1", "good", True)


def test_json(quizkit: Run) -> None:
    data = json.loads(quizkit("answer", "ack-1", "--rating", "good", "--json").stdout)
    assert data.pop("review")
    assert data == {"card": "ack-1", "rating": "good", "due": "2026-03-01T09:10:00+00:00", "phase": "learning"}


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (
            ("ack-4", "--rating", "good"),
            "quizkit: error: no such card: 'ack-4'\n  hint: did you mean `ack-3`? quizkit list cards prints all\n",
        ),
        (
            ("ack-1", "--rating", "fine"),
            "quizkit: error: no such rating: 'fine'\n  hint: use one of again, hard, good, easy\n",
        ),
        (("ack-1",), "quizkit: error: missing option '--rating'\n  hint: quizkit answer --help shows how to call it\n"),
    ],
)
def test_bad_input_is_told_and_nothing_is_recorded(home: Home, quizkit: Run, arguments: tuple[str, ...], error: str) -> None:
    result = quizkit("answer", *arguments)
    assert (result.exit_code, result.stdout, result.stderr) == (2, "", error)
    with open_journal(home) as journal:
        assert journal.facts() == []


def test_an_answer_that_cannot_be_kept_is_not_said_to_be(home: Home, quizkit: Run) -> None:
    home.journal.mkdir(parents=True)
    result = quizkit("answer", "ack-1", "--rating", "good")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith(f"quizkit: error: cannot use the journal {home.journal}: it cannot be opened\n  hint:")
