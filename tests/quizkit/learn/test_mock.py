"""A mock interview as the sum of its facts, cut after each of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from quizkit.learn.fact import Fact
from quizkit.learn.mock import MockState, Plan, Step, agenda, attempt_id, fold, plan_payload
from quizkit.learn.round_record import to_payload
from quizkit.library.rubric import Rubric
from tests.quizkit.interviews import a_round, judged, small_rubric

PLAN = Plan(("ack-1", "ack-2"), ("s1", "s2"), minutes=42, seed=3, out="report.md")
START = datetime(2026, 3, 1, 9, tzinfo=UTC)
STEPS = [
    Step("warm-up", "card", "ack-1"),
    Step("warm-up", "card", "ack-2"),
    Step("s1", "round", "s1"),
    Step("s2", "round", "s2"),
    Step("grading", "dimension", "mechanism"),
    Step("grading", "cap", "zero-loss-claimed"),
    Step("grading", "dimension", "failure-analysis"),
    Step("grading", "cap", "old-leader"),
]
REPORT, OVER = Step("", "report"), Step("", "over")


def one_round(scenario: str) -> dict[str, Any]:
    return {"event": "round", "round": to_payload(a_round(judged(True, "holds"), scenario=scenario))}


# (minute, kind, subject, payload): a whole interview, with a pause of an hour in its second round
WHOLE: list[tuple[int, str, str, dict[str, Any]]] = [
    (0, "progress", "m", {"event": "begun", "plan": plan_payload(PLAN)}),
    (1, "choice", "m", {"card": "ack-1", "rating": "good", "review": "r1"}),
    (3, "choice", "m", {"card": "ack-2", "rating": "again", "review": "r2"}),
    (4, "choice", "m.1", {"key": "s1/design", "value": "async"}),
    (9, "prediction", "m.1", {"key": "s1/crash/predict", "value": {}}),
    (10, "progress", "m", one_round("s1")),
    (12, "choice", "m.2", {"key": "s2/design", "value": "async"}),
    (15, "progress", "m", {"event": "paused"}),
    (75, "progress", "m", {"event": "resumed"}),
    (79, "progress", "m", one_round("s2")),
    (80, "grade", "m", {"dimension": "mechanism", "points": 2}),
    (82, "choice", "m", {"cap": "zero-loss-claimed", "answer": "no"}),
    (83, "grade", "m", {"dimension": "failure-analysis", "points": 1}),
    (85, "choice", "m", {"cap": "old-leader", "answer": "no"}),
    (99, "mock", "m", {"report": "report.md"}),
    (99, "progress", "m", {"event": "over"}),
]
NEXT = [STEPS[0], *STEPS[1:3], STEPS[2], STEPS[2], *STEPS[3:4], STEPS[3], STEPS[3], STEPS[3], *STEPS[4:], REPORT, OVER, OVER]


@pytest.fixture
def rubric(tmp_path: Path) -> Rubric:
    return small_rubric(tmp_path)


def facts(rows: Sequence[tuple[int, str, str, dict[str, Any]]]) -> list[Fact]:
    return [
        Fact(str(number), START + timedelta(minutes=minute), kind, subject, "", payload)
        for number, (minute, kind, subject, payload) in enumerate(rows)
    ]


def minutes(state: MockState) -> dict[str, float]:
    return {part: span / timedelta(minutes=1) for part, span in state.spent.items()}


def test_the_agenda_asks_the_caps_of_a_dimension_right_after_it(rubric: Rubric) -> None:
    assert agenda(PLAN, rubric) == STEPS


def test_an_interview_without_cards_has_no_warm_up(rubric: Rubric) -> None:
    plan = Plan((), ("s1",))
    assert plan.parts == ("s1", "grading")
    assert agenda(plan, rubric)[0] == Step("s1", "round", "s1")


@pytest.mark.parametrize("kept", range(1, len(WHOLE) + 1))
def test_cut_after_any_fact_it_goes_on_with_the_next_thing(rubric: Rubric, kept: int) -> None:
    state = fold(facts(WHOLE[:kept]), rubric)
    assert state.next_step(rubric) == NEXT[kept - 1]


@pytest.mark.parametrize("kept", range(1, len(WHOLE)))
def test_cut_resumed_and_finished_it_is_the_same_interview(rubric: Rubric, kept: int) -> None:
    back = (WHOLE[kept - 1][0], "progress", "m", {"event": "resumed"})
    assert fold(facts([*WHOLE[:kept], back, *WHOLE[kept:]]), rubric) == fold(facts(WHOLE), rubric)


def test_everything_that_was_answered_is_in_the_state(rubric: Rubric) -> None:
    state = fold(facts(WHOLE), rubric)
    assert (state.id, state.plan, state.begun, state.report) == ("m", PLAN, START, "report.md")
    assert state.ratings == {"ack-1": "good", "ack-2": "again"}
    assert [record.scenario for record in state.played] == ["s1", "s2"]
    assert (state.points, state.caps) == (
        {"mechanism": 2, "failure-analysis": 1},
        {"zero-loss-claimed": "no", "old-leader": "no"},
    )


def test_each_part_has_its_time_and_a_pause_has_none(rubric: Rubric) -> None:
    state = fold(facts(WHOLE), rubric)
    assert minutes(state) == {"warm-up": 3, "s1": 7, "s2": 9, "grading": 6}
    assert (state.elapsed, state.left) == (timedelta(minutes=25), timedelta(minutes=17))


def test_a_kill_counts_the_time_up_to_the_last_answer(rubric: Rubric) -> None:
    killed = [row for row in WHOLE if row[3].get("event") != "paused"]
    assert minutes(fold(facts(killed), rubric))["s2"] == 6


def test_a_clock_that_was_set_back_takes_no_time_away(rubric: Rubric) -> None:
    back = (-500, "choice", "m", {"cap": "old-leader", "answer": "no"})
    assert minutes(fold(facts([*WHOLE[:13], back]), rubric))["grading"] == 4


@pytest.mark.parametrize(("budget", "part"), [(25, ""), (24, "grading"), (11, "s2"), (2, "warm-up")])
def test_it_knows_where_the_time_ran_out(rubric: Rubric, budget: int, part: str) -> None:
    begun = (0, "progress", "m", {"event": "begun", "plan": plan_payload(PLAN) | {"minutes": budget}})
    state = fold(facts([begun, *WHOLE[1:]]), rubric)
    assert (state.runs_out_in(), state.left < timedelta()) == (part, bool(part))


def test_the_budget_is_shared_out() -> None:
    usual = Plan(("1", "2", "3", "4", "5"), ("s1", "s2"))
    assert [usual.share(part) / timedelta(minutes=1) for part in usual.parts] == [5, 15, 15, 10]
    assert sum((PLAN.share(part) for part in PLAN.parts), timedelta()) == timedelta(minutes=42)


def test_an_interview_that_was_given_up_is_over(rubric: Rubric) -> None:
    given_up = (4, "progress", "m", {"event": "given-up"})
    assert fold(facts([*WHOLE[:3], given_up]), rubric).next_step(rubric) == OVER


def test_each_round_is_an_attempt_of_its_own() -> None:
    assert [attempt_id("m", PLAN, scenario) for scenario in PLAN.scenarios] == ["m.1", "m.2"]
