"""The schedule: FSRS without its traps."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizkit.errors import UsageError
from quizkit.learn.fact import Fact
from quizkit.learn.schedule import RATINGS, CardState, Schedule, fuzzed, nudged

AT = datetime(2026, 3, 1, 9, tzinfo=UTC)
DAY = date(2026, 3, 1)
NEW = CardState("a", AT)


def review_all(ratings: tuple[str, ...], apart: timedelta = timedelta(days=3), card: str = "a") -> CardState:
    schedule, state = Schedule(), CardState(card, AT)
    for number, rating in enumerate(ratings):
        at = AT + number * apart
        state = schedule.review(state, rating, at, at.date())
    return state


def review_fact(number: int, rating: str) -> Fact:
    at = AT + timedelta(days=number)
    return Fact(f"r{number}", at, "review", "a", "", {"rating": rating, "day": at.date().isoformat()})


def test_a_new_card_goes_through_minutes_to_days() -> None:
    schedule = Schedule()
    away = schedule.preview(NEW, AT, DAY)
    assert away["again"] == timedelta(minutes=1)
    assert away["good"] == timedelta(minutes=10)
    assert away["easy"] >= timedelta(days=4)
    first = schedule.review(NEW, "good", AT, DAY)
    second = schedule.review(first, "good", AT + timedelta(minutes=10), DAY)
    assert (first.phase, second.phase, second.reviews) == ("learning", "review", 2)
    assert second.due - AT >= timedelta(days=2)


def test_a_forgotten_card_lapses_and_is_learnt_again() -> None:
    state = review_all(("easy", "again"), timedelta(days=8))
    assert (state.phase, state.lapses, state.is_learning) == ("relearning", 1, True)


@pytest.mark.parametrize("history", list(product(RATINGS, repeat=3)))
def test_a_better_grade_never_brings_a_card_back_sooner(history: tuple[str, ...]) -> None:
    state = review_all(history)
    assert state.last_day
    away = list(Schedule().preview(state, AT + timedelta(days=9), DAY + timedelta(days=9)).values())
    assert all(sooner <= later for sooner, later in pairwise(away))


@pytest.mark.parametrize("rating", RATINGS)
def test_the_preview_is_what_then_happens_whatever_the_global_random_says(rating: str) -> None:
    schedule, state = Schedule(), review_all(("good", "good", "easy", "easy"), timedelta(days=30))
    random.seed(1)
    promised = schedule.preview(state, AT, DAY)[rating]
    random.seed(2)
    assert schedule.review(state, rating, AT, DAY).due - AT == promised


def test_an_evening_and_the_next_morning_are_a_day_apart() -> None:
    schedule = Schedule()
    evening = schedule.review(NEW, "easy", AT.replace(hour=22), DAY)
    same_night = schedule.review(evening, "good", AT.replace(hour=23), DAY)
    morning = schedule.review(evening, "good", AT + timedelta(hours=23), DAY + timedelta(days=1))
    assert evening.stability
    assert same_night.stability
    assert morning.stability
    assert morning.stability > same_night.stability


def test_a_clock_that_went_back_is_harmless() -> None:
    state = Schedule().review(review_all(("good", "good")), "good", AT - timedelta(days=9), DAY - timedelta(days=9))
    assert state.reviews == 3


@pytest.mark.parametrize("retention", [0.0, 0.5, 1.0, 90])
def test_a_retention_that_makes_no_sense_is_refused(retention: float) -> None:
    with pytest.raises(UsageError, match="the retention cannot be"):
        Schedule(retention)


def test_a_lower_retention_asks_less_often() -> None:
    often, seldom = (Schedule(retention).review(NEW, "easy", AT, DAY).due for retention in (0.95, 0.8))
    assert seldom > often


@given(days=st.integers(1, 40_000), count=st.integers(1, 100))
def test_fuzz_stays_near_and_below_three_days_is_none(days: int, count: int) -> None:
    moved = fuzzed(timedelta(days=days), "a", count) / timedelta(days=1)
    assert moved == days if days < 3 else abs(moved - days) <= 3 + days * 0.05


def test_fuzz_parts_cards_that_were_learnt_together() -> None:
    spread = {fuzzed(timedelta(days=30), f"card-{number}", 3).days for number in range(200)}
    assert spread == set(range(27, 34))


def test_facts_fold_to_the_state_that_reviewing_gave() -> None:
    facts = [review_fact(number, rating) for number, rating in enumerate(("good", "good", "again", "good"))]
    assert Schedule().fold("a", facts) == review_all(("good", "good", "again", "good"), timedelta(days=1))


def test_an_undone_review_never_was() -> None:
    facts = [review_fact(0, "easy"), review_fact(1, "again"), Fact("u", AT, "undo", "a", "", {"review": "r1"})]
    assert Schedule().fold("a", facts) == Schedule().fold("a", facts[:1])
    assert Schedule().fold("a", [review_fact(0, "easy"), Fact("u", AT, "undo", "a", "", {"review": "r0"})]) is None


def test_a_nudge_makes_a_card_due_and_says_why_until_it_is_reviewed() -> None:
    later = AT + timedelta(days=2)
    known = review_all(("easy",))
    state = nudged(known, later, "you expected async to hold")
    assert (state.due, state.cause, state.stability) == (later, "you expected async to hold", known.stability)
    assert Schedule().review(state, "good", later, later.date()).cause == ""
    fresh = Schedule().fold("a", [Fact("n", later, "nudge", "a", "", {"cause": "so"})])
    assert fresh == CardState("a", later, cause="so")


def test_a_nudge_does_not_delay_a_card_that_is_due() -> None:
    assert nudged(NEW, AT + timedelta(days=2), "so").due == AT
