"""`quizkit explain`: every knob, check and measure, and one of them in full."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from typer.testing import Result

from sim.checks import CHECKS, MEASURES
from sim.knobs import KNOBS

Run = Callable[..., Result]
TERMS = [*KNOBS, *CHECKS, *MEASURES]


@pytest.mark.parametrize("columns", [60, 100])
def test_the_list_has_every_word_and_fits(quizkit: Run, monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    result = quizkit("explain")
    lines = result.stdout.splitlines()
    assert result.exit_code == 0
    assert [term for term in TERMS if not any(line.startswith(f"  {term}") for line in lines)] == []
    assert max(map(len, lines)) <= columns


def test_the_default_of_a_knob_comes_first(quizkit: Run) -> None:
    assert "  wait_for  none; k, majority, all, in-sync\n" in quizkit("explain").stdout


def test_one_knob_in_full(quizkit: Run) -> None:
    shown = " ".join(quizkit("explain", "wait_for").stdout.split())
    for part in ("Whose acks the leader awaits", "values: none, k, majority, all, in-sync", "default: none", "MySQL semi-sync"):
        assert part in shown


@pytest.mark.parametrize("term", ["lost_acked_writes", "unavailable_ms"])
def test_a_check_and_a_measure_say_what_they_mean(quizkit: Run, term: str) -> None:
    meaning = CHECKS[term].promise if term in CHECKS else MEASURES[term].meaning
    assert meaning[1:] in " ".join(quizkit("explain", term).stdout.split())


def test_json_has_the_same(quizkit: Run) -> None:
    entries = json.loads(quizkit("explain", "--json").stdout)
    assert [entry["name"] for entry in entries] == TERMS
    assert {entry["kind"] for entry in entries} == {"knob", "check", "measure"}
    one = json.loads(quizkit("explain", "k", "--json").stdout)
    assert one == entries[TERMS.index("k")]
    assert (one["values"], one["default"], one["topologies"]) == (["1..6"], "1", ["leader-follower"])


def test_an_unknown_word_gets_the_nearest(quizkit: Run) -> None:
    result = quizkit("explain", "wait_four")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "no such knob, check or measure: 'wait_four'\n  hint: did you mean `wait_for`?" in result.stderr
