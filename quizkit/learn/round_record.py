"""A round of a mock interview as plain data for the journal: what a report says needs neither content nor simulator."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from quizkit.learn.rounds import Reply

if TYPE_CHECKING:
    from quizkit.learn.rounds import RoundResult, ShotResult


@dataclass(frozen=True)
class Judged:
    """One requirement under one shot; `met` None: the run does not tell. `predicted` is holds or broken."""

    name: str
    label: str
    required: str
    measured: str
    met: bool | None
    predicted: str
    confidence: int

    @property
    def right(self) -> bool | None:
        """Whether the prediction came true."""
        return None if self.met is None else self.met == (self.predicted == "holds")


@dataclass(frozen=True)
class ShotRecord:
    """One kill shot, in the interviewer's words, and what it did."""

    id: str
    say: str
    judged: tuple[Judged, ...]


@dataclass(frozen=True)
class RoundRecord:
    """One scenario of the interview. `clarified` holds the interviewer's answers, `follow_ups` the learner's."""

    scenario: str
    title: str
    interviewer: str
    design: str
    says: str
    knobs: dict[str, str]
    seed: int
    clarified: tuple[Reply, ...]
    shots: tuple[ShotRecord, ...]
    follow_ups: tuple[Reply, ...]
    nudged: tuple[str, ...]

    @property
    def wrong(self) -> list[Judged]:
        """The predictions that did not come true."""
        return [judged for shot in self.shots for judged in shot.judged if judged.right is False]

    @property
    def broken(self) -> bool:
        """Whether any shot broke a requirement."""
        return any(judged.met is False for shot in self.shots for judged in shot.judged)


def record_round(result: RoundResult) -> RoundRecord:
    """What of a played round outlives it."""
    scenario, design = result.scenario, result.design
    return RoundRecord(
        scenario=scenario.id,
        title=scenario.title,
        interviewer=scenario.interviewer,
        design=design.label,
        says=design.says,
        knobs={name: str(value) for name, value in design.knobs.items()},
        seed=result.seed,
        clarified=tuple(Reply(one.ask, one.answer) for one in scenario.clarify if one.ask in result.clarified),
        shots=tuple(_record_shot(shot, scenario.kill_shots[shot.shot].say) for shot in result.shots),
        follow_ups=result.follow_ups,
        nudged=result.nudged,
    )


def to_payload(record: RoundRecord) -> dict[str, Any]:
    """The record as a fact keeps it."""
    return asdict(record)


def from_payload(raw: dict[str, Any]) -> RoundRecord:
    """The record that a fact keeps."""
    shots = tuple(
        ShotRecord(one["id"], one["say"], tuple(Judged(**judged) for judged in one["judged"])) for one in raw["shots"]
    )
    replies = {name: _replies(raw[name]) for name in ("clarified", "follow_ups")}
    return RoundRecord(**{**raw, **replies, "shots": shots, "nudged": tuple(raw["nudged"])})


def _replies(raw: Iterable[dict[str, Any]]) -> tuple[Reply, ...]:
    return tuple(Reply(**{**one, "listen_for": tuple(one["listen_for"])}) for one in raw)


def _record_shot(shot: ShotResult, say: str) -> ShotRecord:
    outcomes = {outcome.name: outcome for outcome in shot.played.outcomes}
    return ShotRecord(
        shot.shot,
        say,
        tuple(
            Judged(
                name,
                outcomes[name].label,
                outcomes[name].required,
                outcomes[name].text,
                outcomes[name].met,
                prediction.verdict,
                prediction.confidence,
            )
            for name, prediction in shot.predictions.items()
        ),
    )
