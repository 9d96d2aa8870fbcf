"""The README says what is true: its knob table, its verbs and its two commands."""

from __future__ import annotations

import re
from pathlib import Path

from quizkit.cli import VERBS
from sim.knobs import KNOBS

README = Path(__file__).parents[2] / "README.md"


def knob_table() -> str:
    rows = ["| knob | values (default first) | meaning | in real systems |", "|---|---|---|---|"]
    for knob in KNOBS.values():
        words = ", ".join(dict.fromkeys((knob.default, *knob.values)))
        rows.append(f"| `{knob.name}` | {words} | {knob.meaning} | {knob.real} |")
    return "\n".join(rows)


def test_the_knob_table_is_the_one_in_the_code() -> None:
    found = re.search(r"<!-- knobs: .*? -->\n(.*)\n<!-- /knobs -->", README.read_text(), re.DOTALL)
    assert found is not None
    assert found[1] == knob_table(), f"put this between the markers:\n\n{knob_table()}\n"


def test_every_verb_stands_in_the_readme() -> None:
    text = README.read_text()
    assert [verb for verb in VERBS if f"`quizkit {verb}" not in text] == []


def test_exactly_two_commands_come_before_anything_else() -> None:
    first_screen = README.read_text().split("## Three habits")[0]
    commands = re.findall(r"```sh\n(.*?)\n```", first_screen, re.DOTALL)
    assert [command.split("&& ")[-1] for command in commands] == [".venv/bin/quizkit challenge async-trap", ".venv/bin/pytest"]
    assert all("\n" not in command for command in commands)
