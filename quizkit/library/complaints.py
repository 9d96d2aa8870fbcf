"""Pydantic's errors as problems: in plain words, each at its line and column, with what to write instead."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from quizkit.library.problems import Problem
from quizkit.library.strict_yaml import Document, Path
from quizkit.words import did_you_mean

KEY_MARK = "[key]"  # pydantic's last step in `loc` if the key of a mapping is wrong, not its value

# Error type -> what is wrong with the thing that is named before it.
WORDS: dict[str, Callable[[ErrorDetails], str]] = {
    "string_type": lambda error: f"must be text, not {_given(error['input'])}",
    "list_type": lambda error: f"must be a list, not {_given(error['input'])}",
    "dict_type": lambda error: f"must be a mapping, not {_given(error['input'])}",
    "model_type": lambda error: f"must be a mapping, not {_given(error['input'])}",
    "string_too_short": lambda error: "is empty",
    "too_short": lambda error: "is empty",
    "greater_than_equal": lambda error: f"must be at least {error['ctx']['ge']}, not {error['input']}",
    "less_than_equal": lambda error: f"must be at most {error['ctx']['le']}, not {error['input']}",
    "literal_error": lambda error: f"must be {_unquoted(error)}, not {_given(error['input'])}",
    "string_pattern_mismatch": lambda error: f"must be lower-case letters, digits and dashes, not {_given(error['input'])}",
}


def explain(error: ValidationError, model: type[BaseModel], document: Document, prefix: Path = ()) -> list[Problem]:
    """One problem for each node that `model` refuses; `prefix` is where in the document the validated part stands."""
    details = error.errors(include_url=False)
    return [_explain_one(detail, model, document, prefix + detail["loc"]) for detail in details]


def _explain_one(detail: ErrorDetails, model: type[BaseModel], document: Document, path: Path) -> Problem:
    parent, last = _owner(model, detail["loc"]), path[-1] if path else ""
    if detail["type"] == "missing":
        hint = f"add `{last}:`, {_meaning(parent, last)}"
        return Problem(document.place(path[:-1]), f"missing key `{last}`", hint)
    if detail["type"] == "extra_forbidden":
        return Problem(document.place(path, key=True), f"unknown key `{last}`", did_you_mean(str(last), _fields(parent)))
    if last == KEY_MARK:
        path, where = path[:-1], document.place(path[:-1], key=True)
    else:
        where = document.place(path)
    return Problem(where, f"{named(path)} {_words(detail)}", _hint(detail, parent))


def named(path: Path) -> str:
    """What an author calls the node at this path."""
    if not path:
        return "the file"
    *before, last = path
    if isinstance(last, str):
        return f"`{last}`"
    return f"entry {last + 1} of {named(tuple(before))}"


def _words(detail: ErrorDetails) -> str:
    if detail["type"] in WORDS:
        return WORDS[detail["type"]](detail)
    return detail["msg"].replace("{given}", _given(detail["input"]))


def _hint(detail: ErrorDetails, parent: type[BaseModel] | None) -> str:
    if detail["type"] == "string_pattern_mismatch":
        slug = "-".join(re.findall("[a-z0-9]+", detail["input"].lower()))
        return f"write `{slug}`" if slug else "choose a name in ASCII letters"
    if detail["type"] == "model_type":
        return f"it has the keys {', '.join(_fields(parent))}"
    return next(filter(None, (_meaning(parent, step) for step in reversed(detail["loc"]))), "")


def _given(value: object) -> str:
    match value:
        case str() if not value:
            return "nothing"
        case str():
            return f"`{value}`" if len(value) <= 40 and "\n" not in value else "this text"
        case list():
            return "a list"
        case dict() if len(value) == 1 and all(isinstance(item, str) for item in value.values()):
            return "`{" + "".join(f"{key}: {item}" for key, item in value.items()) + "}`"
        case dict():
            return "a mapping"
    return f"`{value}`"


def _unquoted(error: ErrorDetails) -> str:
    return str(error["ctx"]["expected"]).replace("'", "")


def _fields(model: type[BaseModel] | None) -> dict[str, Any]:
    """The fields of a model by the key that stands in the YAML."""
    return {field.alias or name: field for name, field in model.model_fields.items()} if model else {}


def _meaning(model: type[BaseModel] | None, key: str | int) -> str:
    field = _fields(model).get(str(key))
    return str(field.description) if field else ""


def _owner(model: type[BaseModel] | None, loc: Path) -> type[BaseModel] | None:
    """The model that has the last named step of `loc` as a field, or would have it if it were known."""
    steps = iter(loc)
    for step in steps:
        annotation = getattr(_fields(model).get(str(step)), "annotation", None)
        inner = _model_in(annotation)
        if inner is None:
            break
        if inner is not annotation and next(steps, None) is None:  # else past the index or the key of an entry
            break
        model = inner
    return model


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next(filter(None, map(_model_in, get_args(annotation))), None)
