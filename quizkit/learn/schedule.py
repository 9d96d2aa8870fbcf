"""When a card comes back: FSRS through the `fsrs` package, with its traps closed.

The package accepts only `datetime.timezone.utc`; a card made without an id sleeps and reads the clock; its fuzz draws
from the global random; it does not validate the retention. Here every instant is given, ids are constant, and the fuzz
is ours: the same card at the same count of reviews always gets the same one, so a preview promises what then happens.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple
from zlib import crc32

from quizkit.errors import UsageError

if TYPE_CHECKING:
    import fsrs

    from quizkit.learn.fact import Fact

RATINGS = ("again", "hard", "good", "easy")  # FSRS counts them from 1
RETENTION = 0.9  # the chance of recall at which a card becomes due
RULES = 1  # raise it when the same facts would give another state: cached states are then rebuilt

_LEAST_FUZZED_DAYS = 2.5
_FUZZ = ((2.5, 7.0, 0.15), (7.0, 20.0, 0.10), (20.0, float("inf"), 0.05))  # (from day, to day, share), as in Anki


class CardState(NamedTuple):
    """What the schedule knows of a card. `cause` says why a nudge made it due, until the next review.

    `phase` is new (only nudged so far), learning, review or relearning; stability is in days, difficulty from 1 to 10;
    `first_day` and `last_day` are the learner's days of its first and last review.
    """

    card: str
    due: datetime
    phase: str = "new"
    step: int | None = None
    stability: float | None = None
    difficulty: float | None = None
    last_day: date | None = None
    first_day: date | None = None
    reviews: int = 0
    lapses: int = 0
    cause: str = ""

    @property
    def is_learning(self) -> bool:
        """It comes back after minutes, not days."""
        return self.phase in ("learning", "relearning")


class Schedule:
    """FSRS with one retention for all cards; raises UsageError for a retention that makes no sense."""

    def __init__(self, retention: float = RETENTION) -> None:
        if not 0.7 <= retention <= 0.97:
            raise UsageError(f"the retention cannot be {retention}", "choose one from 0.7 to 0.97")
        from fsrs import Scheduler

        self._fsrs = Scheduler(desired_retention=retention, enable_fuzzing=False)

    def review(self, state: CardState, rating: str, at: datetime, day: date) -> CardState:
        """The card's state after a grade at `at`, an instant in UTC, which was on the learner's day `day`.

        The memory is told whole days between the learner's days, as Anki does: an evening and the morning after are one
        day apart, where the package would count zero.
        """
        from fsrs import Rating

        card, _ = self._fsrs.review_card(_as_fsrs(state, at, day), Rating(RATINGS.index(rating) + 1), at)
        phase, count = card.state.name.lower(), state.reviews + 1
        return CardState(
            card=state.card,
            due=at + fuzzed(card.due - at, state.card, count) if phase == "review" else card.due,
            phase=phase,
            step=card.step,
            stability=card.stability,
            difficulty=card.difficulty,
            first_day=state.first_day or day,
            last_day=day,
            reviews=count,
            lapses=state.lapses + (state.phase == "review" and rating == "again"),
        )

    def preview(self, state: CardState, at: datetime, day: date) -> dict[str, timedelta]:
        """How long the card would stay away after each grade."""
        return {rating: self.review(state, rating, at, day).due - at for rating in RATINGS}

    def fold(self, card: str, facts: Sequence[Fact], state: CardState | None = None) -> CardState | None:
        """The state that a card's reviews, undos and nudges add up to; None if nothing is left of them.

        Given the `state` before these facts it goes on from there; an undo among them must have its review among them.
        """
        taken_back = {fact.payload["review"] for fact in facts if fact.kind == "undo"}
        for fact in facts:
            if fact.kind == "review" and fact.id not in taken_back:
                day = date.fromisoformat(fact.payload["day"])
                state = self.review(state or CardState(card, fact.at), fact.payload["rating"], fact.at, day)
            elif fact.kind == "nudge":
                state = nudged(state or CardState(card, fact.at), fact.at, fact.payload["cause"])
        return state


def nudged(state: CardState, at: datetime, cause: str) -> CardState:
    """The card made due now. What is known of the memory stays: a review ahead of time is one that FSRS understands."""
    return state._replace(due=min(state.due, at), cause=cause)


def fuzzed(interval: timedelta, card: str, count: int) -> timedelta:
    """The interval moved a little, so that cards learnt together do not stay together; always whole days."""
    days = interval.days
    if days < _LEAST_FUZZED_DAYS:
        return interval
    reach = 1.0 + sum(share * max(min(days, end) - start, 0.0) for start, end, share in _FUZZ)
    low, high = max(2, round(days - reach)), round(days + reach)
    draw = crc32(f"{card}/{count}".encode()) / 2**32
    return timedelta(days=low + int(draw * (high - low + 1)))


def _as_fsrs(state: CardState, at: datetime, day: date) -> fsrs.Card:
    from fsrs import Card, State

    fresh = state.phase == "new"
    return Card(
        card_id=0,
        state=State.Learning if fresh else State[state.phase.title()],
        step=0 if fresh else state.step,
        stability=state.stability,
        difficulty=state.difficulty,
        due=state.due,
        last_review=at - max(day - state.last_day, timedelta(0)) if state.last_day else None,
    )
