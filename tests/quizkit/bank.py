"""A small scenario of the tests' own, and askers to play it with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from quizkit.errors import Interrupted
from quizkit.home import Home
from quizkit.learn.asker import Option, Prediction
from quizkit.learn.scenes import Scene
from quizkit.library.catalog import Library, Scenario
from quizkit.library.load import load_library
from tests.quizkit.builders import write_deck

CARDS = tuple(f"ack-{number}" for number in range(1, 8))
BANK = """\
id: bank
title: The Bank
level: 1
topics: [acks]
interviewer: Design a ledger.
clarify:
  - {ask: How far behind are the followers?, answer: Five milliseconds.}
  - {ask: Who promotes?, answer: A controller.}
requirements: {lost_acked_writes: 0, unavailable_ms: {max: 5000}}
workload: {kind: ledger, clients: 4, ops: 60}
network: {delay_ms: [0.3, 0.8]}
kill_shots:
  - id: crash
    say: It died after an ack.
    faults:
      - {at_ms: 0, do: slow, links: replicas, egress_ms: 5}
      - {after: {ok_received: {nth: 17}}, delay_ms: 1, do: power_cut, node: acker, by_ms: 2000}
  - id: idle
    say: It died at night.
    faults:
      - {after: {ok_received: {nth: 17}}, delay_ms: 1, do: power_cut, node: acker, by_ms: 2000}
designs:
  async: {label: Asynchronous, candidate: It is fast., set: {wait_for: none}}
  semi-sync: {label: Semi-synchronous, candidate: One more has it., set: {wait_for: k, k: 1}}
  sync-all: {label: Synchronous, candidate: All have it., set: {wait_for: all}}
  chain: {label: A chain, candidate: The tail answers., set: {topology: chain}}
debrief: Wait for **someone**.
follow_ups:
  - {ask: What of the old leader?, listen_for: [Fence it, Rebuild it]}
  - {ask: What do you alarm on?, listen_for: [Lag]}
cards: [ack-1, ack-2, ack-3, ack-4, ack-5, ack-6, ack-7]
sources: [{title: Paper, url: 'https://example.org/paper', seen: primary}]
reviewed: false
"""
NEVER = BANK.replace("ok_received: {nth: 17}", "ok_received: {nth: 9999}")  # the shots do not strike


def write_bank(home: Home, text: str = BANK) -> None:
    """The scenario and its seven cards as content of the learner's own."""
    write_deck(home, "acks", *CARDS)
    folder = home.content / "scenarios"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "bank.yaml").write_text(text, encoding="utf-8")


def load_bank(home: Home, text: str = BANK) -> tuple[Library, Scenario]:
    """The library with the scenario, and the scenario."""
    write_bank(home, text)
    library, _ = load_library(home)
    return library, library.scenarios["bank"]


@dataclass
class Script:
    """Gives answers in order and notes which questions were asked. It is interrupted when they are used up."""

    answers: list[str | Mapping[str, Prediction]]
    asked: list[str] = field(default_factory=list)
    pauses: int = 0

    def pause(self, text: str) -> None:
        self.pauses += 1

    def select(self, key: str, question: str, options: Sequence[Option]) -> str:
        answer = self._next(key)
        assert answer in [option.value for option in options], f"{key}: {answer!r} is not offered"
        return str(answer)

    def text(self, key: str, question: str, note: str = "") -> str:
        return str(self._next(key))

    def predict(self, key: str, requirements: Sequence[Option]) -> dict[str, Prediction]:
        answer = self._next(key)
        assert isinstance(answer, Mapping)
        return {one.value: answer[one.value] for one in requirements}

    def _next(self, key: str) -> str | Mapping[str, Prediction]:
        if not self.answers:
            raise Interrupted("interrupted")
        self.asked.append(key)
        return self.answers.pop(0)


class Audience:
    """A stage that remembers what it was shown."""

    def __init__(self) -> None:
        self.seen: list[Scene] = []

    def show(self, scene: Scene) -> None:
        self.seen.append(scene)

    @property
    def names(self) -> list[str]:
        return [type(scene).__name__ for scene in self.seen]


def expect(lost: str, unavailable: str = "held", sure: int = 90) -> dict[str, Prediction]:
    """A prediction for both requirements of the bank."""
    verdicts = {"lost_acked_writes": lost, "unavailable_ms": unavailable}
    return {name: Prediction("holds" if said == "held" else said, sure) for name, said in verdicts.items()}
