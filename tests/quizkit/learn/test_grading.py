"""Points, caps and bands, and what the replays suggest for the failure analysis."""

from __future__ import annotations

from pathlib import Path

import pytest

from quizkit.learn.grading import Result, applies, grade, suggest
from quizkit.learn.round_record import Judged
from quizkit.library.rubric import Rubric, open_rubric
from tests.quizkit.interviews import a_round, judged, small_rubric

HONEST = {"zero-loss-claimed": "no", "old-leader": "yes"}


@pytest.fixture
def rubric(tmp_path: Path) -> Rubric:
    return small_rubric(tmp_path)


def graded(rubric: Rubric, mechanism: int, failures: int, **answers: str) -> Result:
    given = {name.replace("_", "-"): answer for name, answer in answers.items()}
    return grade(rubric, {"mechanism": mechanism, "failure-analysis": failures}, HONEST | given)


@pytest.mark.parametrize(
    ("mechanism", "failures", "score", "band"),
    [(1, 0, 1, "no-hire"), (1, 1, 2, "lean-no"), (1, 2, 3, "hire"), (3, 3, 6, "hire")],
)
def test_the_sum_decides_the_band(rubric: Rubric, mechanism: int, failures: int, score: int, band: str) -> None:
    result = graded(rubric, mechanism, failures)
    assert (result.score, result.best, result.band.id, result.earned.id) == (score, 6, band, band)


def test_a_cap_takes_points_and_is_named(rubric: Rubric) -> None:
    result = graded(rubric, 3, 2, zero_loss_claimed="yes")
    mechanism = result.dimensions[0]
    assert (mechanism.given, mechanism.points, [cap.id for cap in mechanism.caps]) == (3, 1, ["zero-loss-claimed"])
    assert result.score == 3


def test_a_cap_can_wait_for_a_no(rubric: Rubric) -> None:
    assert graded(rubric, 3, 3, old_leader="no").dimensions[1].points == 1
    assert [applies(cap, "no") for cap in rubric.caps] == [False, True]


def test_a_cap_above_the_points_takes_nothing(rubric: Rubric) -> None:
    mechanism = graded(rubric, 1, 3, zero_loss_claimed="yes").dimensions[0]
    assert (mechanism.points, mechanism.caps) == (1, ())


def test_a_zero_where_it_matters_limits_the_band_whatever_the_sum(rubric: Rubric) -> None:
    result = graded(rubric, 3, 0)
    assert (result.score, result.earned.id, result.band.id) == (3, "hire", "lean-no")
    assert [cap.id for cap in result.limits] == ["nothing-known"]


def test_a_band_that_is_low_anyway_is_not_limited(rubric: Rubric) -> None:
    result = graded(rubric, 1, 0)
    assert (result.band.id, result.limits) == ("no-hire", ())


def test_weak_dimensions_come_weakest_first_by_the_points_that_count(rubric: Rubric) -> None:
    weak = graded(rubric, 3, 0, zero_loss_claimed="yes").weak
    assert [(one.dimension.id, one.points) for one in weak] == [("failure-analysis", 0), ("mechanism", 1)]
    assert graded(rubric, 2, 3).weak == []


def test_the_shipped_rubric_from_the_worst_to_the_best() -> None:
    rubric = open_rubric()
    names = [dimension.id for dimension in rubric.dimensions]
    good = {cap.id: "no" if cap.when == "yes" else "yes" for cap in rubric.caps}
    bands = [grade(rubric, dict.fromkeys(names, points), good).band.id for points in range(4)]
    assert bands == ["no-hire", "no-hire", "hire", "strong-hire"]
    bad = {cap.id: cap.when for cap in rubric.caps}
    assert [one.points for one in grade(rubric, dict.fromkeys(names, 3), bad).dimensions] == [3, 1, 1, 1, 3]


SURVIVED = (judged(True, "holds"), judged(True, "holds"))


@pytest.mark.parametrize(
    ("outcomes", "points", "reason"),
    [
        (SURVIVED, 2, "your designs kept every requirement under every shot, as you predicted"),
        (
            (judged(False, "broken"), *SURVIVED),
            2,
            "every prediction came true, also that your design for “About s” would break",
        ),
        (
            (judged(False, "holds", 90), *SURVIVED),
            0,
            "in “About s” you were 90 % sure that “acked writes lost” would hold, and it broke",
        ),
        (
            (judged(False, "holds", 70), *SURVIVED),
            1,
            "in “About s” you were 70 % sure that “acked writes lost” would hold, and it broke",
        ),
        (
            (judged(True, "broken", 99),),
            1,
            "in “About s” you were 99 % sure that “acked writes lost” would break, and it held",
        ),
    ],
)
def test_what_the_replays_suggest(outcomes: tuple[Judged, ...], points: int, reason: str) -> None:
    suggestion = suggest([a_round(*outcomes, scenario="s")])
    assert suggestion is not None
    assert (suggestion.points, suggestion.reason) == (points, reason)


def test_the_worst_prediction_of_all_rounds_counts() -> None:
    rounds = [a_round(*SURVIVED), a_round(judged(True, "broken")), a_round(judged(False, "holds", 99)), a_round(*SURVIVED)]
    suggestion = suggest(rounds)
    assert suggestion is not None
    assert suggestion.points == 0


def test_runs_that_tell_nothing_suggest_nothing() -> None:
    assert suggest([]) is None
    assert suggest([a_round(judged(None, "holds", 99))]) is None
