"""One round of a scenario, from the interviewer's prompt to the cards that are due because of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from quizkit.commands.build import build_design
from quizkit.commands.choosing import choose_design
from quizkit.commands.comparing import candidates, play_all
from quizkit.learn import scenes
from quizkit.learn.asker import Asker, Option, Prediction
from quizkit.learn.journal import Journal
from quizkit.learn.memory import NO_MORE, Memory
from quizkit.learn.predictions import calibration
from quizkit.learn.rounds import (
    GRADES,
    OWN,
    Chosen,
    Reply,
    RoundOptions,
    RoundResult,
    ShotResult,
    attempt_payload,
    cards_to_nudge,
    cause_of,
    prediction_context,
    scenario_version,
)
from quizkit.learn.scenes import Compared, Stage
from quizkit.library.catalog import FollowUp, Library, Scenario
from quizkit.library.play import ScenarioRun, play_scenario

if TYPE_CHECKING:
    from sim.requirements import Requirement

EVERYTHING = RoundOptions()


def conduct_round(
    asker: Asker,
    stage: Stage,
    journal: Journal,
    library: Library,
    scenario: Scenario,
    attempt_id: str,
    seed: int = 1,
    options: RoundOptions = EVERYTHING,
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
    memory = Memory(asker, stage, journal, attempt_id, scenario_version(scenario))
    return _Round(memory, library, scenario, seed, options).conduct()


@dataclass
class _Round:
    memory: Memory
    library: Library
    scenario: Scenario
    seed: int
    options: RoundOptions

    def conduct(self) -> RoundResult:
        self.memory.show(scenes.Brief(self.scenario, tuple(one.text for one in self._requirements)))
        clarified = self._clarify() if self.options.clarify else ()
        design = self._choose()
        shots = self._attack(design)
        nudged = self._record(design, shots)
        if self.options.compare:
            self._compare(design, shots)
        if self.options.debrief and self.scenario.debrief:
            self._pause("debrief", "Enter: the debrief")
            self.memory.show(scenes.Debrief(self.scenario.debrief))
        follow_ups = self._follow_up() if self.options.follow_ups else ()
        result = RoundResult(self.scenario, design, self.seed, clarified, shots, follow_ups, nudged)
        foresight = calibration(self.memory.journal.facts("prediction"))
        self.memory.show(scenes.Ended(result, tuple(self.library.cards[card] for card in nudged), foresight))
        return result

    @cached_property
    def _requirements(self) -> tuple[Requirement, ...]:
        from sim.requirements import read_requirements

        return read_requirements(self.scenario.raw_requirements)

    def _clarify(self) -> tuple[str, ...]:
        left = {f"clarify-{number}": entry for number, entry in enumerate(self.scenario.clarify, 1)}
        asked: list[str] = []
        while left:
            options = [*(Option(name, entry.ask) for name, entry in left.items()), Option(NO_MORE, "no more questions")]
            name = self.memory.select(self._key("ask"), "Anything else?" if asked else "What do you ask first?", options)
            if name == NO_MORE:
                break
            entry = left.pop(name)
            asked.append(entry.ask)
            self.memory.show(scenes.Replied(entry.answer))
        return tuple(asked)

    def _choose(self) -> Chosen:
        options = [Option(one.id, one.label, f"“{one.says.strip()}”") for one in self.scenario.designs.values()]
        if self.options.build:
            options.append(Option(OWN, "build your own ..."))
        while True:
            name = self.memory.select(self._key("design"), "Your design", options, recap=False)
            chosen = build_design(self.memory, self.scenario.id) if name == OWN else self._candidate(name)
            if chosen:
                return chosen

    def _candidate(self, name: str) -> Chosen:
        from sim.design import read_design

        chosen = choose_design(self.scenario, name, self.options.changes)
        self.memory.show(scenes.Stands(chosen, read_design(chosen.knobs).stated()))
        return chosen

    def _attack(self, design: Chosen) -> tuple[ShotResult, ...]:
        """One shot after another, until one breaks the design."""
        results: list[ShotResult] = []
        shots = list(self.scenario.kill_shots.values())
        for number, shot in enumerate(shots, 1):
            self.memory.show(scenes.Shot(shot, number, len(shots)))
            results.append(self._fire(design, shot.id, last=number == len(shots)))
            if results[-1].outcome == "broken":
                break
        return tuple(results)

    def _fire(self, design: Chosen, shot: str, last: bool) -> ShotResult:
        # Played before the prediction is asked for, so that one fact can hold both: whoever looks at the replay and
        # then leaves has been scored already.
        played = play_scenario(self.scenario, design.knobs, shot, self.seed)
        result = ShotResult(shot, played, self._predict(design, played))
        self.memory.show(scenes.Timeline(played))
        self._pause(f"{shot}/story", "Enter: what happened")
        self.memory.show(scenes.Story(played))
        survived = result.outcome != "broken" and not last
        self.memory.show(scenes.Verdict(played, tuple(result.scores), survived))
        if survived:
            self._pause(f"{shot}/next", "Enter: the next attack")
        return result

    def _predict(self, design: Chosen, played: ScenarioRun) -> dict[str, Prediction]:
        rows = [Option(one.name, one.text) for one in self._requirements]
        if not rows:
            return {}
        key, question = self._key(f"{played.shot}/predict"), f"You predicted for {played.shot}"
        return self.memory.predict(key, question, rows, prediction_context(design, played))

    def _record(self, design: Chosen, shots: tuple[ShotResult, ...]) -> tuple[str, ...]:
        """The attempt and its nudges, all or nothing, and only once; returns the cards that were nudged."""
        recorded = self.memory.recorded("attempt")
        if recorded:
            return tuple(card for card in recorded["nudged"] if card in self.library.cards)
        from quizkit.learn.reviews import nudge

        cards = cards_to_nudge(self.scenario.cards, self.library.cards, shots)
        with self.memory.journal.transaction():
            self.memory.record("attempt", attempt_payload(self.scenario, design, self.seed, shots, cards))
            for card in cards:
                nudge(self.memory.journal, card, cause_of(self.scenario, shots))
        return cards

    def _compare(self, design: Chosen, shots: tuple[ShotResult, ...]) -> None:
        """All designs under the shot that decided, or under all of them if the learner's design survived them all."""
        self._pause("compare", "Enter: the other designs under the same attack")
        decisive = [shot for shot in shots if shot.outcome == "broken"] or shots
        designs = candidates(self.scenario)
        if design not in designs:
            designs.insert(0, design)
        known = [Compared(design, shot.played) for shot in decisive]
        rows = play_all(self.scenario, designs, [shot.shot for shot in decisive], self.seed, known)
        self.memory.show(scenes.Comparison(self.scenario, rows, design))

    def _follow_up(self) -> tuple[Reply, ...]:
        return tuple(self._ask_follow_up(number, entry) for number, entry in enumerate(self.scenario.follow_ups, 1))

    def _ask_follow_up(self, number: int, entry: FollowUp) -> Reply:
        key = self._key(f"follow-up/{number}")
        said = self.memory.text(key, entry.ask, "in your own words; empty if you said it aloud")
        self.memory.show(scenes.StrongAnswer(entry.listen_for))
        grade = self.memory.grade(f"{key}/grade", "How was your answer?", [Option(word, word) for word in GRADES])
        return Reply(entry.ask, said, entry.listen_for, grade)

    def _pause(self, before: str, text: str) -> None:
        if self.options.pauses:
            self.memory.pause(self._key(f"on/{before}"), text)

    def _key(self, question: str) -> str:
        return f"{self.scenario.id}/{question}"
