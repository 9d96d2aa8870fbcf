"""The JSON Schemas for editors are those of the models and the simulator's tables, and stored as such."""

from __future__ import annotations

import json
from typing import Any

import pytest

from quizkit.library.json_schema import json_schemas
from quizkit.library.load import find_shipped
from sim.knobs import KNOBS
from sim.verbs import POINTS, VERBS


def schema(name: str) -> dict[str, Any]:
    parsed: dict[str, Any] = json.loads(json_schemas()[name])
    return parsed


@pytest.mark.parametrize("name", ["deck.json", "scenario.json"])
def test_the_stored_schemas_are_current(name: str) -> None:
    stored = (find_shipped() / "schema" / name).read_text(encoding="utf-8")
    assert stored == json_schemas()[name], "write it anew: python -m quizkit.library.json_schema content/schema"


def test_editors_see_numbers_and_truths_although_all_is_read_as_text() -> None:
    level = schema("deck.json")["$defs"]["BasicCard"]["properties"]["level"]
    assert (level["type"], level["minimum"], level["maximum"]) == ("integer", 1, 3)
    assert schema("scenario.json")["properties"]["reviewed"]["type"] == "boolean"


def test_editors_know_the_keys_of_a_card_and_refuse_others() -> None:
    card = schema("deck.json")["$defs"]["BasicCard"]
    assert schema("deck.json")["properties"]["cards"]["items"] == {"$ref": "#/$defs/BasicCard"}
    assert card["required"] == ["id", "q", "a"]
    assert card["additionalProperties"] is False


def test_editors_know_what_can_break_when_and_how() -> None:
    fault = schema("scenario.json")["$defs"]["Shot"]["properties"]["faults"]["items"]
    assert [verb["const"] for verb in fault["properties"]["do"]["anyOf"]] == list(VERBS)
    assert list(fault["properties"]["after"]["properties"]) == list(POINTS)
    assert list(fault["properties"]["after"]["properties"]["sent"]["properties"]) == ["nth", "op", "node", "kind"]
    taken = {param.key for verb in VERBS.values() for param in verb.params}
    assert taken <= set(fault["properties"])
    assert (fault["properties"]["percent"]["minimum"], fault["properties"]["percent"]["maximum"]) == (0, 100)
    assert fault["properties"]["tail"]["enum"] == ["drawn", "lost", "kept", "torn"]
    assert fault["additionalProperties"] is False
    assert "racks" in schema("scenario.json")["properties"]


def test_editors_know_the_knobs_and_what_can_be_required() -> None:
    scenario = schema("scenario.json")
    knobs = scenario["$defs"]["DesignEntry"]["properties"]["set"]
    assert list(knobs["properties"]) == list(KNOBS)
    assert knobs["additionalProperties"] is False
    assert knobs["properties"]["replicas"]["maximum"] == 7
    assert {"type": "integer"} in knobs["properties"]["wait_for"]["anyOf"]
    assert "lost_acked_writes" in scenario["properties"]["requirements"]["properties"]
    assert "unavailable_ms" in scenario["properties"]["requirements"]["properties"]
