"""What to ask now, and in which order: due cards with topics interleaved, a few new ones spread among them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, NamedTuple
from zlib import crc32

from quizkit.errors import UsageError
from quizkit.learn.days import day_start, local_day
from quizkit.learn.schedule import CardState
from quizkit.words import did_you_mean

if TYPE_CHECKING:
    from quizkit.library.catalog import Card, Library

NEW_A_DAY = 10


class Queue(NamedTuple):
    """The cards to ask now, by kind, each in the order of asking.

    `learning`: their minutes are over. `reviews`: due today, or nudged. `new`: never seen, no more than today has left.
    `soon`: being learnt, their minutes not yet over. `next_due`: when the first known card comes that is not due now.
    """

    learning: tuple[str, ...]
    reviews: tuple[str, ...]
    new: tuple[str, ...]
    soon: tuple[str, ...]
    next_due: datetime | None

    @property
    def due(self) -> int:
        """How many known cards wait to be asked."""
        return len(self.learning) + len(self.reviews)

    @property
    def order(self) -> tuple[str, ...]:
        """What to ask in a sitting: what is being learnt first, then reviews with the new cards spread among them."""
        return (*self.learning, *spread([self.reviews, self.new]))


def choose_cards(library: Library, deck: str | None = None, tag: str | None = None, drafts: bool = False) -> dict[str, Card]:
    """The cards of a deck or with a tag (None: any), without unreviewed ones unless `drafts`.

    Raises UsageError for a deck or a tag that does not exist.
    """
    if deck is not None and deck not in library.decks:
        raise _unknown(f"no such deck: {deck!r}", deck, library.decks)
    if tag is not None and not any(tag in card.tags for card in library.cards.values()):
        tags = {name for card in library.cards.values() for name in card.tags}
        raise _unknown(f"no card has the tag {tag!r}", tag, sorted(tags))
    return {
        card.id: card
        for card in library.cards.values()
        if (drafts or card.reviewed) and deck in (None, card.deck) and (tag is None or tag in card.tags)
    }


def _unknown(message: str, word: str, known: Iterable[str]) -> UsageError:
    return UsageError(message, did_you_mean(word, known))


def build_queue(
    cards: Mapping[str, Card],
    states: Mapping[str, CardState],
    at: datetime,
    new_a_day: int = NEW_A_DAY,
    tz: tzinfo | None = None,
) -> Queue:
    """The queue at an instant. `states` of all cards, also those not in `cards`: the daily limit counts every deck.

    A card that is being learnt, or was nudged, is due to the minute; any other from the start of its day.
    """
    today = local_day(at, tz)
    tomorrow = day_start(today + timedelta(days=1), tz)
    known = sorted((states[card] for card in cards if card in states), key=lambda state: (state.due, state.card))
    learning = [state for state in known if state.is_learning]
    reviews = [cards[state.card] for state in known if not state.is_learning and state.due < tomorrow]
    introduced = sum(state.first_day == today for state in states.values())
    seed = today.isoformat()
    return Queue(
        learning=tuple(state.card for state in learning if state.due <= at),
        reviews=interleave(sorted(reviews, key=lambda card: _draw(seed, card.id)), seed),
        new=interleave((card for card in cards.values() if card.id not in states), seed)[: max(new_a_day - introduced, 0)],
        soon=tuple(state.card for state in learning if state.due > at),
        next_due=_next_due(known, at, tomorrow, tz),
    )


def _next_due(known: list[CardState], at: datetime, tomorrow: datetime, tz: tzinfo | None) -> datetime | None:
    minutes = [state.due for state in known if state.is_learning and state.due > at]
    days = [state.due for state in known if not state.is_learning and state.due >= tomorrow]
    return min([*minutes[:1], *(day_start(local_day(due, tz), tz) for due in days[:1])], default=None)


def interleave(cards: Iterable[Card], seed: str) -> tuple[str, ...]:
    """Card ids with the decks mixed in proportion, each deck in the given order; `seed` picks which deck leads."""
    decks: dict[str, list[str]] = {}
    for card in cards:
        decks.setdefault(card.deck, []).append(card.id)
    return spread([decks[deck] for deck in sorted(decks, key=lambda deck: _draw(seed, deck))])


def spread(lists: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """Merge lists so that each is spread evenly over the whole; at the same place the earlier list goes first."""
    places = (
        ((place + 0.5) / len(items), which, item) for which, items in enumerate(lists) for place, item in enumerate(items)
    )
    return tuple(item for _, _, item in sorted(places))


def _draw(seed: str, name: str) -> int:
    """A number to sort by. The product, for the checksums of two names alone would compare alike under most seeds."""
    return crc32(name.encode()) * (crc32(seed.encode()) | 1) % 2**32
