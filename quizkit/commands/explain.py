"""`quizkit explain`: the knobs of a design, and what each check and measure means."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from quizkit.errors import UsageError
from quizkit.words import did_you_mean


def explain(
    term: Annotated[str | None, typer.Argument(help="A knob, a check or a measure; without it the table of knobs.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON: one object, or a list of all of them.")] = False,
) -> None:
    """Explain the words of this program: the knobs of a design, the checks and the measures that judge it.

    \b
    Examples:
      quizkit explain
      quizkit explain wait_for
      quizkit explain lost_acked_writes --json
    """
    entries = {entry["name"]: entry for entry in (*_knobs(), *_checks(), *_measures())}
    if term is not None and term not in entries:
        raise UsageError(f"no such knob, check or measure: {term!r}", did_you_mean(term, entries))
    if as_json:
        from quizkit.commands.json_output import print_json

        print_json(entries[term] if term else list(entries.values()))
        return
    from quizkit.screen.glossary import entry_text, glossary
    from quizkit.screen.style import terminal_style

    style = terminal_style()
    typer.echo(entry_text(style, entries[term]) if term else glossary(style, list(entries.values())))


def _knobs() -> list[dict[str, Any]]:
    from sim.knobs import KNOBS

    return [
        {
            "name": knob.name,
            "kind": "knob",
            "values": list(knob.values),
            "default": knob.default,
            "meaning": knob.meaning,
            "real": knob.real,
            "topologies": list(knob.topologies),
        }
        for knob in KNOBS.values()
    ]


def _checks() -> list[dict[str, Any]]:
    from sim.checks import CHECKS

    return [{"name": check.name, "kind": "check", "label": check.label, "meaning": check.promise} for check in CHECKS.values()]


def _measures() -> list[dict[str, Any]]:
    from sim.checks import MEASURES

    return [
        {
            "name": one.name,
            "kind": "measure",
            "label": one.label,
            "unit": one.unit,
            "meaning": one.meaning,
            "better": one.better,
        }
        for one in MEASURES.values()
    ]
