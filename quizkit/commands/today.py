"""`quizkit today`, which `quizkit` alone runs too: where the learner stands, and the command to type next."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Annotated

import typer

from quizkit.clock import now
from quizkit.home import find_home
from quizkit.learn.attempts import last_attempt, last_attempts, unfinished
from quizkit.learn.days import local_day, streak
from quizkit.learn.fact import Fact
from quizkit.learn.journal import Journal, open_journal
from quizkit.learn.queue import build_queue, choose_cards
from quizkit.learn.reviews import card_states, last_answer
from quizkit.library.catalog import Library, by_level
from quizkit.library.load import open_library
from quizkit.screen.style import terminal_style
from quizkit.screen.today import Today, today_text


def today(as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False) -> None:
    """Where you stand today, and the command to type next.

    `quizkit` alone does the same.

    \b
    Examples:
      quizkit today
      quizkit today --json
    """
    home = find_home()
    library = open_library(home)
    with open_journal(home) as journal:
        standing = look(library, journal, now())
    if as_json:
        from dataclasses import asdict

        from quizkit.commands.json_output import print_json

        print_json({**asdict(standing), "at": standing.at.isoformat(), "last": _as_data(standing.last)})
    else:
        print(today_text(terminal_style(), standing))


def look(library: Library, journal: Journal, at: datetime) -> Today:
    """Everything that the six lines say."""
    states = card_states(journal)
    queue = build_queue(choose_cards(library), states, at)
    begun = unfinished(journal)
    last = last_attempt(journal)
    return Today(
        at=at,
        due=queue.due,
        new=len(queue.new),
        answered=sum(state.last_day == local_day(at) for state in states.values()),
        streak=streak(partial(last_answer, journal), at),
        last=last,
        last_title=_title(library, last),
        unfinished=[fact.payload["title"] for fact in begun],
        next=_next_command(library, journal, begun, bool(states), queue.due + len(queue.new)),
    )


def _title(library: Library, attempt: Fact | None) -> str:
    if attempt is None:
        return ""
    scenario = library.scenarios.get(attempt.payload["scenario"])
    return scenario.title if scenario else str(attempt.payload["scenario"])


def _next_command(library: Library, journal: Journal, begun: list[Fact], drilled: bool, waiting: int) -> str:
    """Finish what was begun; else the cards of the day; else, and on the very first day, a scenario."""
    if begun:
        return str(begun[0].payload["resume"])
    played = last_attempts(journal)
    if waiting and (drilled or played or not library.scenarios):
        return "quizkit drill"
    unplayed = [
        scenario.id for scenario in by_level(library.scenarios.values()) if scenario.reviewed and scenario.id not in played
    ]
    return f"quizkit challenge {unplayed[0]}" if unplayed else "quizkit mock"


def _as_data(attempt: Fact | None) -> dict[str, object] | None:
    return {"at": attempt.at.isoformat(), **attempt.payload} if attempt else None
