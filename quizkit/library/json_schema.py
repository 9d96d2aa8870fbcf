"""The JSON Schemas for editors, generated from the models that validate and the tables of the simulator.

`python -m quizkit.library.json_schema content/schema` writes them anew; a test compares the stored ones.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from pydantic import BaseModel, create_model
from pydantic.json_schema import GenerateJsonSchema

from quizkit.library.fault_schema import fault_schema
from quizkit.library.schema import CARD_KINDS, DeckFile, ScenarioFile
from sim.checks import CHECKS, MEASURES
from sim.knobs import KNOBS, Knob

DIALECT = "https://json-schema.org/draft/2020-12/schema"
NUMBERS_TOO = ("wait_for",)  # knobs of words that also take a number: `wait_for: 2`


class _Untitled(GenerateJsonSchema):
    """Leaves out the titles that pydantic makes from the names of fields: editors would show "Q" for `q`."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def json_schemas() -> dict[str, str]:
    """File name below `content/schema` -> the text of the file."""
    schemas = {"deck.json": _deck(), "scenario.json": _scenario()}
    return {name: json.dumps(schema, indent=2, ensure_ascii=False) + "\n" for name, schema in schemas.items()}


def _deck() -> dict[str, Any]:
    any_card: Any = CARD_KINDS["basic"]
    for kind in CARD_KINDS.values():
        any_card = any_card | kind
    # DeckFile itself takes any entry, because each card is validated alone, so that a wrong one does not hide others.
    with_cards = create_model("DeckFile", __base__=DeckFile, cards=(list[any_card], DeckFile.model_fields["cards"]))
    return _schema(with_cards)


def _scenario() -> dict[str, Any]:
    schema = _schema(ScenarioFile)
    schema["$defs"]["Shot"]["properties"]["faults"]["items"] = fault_schema()
    design = schema["$defs"]["DesignEntry"]["properties"]
    design["set"]["properties"] = {name: _knob(knob) for name, knob in KNOBS.items()}
    schema["properties"]["requirements"]["properties"] = {
        **{check.name: {"description": check.promise} for check in CHECKS.values()},
        **{measure.name: {"description": measure.meaning} for measure in MEASURES.values()},
    }
    for raw in (design["set"], schema["properties"]["requirements"]):
        raw["additionalProperties"] = False
    return schema


def _knob(knob: Knob) -> dict[str, Any]:
    words: dict[str, Any] = {"enum": list(knob.words)}
    if knob.bounds:
        numbers = {"type": "integer", "minimum": knob.bounds[0], "maximum": knob.bounds[1]}
        return {"description": knob.meaning, **({"anyOf": [words, numbers]} if knob.words else numbers)}
    return {
        "description": knob.meaning,
        **({"anyOf": [words, {"type": "integer"}]} if knob.name in NUMBERS_TOO else words),
    }


def _schema(model: type[BaseModel]) -> dict[str, Any]:
    return {"$schema": DIALECT, **model.model_json_schema(schema_generator=_Untitled)}


if __name__ == "__main__":
    for name, text in json_schemas().items():
        (Path(sys.argv[1]) / name).write_text(text, encoding="utf-8")
