"""An asker that never asks twice: what the journal knows of an attempt is answered from there, the rest is recorded.

That makes resuming an interrupted round simple: the round is conducted again from its beginning, and everything up to
the interruption passes without a question.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import partial
from typing import Any

from quizkit.learn.asker import Asker, Option, Prediction
from quizkit.learn.journal import Journal
from quizkit.learn.scenes import Remembered, Scene, Stage

NO_MORE = "done"  # the option that only goes on; it is never told again
Payload = dict[str, Any]


class Memory:
    """The answers of one attempt. Only facts of the same content `version` count: other questions need other answers.

    While remembered answers last, scenes wait; then those are shown that last, a line for each answer, and whatever was
    shown after the last answer.
    """

    def __init__(self, asker: Asker, stage: Stage, journal: Journal, attempt: str, version: str = "") -> None:
        self.asker, self.stage, self.journal, self.attempt, self.version = asker, stage, journal, attempt, version
        self._known: dict[str, deque[Any]] = defaultdict(deque)
        facts = [
            fact
            for fact in journal.facts(subject=attempt)
            if fact.version == version and {"key", "value"} <= fact.payload.keys()
        ]
        for fact in facts:
            self._known[fact.payload["key"]].append(fact.payload["value"])
        self._left = len(facts)
        self._waiting: list[Scene] = []

    def show(self, scene: Scene) -> None:
        """Show a scene now, or once everything remembered has passed."""
        if self._left:
            self._waiting.append(scene)
        else:
            self.stage.show(scene)

    def pause(self, key: str, text: str) -> None:
        """Let the learner read before what comes next; a `choice` of the journal too, so that nobody reads it twice."""

        def ask() -> str:
            self.asker.pause(text)
            return "on"

        self._answer("choice", key, text, ask, lambda value: "")

    def select(self, key: str, question: str, options: Sequence[Option], recap: bool = True) -> str:
        """The value of the option that was chosen, a `choice` of the journal; with `recap` it is told again."""
        titles = {option.value: option.title for option in options if option.value != NO_MORE}
        ask = partial(self.asker.select, key, question, options)
        return str(self._answer("choice", key, question, ask, lambda value: titles.get(value, "") if recap else ""))

    def grade(self, key: str, question: str, options: Sequence[Option]) -> str:
        """The same, as a self-given `grade`."""
        ask = partial(self.asker.select, key, question, options)
        return str(self._answer("grade", key, question, ask, str))

    def text(self, key: str, question: str, note: str = "") -> str:
        """The learner's own words, a `follow_up` of the journal."""
        ask = partial(self.asker.text, key, question, note)
        return str(self._answer("follow_up", key, question, ask, lambda said: said or "(said aloud)"))

    def predict(self, key: str, question: str, rows: Sequence[Option], context: Payload) -> dict[str, Prediction]:
        """The predictions; `context` says in the journal what they were about, and what came of it."""

        def ask() -> Payload:
            return {name: asdict(one) for name, one in self.asker.predict(key, rows).items()}

        titles = {row.value: row.title for row in rows}
        raw = self._answer("prediction", key, question, ask, lambda value: _in_words(value, titles), context)
        return {name: Prediction(**one) for name, one in raw.items()}

    def recorded(self, kind: str) -> Payload | None:
        """The payload of the attempt's latest fact of this kind, None if there is none."""
        facts = [fact for fact in self.journal.facts(kind, self.attempt) if fact.version == self.version]
        return facts[-1].payload if facts else None

    def record(self, kind: str, payload: Payload) -> None:
        """Append a fact about this attempt."""
        self.journal.append(kind, self.attempt, payload, self.version)

    def _answer(
        self,
        kind: str,
        key: str,
        question: str,
        ask: Callable[[], Any],
        words: Callable[[Any], str],
        context: Payload | None = None,
    ) -> Any:
        if self._known[key]:
            return self._recall(key, question, words)
        self._wake()
        value = ask()
        self.record(kind, {"key": key, "value": value, **(context or {})})
        return value

    def _recall(self, key: str, question: str, words: Callable[[Any], str]) -> Any:
        value = self._known[key].popleft()
        self._left -= 1
        self._waiting = [scene for scene in self._waiting if scene.lasting]
        if told := words(value):
            self._waiting.append(Remembered(question, told))
        if not self._left:
            self._wake()
        return value

    def _wake(self) -> None:
        """Nothing more is remembered; or the round took another way than last time, and the rest is of no use."""
        waiting, self._waiting, self._left = self._waiting, [], 0
        self._known.clear()
        for scene in waiting:
            self.stage.show(scene)


def _in_words(predictions: Payload, titles: dict[str, str]) -> str:
    return "; ".join(f"{titles.get(name, name)} {Prediction(**one).in_words}" for name, one in predictions.items())
