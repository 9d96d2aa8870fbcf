"""A card, a deck or a scenario as a page of text, as `quizkit show` prints it."""

from __future__ import annotations

from collections.abc import Iterable
from functools import singledispatch

from quizkit.library.catalog import Card, Deck, Library, Scenario, Source
from quizkit.library.problems import shown
from quizkit.screen.style import Style
from quizkit.words import plural


@singledispatch
def page(record: Card | Deck | Scenario, library: Library, style: Style) -> str:
    """The record in full, except what would spoil a scenario: its claims, its debrief and what to listen for."""
    raise TypeError(type(record).__name__)


@page.register
def _(card: Card, library: Library, style: Style) -> str:
    facts = [f"deck {card.deck}", f"level {card.level}", *card.tags]
    parts = [_head(card.id, facts, card.reviewed, style), style.prose(card.q), style.prose(card.a)]
    if card.see:
        parts.append(style.prose(f"See it happen: `quizkit challenge {card.see}`"))
    return "\n\n".join([*parts, *_sources(card.sources, style), _place(card)])


@page.register
def _(deck: Deck, library: Library, style: Style) -> str:
    cards = [library.cards[name] for name in deck.cards]
    lines = [f"{card.id}\n{style.prose(' '.join(card.q.split()), '    ')}" for card in cards]
    head = _head(f"{deck.id}: {deck.title}", [plural(len(cards), "card")], deck.reviewed, style)
    return "\n\n".join([head, "\n".join(lines), _place(deck)])


@page.register
def _(scenario: Scenario, library: Library, style: Style) -> str:
    facts = [f"level {scenario.level}", *scenario.topics]
    parts = [_head(f"{scenario.id}: {scenario.title}", facts, scenario.reviewed, style)]
    parts.append(style.prose(scenario.interviewer))
    parts += _block("It must keep", _requirements(scenario), style)
    parts += _block("You may ask", [entry.ask for entry in scenario.clarify], style)
    parts += _block("Designs", [f"`{one.id}` {one.label}" for one in scenario.designs.values()], style)
    parts += _block("Kill shots", [f"`{one.id}` {one.say}" for one in scenario.kill_shots.values()], style)
    parts += _block("Cards", [f"`{name}`" for name in scenario.cards], style)
    parts += [*_sources(scenario.sources, style), style.prose(f"Play it: `quizkit challenge {scenario.id}`")]
    return "\n\n".join([*parts, _place(scenario)])


def _head(title: str, facts: Iterable[str], reviewed: bool, style: Style) -> str:
    facts = [*facts, *([] if reviewed else ["draft"])]
    return style.bold(title) + "\n" + style.dim(style.prose(" · ".join(facts)))


def _block(title: str, items: Iterable[str], style: Style) -> list[str]:
    """A titled list, or nothing if it is empty."""
    lines = [style.prose("- " + " ".join(item.split())) for item in items]
    return ["\n".join([style.bold(title), *lines])] if lines else []


def _sources(sources: Iterable[Source], style: Style) -> list[str]:
    return _block("Sources", [f"{source.title} ({source.seen}): {source.url}" for source in sources], style)


def _place(record: Card | Deck | Scenario) -> str:
    return f"{shown(record.place.file)}:{record.place.line}"


def _requirements(scenario: Scenario) -> list[str]:
    """The requirements in words; as they stand in the file if the simulator refuses them."""
    from sim.errors import SetupError
    from sim.requirements import read_requirements

    try:
        return [requirement.text for requirement in read_requirements(scenario.raw_requirements)]
    except SetupError:
        return [f"{name}: {bound}" for name, bound in scenario.raw_requirements.items()]
