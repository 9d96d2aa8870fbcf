"""What becomes of cards: grading, taking back, nudging. Their states are a cache of what the facts add up to.

The cache remembers through which fact it goes. Later reviews, undos and nudges, whoever wrote them, are folded into it
before anything is read, so it always equals a full replay.
"""

from __future__ import annotations

from datetime import date, datetime, tzinfo
from functools import cache
from typing import Any, NamedTuple

from quizkit.clock import now
from quizkit.errors import UsageError
from quizkit.learn.days import local_day
from quizkit.learn.fact import Fact
from quizkit.learn.journal import Journal, stamp
from quizkit.learn.schedule import RATINGS, RULES, CardState, Schedule

_COLUMNS = CardState._fields
_THAT_MATTER = "+kind IN ('review', 'undo', 'nudge')"  # "+": the index of kinds finds far more than the other condition
_NOT_TAKEN_BACK = (
    "NOT EXISTS (SELECT 1 FROM fact AS undo WHERE undo.kind = 'undo' AND undo.subject = review.subject AND"
    " CASE WHEN json_valid(undo.payload) THEN json_extract(undo.payload, '$.review') END = review.id)"
)


class Graded(NamedTuple):
    """A review as it stands in the journal, and what it made of the card."""

    review: Fact
    state: CardState


def grade(journal: Journal, card: str, rating: str, version: str = "", tz: tzinfo | None = None) -> Graded:
    """Record a review that happens now; durable when this returns. Raises UsageError for an unknown rating.

    The fact keeps the learner's day, so that folding it elsewhere, in another time zone, gives the same state.
    """
    if rating not in RATINGS:
        raise UsageError(f"no such rating: {rating!r}", f"use one of {', '.join(RATINGS)}")
    with journal.transaction():
        day = local_day(now(), tz)
        fact = journal.append("review", card, {"rating": rating, "day": day.isoformat()}, version)
        return Graded(fact, _known_state(journal, card))


def last_review(journal: Journal) -> Fact | None:
    """The latest review that was not taken back."""
    return journal.first(f"AS review WHERE +kind = 'review' AND {_NOT_TAKEN_BACK} ORDER BY number DESC")  # +: walk backwards


def last_answer(journal: Journal, before: datetime) -> datetime | None:
    """When the last review before an instant was given; one that was taken back does not count."""
    sql = f"AS review WHERE kind = 'review' AND at < :before AND {_NOT_TAKEN_BACK} ORDER BY at DESC"
    review = journal.first(sql, {"before": stamp(before)})
    return review.at if review else None


def undo(journal: Journal, review: Fact) -> CardState | None:
    """Take one review back, which is itself a fact; returns the card's state without it."""
    with journal.transaction():
        journal.append("undo", review.subject, {"review": review.id}, review.version)
        return card_state(journal, review.subject)


def nudge(journal: Journal, card: str, cause: str) -> CardState:
    """Make a card due now; `cause` is a short sentence that the drill shows with it."""
    with journal.transaction():
        journal.append("nudge", card, {"cause": cause})
        return _known_state(journal, card)


def card_states(journal: Journal) -> dict[str, CardState]:
    """The state of every card that was ever graded or nudged."""
    _catch_up(journal)
    return {row[0]: _state(row) for row in journal.execute(f"SELECT {', '.join(_COLUMNS)} FROM card_state")}


def card_state(journal: Journal, card: str) -> CardState | None:
    """The state of one card; None if it was never graded or nudged."""
    _catch_up(journal)
    return _cached(journal, card)


@cache
def schedule() -> Schedule:
    """The one schedule of this process, made when it is first needed: it imports fsrs."""
    return Schedule()


def _catch_up(journal: Journal) -> None:
    if _behind(journal) is None:
        return
    with journal.transaction():  # alone from here on: another process may be about to do the same
        through = _behind(journal)
        if through is None:
            return
        facts: dict[str, list[Fact]] = {}
        for fact in journal.select(f"WHERE number > :through AND {_THAT_MATTER} ORDER BY number", {"through": through}):
            facts.setdefault(fact.subject, []).append(fact)
        if not through:
            journal.execute("DELETE FROM card_state")
        for card, new in facts.items():
            _save(journal, card, _fold(journal, card, new))
        journal.execute("DELETE FROM card_state_through")
        journal.execute("INSERT INTO card_state_through SELECT :rules, max(number) FROM fact", {"rules": RULES})


def _behind(journal: Journal) -> int | None:
    """The number of the last fact that the cache has seen under the present rules (0: none); None if it has seen all."""
    sql = "SELECT (SELECT max(number) FROM card_state_through WHERE rules = :rules), (SELECT max(number) FROM fact)"
    ((through, latest),) = journal.execute(sql, {"rules": RULES})
    return None if (through or 0) == (latest or 0) else through or 0


def _fold(journal: Journal, card: str, new: list[Fact]) -> CardState | None:
    """Go on from the cached state; an undo reaches behind it, so then the card is folded from its first fact on."""
    if any(fact.kind == "undo" for fact in new):
        facts = journal.select(f"WHERE subject = :card AND {_THAT_MATTER} ORDER BY number", {"card": card})
        return schedule().fold(card, facts)
    return schedule().fold(card, new, _cached(journal, card))


def _save(journal: Journal, card: str, state: CardState | None) -> None:
    if state is None:
        journal.execute("DELETE FROM card_state WHERE card = :card", {"card": card})
        return
    values = dict(zip(_COLUMNS, map(_plain, state), strict=True))
    names = ", ".join(f":{name}" for name in _COLUMNS)
    journal.execute(f"INSERT OR REPLACE INTO card_state ({', '.join(_COLUMNS)}) VALUES ({names})", values)


def _cached(journal: Journal, card: str) -> CardState | None:
    rows = journal.execute(f"SELECT {', '.join(_COLUMNS)} FROM card_state WHERE card = :card", {"card": card})
    return _state(rows[0]) if rows else None


def _known_state(journal: Journal, card: str) -> CardState:
    state = card_state(journal, card)
    assert state is not None, "a card with a review or a nudge has a state"
    return state


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _state(row: tuple[Any, ...]) -> CardState:
    card, due, phase, step, stability, difficulty, last_day, first_day, reviews, lapses, cause = row
    first, last = (date.fromisoformat(day) if day else None for day in (first_day, last_day))
    instant = datetime.fromisoformat(due)
    return CardState(card, instant, phase, step, stability, difficulty, last, first, reviews, lapses, cause)
