"""The report of a mock interview, in Markdown: what was asked, answered, predicted and graded, and what to drill."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from quizkit.learn.asker import Prediction
from quizkit.learn.grading import Result, Suggestion, applies
from quizkit.learn.mock import GRADING, WARM_UP, MockState
from quizkit.learn.mock_choice import ToDrill
from quizkit.learn.round_record import Judged, RoundRecord, ShotRecord
from quizkit.learn.rounds import Reply
from quizkit.library.catalog import Card, Library
from quizkit.screen.markdown import escaped, quoted, quoted_words, table

if TYPE_CHECKING:
    from quizkit.library.rubric import BandCap, Rubric

PARTS = {WARM_UP: "Warm-up", GRADING: "Grading"}
OUTCOMES = {True: "held", False: "**broken**", None: "unknown"}
MARKS = {True: "right", False: "**wrong**", None: ""}
SAID_ALOUD = "*Said aloud.*"


def report(
    state: MockState,
    rubric: Rubric,
    result: Result,
    suggestion: Suggestion | None,
    drill: Sequence[ToDrill],
    library: Library,
) -> str:
    """The whole report. It depends on nothing but its arguments, so it can be written again at any time."""
    blocks = [*_head(state, result), *_time(state), *_warm_up(state, library)]
    for number, record in enumerate(state.rounds.values(), start=1):
        blocks += _scenario(number, record, library)
    blocks += [*_grades(state, rubric, result, suggestion), *_to_drill(state, drill, library)]
    return "\n\n".join(blocks) + "\n"


def title(state: MockState) -> str:
    """`Mock interview, 1 March 2026`, on the learner's day."""
    return f"Mock interview, {day(state)}"


def day(state: MockState) -> str:
    """The learner's day on which it began."""
    local = state.begun.astimezone()
    return f"{local.day} {local:%B %Y}"


def part_title(part: str, library: Library) -> str:
    """What a part is called."""
    scenario = library.scenarios.get(part)
    return PARTS.get(part) or (scenario.title if scenario else part)


def minutes(span: timedelta) -> str:
    """`4 min`; a part of a minute counts as a whole one only from its half."""
    return f"{round(span / timedelta(minutes=1))} min"


def limited(result: Result, cap: BandCap) -> str:
    """Why the band is not that of the sum."""
    names = {one.dimension.id: one.dimension.title for one in result.dimensions}
    low = " or ".join(names[name] for name in cap.dimensions)
    return f"The sum alone is {result.earned.title}, but {cap.equal} points in {low} limit the result."


def _head(state: MockState, result: Result) -> Iterator[str]:
    yield f"# {title(state)}"
    spent = f"{minutes(state.elapsed)} of {state.plan.minutes}"
    yield f"**{escaped(result.band.title)}**: {result.score} of {result.best} points, {spent}."
    yield from (escaped(limited(result, cap)) for cap in result.limits)


def _time(state: MockState) -> Iterator[str]:
    titles = {record.scenario: escaped(record.title) for record in state.rounds.values()}
    rows = [
        [
            PARTS.get(part) or titles.get(part, part),
            minutes(state.plan.share(part)),
            minutes(state.spent.get(part, timedelta())),
        ]
        for part in state.plan.parts
    ]
    yield "## Time"
    yield table(["part", "plan", "taken"], [*rows, ["together", f"{state.plan.minutes} min", minutes(state.elapsed)]], (1, 2))
    late = state.runs_out_in()
    if late:
        where = PARTS.get(late) or titles.get(late, late)
        yield f"The time ran out during “{where}”; you went on for {minutes(-state.left)} more."


def _warm_up(state: MockState, library: Library) -> Iterator[str]:
    if not state.ratings:
        return
    yield "## Warm-up"
    for number, (card, rating) in enumerate(state.ratings.items(), start=1):
        question = library.cards[card].q if card in library.cards else "This card is gone."
        lead = f"{number}. "
        grade = f"Said aloud; you graded it **{rating}**. (`quizkit show {card}`)"
        yield lead + _indented(f"{question.strip()}\n\n{grade}", len(lead))


