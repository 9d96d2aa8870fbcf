"""The drill as text: a card's question, its answer with the grades, and the end of a sitting."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from quizkit.learn.drill import Drill
from quizkit.learn.fact import Fact
from quizkit.learn.schedule import RATINGS
from quizkit.library.catalog import Card
from quizkit.screen.spans import long_span, short_span, when
from quizkit.screen.style import Style
from quizkit.words import plural

KEYS = """\
  space    show the answer; once it is shown: good
  1 2 3 4  again, hard, good, easy: how well you knew it
  u        take the last answer back, ask that card again
  s        how to see it happen, if a scenario shows it
  q        stop; every answer is saved already
"""


def question(style: Style, card: Card, title: str, drill: Drill) -> str:
    """The card's question under the title of its deck, and how many cards are left."""
    state = drill.states.get(card.id)
    remark = f"{drill.left} left" if state else f"new · {drill.left} left"
    cause = [style.dim(style.prose(f"Due because: {state.cause}"))] if state and state.cause else []
    return "\n".join([style.rule(title, remark), *cause, style.prose(card.q), "", ""])


def question_keys(style: Style) -> str:
    """The open line below a question."""
    return style.dim("space answer · u undo · q stop · ? help ")


def answer(style: Style, card: Card) -> str:
    """The card's answer, and where to see it happen."""
    see = ["", style.dim(f"  see it: quizkit replay {card.see}")] if card.see else []
    return "\n".join([style.prose(card.a, "  "), *see, "", ""])


def answer_keys(style: Style, stays_away: Mapping[str, timedelta]) -> str:
    """The open line below an answer: each grade with the time after which the card comes back."""
    grades = [f"{number} {rating} {short_span(stays_away[rating])}" for number, rating in enumerate(RATINGS, 1)]
    line = "  ".join(grades)
    hint = "  space: good "
    return style.bold(line) + (style.dim(hint) if len(line) + len(hint) <= style.width else " ")


def graded(style: Style, rating: str, away: timedelta) -> str:
    """What the learner's grade led to."""
    return style.dim(f"  {rating}: back in {long_span(away)}") + "\n\n"


def undone(style: Style, review: Fact) -> str:
    """An answer was taken back."""
    return style.dim(f"  taken back: {review.payload['rating']} for {review.subject}") + "\n\n"


def summary(style: Style, drill: Drill) -> str:
    """The end of a sitting."""
    total = len(drill.answers)
    if not total:
        return "No card was answered.\n"
    known = total - drill.ratings["again"]
    grades = ", ".join(f"{drill.ratings[rating]} {rating}" for rating in RATINGS if drill.ratings[rating])
    verb = "is" if len(drill.waiting) == 1 else "are"
    left = f" {plural(len(drill.waiting), 'card')} of this sitting {verb} left." if drill.waiting else ""
    return style.bold(f"{plural(total, 'answer')}, {known * 100 // total} % known") + f" ({grades}).{left}\n"


def nothing_due(style: Style, next_due: datetime | None, at: datetime) -> str:
    """There is nothing to ask."""
    if next_due is None:
        return "There are no cards to ask here.\n"
    return f"Nothing is due. The next card comes {style.bold(when(next_due, at))}.\n"
