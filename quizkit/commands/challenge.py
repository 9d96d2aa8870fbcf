"""`quizkit challenge`: design a system, predict what an attack will do to it, and watch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated
from uuid import uuid4

import typer

from quizkit.clock import now
from quizkit.commands.choosing import find_scenario, lacks, need_design, playable, read_changes
from quizkit.commands.json_output import print_json, round_object
from quizkit.commands.round import conduct_round
from quizkit.errors import Interrupted, UsageError
from quizkit.home import find_home
from quizkit.learn.asker import Asker, Option, Prediction
from quizkit.learn.attempts import last_attempts, unfinished
from quizkit.learn.fact import Fact
from quizkit.learn.given import GivenAnswers, Nobody
from quizkit.learn.journal import Journal, open_journal
from quizkit.learn.predictions import read_prediction
from quizkit.learn.progress import begin, finish, interrupted
from quizkit.learn.rounds import RoundOptions
from quizkit.learn.scenes import Nowhere, Resumed
from quizkit.library.catalog import Library, Scenario, by_level
from quizkit.library.load import open_library
from quizkit.screen.keys import require_terminal
from quizkit.screen.spans import when
from quizkit.screen.stage import TerminalStage
from quizkit.screen.terminal_asker import TerminalAsker

WITHOUT_TERMINAL = "add --no-input with --design (and --predict), or use quizkit replay and quizkit compare"


def challenge(
    scenario: Annotated[str | None, typer.Argument(help="The scenario's id; without it you choose from a list.")] = None,
    design: Annotated[str | None, typer.Option(help="The id of the design that you stand for.")] = None,
    changes: Annotated[list[str] | None, typer.Option("--set", help="A knob that differs, as knob=value; repeatable.")] = None,
    predict: Annotated[
        list[str] | None, typer.Option(metavar="NAME=VERDICT:PERCENT", help="held or broken, and how sure; repeatable.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="The luck; the same seed gives the same run.")] = 1,
    again: Annotated[bool, typer.Option("--again", help="Begin anew, even if a round was interrupted.")] = False,
    no_input: Annotated[bool, typer.Option("--no-input", help="Ask nothing; needs a scenario and --design.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Ask nothing; print one JSON object.")] = False,
) -> None:
    """Defend a design: choose or build it, predict what the attack will do, and see it happen.

    Every answer is kept as soon as it is given: an interrupted round goes on where it was.

    \b
    Examples:
      quizkit challenge
      quizkit challenge async-trap
      quizkit challenge async-trap --design async --predict lost_acked_writes=broken:90 --no-input --json
    """
    silent = no_input or as_json
    home = find_home()
    library = open_library(home)
    with open_journal(home) as journal:
        chosen = playable(find_scenario(library, scenario or _pick(library, journal, silent)))
        flags = _Flags.read(chosen, design, changes or [], predict or [], must_choose=silent)
        if silent:
            _play_silently(journal, library, chosen, seed, flags, as_json)
        else:
            require_terminal(WITHOUT_TERMINAL)
            _play(journal, library, chosen, seed, flags, again)


@dataclass(frozen=True)
class _Flags:
    design: str | None
    changes: Mapping[str, str]
    predictions: Mapping[str, Prediction]

    @classmethod
    def read(
        cls, scenario: Scenario, design: str | None, changes: Sequence[str], predict: Sequence[str], must_choose: bool
    ) -> _Flags:
        """Everything that the flags say about the round, found out to be possible."""
        set_knobs = read_changes(changes)
        if set_knobs and design is None:
            raise UsageError("--set changes a design, and --design names none", f"add --design {next(iter(scenario.designs))}")
        if must_choose or design is not None:
            need_design(scenario, design, set_knobs)
        return cls(design, set_knobs, _read_predictions(predict, list(scenario.raw_requirements)))

    def over(self, asker: Asker) -> Asker:
        """These answers, and those of `asker` for the rest."""
        return GivenAnswers(asker, self.design, self.predictions)


def _read_predictions(texts: Sequence[str], names: Sequence[str]) -> dict[str, Prediction]:
    predictions: dict[str, Prediction] = {}
    for text in texts:
        name, prediction = read_prediction(text, names)
        if predictions.setdefault(name, prediction) != prediction:
            raise UsageError(f"--predict says two things of {name}", "predict each requirement once")
    return predictions


def _play_silently(journal: Journal, library: Library, scenario: Scenario, seed: int, flags: _Flags, as_json: bool) -> None:
    stage = Nowhere() if as_json else TerminalStage()
    left_out = {"clarify": False, "build": False, "follow_ups": False, "pauses": False}
    options = RoundOptions(**left_out, compare=not as_json, changes=flags.changes)
    attempt = str(uuid4())
    result = conduct_round(flags.over(Nobody()), stage, journal, library, scenario, attempt, seed, options)
    if as_json:
        print_json({"attempt": attempt, **round_object(result)})


def _play(journal: Journal, library: Library, scenario: Scenario, seed: int, flags: _Flags, again: bool) -> None:
    asker, stage = TerminalAsker(WITHOUT_TERMINAL), TerminalStage()
    before = None if again else interrupted(journal, scenario)
    if before and before.answers and not _goes_on(asker, scenario):
        before = None
    attempt = before or begin(journal, scenario, seed, flags.changes)
    if attempt.answers:
        stage.show(Resumed())
    options = RoundOptions(changes=attempt.changes)
    try:
        conduct_round(flags.over(asker), stage, journal, library, scenario, attempt.id, attempt.seed, options)
    except (Interrupted, KeyboardInterrupt) as error:
        hint = f"quizkit challenge {scenario.id} goes on where you were"
        raise Interrupted("interrupted; every answer is saved", hint) from error
    finish(journal, scenario, attempt)


def _goes_on(asker: Asker, scenario: Scenario) -> bool:
    options = [Option("on", "Go on"), Option("anew", "Begin anew")]
    return asker.select("resume", f"You were in the middle of {scenario.title}.", options) == "on"


def _pick(library: Library, journal: Journal, silent: bool) -> str:
    """The scenario that the learner picks, with how the last round of each went."""
    known = by_level(one for one in library.scenarios.values() if not lacks(one))
    if silent or not known:
        names = ", ".join(scenario.id for scenario in known)
        raise UsageError("which scenario?", f"name one of {names}" if known else "there are none; see quizkit content check")
    played, begun = last_attempts(journal), {fact.payload.get("scenario") for fact in unfinished(journal)}
    options = [Option(one.id, f"{one.title} ({_kind(one)})", _standing(played.get(one.id), one.id in begun)) for one in known]
    return TerminalAsker(WITHOUT_TERMINAL).select("scenario", "Which scenario?", options)


def _kind(scenario: Scenario) -> str:
    return f"level {scenario.level}" if scenario.reviewed else "draft"


def _standing(last: Fact | None, begun: bool) -> str:
    """How the last round went, and whether one waits to be finished."""
    if last is None:
        return "begun, not finished" if begun else "not played yet"
    went = f"{last.payload['design']}: {last.payload['outcome']}, {when(last.at, now())}"
    return f"{went}; begun again, not finished" if begun else went