def _scenario(number: int, record: RoundRecord, library: Library) -> Iterator[str]:
    yield f"## Scenario {number}: {escaped(record.title)}"
    yield quoted(record.interviewer)
    if record.clarified:
        yield "### You asked"
        for reply in record.clarified:
            yield f"{_asked(reply)}\n\n{quoted(reply.answer)}"
    yield "### Your design"
    yield f"**{escaped(record.design)}**" + (f"\n\n{quoted(record.says)}" if record.says else "")
    yield "Knobs: " + ", ".join(f"`{name}={value}`" for name, value in record.knobs.items()) + "."
    for shot in record.shots:
        yield from _shot(shot)
    yield from _follow_ups(record.follow_ups)
    scenario = library.scenarios.get(record.scenario)
    if scenario and scenario.debrief:
        yield f"### Debrief\n\n{scenario.debrief.strip()}"
    yield f"All designs side by side: `quizkit compare {record.scenario}`"


def _shot(shot: ShotRecord) -> Iterator[str]:
    yield f"### Kill shot `{shot.id}`"
    yield quoted(shot.say)
    heads = ["requirement", "required", "measured", "outcome", "your prediction", ""]
    yield table(heads, [_verdict(judged) for judged in shot.judged], (2,))


def _verdict(judged: Judged) -> list[str]:
    said = Prediction(judged.predicted, judged.confidence).in_words
    words = [escaped(judged.label), escaped(judged.required), escaped(judged.measured)]
    return [*words, OUTCOMES[judged.met], said, MARKS[judged.right]]


def _follow_ups(replies: Sequence[Reply]) -> Iterator[str]:
    if replies:
        yield "### Follow-up questions"
    for reply in replies:
        yield _asked(reply)
        yield quoted_words(reply.answer) if reply.answer else SAID_ALOUD
        if reply.listen_for:
            yield "A strong answer mentions:"
            yield _bullets(reply.listen_for)
        if reply.grade:
            yield f"Your grade: **{escaped(reply.grade)}**."


def _grades(state: MockState, rubric: Rubric, result: Result, suggestion: Suggestion | None) -> Iterator[str]:
    yield "## Grades"
    rows = [
        [
            escaped(one.dimension.title),
            str(one.points) if one.points == one.given else f"{one.points} (you gave {one.given})",
            escaped(one.dimension.anchors[one.given]),
        ]
        for one in result.dimensions
    ]
    yield table(["dimension", "points", "what your answer showed"], [*rows, ["together", str(result.score), ""]], (1,))
    names = {one.dimension.id: escaped(one.dimension.title) for one in result.dimensions}
    asked = [cap for cap in rubric.caps if cap.id in state.caps]
    if asked:
        yield "\n".join(
            f"- {escaped(cap.ask)} **{state.caps[cap.id]}**"
            + (f": {names[cap.dimension]} counts {cap.at_most} at most" if applies(cap, state.caps[cap.id]) else "")
            for cap in asked
        )
    if suggestion:
        yield f"The replays suggested {suggestion.points} for the failure analysis: {escaped(suggestion.reason)}."


def _to_drill(state: MockState, drill: Sequence[ToDrill], library: Library) -> Iterator[str]:
    yield "## What to drill"
    causes = dict.fromkeys(one.cause for one in drill)
    for cause in causes:
        yield f"Due now, because {escaped(cause)}:"
        yield "\n".join(_card(library.cards[one.card]) for one in drill if one.cause == cause)
    again = [record.scenario for record in state.rounds.values() if record.wrong or record.broken]
    commands = [*(["quizkit drill"] if drill else []), *(f"quizkit challenge {name}" for name in again)]
    yield "```sh\n" + "\n".join(commands or ["quizkit mock"]) + "\n```"


def _card(card: Card) -> str:
    return f"- `{card.id}`: {' '.join(card.q.split())}"


def _asked(reply: Reply) -> str:
    return f"**{' '.join(reply.ask.split())}**"


def _bullets(items: Iterable[str]) -> str:
    return "\n".join(f"- {' '.join(item.split())}" for item in items)


def _indented(text: str, columns: int) -> str:
    first, *rest = text.splitlines()
    return "\n".join([first, *(f"{' ' * columns}{line}".rstrip() for line in rest)])
