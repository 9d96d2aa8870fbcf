"""What becomes of cards: grading, taking back, nudging. Their states are a cache of what the facts add up to.

The cache remembers through which fact it goes. Any later review, undo or nudge, whoever wrote it, makes its card's
state be folded anew from all of that card's facts, so the cache always equals a full replay.
"""

from __future__ import annotations

from datetime import date, datetime, tzinfo
from functools import cache
from typing import Any, NamedTuple

from quizkit.clock import now
from quizkit.errors import UsageError
from quizkit.learn.days import local_day
from quizkit.learn.journal import Fact, Journal
from quizkit.learn.schedule import RATINGS, RULES, CardState, Schedule

_COLUMNS = CardState._fields
_THAT_MATTER = "kind IN ('review', 'undo', 'nudge')"


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
    found = journal.select(
        "AS review WHERE kind = 'review' AND NOT EXISTS (SELECT 1 FROM fact AS undo WHERE undo.kind = 'undo'"
        " AND undo.subject = review.subject AND json_extract(undo.payload, '$.review') = review.id)"
        " ORDER BY number DESC LIMIT 1"
    )
    return found[0] if found else None


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
    return {row[0]: _state(row) for row in journal.rows(f"SELECT {', '.join(_COLUMNS)} FROM card_state")}


def card_state(journal: Journal, card: str) -> CardState | None:
    """The state of one card; None if it was never graded or nudged."""
    _catch_up(journal)
    rows = journal.rows(f"SELECT {', '.join(_COLUMNS)} FROM card_state WHERE card = :card", {"card": card})
    return _state(rows[0]) if rows else None


@cache
def schedule() -> Schedule:
    """The one schedule of this process, made when it is first needed: it imports fsrs."""
    return Schedule()


def _catch_up(journal: Journal) -> None:
    ((through,),) = journal.rows("SELECT max(number) FROM card_state_through WHERE rules = :rules", {"rules": RULES})
    ((latest,),) = journal.rows("SELECT coalesce(max(number), 0) FROM fact")
    if through == latest:
        return
    sql = f"SELECT DISTINCT subject FROM fact WHERE number > :through AND {_THAT_MATTER}"
    cards = [card for (card,) in journal.rows(sql, {"through": through or 0})]
    if not cards and through is not None:
        return
    with journal.transaction():
        for card in cards:
            _save(journal, card)
        journal.rows("DELETE FROM card_state_through")
        journal.rows("INSERT INTO card_state_through VALUES (:rules, :latest)", {"rules": RULES, "latest": latest})


def _save(journal: Journal, card: str) -> None:
    facts = journal.select(f"WHERE subject = :card AND {_THAT_MATTER} ORDER BY number", {"card": card})
    state = schedule().fold(card, facts)
    if state is None:
        journal.rows("DELETE FROM card_state WHERE card = :card", {"card": card})
        return
    values = dict(zip(_COLUMNS, map(_plain, state), strict=True))
    names = ", ".join(f":{name}" for name in _COLUMNS)
    journal.rows(f"INSERT OR REPLACE INTO card_state ({', '.join(_COLUMNS)}) VALUES ({names})", values)


def _known_state(journal: Journal, card: str) -> CardState:
    state = card_state(journal, card)
    assert state is not None, "a card with a review or a nudge has a state"
    return state


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _state(row: tuple[Any, ...]) -> CardState:
    values = dict(zip(_COLUMNS, row, strict=True))
    values["due"] = datetime.fromisoformat(values["due"])
    for name in ("first_day", "last_day"):
        values[name] = date.fromisoformat(values[name]) if values[name] else None
    return CardState(**values)
