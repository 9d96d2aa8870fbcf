"""`quizkit mock`: a timed mock interview that the learner grades, and going on with one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from quizkit.commands.mock_sitting import Given, sitting
from quizkit.errors import UsageError
from quizkit.learn.mock import MINUTES
from quizkit.learn.mock_choice import CARDS

Out = Annotated[Path | None, typer.Option(metavar="FILE", help="Write the report there, not among your reports.")]
Answers = Annotated[Path | None, typer.Option(metavar="FILE.yaml", help="Answer from a file, without a terminal.")]
AsJson = Annotated[bool, typer.Option("--json", help="With --answers: print one JSON object.")]

mock_app = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False)


@mock_app.callback(invoke_without_command=True)
def mock(
    ctx: typer.Context,
    scenario: Annotated[list[str] | None, typer.Option(metavar="ID", help="Play this one; repeat for more.")] = None,
    cards: Annotated[int, typer.Option(min=0, help="How many cards to warm up with.")] = CARDS,
    minutes: Annotated[int, typer.Option(min=1, help="The time that the whole should take.")] = MINUTES,
    seed: Annotated[int, typer.Option(min=0, help="Another choice of scenarios, and other luck in the replays.")] = 1,
    out: Out = None,
    answers: Answers = None,
    as_json: AsJson = False,
) -> None:
    """A timed mock interview: cards aloud, two scenarios under attack, then you grade yourself and get a report.

    Every answer is kept at once. Ctrl-C stops; `quizkit mock resume` goes on. A file of answers maps the key of each
    question to its answer; where one is missing, the error names its key and what it may be.

    \b
    Examples:
      quizkit mock
      quizkit mock --minutes 30 --scenario async-trap --out report.md
      quizkit mock --answers answers.yaml --json
    """
    if ctx.invoked_subcommand is not None:
        _refuse_options(ctx)
        return
    with sitting(Given(out, answers, as_json)) as sat:
        begun = sat.latest()
        if begun and not answers and sat.goes_on(begun):
            sat.go_on(begun)
        else:
            sat.begin(sat.plan(scenario or (), cards, minutes, seed), instead_of=None if answers else begun)


@mock_app.command("resume")
def resume(out: Out = None, answers: Answers = None, as_json: AsJson = False) -> None:
    """Go on with the interview that was interrupted last, exactly where it was.

    If everything is answered and only the report could not be written, it is written now.

    \b
    Examples:
      quizkit mock resume
      quizkit mock resume --out report.md
    """
    with sitting(Given(out, answers, as_json)) as sat:
        begun = sat.latest()
        if begun is None:
            raise UsageError("no mock interview is unfinished", "begin one: quizkit mock")
        sat.go_on(begun)


def _refuse_options(ctx: typer.Context) -> None:
    for name in ctx.params:
        source = ctx.get_parameter_source(name)
        if source is not None and source.name == "COMMANDLINE":
            raise UsageError("an option stands before `resume`", "write it behind; the plan stays as it was")
