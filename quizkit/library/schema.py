"""What a deck file and a scenario file may say. The models check the YAML and generate the JSON Schemas for editors.

Every scalar arrives as text (see strict_yaml). What the simulator reads itself (set-up, faults, knobs, requirements)
stays raw here; `check` hands it to the simulator's own readers.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError

from quizkit.library.trial import RATE_SEEDS

LEVELS = (1, 3)
VERDICTS = ("holds", "broken", "unknown")
RATE_OF = len(RATE_SEEDS)
ID_PATTERN = r"^[a-z0-9]+(-[a-z0-9]+)*$"


def whole(value: object) -> int:
    """A whole number from its text; raises PydanticCustomError for anything else."""
    if not isinstance(value, str) or not re.fullmatch(r"0|-?[1-9][0-9]*", value):
        raise PydanticCustomError("whole", "must be a whole number, not {given}")
    return int(value)


def _truth(value: object) -> bool:
    if value not in ("true", "false"):
        raise PydanticCustomError("truth", "must be true or false, not {given}")
    return value == "true"


def _claim(value: object) -> object:
    """A verdict, or in how many of the seeds the promise breaks."""
    if isinstance(value, str) and value in VERDICTS:
        return value
    if isinstance(value, dict) and list(value) == ["broken"] and _is_rate(value["broken"]):
        return value
    raise PydanticCustomError("claim", "must be holds, broken, unknown or {broken: 14/20}, not {given}")


def _is_rate(value: object) -> bool:
    found = re.fullmatch(rf"([0-9]{{1,2}})/{RATE_OF}", value) if isinstance(value, str) else None
    return found is not None and int(found[1]) <= RATE_OF


Id = Annotated[str, StringConstraints(pattern=ID_PATTERN)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Level = Annotated[int, Field(ge=LEVELS[0], le=LEVELS[1]), BeforeValidator(whole)]
Truth = Annotated[bool, BeforeValidator(_truth)]
Raw = dict[str, Any]
CLAIM_SCHEMA = {
    "anyOf": [
        {"enum": list(VERDICTS)},
        {
            "type": "object",
            "properties": {"broken": {"type": "string", "pattern": f"^[0-9]{{1,2}}/{RATE_OF}$"}},
            "required": ["broken"],
            "additionalProperties": False,
        },
    ]
}
Claim = Annotated[Any, BeforeValidator(_claim), WithJsonSchema(CLAIM_SCHEMA)]


class Strict(BaseModel):
    """A mapping that refuses keys it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class SourceEntry(Strict):
    """Where a fact comes from."""

    title: Text = Field(description="what it is called")
    url: Text = Field(description="where to read it")
    seen: Literal["primary", "docs", "secondary"] = Field(description="primary, docs or secondary: how it was seen")


class BasicCard(Strict):
    """A question and its answer."""

    id: Id = Field(description="stable and unique: the learner's history hangs on it")
    q: Text = Field(description="the question, in Markdown")
    a: Text = Field(description="the answer, in Markdown")
    kind: Literal["basic"] = Field("basic", description="how the card is asked")
    level: Level = Field(1, description="1 basic, 2 working knowledge, 3 expert")
    tags: list[Id] = Field(default=[], description="topics, such as [failover, fencing]")
    see: Id | None = Field(None, description="the id of a scenario that shows it")
    sources: list[SourceEntry] = Field(default=[], description="where the fact comes from")


CARD_KINDS: dict[str, type[BasicCard]] = {"basic": BasicCard}


class DeckFile(Strict):
    """A deck of cards on one topic."""

    deck: Id = Field(description="the id of the deck")
    title: Text = Field(description="the name of the topic")
    reviewed: Truth = Field(True, description="false keeps the cards of a draft out of drills")
    cards: list[Any] = Field(min_length=1, description="the cards, a list; each is checked by its kind")


class Clarify(Strict):
    """A question that the learner may ask first."""

    ask: Text = Field(description="what the learner may ask")
    answer: Text = Field(description="what the interviewer answers")


class Shot(Strict):
    """An attack on the design."""

    id: Id = Field(description="unique within the scenario")
    say: Text = Field(description="what the interviewer says")
    faults: list[Raw] = Field(default=[], description="the faults, such as [{at_ms: 5, do: kill, node: leader}]")


class DesignEntry(Strict):
    """A design that a candidate could choose."""

    label: Text = Field(description="the design in a few words")
    candidate: Text = Field(description="what a candidate would say who chooses it")
    knobs: Raw = Field(default={}, alias="set", description="the knobs that differ from the defaults")
    expect: dict[Id, dict[str, Claim]] = Field(default={}, description="what comes of each shot, proved by `check`")


class FollowUpEntry(Strict):
    """A question after the debrief."""

    ask: Text = Field(description="the question")
    listen_for: list[Text] = Field(default=[], description="what a strong answer mentions")


class ScenarioFile(Strict):
    """A kill-shot scenario."""

    id: Id = Field(description="stable and unique: the learner's history hangs on it")
    title: Text = Field(description="the name of the scenario")
    level: Level = Field(description="1 basic, 2 working knowledge, 3 expert")
    topics: list[Id] = Field(default=[], description="topics, such as [acks, failover]")
    interviewer: Text = Field(description="what the interviewer asks")
    clarify: list[Clarify] = Field(default=[], description="questions that the learner may ask first")
    requirements: Raw = Field(default={}, description="what a design must keep, such as {lost_acked_writes: 0}")
    workload: Raw = Field(default={}, description="what the clients do, such as {kind: ledger, clients: 4, ops: 200}")
    network: Raw = Field(default={}, description="the links, such as {delay_ms: [0.3, 0.8]}")
    disk: Raw = Field(default={}, description="the disks")
    limits: Raw = Field(default={}, description="time-outs of the run")
    racks: dict[str, list[str]] = Field(
        default={}, description="groups of machines that faults may name, such as {east: [A, B, c1], west: [C]}"
    )
    kill_shots: list[Shot] = Field(default=[], description="the attacks, a list")
    designs: dict[Id, DesignEntry] = Field(default={}, description="the designs that a candidate could choose, by id")
    debrief: Text | None = Field(None, description="what to take home, in Markdown")
    follow_ups: list[FollowUpEntry] = Field(default=[], description="questions after the debrief")
    cards: list[Id] = Field(default=[], description="ids of cards that a wrong prediction makes due")
    sources: list[SourceEntry] = Field(default=[], description="where the story comes from")
    reviewed: Truth = Field(True, description="false marks a draft: it may be incomplete")
