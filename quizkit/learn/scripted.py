"""Answers from a YAML file instead of a person.

The file maps the key of each question to its answer:

    async-trap/design: semi-sync                          # what is chosen: the value of an option
    async-trap/crash/predict:                             # a verdict and a confidence for each requirement
      lost_acked_writes: holds:90
      unavailable_ms: broken:70
    async-trap/follow-up/1: ""                            # words; nothing means said aloud
    async-trap/ask: [clarify-1, done]                     # a question that comes more than once: a list, in order

Whoever asks for an answer that is not there learns the key and what it may be, so a file grows by trying.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path as FilePath
from typing import Any

from quizkit.errors import UsageError
from quizkit.learn.asker import Option, Prediction
from quizkit.learn.predictions import read_prediction
from quizkit.library.problems import Problem, shown_place
from quizkit.library.strict_yaml import Document, Path, read_yaml
from quizkit.words import did_you_mean


class ScriptedAsker:
    """Answers every question from a file of answers. Raises UsageError, with `file:line:col`, for one that does not fit."""

    def __init__(self, document: Document, asked: Iterable[str] = ()) -> None:
        self._document = document
        self._given: dict[str, Any] = document.value
        self._asked = Counter(asked)

    def pause(self, text: str) -> None:
        """Nobody needs the time."""

    def select(self, key: str, question: str, options: Sequence[Option]) -> str:
        """The value that the file gives; it must be one of the options."""
        values = [option.value for option in options]
        answer, path = self._next(key, f"one of {', '.join(values)}")
        if answer not in values:
            hint = did_you_mean(answer if isinstance(answer, str) else "", values)
            raise self._refused(path, f"`{key}` cannot be {_given(answer)}", hint)
        return str(answer)

    def text(self, key: str, question: str, note: str = "") -> str:
        """The words that the file gives."""
        answer, path = self._next(key, "your words, or nothing for an answer said aloud")
        if not isinstance(answer, str):
            raise self._refused(path, f"`{key}` must be text, not {_given(answer)}", f"write `{key}: your words`")
        return answer.strip()

    def predict(self, key: str, requirements: Sequence[Option]) -> dict[str, Prediction]:
        """The predictions that the file gives; each requirement needs one."""
        names = [requirement.value for requirement in requirements]
        answer, path = self._next(key, f"a verdict and a confidence for each of {', '.join(names)}")
        if not isinstance(answer, dict):
            hint = f"write `{{{', '.join(f'{name}: holds:90' for name in names)}}}`"
            raise self._refused(path, f"`{key}` must be a mapping, not {_given(answer)}", hint)
        for name in answer:
            if name not in names:
                raise self._refused((*path, name), f"`{key}` asks nothing about `{name}`", did_you_mean(name, names), key=True)
        return {name: self._prediction(answer, name, path) for name in names}

    def finish(self) -> None:
        """Raise UsageError if an answer was never asked for."""
        left = [path for key in self._given for path in self._unasked(key)]
        if left:
            more = f" (and {len(left) - 1} more)" if len(left) > 1 else ""
            name = str(left[0][0])
            hint = "remove it" if name in self._asked else did_you_mean(name, self._asked, "remove it")
            raise self._refused(left[0], f"nothing asked for this answer to `{name}`{more}", hint, key=True)

    def _next(self, key: str, wanted: str) -> tuple[Any, Path]:
        """The answer to a question that is asked now, and where it stands."""
        if key not in self._given:
            unused = [other for other in self._given if other not in self._asked]
            hints = filter(None, [f"add `{key}:` with {wanted}", did_you_mean(key, unused, "")])
            raise self._refused((), f"there is no answer to `{key}`", "; ".join(hints))
        place, answer = self._asked[key], self._given[key]
        several = isinstance(answer, list)
        if place >= (len(answer) if several else 1):
            hint = f"make it a list with one more answer: {wanted}"
            raise self._refused((key,), f"`{key}` is asked once more, and its answers are used up", hint)
        self._asked[key] += 1
        return (answer[place], (key, place)) if several else (answer, (key,))

    def _unasked(self, key: str) -> list[Path]:
        answer = self._given[key]
        if isinstance(answer, list):
            return [(key, place) for place in range(self._asked[key], len(answer))]
        return [] if key in self._asked else [(key,)]

    def _prediction(self, answer: dict[str, Any], name: str, path: Path) -> Prediction:
        if name not in answer:
            raise self._refused(path, f"no prediction for `{name}`", f"add `{name}: holds:90` or `{name}: broken:70`")
        try:
            return read_prediction(f"{name}={answer[name]}", [name])[1]
        except UsageError as error:
            raise self._refused((*path, name), error.message, error.hint) from error

    def _refused(self, path: Path, message: str, hint: str, key: bool = False) -> UsageError:
        return _error(Problem(self._document.place(path, key), message, hint))


def read_answers(path: FilePath, asked: Iterable[str] = ()) -> ScriptedAsker:
    """The answers in this file; raises UsageError if it cannot be read or maps no keys to answers.

    `asked` are the keys of the questions that were answered before an interruption: their answers are used up.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(f"cannot read the answers in {path}: {error.strerror}", "name a YAML file of answers") from error
    document = read_yaml(data if data.strip() else b"{}", str(path))
    if document.value is not None and not isinstance(document.value, dict):
        document.complain(1, 1, "a file of answers is a mapping", "write lines of the form `key: answer`")
    if document.problems:
        raise _error(document.problems[0])
    return ScriptedAsker(document, asked)


def _error(problem: Problem) -> UsageError:
    return UsageError(f"{shown_place(problem.place)}: {problem.message}", problem.hint)


def _given(answer: object) -> str:
    match answer:
        case str():
            return f"`{answer}`" if answer else "nothing"
        case list():
            return "a list"
    return "a mapping"
