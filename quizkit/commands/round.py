"""One round of a scenario, from the interviewer's prompt to the cards that are due because of it."""

from __future__ import annotations

from quizkit.learn.asker import Asker
from quizkit.learn.journal import Journal
from quizkit.learn.rounds import RoundOptions, RoundResult
from quizkit.learn.scenes import Stage
from quizkit.library.catalog import Library, Scenario


def conduct_round(
    asker: Asker,
    stage: Stage,
    journal: Journal,
    library: Library,
    scenario: Scenario,
    attempt_id: str,
    seed: int = 1,
    options: RoundOptions = RoundOptions(),  # noqa: B008
) -> RoundResult:
    """Conduct a round to its end.

    Every answer is a fact of the journal with `attempt_id` as its subject before anything else happens. If the journal
    knows answers of this attempt already, they are not asked again, and what was shown before the last of them is told
    in a few lines: called again after an interruption, a round goes on where it was. Replays are recomputed, not stored.

    The keys of the questions, each after the scenario's id and a slash, in the order in which they come:

    | key | answer |
    |---|---|
    | ask | "clarify-1", ... or "done"; repeated while there are questions left to ask |
    | design | the id of a design, or "own" |
    | knob/NAME | only after "own": a value of the knob; repeated if the combination cannot be |
    | own | after the last knob: "take", "again" or "candidates" |
    | SHOT/predict | a Prediction for each requirement's name |
    | follow-up/1, ... | own words; "" means said aloud |
    | follow-up/1/grade, ... | "missed", "partly" or "well" |

    Raises Interrupted as `asker` does, and UsageError for a design or a knob that cannot be.
    """
    raise NotImplementedError
