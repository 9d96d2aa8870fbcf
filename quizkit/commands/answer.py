"""`quizkit answer`: grade one card without a terminal."""

from __future__ import annotations

from typing import Annotated

import typer

from quizkit.errors import UsageError
from quizkit.home import find_home
from quizkit.learn.journal import open_journal
from quizkit.learn.reviews import grade
from quizkit.library.load import open_library
from quizkit.screen.spans import long_span
from quizkit.words import did_you_mean


def answer(
    card: Annotated[str, typer.Argument(help="The card's id; quizkit list cards prints them.")],
    rating: Annotated[str, typer.Option(help="How well you knew it: again, hard, good or easy.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Grade one card, as a key in the drill does.

    \b
    Examples:
      quizkit answer CARD --rating good
      quizkit answer CARD --rating again --json
    """
    home = find_home()
    library = open_library(home)
    if card not in library.cards:
        hints = filter(None, [did_you_mean(card, library.cards, ""), "quizkit list cards prints all"])
        raise UsageError(f"no such card: {card!r}", " ".join(hints))
    with open_journal(home) as journal:
        review, state = grade(journal, card, rating, library.cards[card].version)
    if as_json:
        from quizkit.commands.json_output import print_json

        data = {"card": card, "rating": rating, "review": review.id, "due": state.due.isoformat(), "phase": state.phase}
        print_json(data)
    else:
        print(f"{card}: {rating}, back in {long_span(state.due - review.at)}")
