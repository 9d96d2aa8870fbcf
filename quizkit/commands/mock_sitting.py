"""One call of `quizkit mock`: who answers, which interview it is, and where its report goes."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import uuid4

from quizkit.clock import now
from quizkit.commands.interview import RESUME, Ending, Interview, begin, facts_of, mark
from quizkit.commands.json_output import print_json
from quizkit.commands.report_file import try_target, usual_target
from quizkit.errors import Interrupted, UsageError
from quizkit.home import Home, find_home
from quizkit.learn.asker import Asker, Option
from quizkit.learn.attempts import last_attempts, unfinished
from quizkit.learn.days import local_day
from quizkit.learn.fact import Fact
from quizkit.learn.journal import Journal, open_journal
from quizkit.learn.mock import MockState, Plan, fold, is_whole
from quizkit.learn.mock_choice import named_scenarios, pick_cards, pick_scenarios
from quizkit.learn.queue import build_queue, choose_cards
from quizkit.learn.reviews import card_states
from quizkit.learn.scenes import Debrief, Nowhere, Stage
from quizkit.library.catalog import Library
from quizkit.library.load import open_library
from quizkit.screen import mock as screen
from quizkit.screen.keys import require_terminal
from quizkit.screen.spans import when
from quizkit.screen.stage import TerminalStage
from quizkit.screen.style import terminal_style
from quizkit.screen.terminal_asker import TerminalAsker

if TYPE_CHECKING:
    from quizkit.library.rubric import Rubric

WITHOUT_TERMINAL = "answer from a file: --answers FILE.yaml"


class Given(NamedTuple):
    """The options that a new interview and a resumed one share."""

    out: Path | None
    answers: Path | None
    as_json: bool


@contextmanager
def sitting(given: Given) -> Iterator[Sitting]:
    """Everything that a call needs; raises UsageError if nobody could answer."""
    if given.as_json and not given.answers:
        raise UsageError("--json is for an interview without a terminal", WITHOUT_TERMINAL)
    if not given.answers:
        require_terminal(WITHOUT_TERMINAL)
    from quizkit.library.rubric import open_rubric

    home = find_home()
    library, rubric = open_library(home), open_rubric()
    with open_journal(home) as journal:
        yield Sitting(home, library, rubric, journal, given)


@dataclass(frozen=True)
class Sitting:
    """One call of the command."""

    home: Home
    library: Library
    rubric: Rubric
    journal: Journal
    given: Given

    def latest(self) -> Fact | None:
        """The latest progress of the interview that was interrupted last; None if none is unfinished."""
        begun = (fact for fact in unfinished(self.journal) if fact.payload.get("verb") == "mock")
        return next((fact for fact in begun if is_whole(facts_of(self.journal, fact.subject))), None)

    def goes_on(self, begun: Fact) -> bool:
        """Ask whether to finish the old interview."""
        options = [Option("resume", "go on with it"), Option("new", "begin a new one", "the old one ends here")]
        question = f"A mock interview is unfinished; you stopped {when(begun.at, now())}"
        return TerminalAsker(WITHOUT_TERMINAL).select("unfinished", question, options) == "resume"

    def plan(self, scenarios: Sequence[str], cards: int, minutes: int, seed: int) -> Plan:
        """What to ask; raises UsageError for scenarios that cannot be played."""
        known, states = choose_cards(self.library), card_states(self.journal)
        queue = build_queue(known, states, now(), new_a_day=len(known) + len(states))  # an interview has no daily limit
        played = {name: fact.at for name, fact in last_attempts(self.journal).items()}
        chosen = named_scenarios(scenarios, self.library.scenarios) or pick_scenarios(
            self.library.scenarios, played, now(), f"{local_day(now())}/{seed}"
        )
        out = str(self.given.out.absolute()) if self.given.out else ""
        return Plan(pick_cards(queue, cards), chosen, minutes, seed, out)

    def begin(self, plan: Plan, instead_of: Fact | None) -> None:
        """Conduct a new interview, once it is sure that its report can be written; ends the old one, if any."""
        state = MockState(uuid4().hex[:8], plan, now())
        path = self._target(state)
        try_target(path)
        interview = self._interview(state.id, ())
        with self.journal.transaction():
            begin(self.journal, state.id, plan)
            if instead_of:
                mark(self.journal, self._state(instead_of.subject), "given-up")
        self._conduct(interview, path, resumed=False)

    def go_on(self, begun: Fact) -> None:
        """Conduct the rest of an interview."""
        state = self._state(begun.subject)
        if self.given.out:
            try_target(self.given.out)
        asked = [fact.payload["key"] for fact in facts_of(self.journal, state.id) if "key" in fact.payload]
        interview = self._interview(state.id, asked)
        mark(self.journal, state, "resumed")
        self._conduct(interview, self._target(state), resumed=True)

    def _state(self, mock_id: str) -> MockState:
        return fold(facts_of(self.journal, mock_id), self.rubric)

    def _target(self, state: MockState) -> Path:
        chosen = self.given.out or state.plan.out
        return Path(chosen).absolute() if chosen else usual_target(self.home, state)

    def _interview(self, mock_id: str, asked: Sequence[str]) -> Interview:
        asker: Asker = TerminalAsker(WITHOUT_TERMINAL)
        stage: Stage = TerminalStage()
        tell: Callable[[str], None] = _print
        if self.given.answers:
            from quizkit.learn.scripted import read_answers

            asker, stage, tell = read_answers(self.given.answers, asked), Nowhere(), _leave
        return Interview(self.journal, self.library, self.rubric, mock_id, asker, stage, terminal_style(), tell)

    def _conduct(self, interview: Interview, path: Path, resumed: bool) -> None:
        interview.tell(screen.opening(interview.style, interview.state, self.library, resumed))
        try:
            interview.conduct()
        except (Interrupted, KeyboardInterrupt) as error:
            mark(self.journal, interview.state, "paused")
            raise Interrupted("stopped; every answer so far is saved", f"go on with: {RESUME}") from error
        except UsageError as error:  # an answer of the file does not fit
            again = f"{error.hint}; then go on with: {RESUME} --answers {self.given.answers}"
            raise UsageError(error.message, again) from error
        interview.finish(path, overwrite=path.parent == self.home.reports)
        self._tell_ending(interview, path)

    def _tell_ending(self, interview: Interview, path: Path) -> None:
        from quizkit.learn.scripted import ScriptedAsker

        state, ending = interview.state, interview.ending()
        if self.given.as_json:
            print_json(_as_data(state, ending, path))
        else:
            _print(screen.summary(interview.style, state, ending.result, ending.drill, str(path)))
        if isinstance(interview.asker, ScriptedAsker):
            interview.asker.finish()
        else:
            self._debrief(interview, state)

    def _debrief(self, interview: Interview, state: MockState) -> None:
        """What was held back so that it would not grade the interview before the learner did."""
        for record in state.played:
            scenario = self.library.scenarios[record.scenario]
            interview.asker.pause(f"Enter: the debrief of {scenario.title}")
            interview.stage.show(Debrief(scenario.debrief))
        _print(screen.compare(interview.style, state.plan.scenarios))


def _as_data(state: MockState, ending: Ending, path: Path) -> dict[str, Any]:
    result = ending.result
    return {
        "id": state.id,
        "band": result.band.id,
        "score": result.score,
        "best": result.best,
        "grades": {one.dimension.id: {"given": one.given, "points": one.points} for one in result.dimensions},
        "suggested": asdict(ending.suggestion) if ending.suggestion else None,
        "cards": state.ratings,
        "rounds": [
            {"scenario": one.scenario, "design": one.design, "broken": one.broken, "wrong_predictions": len(one.wrong)}
            for one in state.played
        ],
        "drill": [one.card for one in ending.drill],
        "minutes": {"plan": state.plan.minutes, "taken": round(state.elapsed.total_seconds() / 60, 1)},
        "report": str(path),
    }


def _print(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


def _leave(text: str) -> None:
    """Nobody is looking."""
