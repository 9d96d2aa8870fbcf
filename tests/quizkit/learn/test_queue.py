"""The queue: what is due, how many new cards, and in which order."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest

from quizkit.errors import UsageError
from quizkit.learn.queue import Queue, build_queue, choose_cards, spread
from quizkit.learn.schedule import CardState
from tests.quizkit.builders import make_card, make_library

AT = datetime(2026, 3, 1, 9, tzinfo=UTC)
TODAY = date(2026, 3, 1)
CARDS = {card: make_card(card) for card in ("a", "b", "c")}


def state(card: str, phase: str, due: timedelta, first: date = date(2026, 1, 1)) -> CardState:
    return CardState(card, AT + due, phase, first_day=first)


def queue(*states: CardState, new_a_day: int = 0) -> Queue:
    return build_queue(CARDS, {state.card: state for state in states}, AT, new_a_day, UTC)


def test_a_review_is_due_from_the_start_of_its_day() -> None:
    evening, night, morning = timedelta(hours=12), timedelta(hours=18), timedelta(hours=19)
    found = queue(state("a", "review", evening), state("b", "review", night), state("c", "review", morning))
    assert sorted(found.reviews) == ["a", "b"]


def test_a_card_being_learnt_is_due_to_the_minute() -> None:
    found = queue(state("a", "learning", timedelta(minutes=1)), state("b", "relearning", timedelta(0)))
    assert (found.learning, found.soon, found.due) == (("b",), ("a",), 1)


def test_what_is_being_learnt_comes_first() -> None:
    states = [state("b", "review", -timedelta(days=9)), state("a", "learning", timedelta(0))]
    assert queue(*states, new_a_day=5).order == ("a", "b", "c")


def test_a_nudged_card_that_was_never_asked_is_due_and_no_new_card() -> None:
    found = queue(CardState("a", AT, cause="so"), new_a_day=0)
    assert (found.reviews, found.new) == (("a",), ())


def test_new_cards_are_limited_by_the_day_over_all_decks() -> None:
    cards = {f"n{number:02}": make_card(f"n{number:02}") for number in range(30)}
    seen_today = {f"other-{number}": state(f"other-{number}", "review", timedelta(5), TODAY) for number in range(4)}
    seen_before = {"n29": state("n29", "review", timedelta(5))}
    assert build_queue(cards, {**seen_today, **seen_before}, AT, tz=UTC).new == tuple(sorted(cards)[:6])
    assert build_queue(cards, seen_today, AT, 3, UTC).new == ()


def test_the_next_card_comes_at_its_minute_or_at_the_start_of_its_day() -> None:
    evening = state("a", "review", timedelta(days=2, hours=9))
    minutes = state("b", "learning", timedelta(minutes=5))
    assert queue(evening).next_due == datetime(2026, 3, 3, 4, tzinfo=UTC)
    assert queue(evening, minutes).next_due == minutes.due
    assert queue(state("a", "review", timedelta(0))).next_due is None


def test_topics_are_mixed_and_new_cards_are_spread_among_reviews() -> None:
    cards = {f"{deck}{n}": make_card(f"{deck}{n}", deck) for deck in "xyz" for n in range(4)}
    known = {card: state(card, "review", -timedelta(1)) for card in cards if not card.endswith("0")}
    found = build_queue(cards, known, AT, tz=UTC)
    decks = [card[0] for card in found.order]
    assert sorted(found.order) == sorted(cards)
    assert all(first != second for first, second in pairwise([card[0] for card in found.reviews]))
    assert {decks.index(deck) for deck in "xyz"} <= set(range(5))
    assert [place for place, card in enumerate(found.order) if card in found.new] == [2, 6, 10]


def test_the_order_is_the_same_all_day_and_another_one_tomorrow() -> None:
    cards = {f"{deck}{n}": make_card(f"{deck}{n}", deck) for deck in "xyz" for n in range(9)}
    known = {card: state(card, "review", -timedelta(days=1)) for card in cards}
    now, evening, tomorrow = (build_queue(cards, known, AT + timedelta(hours=h), tz=UTC).order for h in (0, 11, 24))
    assert now == evening
    assert now != tomorrow
    assert sorted(now) == sorted(tomorrow)


def test_spreading_keeps_each_order() -> None:
    assert spread([["a", "b", "c", "d"], ["1", "2"], []]) == ("a", "1", "b", "c", "2", "d")


def test_cards_are_chosen_by_deck_and_tag_without_drafts() -> None:
    library = make_library(
        make_card("a", "x", tags=("lag",)),
        make_card("b", "y", tags=("lag",)),
        make_card("c", "x"),
        make_card("d", "x", reviewed=False),
    )
    assert list(choose_cards(library)) == ["a", "b", "c"]
    assert list(choose_cards(library, deck="x")) == ["a", "c"]
    assert list(choose_cards(library, tag="lag")) == ["a", "b"]
    assert list(choose_cards(library, deck="x", drafts=True)) == ["a", "c", "d"]


def test_an_unknown_deck_or_tag_names_the_nearest() -> None:
    library = make_library(make_card("a", tags=("lag",)))
    with pytest.raises(UsageError, match="no such deck: 'ack'") as caught:
        choose_cards(library, deck="ack")
    assert caught.value.hint == "did you mean `acks`?"
    with pytest.raises(UsageError, match="no card has the tag 'lags'") as caught:
        choose_cards(library, tag="lags")
    assert caught.value.hint == "did you mean `lag`?"
