"""The report, letter by letter, and what its variants say."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from quizkit.learn.grading import grade, suggest
from quizkit.learn.mock import MockState, Plan
from quizkit.learn.mock_choice import to_drill
from quizkit.learn.round_record import RoundRecord
from quizkit.library.rubric import Rubric
from quizkit.screen.report import report
from tests.quizkit.builders import make_card, make_library, make_scenario
from tests.quizkit.interviews import ROUND, a_round, judged, small_rubric

LIBRARY = make_library(
    make_card("ack-1", tags=("acks",)),
    make_card("ack-2", tags=("acks",)),
    scenarios=[replace(make_scenario("async-trap"), debrief="Wait for *someone*.\n")],
)
STATE = MockState(
    "m",
    Plan(("ack-1",), ("async-trap",), minutes=26),
    datetime(2026, 3, 1, 9, tzinfo=UTC),
    ratings={"ack-1": "hard"},
    rounds={"async-trap": ROUND},
    points={"mechanism": 2, "failure-analysis": 1},
    caps={"zero-loss-claimed": "yes", "old-leader": "yes"},
    spent={"warm-up": timedelta(seconds=100), "async-trap": timedelta(minutes=20), "grading": timedelta(minutes=9)},
)
WHOLE = """\
# Mock interview, 1 March 2026

**Lean no**: 2 of 6 points, 31 min of 26.

## Time

| part | plan | taken |
| --- | --: | --: |
| Warm-up | 1 min | 2 min |
| The Async Trap | 15 min | 20 min |
| Grading | 10 min | 9 min |
| together | 26 min | 31 min |

The time ran out during “Grading”; you went on for 5 min more.

## Warm-up

1. What is ack-1?

   Said aloud; you graded it **hard**. (`quizkit show ack-1`)

## Scenario 1: The Async Trap

> Design a ledger.

### You asked

**How far behind?**

> Five milliseconds.

### Your design

**Asynchronous**

> MySQL, asynchronous.

Knobs: `wait_for=none`.

### Kill shot `crash`

> It died.

| requirement | required | measured | outcome | your prediction |  |
| --- | --- | --: | --- | --- | --- |
| acked writes lost | 0 | 3 | **broken** | held, 90 % | **wrong** |
| acked writes lost | 0 | 0 | held | held, 70 % | right |

### Follow-up questions

**And then?**

> \\# Fence \\*it\\*

A strong answer mentions:

- an epoch

Your grade: **partly**.

**And later?**

*Said aloud.*

Your grade: **well**.

### Debrief

Wait for *someone*.

All designs side by side: `quizkit compare async-trap`

## Grades

| dimension | points | what your answer showed |
| --- | --: | --- |
| Mechanism | 1 (you gave 2) | every step |
| Failure analysis | 1 | a crash |
| together | 2 |  |

- Did you claim zero loss? **yes**: Mechanism counts 1 at most
- Did you say what the old leader does? **yes**

The replays suggested 0 for the failure analysis: in “The Async Trap” you were 90 % sure that “acked writes lost” \
would hold, and it broke.

## What to drill

Due now, because a prediction for The Async Trap was wrong:

- `ack-1`: What is ack-1?

Due now, because Mechanism counted 1 of 3 in a mock interview:

- `ack-2`: What is ack-2?

```sh
quizkit drill
quizkit challenge async-trap
```
"""


@pytest.fixture
def rubric(tmp_path: Path) -> Rubric:
    return small_rubric(tmp_path)


def written(state: MockState, rubric: Rubric) -> str:
    result = grade(rubric, state.points, state.caps)
    return report(state, rubric, result, suggest(state.played), to_drill(result, state.played, LIBRARY), LIBRARY)


def with_round(record: RoundRecord) -> MockState:
    return replace(STATE, rounds={record.scenario: record})


def test_the_whole_report(rubric: Rubric) -> None:
    assert written(STATE, rubric) == WHOLE


def test_it_renders_as_what_it_means(rubric: Rubric) -> None:
    page = MarkdownIt("gfm-like", {"linkify": False}).render(written(STATE, rubric))
    assert (page.count("<h1>"), page.count("<h2>"), page.count("<h3>"), page.count("<table>")) == (1, 5, 5, 3)
    assert "<blockquote>\n<p># Fence *it*</p>\n</blockquote>" in page


def test_an_interview_in_time_says_nothing_of_time_that_ran_out(rubric: Rubric) -> None:
    assert "ran out" not in written(replace(STATE, spent={}), rubric)


def test_a_limited_band_is_explained(rubric: Rubric) -> None:
    state = replace(STATE, points={"mechanism": 3, "failure-analysis": 0}, caps={})
    text = written(state, rubric)
    assert "**Lean no**: 3 of 6 points" in text
    assert "The sum alone is Hire, but 0 points in Mechanism or Failure analysis limit the result." in text


def test_a_strong_interview_ends_with_the_next_one(rubric: Rubric) -> None:
    state = with_round(replace(a_round(judged(True, "holds")), nudged=()))
    text = written(replace(state, points={"mechanism": 3, "failure-analysis": 3}, caps={}), rubric)
    assert text.endswith("## What to drill\n\n```sh\nquizkit mock\n```\n")


def test_a_design_that_broke_is_worth_another_try_even_if_foreseen(rubric: Rubric) -> None:
    foreseen = replace(a_round(judged(False, "broken")), nudged=())
    assert "quizkit challenge async-trap\n```" in written(with_round(foreseen), rubric)


def test_a_run_that_tells_nothing_is_neither_right_nor_wrong(rubric: Rubric) -> None:
    text = written(with_round(a_round(judged(None, "broken"))), rubric)
    assert "| acked writes lost | 0 | 0 | unknown | broken, 70 % |  |" in text
    assert "The replays suggested" not in text


def test_content_that_is_gone_is_no_reason_to_lose_the_report(rubric: Rubric) -> None:
    result = grade(rubric, STATE.points, STATE.caps)
    text = report(STATE, rubric, result, None, [], make_library())
    assert "1. This card is gone." in text
    assert "## Scenario 1: The Async Trap" in text
    assert "### Debrief" not in text


def test_words_of_the_learner_cannot_break_a_table_or_a_heading(rubric: Rubric) -> None:
    record = replace(ROUND, title="A | B # C", design="own *thing* | x", says="")
    text = written(with_round(record), rubric)
    page = MarkdownIt("gfm-like", {"linkify": False}).render(text)
    assert "<td>A | B # C</td>" in page
    assert "<strong>own *thing* | x</strong>" in page
