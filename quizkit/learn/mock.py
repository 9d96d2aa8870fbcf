"""A mock interview as the sum of its facts: what was planned, what is answered, what comes next, how long it took.

All facts of an interview have its id as their subject, those of the rounds `ID.1`, `ID.2`. They are
- `progress`: payload `event` is begun (with `plan`), resumed, paused, round (with `round`, the record), given-up or over;
- `choice`: payload `key` with `card`, `rating` and `review` (a card of the warm-up), or with `cap` and `answer`;
- `grade`: payload `key`, `dimension`, `points`;
- `mock`: payload `report` and the result; the interview is over.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from quizkit.learn.fact import Fact
from quizkit.learn.round_record import RoundRecord, from_payload

if TYPE_CHECKING:
    from quizkit.library.rubric import Rubric

MINUTES = 45
WARM_UP, GRADING = "warm-up", "grading"
WEIGHTS = {"card": 1, "round": 15, "grading": 10}  # minutes each, in a budget that they fill exactly; else scaled
STARTS = ("begun", "resumed")  # events before which no time of the interview passed


@dataclass(frozen=True)
class Plan:
    """What an interview will ask. `minutes` is the budget; `out` the report's file, "" for the usual folder."""

    cards: tuple[str, ...]
    scenarios: tuple[str, ...]
    minutes: int = MINUTES
    seed: int = 1
    out: str = ""

    @property
    def parts(self) -> tuple[str, ...]:
        """The parts in order: the warm-up unless it has no cards, a part for each scenario, the grading."""
        return (*([WARM_UP] if self.cards else []), *self.scenarios, GRADING)

    def share(self, part: str) -> timedelta:
        """How much of the budget is meant for this part."""
        weights = dict.fromkeys(self.scenarios, WEIGHTS["round"])
        weights |= {WARM_UP: WEIGHTS["card"] * len(self.cards), GRADING: WEIGHTS["grading"]}
        return timedelta(minutes=self.minutes) * weights[part] / sum(weights.values())


class Step(NamedTuple):
    """One thing to do, of one part: a `card`, a `round`, a `dimension` or a `cap` by its id; `report`, or nothing more."""

    part: str
    kind: Literal["card", "round", "dimension", "cap", "report", "over"]
    name: str = ""


@dataclass
class MockState:
    """How far an interview got. `points` and `caps` are the learner's, by id; `spent` is the time of each part so far."""

    id: str
    plan: Plan
    begun: datetime
    ratings: dict[str, str] = field(default_factory=dict)
    rounds: dict[str, RoundRecord] = field(default_factory=dict)
    points: dict[str, int] = field(default_factory=dict)
    caps: dict[str, str] = field(default_factory=dict)
    spent: dict[str, timedelta] = field(default_factory=dict)
    report: str = ""
    given_up: bool = False

    @property
    def played(self) -> list[RoundRecord]:
        """The rounds that were played to their end, in order."""
        return list(self.rounds.values())

    @property
    def elapsed(self) -> timedelta:
        """The time spent on all parts; a pause between two sittings does not count."""
        return sum(self.spent.values(), timedelta())

    @property
    def left(self) -> timedelta:
        """What the budget has left; negative when the time ran out."""
        return timedelta(minutes=self.plan.minutes) - self.elapsed

    def next_step(self, rubric: Rubric) -> Step:
        """The first thing that is not done yet."""
        if self.report or self.given_up:
            return Step("", "over")
        done: Mapping[str, Mapping[str, Any]] = {
            "card": self.ratings,
            "round": self.rounds,
            "dimension": self.points,
            "cap": self.caps,
        }
        return next((step for step in agenda(self.plan, rubric) if step.name not in done[step.kind]), Step("", "report"))

    def runs_out_in(self) -> str:
        """The part in which the time ran out, or "" if it did not."""
        total = timedelta()
        for part in self.plan.parts:
            total += self.spent.get(part, timedelta())
            if total > timedelta(minutes=self.plan.minutes):
                return part
        return ""


def agenda(plan: Plan, rubric: Rubric) -> list[Step]:
    """Everything that an interview asks, in order; the caps of a dimension come right after it."""
    steps = [Step(WARM_UP, "card", card) for card in plan.cards]
    steps += [Step(scenario, "round", scenario) for scenario in plan.scenarios]
    for dimension in rubric.dimensions:
        steps.append(Step(GRADING, "dimension", dimension.id))
        steps += [Step(GRADING, "cap", cap.id) for cap in rubric.caps if cap.dimension == dimension.id]
    return steps


def attempt_id(mock_id: str, plan: Plan, scenario: str) -> str:
    """The subject of the facts of one round."""
    return f"{mock_id}.{plan.scenarios.index(scenario) + 1}"


def plan_payload(plan: Plan) -> dict[str, Any]:
    """The plan as a fact keeps it."""
    return {**vars(plan), "cards": list(plan.cards), "scenarios": list(plan.scenarios)}


def read_plan(raw: dict[str, Any]) -> Plan:
    """The plan that a fact keeps; raises ValueError, TypeError or KeyError if it is damaged."""
    plan = Plan(**{**raw, "cards": tuple(raw["cards"]), "scenarios": tuple(raw["scenarios"])})
    timedelta(minutes=plan.minutes)
    return plan


def is_whole(facts: Sequence[Fact]) -> bool:
    """Whether the fact that begins the interview is there, and not damaged."""
    return bool(facts) and "plan" in facts[0].payload


def fold(facts: Sequence[Fact], rubric: Rubric) -> MockState:
    """The state that the facts of one interview and of its rounds add up to, oldest first; the first one begins it."""
    begun = facts[0]
    state = MockState(begun.subject, read_plan(begun.payload["plan"]), begun.at)
    previous = begun
    for fact in facts[1:]:
        part = state.next_step(rubric).part
        if part and fact.payload.get("event") not in STARTS:
            gap = max(fact.at - previous.at, timedelta())  # a clock may have been set back
            state.spent[part] = state.spent.get(part, timedelta()) + gap
        _take(state, fact)
        previous = fact
    return state


def _take(state: MockState, fact: Fact) -> None:
    match fact.kind, fact.payload:
        case "choice", {"card": card, "rating": rating}:
            state.ratings[card] = rating
        case "choice", {"cap": cap, "answer": answer}:
            state.caps[cap] = answer
        case "grade", {"dimension": dimension, "points": points}:
            state.points[dimension] = points
        case "progress", {"event": "round", "round": record}:
            state.rounds[record["scenario"]] = from_payload(record)
        case "progress", {"event": "given-up"}:
            state.given_up = True
        case "mock", {"report": report}:
            state.report = report
