"""`quizkit due`: what is due, at a glance. It loads almost nothing, so that it can stand in a shell prompt."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Annotated

import typer

from quizkit.clock import now
from quizkit.home import find_home
from quizkit.learn.journal import open_journal
from quizkit.learn.queue import Queue, build_queue, choose_cards
from quizkit.learn.reviews import card_states
from quizkit.library.load import open_library
from quizkit.screen.spans import when


def due(as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False) -> None:
    """What is due now, what is new today, and when the next card comes.

    \b
    Examples:
      quizkit due
      quizkit due --json
    """
    home, at = find_home(), now()
    library = open_library(home)
    cards = choose_cards(library)
    with open_journal(home) as journal:
        queue = build_queue(cards, card_states(journal), at)
    known = Counter(cards[card].deck for card in (*queue.learning, *queue.reviews))
    new = Counter(cards[card].deck for card in queue.new)
    decks = {deck: {"due": known[deck], "new": new[deck]} for deck in library.decks if known[deck] or new[deck]}
    if as_json:
        from quizkit.commands.json_output import print_json

        print_json(_as_data(queue, decks, at))
    else:
        print(_as_text(queue, decks, at))


def _as_data(queue: Queue, decks: dict[str, dict[str, int]], at: datetime) -> dict[str, object]:
    return {
        "at": at.isoformat(),
        "due": queue.due,
        "learning": len(queue.learning),
        "new": len(queue.new),
        "soon": len(queue.soon),
        "next_due": queue.next_due.isoformat() if queue.next_due else None,
        "decks": decks,
    }


def _as_text(queue: Queue, decks: dict[str, dict[str, int]], at: datetime) -> str:
    learning = f" ({len(queue.learning)} being learnt)" if queue.learning else ""
    following = f" Next: {when(queue.next_due, at)}." if queue.next_due else ""
    lines = [f"{queue.due} due{learning}, {len(queue.new)} new.{following}"]
    width = max(map(len, decks), default=0)
    lines += [f"  {deck:{width}}  {count['due']:3} due  {count['new']:3} new" for deck, count in decks.items()]
    return "\n".join(lines)
