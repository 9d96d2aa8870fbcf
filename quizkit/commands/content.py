"""`quizkit content`: check that content is right; import notes as drafts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from quizkit.commands.content_import import import_note
from quizkit.commands.json_output import print_json
from quizkit.errors import FAILURE
from quizkit.home import find_home
from quizkit.screen.console import progress
from quizkit.words import plural

if TYPE_CHECKING:
    from quizkit.library.check import Report

HELP = """Import notes; check that content is right.

\b
Examples:
  quizkit content import notes/leader-and-follower.md
  quizkit content check
"""
content_app = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False, help=HELP)


def check(
    path: Annotated[Path | None, typer.Argument(help="A file or a folder; without it, all content.")] = None,
    no_prove: Annotated[bool, typer.Option("--no-prove", help="Do not run the simulator.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Check decks and scenarios: form, ids, links, sources, and every claimed outcome by running the simulator.

    Each problem stands as file:line:column with a hint. The exit status is 1 if there is any error; drafts only warn.

    \b
    Examples:
      quizkit content check
      quizkit content check content/scenarios/async-trap.yaml
      quizkit content check my-notes/ --no-prove
    """
    from quizkit.library.check import check_content

    report = check_content(path, find_home(), prove=not no_prove, progress=progress)
    if as_json:
        print_json(_as_data(report))
    else:
        for problem in report.problems:
            typer.echo(problem)
        typer.echo(_summary(report))
    if report.errors:
        raise typer.Exit(FAILURE)


content_app.command("check")(check)
content_app.command("import")(import_note)


def _summary(report: Report) -> str:
    claims = plural(report.proved, "claim") + " proved"
    counts = {"deck": report.decks, "card": report.cards, "scenario": report.scenarios}
    verdict = [plural(report.errors, "error"), plural(report.warnings, "warning")]
    return ", ".join([*(plural(count, what) for what, count in counts.items()), claims, *verdict])


def _as_data(report: Report) -> dict[str, Any]:
    from dataclasses import asdict

    counts = {"decks": report.decks, "cards": report.cards, "scenarios": report.scenarios, "proved": report.proved}
    problems = [asdict(problem) | asdict(problem.place) for problem in report.problems]
    for problem in problems:
        del problem["place"]
    return {**counts, "errors": report.errors, "warnings": report.warnings, "problems": problems}
