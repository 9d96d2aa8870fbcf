"""The JSON Schema of one row of a fault schedule, from the simulator's tables of verbs and points."""

from __future__ import annotations

from typing import Any

from sim.verbs import POINT_TEXTS, POINTS, VERBS, Param

Schema = dict[str, Any]

WORD: Schema = {"type": "string"}
TIME: Schema = {"type": "number", "minimum": 0}
WORDS: Schema = {"anyOf": [WORD, {"type": "array", "items": WORD}]}
GROUPS: Schema = {"type": "array", "items": WORDS, "minItems": 2}
_TARGETS = "a machine (A, c1, controller), a role (leader, follower:2), a group (replicas, all), a rack, or a bound name"
_KEYS: dict[str, tuple[Schema, str]] = {
    "at_ms": (TIME, "when it strikes"),
    "delay_ms": (TIME, "how long after its event it strikes; for slow: how much longer each message flies"),
    "by_ms": (TIME, "if its event comes later than this, it does not strike, and the run proves nothing"),
    "for_ms": (TIME, "it is over after this time"),
    "node": (WORD, f"whom it strikes: {_TARGETS}"),
    "nodes": ({"type": "array", "items": WORD, "minItems": 1}, f"whom it strikes, each of them {_TARGETS}"),
    "as": (WORD, "a name for the machines that it finds, for later rows"),
    "links": (WORD, "all links within a group"),
    "between": (GROUPS, "two or more groups, such as [[leader, c1], [rest]]: all links from one to another"),
    "from": (WORDS, "the senders of the links"),
    "to": (WORDS, "the receivers of the links"),
}


def fault_schema() -> Schema:
    """A row: a verb, when, whom, and the parameters of all verbs."""
    verbs = [{"const": name, "description": verb.meaning} for name, verb in VERBS.items()]
    keys = {key: {"description": meaning, **schema} for key, (schema, meaning) in _KEYS.items()}
    properties = {"do": {"description": "what breaks", "anyOf": verbs}, "after": _after(), **keys, **_params(keys)}
    return {"type": "object", "properties": properties, "required": ["do"], "additionalProperties": False}


def _after() -> Schema:
    points = {point: {"description": meaning, **_point(point)} for point, meaning in POINTS.items()}
    return {
        "description": "the event that it waits for",
        "type": "object",
        "properties": points,
        "additionalProperties": False,
        "minProperties": 1,
        "maxProperties": 1,
    }


def _point(point: str) -> Schema:
    conditions: Schema = {
        "nth": {"description": "which of them, counted from 1", "type": "integer", "minimum": 1},
        "op": {"description": "the operation that it is about, such as c2/5 (any attempt) or c2/5~2", **WORD},
        "node": {"description": f"where: {_TARGETS}", **WORD},
    }
    if point in POINT_TEXTS:
        conditions[POINT_TEXTS[point]] = {"description": _TEXTS[POINT_TEXTS[point]], **WORD}
    return {"type": "object", "properties": conditions, "additionalProperties": False}


_TEXTS = {"kind": "of which kind the message is, such as append", "to": "which role", "do": "which fault verb"}


def _params(known: Schema) -> Schema:
    """The parameters of the verbs; one key may mean something else for each verb."""
    users: dict[str, list[tuple[str, Param]]] = {}
    for verb, row in VERBS.items():
        for param in row.params:
            if param.key not in known:
                users.setdefault(param.key, []).append((verb, param))
    return {key: _param(found) for key, found in users.items()}


def _param(users: list[tuple[str, Param]]) -> Schema:
    meaning = "; ".join(f"{verb}: {param.meaning}" for verb, param in users)
    params = [param for _, param in users]
    if params[0].words:
        return {"description": meaning, "enum": list(params[0].words)}
    if not params[0].is_number:
        return {"description": meaning, **WORD}
    most = max(param.most for param in params if param.most is not None)
    return {"description": meaning, "type": "number", "minimum": min(param.least for param in params), "maximum": most}
