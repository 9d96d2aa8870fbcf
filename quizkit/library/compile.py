"""From the bytes of one content file to the records of the catalog, and what is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Any

from pydantic import ValidationError

from quizkit.library.catalog import Card, Deck, Library
from quizkit.library.complaints import explain
from quizkit.library.problems import ERROR, Problem, in_order, repeated
from quizkit.library.records import card_record, scenario_record
from quizkit.library.rules import repeated_shots, unfinished
from quizkit.library.schema import CARD_KINDS, BasicCard, DeckFile, ScenarioFile
from quizkit.library.strict_yaml import Document, Path, read_yaml
from quizkit.words import did_you_mean

BASIC = "basic"  # the kind of a card that names none
SCENARIO_KEYS = ("id", "interviewer", "workload", "kill_shots", "designs")


@dataclass
class Compiled:
    """One file: what of it can be used, what is wrong with it, and where everything stands.

    `cards` are those of `content` by their index in the file.
    """

    document: Document
    content: Library = field(default_factory=Library)
    cards: dict[int, Card] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def compile_file(data: bytes, file: str) -> Compiled:
    """Read and validate a deck or a scenario: what is right stands in `content`, what is wrong in `problems`."""
    compiled = Compiled(read_yaml(data, file))
    if compiled.document.value is not None:
        compile_kind = _compile_deck if is_deck(compiled.document) else _compile_scenario
        compile_kind(compiled)
    causes = {problem.place for problem in compiled.document.problems}  # their consequences would only confuse
    consequences = [problem for problem in compiled.problems if problem.place not in causes]
    compiled.problems = in_order(compiled.document.problems + consequences)
    return compiled


def is_deck(document: Document) -> bool:
    """By the folder that the file stands in, or else by its keys."""
    folder = FilePath(document.file).parent.name
    if folder in ("decks", "scenarios"):
        return folder == "decks"
    return isinstance(document.value, dict) and not any(key in document.value for key in SCENARIO_KEYS)


def _compile_deck(compiled: Compiled) -> None:
    document = compiled.document
    entries = document.value.get("cards") if isinstance(document.value, dict) else None
    cards = [_valid_card(compiled, entry, at) for at, entry in enumerate(entries if isinstance(entries, list) else [])]
    try:
        deck = DeckFile.model_validate(document.value)
    except ValidationError as error:
        compiled.problems += explain(error, DeckFile, document)
        return
    for index, card in enumerate(cards):
        if card is not None:
            _add_card(compiled, card, deck, index)
    ids = tuple(compiled.content.cards)
    compiled.content.decks[deck.deck] = Deck(deck.deck, deck.title, ids, deck.reviewed, document.place(()))


def _valid_card(compiled: Compiled, entry: Any, index: int) -> BasicCard | None:
    path = ("cards", index)
    kind = entry.get("kind", BASIC) if isinstance(entry, dict) else BASIC
    if not isinstance(kind, str) or kind not in CARD_KINDS:
        place = compiled.document.place((*path, "kind"))
        compiled.problems.append(Problem(place, f"unknown kind of card `{kind}`", did_you_mean(str(kind), CARD_KINDS)))
        _validated(compiled, {**entry, "kind": BASIC}, BASIC, path)  # for what else is wrong with it
        return None
    return _validated(compiled, entry, kind, path)


def _validated(compiled: Compiled, entry: Any, kind: str, path: Path) -> BasicCard | None:
    try:
        return CARD_KINDS[kind].model_validate(entry)
    except ValidationError as error:
        compiled.problems += explain(error, CARD_KINDS[kind], compiled.document, path)
        return None


def _add_card(compiled: Compiled, card: BasicCard, deck: DeckFile, index: int) -> None:
    place = compiled.document.place(("cards", index, "id"))
    if first := compiled.content.cards.get(card.id):
        compiled.problems.append(repeated("card", card.id, place, first.place))
    else:
        compiled.cards[index] = compiled.content.cards[card.id] = card_record(card, deck, place)


def _compile_scenario(compiled: Compiled) -> None:
    document = compiled.document
    try:
        scenario = ScenarioFile.model_validate(document.value)
    except ValidationError as error:
        compiled.problems += explain(error, ScenarioFile, document)
        return
    compiled.problems += repeated_shots(scenario, document) + unfinished(scenario, document)
    if all(problem.severity != ERROR for problem in compiled.problems + document.problems):
        compiled.content.scenarios[scenario.id] = scenario_record(scenario, document.place(("id",)))
