"""What an interview asks by default, and which cards it leaves to drill: the same day and seed, the same choice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import chain, zip_longest
from typing import TYPE_CHECKING

from quizkit.errors import QuizkitError, UsageError
from quizkit.learn.grading import Result
from quizkit.learn.queue import Queue
from quizkit.learn.round_record import RoundRecord
from quizkit.library.catalog import Card, Library, Scenario, by_level
from quizkit.words import did_you_mean

if TYPE_CHECKING:
    from quizkit.library.rubric import Dimension

SCENARIOS, CARDS = 2, 5
MOST_DRILLED = 10
MOST_A_DIMENSION = 3
RECENT = timedelta(days=14)  # a scenario played since then is remembered, not thought through


@dataclass(frozen=True)
class ToDrill:
    """A card to drill, and why; `nudged`: a round has made it due already."""

    card: str
    cause: str
    nudged: bool = False


def pick_cards(queue: Queue, count: int) -> tuple[str, ...]:
    """The cards of the warm-up: due ones first, then new ones, then those that are being learnt just now."""
    return (*queue.learning, *queue.reviews, *queue.new, *queue.soon)[:count]


def named_scenarios(names: Iterable[str], known: Mapping[str, Scenario]) -> tuple[str, ...]:
    """The scenarios that the learner asked for; raises UsageError for one that is not there, twice there or a draft."""
    wanted = tuple(names)
    for name in wanted:
        if name not in known:
            raise UsageError(f"no such scenario: {name!r}", did_you_mean(name, known))
        if wanted.count(name) > 1:
            raise UsageError(f"the scenario {name} is named twice", "name each one once")
        if not known[name].reviewed:
            raise UsageError(
                f"the scenario {name} is a draft", f"finish it; see: quizkit content check {known[name].place.file}"
            )
    return wanted


def pick_scenarios(known: Mapping[str, Scenario], played: Mapping[str, datetime], at: datetime, seed: str) -> tuple[str, ...]:
    """Scenarios not played recently and on different topics, the easier one first.

    `played` tells when each was played last. Raises QuizkitError if there is none to play.
    """
    pool = [scenario for scenario in known.values() if scenario.reviewed]
    if not pool:
        raise QuizkitError("there is no scenario to play", "quizkit content check tells what is wrong with the content")
    chosen: list[Scenario] = []
    while pool and len(chosen) < SCENARIOS:
        asked = {topic for scenario in chosen for topic in scenario.topics}
        best = min(
            pool,
            key=lambda one: (
                one.id in played and at - played[one.id] < RECENT,
                len(asked.intersection(one.topics)),
                sha256(f"{seed}/{one.id}".encode()).digest(),
            ),
        )
        pool.remove(best)
        chosen.append(best)
    return tuple(one.id for one in by_level(chosen))


def to_drill(result: Result, rounds: Iterable[RoundRecord], library: Library) -> list[ToDrill]:
    """The cards that wrong predictions made due, then cards on the weak dimensions; ten at most, each once."""
    played = [library.scenarios[one.scenario] for one in rounds if one.scenario in library.scenarios]
    drilled = {
        card: ToDrill(card, f"a prediction for {one.title} was wrong", nudged=True) for one in rounds for card in one.nudged
    }
    ranked = [[(weak, card) for card in _training(weak.dimension, library, played)] for weak in result.weak]
    for weak, card in filter(None, chain.from_iterable(zip_longest(*ranked))):
        cause = f"{weak.dimension.title} counted {weak.points} of {len(weak.dimension.anchors) - 1} in a mock interview"
        drilled.setdefault(card, ToDrill(card, cause))
    return [one for one in drilled.values() if one.card in library.cards][:MOST_DRILLED]


def _training(dimension: Dimension, library: Library, played: list[Scenario]) -> list[str]:
    """The cards with a tag of the dimension, those nearest to the played scenarios first."""
    linked = {card for scenario in played for card in scenario.cards}
    topics = {topic for scenario in played for topic in scenario.topics}

    def rank(card: Card) -> tuple[bool, bool, int, str]:
        return card.id not in linked, topics.isdisjoint(card.tags), card.level, card.id

    cards = [card for card in library.cards.values() if card.reviewed and not set(card.tags).isdisjoint(dimension.tags)]
    return [card.id for card in sorted(cards, key=rank)[:MOST_A_DIMENSION]]
