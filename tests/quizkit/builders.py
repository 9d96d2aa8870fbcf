"""Short ways to content for tests of what stands on it."""

from __future__ import annotations

from collections.abc import Sequence

from quizkit.home import Home
from quizkit.library.catalog import Card, Deck, Library, Place, Scenario

PLACE = Place("deck.yaml", 1, 1)


def make_card(
    card: str, deck: str = "acks", *, tags: tuple[str, ...] = (), see: str | None = None, reviewed: bool = True
) -> Card:
    """A card that asks for its own id."""
    question, answer = f"What is {card}?", f"It is {card}."
    return Card(card, deck, question, answer, "basic", 1, tags, see, (), reviewed, "v1", PLACE)


def make_scenario(scenario: str, level: int = 1) -> Scenario:
    """A scenario that has a name and a level, and nothing to play."""
    return Scenario(
        id=scenario,
        title=f"About {scenario}",
        level=level,
        topics=(),
        interviewer="",
        clarify=(),
        raw_requirements={},
        raw_setup={},
        kill_shots={},
        designs={},
        debrief="",
        follow_ups=(),
        cards=(),
        sources=(),
        reviewed=True,
        place=PLACE,
    )


def make_library(*cards: Card, scenarios: Sequence[Scenario] = ()) -> Library:
    """These cards in their decks, and these scenarios."""
    decks = dict.fromkeys(card.deck for card in cards)
    return Library(
        cards={card.id: card for card in cards},
        decks={
            deck: Deck(deck, f"About {deck}", tuple(card.id for card in cards if card.deck == deck), True, PLACE)
            for deck in decks
        },
        scenarios={scenario.id: scenario for scenario in scenarios},
    )


def write_deck(home: Home, deck: str, *cards: str) -> None:
    """A deck of the learner's own, in a real file, with cards `CARD` that ask `What is CARD?`."""
    folder = home.content / "decks"
    folder.mkdir(parents=True, exist_ok=True)
    source = "{title: A book, url: 'https://example.org/book', seen: primary}"
    entries = [f"  - id: {card}\n    q: What is {card}?\n    a: It is {card}.\n    sources: [{source}]\n" for card in cards]
    text = f"deck: {deck}\ntitle: About {deck}\ncards:\n{''.join(entries)}"
    (folder / f"{deck}.yaml").write_text(text, encoding="utf-8")
