"""`quizkit content check`: what it prints, and its exit status."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

from tests.quizkit.library.samples import DECK, SCENARIO, changed, ship, write

Run = Callable[..., Result]


@pytest.fixture
def shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return ship(tmp_path / "shipped", monkeypatch)


def test_right_content_ends_with_a_count_and_0(shipped: Path, quizkit: Run) -> None:
    write(shipped, DECK, SCENARIO)
    done = quizkit("content", "check")
    assert (done.exit_code, done.stdout) == (
        0,
        "1 deck, 2 cards, 1 scenario, 3 claims proved, 0 errors, 0 warnings\n",
    )


def test_an_error_is_told_with_its_place_and_ends_with_1(shipped: Path, quizkit: Run) -> None:
    write(shipped, changed(DECK, "level: 2", "level: 9"), SCENARIO)
    done = quizkit("content", "check", "--no-prove")
    assert done.exit_code == 1
    assert done.stdout == (
        "shipped/decks/acks.yaml:7:12: error: `level` must be at most 3, not 9\n"
        "    hint: 1 basic, 2 working knowledge, 3 expert\n"
        "1 deck, 1 card, 1 scenario, 0 claims proved, 1 error, 0 warnings\n"
    )


def test_a_draft_warns_and_ends_with_0(shipped: Path, quizkit: Run) -> None:
    write(shipped, changed(DECK, "cards:\n", "reviewed: false\ncards:\n"), SCENARIO)
    done = quizkit("content", "check", "--no-prove")
    assert done.exit_code == 0
    assert done.stdout.endswith("0 errors, 1 warning\n")


def test_one_path_is_checked_alone(shipped: Path, quizkit: Run) -> None:
    write(shipped, changed(DECK, "level: 2", "level: 9"), SCENARIO)
    assert quizkit("content", "check", "shipped/scenarios/async-trap.yaml").exit_code == 0
    assert quizkit("content", "check", "shipped/decks", "--no-prove").exit_code == 1


def test_a_path_that_leads_nowhere_is_a_usage_error(shipped: Path, quizkit: Run, tmp_path: Path) -> None:
    done = quizkit("content", "check", "nowhere")
    assert done.exit_code == 2
    assert f"there is no file or folder {tmp_path / 'nowhere'}" in done.stderr


def test_json_has_every_problem_with_its_place(shipped: Path, quizkit: Run) -> None:
    write(shipped, changed(DECK, "level: 2", "level: 9"), SCENARIO)
    done = quizkit("content", "check", "--no-prove", "--json")
    assert done.exit_code == 1
    assert json.loads(done.stdout) == {
        "decks": 1,
        "cards": 1,
        "scenarios": 1,
        "proved": 0,
        "errors": 1,
        "warnings": 0,
        "problems": [
            {
                "file": str(shipped / "decks" / "acks.yaml"),
                "line": 7,
                "column": 12,
                "severity": "error",
                "message": "`level` must be at most 3, not 9",
                "hint": "1 basic, 2 working knowledge, 3 expert",
            }
        ],
    }


def test_progress_is_for_terminals_only(shipped: Path, quizkit: Run) -> None:
    write(shipped, DECK, SCENARIO)
    assert quizkit("content", "check").stderr == ""
