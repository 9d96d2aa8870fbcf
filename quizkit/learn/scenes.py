"""What a round shows, as data. A stage draws it, on a terminal or nowhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from quizkit.learn.predictions import Calibration, Scored
    from quizkit.learn.rounds import Chosen, RoundResult
    from quizkit.library.catalog import Card, KillShot, Scenario
    from quizkit.library.play import ScenarioRun


@dataclass(frozen=True)
class Scene:
    """Something to show. `lasting` scenes are shown again in full when an interrupted round goes on."""

    lasting = False


@dataclass(frozen=True)
class Brief(Scene):
    """The interviewer's prompt, and what a design will be held to, in words."""

    scenario: Scenario
    requirements: tuple[str, ...]
    lasting = True


@dataclass(frozen=True)
class Remembered(Scene):
    """A question that was answered before the interruption, and its answer."""

    question: str
    answer: str
    lasting = True


@dataclass(frozen=True)
class Resumed(Scene):
    """The round goes on where it was interrupted."""


@dataclass(frozen=True)
class Replied(Scene):
    """The interviewer's answer to a question of the learner's."""

    text: str
    lasting = True


@dataclass(frozen=True)
class Refused(Scene):
    """A choice that cannot be: why, and what to do instead."""

    message: str
    hint: str


@dataclass(frozen=True)
class Stands(Scene):
    """The design that the learner stands for, with all its knobs."""

    design: Chosen
    knobs: dict[str, str | int]
    lasting = True


@dataclass(frozen=True)
class Shot(Scene):
    """The kill shot, in the interviewer's words; the `number`th of `total`."""

    shot: KillShot
    number: int
    total: int


@dataclass(frozen=True)
class Timeline(Scene):
    """What happened, instant by instant, a column a machine; `everything`: also what has nothing to do with the attack."""

    played: ScenarioRun
    everything: bool = False


@dataclass(frozen=True)
class Story(Scene):
    """What happened, in numbered sentences."""

    played: ScenarioRun


@dataclass(frozen=True)
class Verdict(Scene):
    """Each requirement with what was measured and predicted. `next`: the design survived, and another shot follows."""

    played: ScenarioRun
    scores: tuple[Scored, ...] = ()
    next: bool = False
    lasting = True


@dataclass(frozen=True)
class Compared:
    """One design under one shot."""

    design: Chosen
    played: ScenarioRun


@dataclass(frozen=True)
class Comparison(Scene):
    """Designs under the same shots and seed, shot by shot. `yours` is the design that the learner stands for."""

    scenario: Scenario
    rows: tuple[Compared, ...]
    yours: Chosen | None = None


@dataclass(frozen=True)
class Debrief(Scene):
    """What to take home, in Markdown."""

    text: str


@dataclass(frozen=True)
class StrongAnswer(Scene):
    """What a strong answer to a follow-up question mentions."""

    points: tuple[str, ...]


@dataclass(frozen=True)
class Ended(Scene):
    """The end of a round, the cards that became due because of it, and how good all predictions were so far."""

    result: RoundResult
    cards: tuple[Card, ...]
    foresight: Calibration | None = None


class Stage(Protocol):
    """Where scenes are shown."""

    def show(self, scene: Scene) -> None:
        """Show it, or leave it."""


class Nowhere:
    """A stage without an audience."""

    def show(self, scene: Scene) -> None:
        """Leave it."""
