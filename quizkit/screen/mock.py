"""The mock interview as text: its plan, the clock at each part, the warm-up, the grading, and the result."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from quizkit.learn.grading import GradedDimension, Result, Suggestion
from quizkit.learn.mock import GRADING, WARM_UP, MockState
from quizkit.learn.mock_choice import ToDrill
from quizkit.library.catalog import Card, Library
from quizkit.screen.report import PARTS, limited, minutes, part_title
from quizkit.screen.style import Style

if TYPE_CHECKING:
    from quizkit.library.rubric import Cap, Dimension

INTRODUCTION = {
    WARM_UP: "Say each answer aloud, in full sentences, as you would to an interviewer. Then look, and grade yourself.",
    GRADING: "Now grade your own interview, as a strict observer would: each line says what is seen at so many points.",
}
LIVE = "Speak while you think: an interviewer grades what is said."


def opening(style: Style, state: MockState, library: Library, resumed: bool) -> str:
    """What is ahead and how long each part should take; after an interruption, that it goes on."""
    head = style.rule("Mock interview goes on" if resumed else "Mock interview", f"{state.plan.minutes} min")
    width = max(len(part_title(part, library)) for part in state.plan.parts)
    rows = [
        f"  {number}. {part_title(part, library):{width}}  {minutes(state.plan.share(part)):>6}"
        for number, part in enumerate(state.plan.parts, start=1)
    ]
    keep = style.prose("Ctrl-C stops at any time and every answer is kept; `quizkit mock resume` goes on.")
    return "\n".join([head, *rows, "", keep, "", ""])


def part(style: Style, state: MockState, name: str) -> str:
    """The head of a part, with the clock."""
    number, total = state.plan.parts.index(name) + 1, len(state.plan.parts)
    title = f"Part {number} of {total} · {PARTS.get(name, 'Scenario')}"
    plan = f"{clock(state)} · {minutes(state.plan.share(name))} for this part"
    lines = ["", style.rule(title), style.dim(plan), "", style.prose(INTRODUCTION.get(name, LIVE)), ""]
    return "\n".join(lines)


def clock(state: MockState) -> str:
    """`12 min gone, 33 min left`, or how much the interview is over its time."""
    left = f"{minutes(-state.left)} over time" if state.left < timedelta() else f"{minutes(state.left)} left"
    return f"{minutes(state.elapsed)} gone, {left}"


def question(style: Style, card: Card, number: int, total: int) -> str:
    """A card of the warm-up."""
    return "\n".join(["", style.dim(f"Card {number} of {total}"), style.prose(card.q), "", ""])


def answer(style: Style, card: Card) -> str:
    """Its answer."""
    return style.prose(card.a, "  ") + "\n\n"


def dimension(style: Style, one: Dimension, suggestion: Suggestion | None) -> str:
    """What a dimension asks of the answer, and what the simulator suggests."""
    lines = ["", style.bold(one.title), style.prose(one.asks, "  ")]
    if suggestion:
        lines.append(style.prose(f"The replays suggest {suggestion.points}: {suggestion.reason}.", "  "))
    return "\n".join([*lines, ""])


def capped(style: Style, cap: Cap, one: Dimension) -> str:
    """The learner's answer limits a dimension."""
    return style.dim(style.prose(f"{one.title} then counts {cap.at_most} at most.", "  ")) + "\n"


def summary(style: Style, state: MockState, result: Result, drill: Sequence[ToDrill], path: str) -> str:
    """The end: the band and the points, what limited them, what to drill, and where the report is."""
    band = style.bold(f"{result.band.title}, {result.score} of {result.best} points")
    width = max(len(one.dimension.title) for one in result.dimensions)
    lines = ["", style.rule("Result", clock(state)), "", band, *(_points(one, width) for one in result.dimensions)]
    lines += ["\n" + style.prose(limited(result, limit)) for limit in result.limits]
    lines += ["", *_drill(style, drill), f"Report  {path}", ""]
    return "\n".join(lines)


def compare(style: Style, scenarios: Sequence[str]) -> str:
    """How to see the other designs."""
    head = style.prose("The other designs under the same attacks:")
    return "\n".join(["", head, *(f"  quizkit compare {name}" for name in scenarios), ""])


def _points(one: GradedDimension, width: int) -> str:
    given = f"  (you gave {one.given})" if one.given != one.points else ""
    return f"  {one.dimension.title:{width}}  {one.points}{given}"


def _drill(style: Style, drill: Sequence[ToDrill]) -> list[str]:
    if not drill:
        return []
    cards = ", ".join(one.card for one in drill)
    return [style.prose(f"Due now because of it: {cards}."), f"Next    {style.bold('quizkit drill')}"]
