"""A sitting: cards in order, failed ones again, undo, and nothing to wait for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count

from quizkit.learn.drill import Drill
from quizkit.learn.fact import Fact
from quizkit.learn.schedule import CardState, Schedule

AT = datetime(2026, 3, 1, 9, tzinfo=UTC)


class Sitting:
    """A drill whose clock moves a little with every answer, and which keeps what was asked."""

    def __init__(
        self,
        order: str,
        states: dict[str, CardState] | None = None,
        pace: timedelta = timedelta(seconds=9),
        most: int | None = None,
    ) -> None:
        self.at, self.pace, self.ids = AT, pace, count()
        self.drill = Drill.begin(tuple(order), states or {}, AT, most)

    def grade(self, rating: str) -> str:
        card = self.drill.card
        assert card
        self.at += self.pace
        state = Schedule().review(self.drill.states.get(card) or CardState(card, AT), rating, self.at, self.at.date())
        review = Fact(f"r{next(self.ids)}", self.at, "review", card, "", {"rating": rating})
        self.drill.graded(review, state, self.at)
        return card

    def grade_all(self, rating: str) -> str:
        asked = ""
        while self.drill.card:
            asked += self.grade(rating)
        return asked


def known(*cards: str) -> dict[str, CardState]:
    past = AT - timedelta(days=9)
    return {card: Schedule().review(CardState(card, past), "easy", past, past.date()) for card in cards}


def test_known_cards_are_asked_once_in_order() -> None:
    assert Sitting("abc", known("a", "b", "c")).grade_all("good") == "abc"


def test_new_cards_come_back_early_when_nothing_else_is_left() -> None:
    sitting = Sitting("ab")
    assert sitting.grade_all("good") == "abab"
    assert {state.phase for state in sitting.drill.states.values()} == {"review"}


def test_a_failed_card_comes_back_when_its_minutes_are_over() -> None:
    sitting = Sitting("abcdef", known(*"abcdef"), pace=timedelta(minutes=4))
    asked = sitting.grade("again") + "".join(sitting.grade("good") for _ in range(6))
    assert asked == "abcdaef"


def test_a_card_that_keeps_failing_keeps_coming() -> None:
    sitting = Sitting("a", known("a"))
    assert [sitting.grade("again") for _ in range(5)] == ["a"] * 5
    sitting.grade("good")
    assert sitting.drill.card is None


def test_undo_asks_the_card_again_in_the_state_it_had() -> None:
    sitting = Sitting("abc", known("b"))
    sitting.grade("easy")
    before = sitting.drill.states["b"]
    sitting.grade("again")
    sitting.drill.reveal()
    sitting.drill.undone(before)
    assert (sitting.drill.card, sitting.drill.revealed, sitting.drill.states["b"]) == ("b", False, before)
    sitting.drill.undone(None)
    assert (sitting.drill.card, sitting.drill.states) == ("a", {"b": before})
    assert sitting.grade_all("easy") == "abc"


def test_every_next_card_hides_its_answer() -> None:
    sitting = Sitting("ab")
    sitting.drill.reveal()
    sitting.grade("easy")
    assert not sitting.drill.revealed


def test_it_counts_grades_and_what_is_left() -> None:
    sitting = Sitting("abc", known("a"))
    assert sitting.drill.left == 3
    sitting.grade("easy")
    sitting.grade("again")
    assert (sitting.drill.left, sitting.drill.waiting) == (2, ["c"])
    assert sitting.drill.ratings == {"easy": 1, "again": 1}


def test_a_sitting_without_cards_is_over() -> None:
    assert Drill.begin((), {}, AT).card is None


def test_a_limit_counts_answers() -> None:
    sitting = Sitting("abc", known("a", "b", "c"), most=1)
    assert (sitting.drill.left, sitting.grade_all("again")) == (1, "a")
    sitting = Sitting("abc", most=3, pace=timedelta(minutes=4))
    assert sitting.grade_all("again") == "aba"
    assert sitting.drill.left == 0


def test_an_answer_that_was_taken_back_does_not_use_up_the_limit() -> None:
    sitting = Sitting("ab", most=2)
    sitting.grade("easy")
    sitting.drill.undone(None)
    assert sitting.grade_all("easy") == "ab"
