"""What a round of a scenario is made of and what came of it. Plain data; `quizkit.commands.round` conducts one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from quizkit.learn.asker import Prediction
from quizkit.learn.predictions import Scored, score

if TYPE_CHECKING:
    from quizkit.library.catalog import Scenario
    from quizkit.library.play import ScenarioRun

OWN = "own"  # the id of a design that the learner built
GRADES = ("missed", "partly", "well")  # how well a follow-up was answered, by the learner's own judgement
MOST_NUDGED = 5
WORDS = {True: "held", False: "broken", None: "unknown"}


@dataclass(frozen=True)
class Reply:
    """A question and its answer, empty if it was said aloud. Of a follow-up also what a strong answer mentions, and the
    learner's own grade, one of `GRADES`.
    """

    ask: str
    answer: str
    listen_for: tuple[str, ...] = ()
    grade: str = ""


@dataclass(frozen=True)
class RoundOptions:
    """What a round leaves out. `changes` are knobs that differ from the chosen design (`--set`); `pauses` let a person read."""

    clarify: bool = True
    build: bool = True
    compare: bool = True
    debrief: bool = True
    follow_ups: bool = True
    pauses: bool = True
    changes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Chosen:
    """The design that the learner stands for. `knobs` are as a scenario writes them; `changed` are those of `--set`."""

    id: str
    label: str
    says: str
    knobs: dict[str, Any]
    changed: tuple[str, ...] = ()


@dataclass(frozen=True)
class ShotResult:
    """One kill shot: what the learner predicted of each requirement, and the run."""

    shot: str
    played: ScenarioRun
    predictions: dict[str, Prediction]

    @property
    def outcome(self) -> str:
        """held, broken or unknown: what became of the requirements together."""
        return WORDS[self.played.meets_requirements]

    @property
    def scores(self) -> list[Scored]:
        """Each prediction with what came of it."""
        return score(self.predictions, {outcome.name: outcome.met for outcome in self.played.outcomes})

    @property
    def wrong(self) -> list[Scored]:
        """The predictions that did not come true."""
        return [one for one in self.scores if one.right is False]


@dataclass(frozen=True)
class RoundResult:
    """A round that was played to its end."""

    scenario: Scenario
    design: Chosen
    seed: int
    clarified: tuple[str, ...]  # the questions that the learner put to the interviewer
    shots: tuple[ShotResult, ...]
    follow_ups: tuple[Reply, ...]
    nudged: tuple[str, ...]  # ids of the cards that became due

    @property
    def outcome(self) -> str:
        """How the design fared over all shots: broken, unknown or held."""
        return outcome_of(self.shots)


def cards_to_nudge(linked: tuple[str, ...], known: Mapping[str, object], shots: tuple[ShotResult, ...]) -> tuple[str, ...]:
    """The cards that wrong predictions make due: the first few of the linked ones, none if nothing was wrong."""
    if not any(shot.wrong for shot in shots):
        return ()
    return tuple(card for card in linked if card in known)[:MOST_NUDGED]


def scenario_version(scenario: Scenario) -> str:
    """A short hash of what is asked and simulated: answers that were given to another version cannot be resumed."""
    asked = (scenario.clarify, scenario.follow_ups, [design.raw_knobs for design in scenario.designs.values()])
    simulated = (scenario.raw_setup, scenario.raw_requirements, scenario.kill_shots, list(scenario.designs))
    return sha256(repr((asked, simulated)).encode()).hexdigest()[:12]


def prediction_context(design: Chosen, played: ScenarioRun) -> dict[str, Any]:
    """What a `prediction` fact says beside the prediction: what it was about, and what came of it."""
    return {
        "scenario": played.scenario,
        "design": design.id,
        "knobs": played.design.knobs(),
        "shot": played.shot,
        "seed": played.seed,
        "met": {outcome.name: outcome.met for outcome in played.outcomes},
    }


def attempt_payload(
    scenario: Scenario, design: Chosen, seed: int, shots: tuple[ShotResult, ...], nudged: tuple[str, ...]
) -> dict[str, Any]:
    """What an `attempt` fact says: how the design fared under each shot, and which cards that made due."""
    return {
        "scenario": scenario.id,
        "design": design.id,
        "knobs": design.knobs,
        "seed": seed,
        "outcome": outcome_of(shots),
        "shots": {shot.shot: shot.outcome for shot in shots},
        "nudged": list(nudged),
    }


def cause_of(scenario: Scenario, shots: tuple[ShotResult, ...]) -> str:
    """Why a card is due, in a sentence for the drill: the first prediction that did not come true."""
    shot, one = next((shot, one) for shot in shots for one in shot.wrong)
    expected, found = ("hold", "broke") if one.prediction.verdict == "holds" else ("break", "held")
    return f"{scenario.title}: you expected {one.name} to {expected} under {shot.shot}, and it {found}"


def outcome_of(shots: tuple[ShotResult, ...]) -> str:
    """broken if any shot broke a requirement, else unknown if any did not tell, else held."""
    outcomes = {shot.outcome for shot in shots}
    return next((word for word in ("broken", "unknown") if word in outcomes), "held")
