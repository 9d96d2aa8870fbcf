"""What a file cannot tell about itself: drafts, sources, links to other content, and what the simulator refuses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from quizkit.library.catalog import Deck, Library, Scenario
from quizkit.library.claims import wrong_claims
from quizkit.library.compile import Compiled, is_deck
from quizkit.library.problems import ERROR, WARNING, Problem
from quizkit.library.readers import refused_by_simulator
from quizkit.words import did_you_mean


@dataclass(frozen=True)
class Targets:
    """The ids that a link may lead to, in order."""

    scenarios: list[str]
    cards: list[str]


def find_targets(parts: Iterable[Compiled], library: Library) -> Targets:
    """All scenarios and cards, also those that are broken: a link to them is right."""
    scenarios, cards = set(library.scenarios), set(library.cards)
    for part in parts:
        value = part.document.value
        scenarios |= _ids([value])
        cards |= _ids(value.get("cards") if isinstance(value, dict) else None)
    return Targets(sorted(scenarios), sorted(cards))


def _ids(entries: object) -> set[str]:
    mappings = [entry for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []
    return {entry["id"] for entry in mappings if isinstance(entry.get("id"), str)}


def review(part: Compiled, targets: Targets) -> Iterator[Problem]:
    """The problems of one compiled file that it takes more than the file to find."""
    yield from _drafts(part)
    yield from _unsourced(part)
    yield from _cards_that_see_nothing(part, targets.scenarios)
    yield from _scenarios_without_their_cards(part, targets.cards)


def refusals(part: Compiled) -> Iterator[Problem]:
    """What keeps the file's scenarios from being played and proved."""
    if not part.content.decks:
        yield from refused_by_simulator(part.document)
    for scenario in part.content.scenarios.values():
        yield from wrong_claims(scenario, part.document)


def _drafts(part: Compiled) -> Iterator[Problem]:
    records: list[Deck | Scenario] = [*part.content.decks.values(), *part.content.scenarios.values()]
    for record in records:
        if not record.reviewed:
            place, hint = part.document.place(("reviewed",), key=True), "review it, then set `reviewed: true`"
            yield Problem(place, f"`{record.id}` is a draft", hint, WARNING)


def _unsourced(part: Compiled) -> Iterator[Problem]:
    """Cards and scenarios without a source, also those with which something else is wrong."""
    whole = part.document.value
    if not isinstance(whole, dict):
        return
    cards = whole.get("cards")
    entries = {("cards", index): card for index, card in enumerate(cards if isinstance(cards, list) else [])}
    severity = WARNING if whole.get("reviewed") == "false" else ERROR
    for path, entry in (entries if is_deck(part.document) else {(): whole}).items():
        if isinstance(entry, dict) and not entry.get("sources"):
            hint = "add `sources: [{title: ..., url: ..., seen: primary}]`"
            place = part.document.place((*path, "id"))
            yield Problem(place, f"`{entry.get('id', 'this')}` names no source", hint, severity)


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
