"""Card states: a cache that always equals a full replay, whatever was appended by whom."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quizkit.errors import UsageError
from quizkit.home import Home
from quizkit.learn import reviews
from quizkit.learn.journal import Journal, open_journal
from quizkit.learn.reviews import card_state, card_states, grade, last_review, nudge, undo
from quizkit.learn.schedule import RATINGS, RULES, CardState, Schedule


def replayed(journal: Journal) -> dict[str, CardState]:
    """The slow, obvious twin of `card_states`."""
    cards = {fact.subject for fact in journal.facts()}
    states = {card: Schedule().fold(card, journal.facts(subject=card)) for card in cards}
    return {card: state for card, state in states.items() if state is not None}


def test_a_grade_is_a_fact_and_changes_the_state(journal: Journal) -> None:
    review, state = grade(journal, "a", "good", "v7")
    assert (review.kind, review.subject, review.version) == ("review", "a", "v7")
    assert review.payload == {"rating": "good", "day": "2026-03-01"}
    assert (state, state.reviews, state.due) == (card_state(journal, "a"), 1, review.at + timedelta(minutes=10))


def test_a_review_belongs_to_the_learners_own_day(journal: Journal, set_now: Callable[[str], None]) -> None:
    set_now("2026-03-01T02:00:00+00:00")
    late_evening = grade(journal, "a", "good", tz=UTC)
    elsewhere = grade(journal, "b", "good", tz=timezone(timedelta(hours=9)))
    assert [graded.review.payload["day"] for graded in (late_evening, elsewhere)] == ["2026-02-28", "2026-03-01"]


def test_an_unknown_rating_is_refused_before_anything_is_written(journal: Journal) -> None:
    with pytest.raises(UsageError, match="no such rating: 'fine'") as caught:
        grade(journal, "a", "fine")
    assert (caught.value.hint, journal.facts()) == ("use one of again, hard, good, easy", [])


def test_undo_takes_back_the_last_review_then_the_one_before(journal: Journal) -> None:
    first = grade(journal, "a", "good").state
    grade(journal, "b", "easy")
    grade(journal, "a", "again")
    taken_back = []
    while review := last_review(journal):
        taken_back.append(review.id)
        state = undo(journal, review)
        assert state == (first if len(taken_back) == 1 else None)
    assert taken_back == ["fact-3", "fact-2", "fact-1"]
    assert card_states(journal) == {}


def test_a_review_after_an_undo_is_the_next_to_be_taken_back(journal: Journal) -> None:
    undo(journal, grade(journal, "a", "again").review)
    again = grade(journal, "a", "good").review
    assert last_review(journal) == again


def test_a_nudge_makes_a_card_due_now(journal: Journal, set_now: Callable[[str], None]) -> None:
    grade(journal, "a", "easy")
    set_now("2026-03-02T09:00:00+00:00")
    state = nudge(journal, "a", "you expected async to hold")
    assert (state.due, state.cause) == (datetime(2026, 3, 2, 9, tzinfo=UTC), "you expected async to hold")


def test_states_follow_facts_that_another_process_appended(home: Home, journal: Journal) -> None:
    grade(journal, "a", "good")
    with open_journal(home) as other:
        grade(other, "a", "easy")
        other.append("nudge", "b", {"cause": "merged from elsewhere"})
    assert card_states(journal) == replayed(journal)
    assert set(card_states(journal)) == {"a", "b"}


def test_new_rules_rebuild_the_cache(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    grade(journal, "a", "good")
    journal.execute("UPDATE card_state SET stability = 1000")
    assert card_states(journal) != replayed(journal)
    monkeypatch.setattr(reviews, "RULES", RULES + 1)
    assert card_states(journal) == replayed(journal)


def test_reading_states_writes_nothing_when_nothing_is_new(journal: Journal) -> None:
    grade(journal, "a", "good")
    before = journal.connection.total_changes
    assert card_states(journal) == replayed(journal)
    assert journal.connection.total_changes == before


def test_two_processes_that_catch_up_at_once_count_a_review_once(
    home: Home, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal.append("review", "a", {"rating": "good", "day": "2026-03-01"})
    begin = Journal.transaction
    overtaken: list[bool] = []

    def begin_too_late(waiting: Journal) -> AbstractContextManager[None]:
        if not overtaken:
            overtaken.append(True)
            with open_journal(home) as other:
                card_states(other)
        return begin(waiting)

    monkeypatch.setattr(Journal, "transaction", begin_too_late)
    assert card_states(journal)["a"].reviews == 1
    assert overtaken


actions = st.lists(st.tuples(st.sampled_from([*RATINGS, "undo", "nudge"]), st.sampled_from("abc"), st.integers(0, 9)))


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(actions=actions)
def test_the_cache_always_equals_a_full_replay(
    home: Home, set_now: Callable[[str], None], actions: list[tuple[str, str, int]]
) -> None:
    at = datetime(2026, 3, 1, 9, tzinfo=UTC)
    with open_journal(home) as journal:
        for action, card, days in actions:
            at += timedelta(days=days)
            set_now(at.isoformat())
            if action == "nudge":
                nudge(journal, card, "so")
            elif action != "undo":
                grade(journal, card, action)
            elif review := last_review(journal):
                undo(journal, review)
        assert card_states(journal) == replayed(journal)
