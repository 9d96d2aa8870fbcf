"""The mock interview as text: what each screen says, in sixty columns too."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from quizkit.learn.grading import grade, suggest
from quizkit.learn.mock import MockState, Plan
from quizkit.learn.mock_choice import ToDrill
from quizkit.screen import mock as screen
from quizkit.screen.style import Style
from tests.quizkit.builders import make_card, make_library, make_scenario
from tests.quizkit.interviews import ROUND, small_rubric

STYLE = Style(60, colour=False, ansi=False)
LIBRARY = make_library(
    make_card("ack-1"), scenarios=[make_scenario("async-trap"), make_scenario("a-scenario-with-a-long-name")]
)
STATE = MockState(
    "m",
    Plan(("ack-1",), ("async-trap", "a-scenario-with-a-long-name")),
    datetime(2026, 3, 1, 9, tzinfo=UTC),
    spent={"warm-up": timedelta(minutes=12)},
)
LATE = replace(STATE, spent={"warm-up": timedelta(minutes=50)})


def result_text(folder: Path, mechanism: int, failures: int) -> str:
    points = {"mechanism": mechanism, "failure-analysis": failures}
    result = grade(small_rubric(folder), points, {"zero-loss-claimed": "yes", "old-leader": "yes"})
    drill = [ToDrill(f"a-card-with-a-name-{number}", "why") for number in range(10)]
    return screen.summary(STYLE, STATE, result, drill, "/report.md")


def test_the_opening_shares_out_the_time() -> None:
    text = screen.opening(STYLE, STATE, LIBRARY, resumed=False)
    assert [line for line in text.splitlines() if line.startswith("  ")] == [
        "  1. Warm-up                             1 min",
        "  2. About async-trap                   16 min",
        "  3. About a-scenario-with-a-long-name  16 min",
        "  4. Grading                            11 min",
    ]
    assert "Mock interview goes on" in screen.opening(STYLE, STATE, LIBRARY, resumed=True)


def test_each_part_shows_the_clock() -> None:
    text = screen.part(STYLE, STATE, "async-trap")
    assert "Part 2 of 4 · Scenario" in text
    assert "12 min gone, 33 min left · 16 min for this part" in text
    assert "50 min gone, 5 min over time" in screen.part(STYLE, LATE, "grading")


def test_the_suggestion_stands_with_its_reason(tmp_path: Path) -> None:
    dimension = small_rubric(tmp_path).dimensions[1]
    text = " ".join(screen.dimension(STYLE, dimension, suggest([ROUND])).split())
    assert "Failure analysis What breaks it? The replays suggest 0: in “The Async Trap” you were 90 % sure" in text
    assert "suggest" not in screen.dimension(STYLE, dimension, None)


def test_the_result_tells_caps_and_limits(tmp_path: Path) -> None:
    text = result_text(tmp_path, 3, 0)
    assert "No hire, 1 of 6 points" in text
    assert "  Mechanism         1  (you gave 3)\n  Failure analysis  0\n" in text
    rubric = small_rubric(tmp_path)
    limited = grade(rubric, {"mechanism": 3, "failure-analysis": 0}, {})
    text = screen.summary(STYLE, STATE, limited, [], "/report.md")
    assert "The sum alone is Hire, but 0 points in Mechanism or Failure" in text
    assert "quizkit drill" not in text


@pytest.mark.parametrize(
    "draw",
    [
        lambda folder: screen.opening(STYLE, STATE, LIBRARY, resumed=True),
        lambda folder: screen.part(STYLE, LATE, "warm-up"),
        lambda folder: screen.part(STYLE, STATE, "grading"),
        lambda folder: screen.question(STYLE, replace(LIBRARY.cards["ack-1"], q="word " * 40), 1, 1),
        lambda folder: screen.answer(STYLE, replace(LIBRARY.cards["ack-1"], a="word " * 40)),
        lambda folder: screen.dimension(STYLE, small_rubric(folder).dimensions[1], suggest([ROUND])),
        lambda folder: screen.capped(STYLE, small_rubric(folder).caps[0], small_rubric(folder).dimensions[0]),
        lambda folder: result_text(folder, 3, 3),
        lambda folder: screen.compare(STYLE, ["async-trap"]),
    ],
)
def test_sixty_columns_are_enough(tmp_path: Path, draw: Callable[[Path], str]) -> None:
    assert [line for line in draw(tmp_path).splitlines() if len(line) > 60] == []
