"""Today in six lines."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from quizkit.learn.fact import Fact
from quizkit.screen.spans import when
from quizkit.screen.style import Style
from quizkit.words import plural


@dataclass(frozen=True)
class Today:
    """Where the learner stands. Counts are cards; `streak` is days in a row with an answer; `next` is a command."""

    at: datetime
    due: int
    new: int
    answered: int
    streak: int
    last: Fact | None
    last_title: str
    unfinished: list[str]
    next: str


def today_text(style: Style, today: Today) -> str:
    """Six lines, the last one being what to type."""
    local = today.at.astimezone()
    lines = [
        ("cards", f"{today.due} due, {today.new} new, {today.answered} answered today"),
        ("streak", plural(today.streak, "day")),
        ("last", _last(today)),
        ("begun", _begun(today.unfinished)),
        ("next", style.bold(today.next)),
    ]
    return "\n".join([style.bold(f"{local:%A} {local.day} {local:%B}"), *(f"  {name:7} {text}" for name, text in lines)])


def _last(today: Today) -> str:
    if today.last is None:
        return "no scenario played yet"
    outcome, design = today.last.payload["outcome"], today.last.payload["design"]
    return f"{today.last_title} with {design}: {outcome}, {when(today.last.at, today.at)}"


def _begun(unfinished: list[str]) -> str:
    if not unfinished:
        return "nothing is left unfinished"
    more = f", and {len(unfinished) - 1} more" if len(unfinished) > 1 else ""
    return f"{unfinished[0]}{more}"
