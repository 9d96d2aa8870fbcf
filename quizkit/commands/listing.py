"""`quizkit list` and `quizkit show`: what content there is."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from typing import Annotated, Any, Literal

import typer

from quizkit.commands.json_output import print_json
from quizkit.errors import UsageError
from quizkit.library.catalog import Card, Deck, Library, Scenario
from quizkit.library.load import open_library
from quizkit.words import did_you_mean

FILTERS = {"cards": ("tag", "deck", "level"), "scenarios": ("topic", "level"), "decks": ()}
Row = tuple[str, str, str]


def list_content(
    what: Annotated[Literal["cards", "scenarios", "decks"], typer.Argument(help="What to list.")],
    tag: Annotated[str | None, typer.Option(help="Only cards with this tag.")] = None,
    deck: Annotated[str | None, typer.Option(help="Only cards of this deck.")] = None,
    topic: Annotated[str | None, typer.Option(help="Only scenarios on this topic.")] = None,
    level: Annotated[int | None, typer.Option(min=1, max=3, help="Only this level, 1 to 3.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON list.")] = False,
) -> None:
    """List cards, scenarios or decks; the id comes first on each line.

    \b
    Examples:
      quizkit list scenarios
      quizkit list cards --deck split-brain --level 2
      quizkit list cards --tag failover --json
    """
    wanted = {"tag": tag, "deck": deck, "topic": topic, "level": level}
    given = {name: value for name, value in wanted.items() if value is not None}
    for name in given:
        if name not in FILTERS[what]:
            fits = [kind for kind, filters in FILTERS.items() if name in filters]
            raise UsageError(f"--{name} does not apply to {what}", f"it goes with: {' and '.join(fits)}")
    records = _chosen(open_library(), what, given)
    if as_json:
        print_json([_summary(record) for record in records])
    else:
        _print_rows([_row(record) for record in records])


def show(
    name: Annotated[str, typer.Argument(metavar="ID", help="The id of a card, a deck or a scenario.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object, its keys the kinds found.")] = False,
) -> None:
    """Show a card, a deck or a scenario. What comes after a scenario's replay is only in the JSON.

    \b
    Examples:
      quizkit show async-trap
      quizkit show split-brain --json
    """
    library = open_library()
    kinds: dict[str, dict[str, Any]] = {"card": library.cards, "deck": library.decks, "scenario": library.scenarios}
    found = {kind: records[name] for kind, records in kinds.items() if name in records}
    if not found:
        known = [known for records in kinds.values() for known in records]
        ids = "quizkit list cards, decks or scenarios prints the ids"
        raise UsageError(f"no such card, deck or scenario: {name!r}", did_you_mean(name, known, ids))
    if as_json:
        print_json({kind: _everything(record) for kind, record in found.items()})
        return
    from quizkit.screen.pages import page
    from quizkit.screen.style import terminal_style

    typer.echo("\n\n".join(page(record, library, terminal_style()) for record in found.values()))


def _chosen(library: Library, what: str, given: dict[str, Any]) -> list[Any]:
    """The records that pass every filter; raises UsageError for a word that no record has."""
    records: list[Any] = list(getattr(library, what).values())
    for name, value in given.items():
        known = {word for record in records for word in _words(record, name)}
        if value not in known and name != "level":
            raise UsageError(f"no {what} with the {name} {value!r}", did_you_mean(str(value), sorted(known)))
    return [record for record in records if all(value in _words(record, name) for name, value in given.items())]


_WORDS: dict[str, Callable[[Any], Iterable[Any]]] = {
    "tag": lambda card: card.tags,
    "deck": lambda card: (card.deck,),
    "topic": lambda scenario: scenario.topics,
    "level": lambda record: (record.level,),
}


def _words(record: Any, name: str) -> Iterable[Any]:
    return _WORDS[name](record)


def _row(record: Card | Deck | Scenario) -> Row:
    draft = "" if record.reviewed else "(draft) "
    match record:
        case Card():
            return record.id, str(record.level), draft + " ".join(record.q.split())
        case Deck():
            return record.id, f"{len(record.cards):3}", draft + record.title
        case Scenario():
            return record.id, str(record.level), f"{draft}{record.title} ({', '.join(record.topics)})"


def _print_rows(rows: Sequence[Row]) -> None:
    """One record a line for pipes; on a narrow terminal the text goes below its id."""
    import shutil
    import textwrap

    columns = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    width = max((len(name) for name, _, _ in rows), default=0)
    for name, number, text in rows:
        head = f"{name:{width}}  {number}  "
        if columns is None:
            typer.echo(head + text)
        elif columns - len(head) >= 40:
            typer.echo(head + textwrap.shorten(text, columns - len(head), placeholder=" ..."))
        else:
            typer.echo(f"{head.rstrip()}\n    {textwrap.shorten(text, columns - 4, placeholder=' ...')}")


def _summary(record: Card | Deck | Scenario) -> dict[str, Any]:
    """What stands in a list; `quizkit show ID --json` has the rest."""
    keys = ("id", "title", "q", "deck", "level", "tags", "topics", "see", "cards", "reviewed")
    return {key: getattr(record, key) for key in keys if hasattr(record, key)}


def _everything(record: Card | Deck | Scenario) -> dict[str, Any]:
    from dataclasses import asdict

    return {**_renamed(asdict(record)), "place": str(record.place)}


def _renamed(value: Any) -> Any:
    """Without the `raw_` that tells only the program that the simulator reads a part."""
    if isinstance(value, dict):
        return {key.removeprefix("raw_"): _renamed(entry) for key, entry in value.items()}
    return value
