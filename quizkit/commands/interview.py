"""The course of a mock interview: asks what its state says comes next, and makes each answer a fact at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from quizkit.clock import now
from quizkit.commands.report_file import save
from quizkit.commands.round import conduct_round
from quizkit.errors import QuizkitError
from quizkit.learn.asker import Asker, Option
from quizkit.learn.days import local_day
from quizkit.learn.fact import Fact
from quizkit.learn.grading import FAILURE_ANALYSIS, Result, Suggestion, applies, grade, suggest
from quizkit.learn.journal import Journal
from quizkit.learn.mock import MockState, Plan, Step, attempt_id, fold, plan_payload
from quizkit.learn.mock_choice import ToDrill, to_drill
from quizkit.learn.reviews import card_state, nudge, schedule
from quizkit.learn.reviews import grade as grade_card
from quizkit.learn.round_record import record_round, to_payload
from quizkit.learn.rounds import RoundOptions
from quizkit.learn.scenes import Ended, Scene, Stage
from quizkit.learn.schedule import RATINGS, CardState
from quizkit.library.catalog import Library
from quizkit.screen import mock as screen
from quizkit.screen.report import report, title
from quizkit.screen.spans import long_span
from quizkit.screen.style import Style

if TYPE_CHECKING:
    from quizkit.library.rubric import Rubric

RESUME = "quizkit mock resume"
OPTIONS = RoundOptions(compare=False, debrief=False)  # they would grade the interview before the learner does
Record = TypeVar("Record")


def begin(journal: Journal, mock_id: str, plan: Plan) -> None:
    """Make the interview one that can be resumed."""
    mark(journal, MockState(mock_id, plan, now()), "begun", plan=plan_payload(plan))


def mark(journal: Journal, state: MockState, event: str, **more: Any) -> None:
    """Append a fact of the interview's progress; given-up and over end it."""
    done = event in ("given-up", "over")
    about = {"verb": "mock", "title": title(state), "resume": RESUME, "done": done, "event": event}
    journal.append("progress", state.id, about | more)


def facts_of(journal: Journal, mock_id: str) -> list[Fact]:
    """The facts of an interview and of its rounds, oldest first."""
    return journal.select("WHERE subject = :id OR subject GLOB :id || '.*' ORDER BY number", {"id": mock_id})


@dataclass(frozen=True)
class WithoutEndings:
    """Hides how a round ended: the interview goes on, and the learner's grades come first."""

    stage: Stage

    def show(self, scene: Scene) -> None:
        """Show everything else."""
        if not isinstance(scene, Ended):
            self.stage.show(scene)


class Ending(NamedTuple):
    """What came of an interview."""

    result: Result
    suggestion: Suggestion | None
    drill: list[ToDrill]


@dataclass
class Interview:
    """One interview, begun before or just now. `tell` gets the text that is shown between the questions."""

    journal: Journal
    library: Library
    rubric: Rubric
    mock_id: str
    asker: Asker
    stage: Stage
    style: Style
    tell: Callable[[str], None]

    @property
    def state(self) -> MockState:
        """How far it is, from the journal."""
        return fold(facts_of(self.journal, self.mock_id), self.rubric)

    def conduct(self) -> None:
        """Ask everything that is not answered yet; raises Interrupted as the asker does."""
        part = ""
        while (step := (state := self.state).next_step(self.rubric)).part:
            if step.part != part:
                part = step.part
                self.tell(screen.part(self.style, state, part))
            _DO[step.kind](self, step, state)

    def ending(self) -> Ending:
        """The result; everything must be answered."""
        state = self.state
        result = grade(self.rubric, state.points, state.caps)
        return Ending(result, suggest(state.played), to_drill(result, state.played, self.library))

    def finish(self, path: Path, overwrite: bool) -> None:
        """Write the report, then end the interview and make the cards due; raises QuizkitError if it cannot be written."""
        state, (result, suggestion, drill) = self.state, self.ending()
        save(path, report(state, self.rubric, result, suggestion, drill, self.library), overwrite)
        with self.journal.transaction():
            for card in drill:
                if not card.nudged:
                    nudge(self.journal, card.card, card.cause)
            outcome = {"report": str(path), "score": result.score, "best": result.best, "band": result.band.id}
            self.journal.append("mock", self.mock_id, outcome)
            mark(self.journal, state, "over")

    def _card(self, step: Step, state: MockState) -> None:
        card = _known(self.library.cards, step.name, "card")
        place = state.plan.cards.index(card.id) + 1
        self.tell(screen.question(self.style, card, place, len(state.plan.cards)))
        self.asker.pause("Say it aloud. Enter: the answer")
        self.tell(screen.answer(self.style, card))
        key = f"{step.part}/{card.id}"
        rating = self.asker.select(key, "How well did you know it?", self._ratings(card.id))
        with self.journal.transaction():
            review = grade_card(self.journal, card.id, rating, card.version).review
            self._note("choice", key, card=card.id, rating=rating, review=review.id)

    def _ratings(self, card: str) -> list[Option]:
        state = card_state(self.journal, card) or CardState(card, now())
        away = schedule().preview(state, now(), local_day(now()))
        return [Option(rating, rating, f"back in {long_span(away[rating])}") for rating in RATINGS]

    def _round(self, step: Step, state: MockState) -> None:
        scenario = _known(self.library.scenarios, step.name, "scenario")
        attempt, seed = attempt_id(self.mock_id, state.plan, scenario.id), state.plan.seed
        stage = WithoutEndings(self.stage)
        result = conduct_round(self.asker, stage, self.journal, self.library, scenario, attempt, seed, OPTIONS)
        mark(self.journal, state, "round", round=to_payload(record_round(result)))

    def _dimension(self, step: Step, state: MockState) -> None:
        dimension = next(one for one in self.rubric.dimensions if one.id == step.name)
        suggestion = suggest(state.played) if dimension.id == FAILURE_ANALYSIS else None
        self.tell(screen.dimension(self.style, dimension, suggestion))
        options = [Option(str(points), str(points), anchor) for points, anchor in enumerate(dimension.anchors)]
        if suggestion:  # where the cursor starts
            options.insert(0, options.pop(suggestion.points))
        key = f"{step.part}/{dimension.id}"
        points = self.asker.select(key, "What would an observer have seen?", options)
        self._note("grade", key, dimension=dimension.id, points=int(points))

    def _cap(self, step: Step, state: MockState) -> None:
        cap = next(one for one in self.rubric.caps if one.id == step.name)
        key = f"{step.part}/{cap.id}"
        answer = self.asker.select(key, cap.ask, [Option("yes", "yes"), Option("no", "no")])
        self._note("choice", key, cap=cap.id, answer=answer)
        if applies(cap, answer) and state.points[cap.dimension] > cap.at_most:
            dimension = next(one for one in self.rubric.dimensions if one.id == cap.dimension)
            self.tell(screen.capped(self.style, cap, dimension))

    def _note(self, kind: str, key: str, **payload: Any) -> None:
        self.journal.append(kind, self.mock_id, {"key": key, **payload})


_DO: dict[str, Callable[[Interview, Step, MockState], None]] = {
    "card": Interview._card,
    "round": Interview._round,
    "dimension": Interview._dimension,
    "cap": Interview._cap,
}


def _known(records: dict[str, Record], name: str, what: str) -> Record:
    if name not in records:
        hint = "put its file back and type `quizkit mock resume`, or begin anew with `quizkit mock`"
        raise QuizkitError(f"the {what} {name} of this interview is not among the content any more", hint)
    return records[name]
