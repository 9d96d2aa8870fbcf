"""From the learner's own grades to a score and a band, and what the simulator suggests for one of the grades."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from quizkit.learn.round_record import Judged, RoundRecord

if TYPE_CHECKING:
    from quizkit.library.rubric import Band, BandCap, Cap, Dimension, Rubric

FAILURE_ANALYSIS = "failure-analysis"  # the dimension that the simulator can speak about
SURE = 90  # percent; a surprise at this confidence is a belief that was wrong, not a guess
WEAK = 1  # points; a dimension with no more than this is worth drilling


@dataclass(frozen=True)
class GradedDimension:
    """One dimension: the points that the learner gave, those that count, and the caps that took the rest away."""

    dimension: Dimension
    given: int
    points: int
    caps: tuple[Cap, ...]


@dataclass(frozen=True)
class Result:
    """The whole interview. `earned` is the band of the sum, `band` the one left by the caps of bands, which `limits` names."""

    dimensions: tuple[GradedDimension, ...]
    score: int
    best: int
    earned: Band
    band: Band
    limits: tuple[BandCap, ...]

    @property
    def weak(self) -> list[GradedDimension]:
        """The dimensions worth drilling, the weakest first."""
        return sorted((one for one in self.dimensions if one.points <= WEAK), key=lambda one: one.points)


@dataclass(frozen=True)
class Suggestion:
    """Points for the failure analysis, and why, in a sentence."""

    points: int
    reason: str


def grade(rubric: Rubric, points: Mapping[str, int], caps: Mapping[str, str]) -> Result:
    """The result of these points (by dimension) and answers (by cap, yes or no); every dimension must have points."""
    dimensions = tuple(_capped(rubric, dimension, points[dimension.id], caps) for dimension in rubric.dimensions)
    score = sum(one.points for one in dimensions)
    earned = [band for band in rubric.bands if band.least <= score][-1]
    worst = {one.dimension.id: one.points for one in dimensions}
    ranks = {band.id: rank for rank, band in enumerate(rubric.bands)}
    limits = tuple(
        cap
        for cap in rubric.band_caps
        if ranks[cap.band_at_most] < ranks[earned.id] and any(worst[name] == cap.equal for name in cap.dimensions)
    )
    rank = min([ranks[earned.id], *(ranks[cap.band_at_most] for cap in limits)])
    return Result(dimensions, score, rubric.best, earned, rubric.bands[rank], limits)


def applies(cap: Cap, answer: str) -> bool:
    """Whether the cap applies after this answer (yes or no)."""
    return cap.when == answer


def _capped(rubric: Rubric, dimension: Dimension, given: int, answers: Mapping[str, str]) -> GradedDimension:
    caps = tuple(
        cap
        for cap in rubric.caps
        if cap.dimension == dimension.id and applies(cap, answers.get(cap.id, "")) and cap.at_most < given
    )
    return GradedDimension(dimension, given, min([given, *(cap.at_most for cap in caps)]), caps)


def suggest(rounds: Sequence[RoundRecord]) -> Suggestion | None:
    """What the replays say about the learner's failure analysis: the worst prediction counts. None if no run tells.

    Three points are never suggested: no replay can see whether the learner found the schedule that hurts the most.
    """
    judged = [(one, record.title) for record in rounds for shot in record.shots for one in shot.judged if one.met is not None]
    if not judged:
        return None
    wrong = [_misjudged(one, title) for one, title in judged if not one.right]
    if wrong:
        return min(wrong, key=lambda one: one.points)
    broken = [title for one, title in judged if not one.met]
    if broken:
        return Suggestion(2, f"every prediction came true, also that your design for “{broken[0]}” would break")
    return Suggestion(2, "your designs kept every requirement under every shot, as you predicted")


def _misjudged(judged: Judged, title: str) -> Suggestion:
    sure = f"you were {judged.confidence} % sure that “{judged.label}” would"
    if judged.met:
        return Suggestion(1, f"in “{title}” {sure} break, and it held")
    return Suggestion(0 if judged.confidence >= SURE else 1, f"in “{title}” {sure} hold, and it broke")
