"""Facts that are damaged inside: every verb goes on with the others, and tells."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from typer.testing import Result

from quizkit.home import Home
from quizkit.learn.journal import open_journal
from tests.quizkit.bank import write_bank

Run = Callable[..., Result]
ROW = "INSERT INTO fact (id, at, kind, subject, version, payload) VALUES (:id, :at, :kind, :subject, '', :payload)"
AT = "2026-03-01T08:00:00.000000+00:00"
DAMAGED = [
    (AT, "review", "ack-1", "notjson"),
    ("z", "review", "ack-1", '{"rating": "good", "day": "2026-03-01"}'),
    (AT, "review", "ack-2", '{"rating": "good"}'),
    (AT, "undo", "ack-1", "notjson"),
    (AT, "attempt", "x", "{}"),
    (AT, "progress", "x", "{}"),
    (AT, "prediction", "x", '{"value": {"lost_acked_writes": {"verdict": "holds", "confidence": 90}}}'),
]
VERBS = [
    ("due",),
    ("today",),
    ("answer", "ack-3", "--rating", "good"),
    ("challenge", "bank", "--design", "async", "--no-input"),
    ("undo",),
]


@pytest.fixture(autouse=True)
def damaged(home: Home, two_decks: None, quizkit: Run) -> None:
    write_bank(home)
    assert quizkit("answer", "ack-1", "--rating", "good").exit_code == 0
    with open_journal(home) as journal:
        for number, (at, kind, subject, payload) in enumerate(DAMAGED):
            values = {"id": f"odd-{number}", "at": at, "kind": kind, "subject": subject, "payload": payload}
            journal.execute(ROW, values)


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb[0])
def test_every_verb_goes_on_and_says_how_many_were_left_out(quizkit: Run, home: Home, verb: tuple[str, ...]) -> None:
    result = quizkit(*verb)
    assert result.exit_code == 0
    assert result.stderr.startswith("quizkit: warning: ")
    assert result.stderr.endswith(f"left out, and kept in the journal {home.journal}\n")
    assert result.stderr.count("\n") == 1
    with open_journal(home) as journal:
        assert journal.execute("SELECT count(*) FROM fact WHERE id LIKE 'odd-%'") == [(len(DAMAGED),)]


def test_the_sound_answer_counts_and_can_be_taken_back(quizkit: Run) -> None:
    assert "1 answered today" in quizkit("today").stdout
    assert quizkit("undo").stdout.startswith("taken back: good for ack-1")
    assert quizkit("undo").exit_code == 1
