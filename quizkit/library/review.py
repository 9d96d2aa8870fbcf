"""What a file cannot tell about itself: drafts, sources, links to other content, and what the simulator refuses."""

from __future__ import annotations

from collections.abc import Iterator

from quizkit.library.catalog import Card, Deck, Library, Scenario
from quizkit.library.claims import wrong_claims
from quizkit.library.compile import Compiled
from quizkit.library.problems import ERROR, WARNING, Problem, did_you_mean
from quizkit.library.readers import refused_by_simulator


def review(part: Compiled, *libraries: Library) -> Iterator[Problem]:
    """The problems of one compiled file; its links may lead to anything in the libraries."""
    yield from _drafts(part)
    yield from _unsourced(part)
    yield from _cards_that_see_nothing(part, sorted({name for library in libraries for name in library.scenarios}))
    yield from _scenarios_without_their_cards(part, sorted({name for library in libraries for name in library.cards}))
    if not part.content.decks:
        yield from refused_by_simulator(part.document)
    for scenario in part.content.scenarios.values():
        yield from wrong_claims(scenario, part.document)


def _drafts(part: Compiled) -> Iterator[Problem]:
    records: list[Deck | Scenario] = [*part.content.decks.values(), *part.content.scenarios.values()]
    for record in records:
        if not record.reviewed:
            place, hint = part.document.place(("reviewed",), key=True), "review it, then remove `reviewed: false`"
            yield Problem(place, f"`{record.id}` is a draft", hint, WARNING)


def _unsourced(part: Compiled) -> Iterator[Problem]:
    records: list[Card | Scenario] = [*part.content.cards.values(), *part.content.scenarios.values()]
    for record in records:
        if not record.sources:
            hint = "add `sources: [{title: ..., url: ..., seen: primary}]`"
            yield Problem(record.place, f"`{record.id}` names no source", hint, ERROR if record.reviewed else WARNING)


def _cards_that_see_nothing(part: Compiled, scenarios: list[str]) -> Iterator[Problem]:
    for index, card in part.cards.items():
        if card.see and card.see not in scenarios:
            place = part.document.place(("cards", index, "see"))
            yield Problem(place, f"there is no scenario `{card.see}` to see", did_you_mean(card.see, scenarios))


def _scenarios_without_their_cards(part: Compiled, cards: list[str]) -> Iterator[Problem]:
    for scenario in part.content.scenarios.values():
        for index, name in enumerate(scenario.cards):
            if name not in cards:
                place = part.document.place(("cards", index))
                yield Problem(place, f"there is no card `{name}`", did_you_mean(name, cards))
