"""The README says what is true: its knob table, its verbs and its two commands."""

from __future__ import annotations

import re
from pathlib import Path

from quizkit.cli import VERBS
from sim.knobs import KNOBS
from sim.verbs import POINTS
from sim.verbs import VERBS as VERBS_OF_FAULTS

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


def fault_table() -> str:
    rows = ["| fault | on | takes | what happens | after `for_ms` |", "|---|---|---|---|---|"]
    for name, verb in VERBS_OF_FAULTS.items():
        params = ", ".join(f"`{param.key}`" for param in verb.params)
        on = verb.targets.replace("none", "")
        rows.append(f"| `{name}` | {on} | {params} | {verb.meaning} | {verb.lasts} |")
    return "\n".join(rows)


def test_the_fault_table_is_the_one_in_the_code() -> None:
    found = re.search(r"<!-- faults: .*? -->\n(.*)\n<!-- /faults -->", README.read_text(), re.DOTALL)
    assert found is not None
    assert found[1] == fault_table(), f"put this between the markers:\n\n{fault_table()}\n"


def test_every_point_that_a_fault_can_wait_for_stands_in_the_readme() -> None:
    assert [point for point in POINTS if f"`{point}`" not in README.read_text()] == []


def test_every_verb_stands_in_the_readme() -> None:
    text = README.read_text()
    assert [verb for verb in VERBS if f"`quizkit {verb}" not in text] == []


def test_exactly_two_commands_come_before_anything_else() -> None:
    first_screen = README.read_text().split("## Three habits")[0]
    commands = re.findall(r"```sh\n(.*?)\n```", first_screen, re.DOTALL)
    assert [command.split("&& ")[-1] for command in commands] == [".venv/bin/quizkit challenge async-trap", ".venv/bin/pytest"]
    assert all("\n" not in command for command in commands)
