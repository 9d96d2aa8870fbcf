"""The words of the program: a list of all, and one in full."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from quizkit.screen.style import Style
from quizkit.words import capital

TITLES = {
    "knob": "Knobs of a design, the default first; set them with --set",
    "check": "Checks: promises that hold or are broken",
    "measure": "Measures: numbers",
}
LABELS = {"real": "real systems", "topologies": "applies to", "label": "shown as"}


def glossary(style: Style, entries: Sequence[Mapping[str, Any]]) -> str:
    """Every word with its meaning, by kind."""
    parts = []
    for kind, title in TITLES.items():
        rows = [_row(style, entry) for entry in entries if entry["kind"] == kind]
        parts.append("\n".join([style.rule(title), *rows]))
    return "\n\n".join([*parts, style.dim("quizkit explain TERM tells what real systems call a knob")])


def entry_text(style: Style, entry: Mapping[str, Any]) -> str:
    """One word in full."""
    lines = [style.rule(entry["name"], entry["kind"]), "", style.prose(_sentence(entry["meaning"]), "  "), ""]
    for name in ("label", "values", "default", "unit", "better", "topologies", "real"):
        if entry.get(name):
            words = entry[name] if isinstance(entry[name], str) else ", ".join(entry[name])
            lines.append(style.prose(f"- **{LABELS.get(name, name)}**: {words}", "  "))
    return "\n".join(lines)


def _row(style: Style, entry: Mapping[str, Any]) -> str:
    head = f"  {style.bold(entry['name'])}"
    if entry["kind"] == "knob":
        first, *others = dict.fromkeys((entry["default"], *entry["values"]))
        values = f"{first}; {', '.join(others)}" if others else first
        fits = len(entry["name"]) + len(values) + 4 <= style.width
        head += f"  {style.dim(values)}" if fits else "\n" + style.dim(style.prose(values, " " * 6))
    return f"{head}\n{style.prose(_sentence(entry['meaning']), ' ' * 6)}"


def _sentence(text: str) -> str:
    return f"{capital(text)}."
