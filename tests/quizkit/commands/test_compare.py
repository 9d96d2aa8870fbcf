"""`quizkit compare`: every design under every shot, side by side."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

from quizkit.home import Home
from quizkit.library import load
from tests.quizkit.bank import write_bank

Run = Callable[..., Result]
DESIGNS = ["async", "semi-sync", "sync-all", "chain"]


@pytest.fixture(autouse=True)
def only_the_bank(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load, "find_shipped", lambda: tmp_path / "nothing-shipped")
    write_bank(home)


def test_json_is_a_list_of_replays(quizkit: Run) -> None:
    result = quizkit("compare", "bank", "--json")
    assert (result.exit_code, result.stderr) == (0, "")
    rows = json.loads(result.stdout)
    assert [(row["shot"], row["design"]) for row in rows] == [(shot, one) for shot in ("crash", "idle") for one in DESIGNS]
    assert rows[1] == json.loads(quizkit("replay", "bank", "--design", "semi-sync", "--json").stdout)


def test_one_shot_and_another_seed(quizkit: Run) -> None:
    rows = json.loads(quizkit("compare", "bank", "--shot", "idle", "--seed", "4", "--json").stdout)
    assert [(row["shot"], row["seed"]) for row in rows] == [("idle", 4)] * 4


def test_a_row_a_design_with_verdicts_and_values(quizkit: Run) -> None:
    shown = quizkit("compare", "bank", "--shot", "crash").stdout
    rows = {line.split()[0]: line.split()[1:] for line in shown.splitlines() if line[:2] == "  " and line.split()[0] in DESIGNS}
    assert rows == {
        "async": ["BROKEN", "9", "-", "held", "361", "ms"],
        "semi-sync": ["held", "0", "+", "held", "350", "ms"],
        "sync-all": ["held", "0", "+", "BROKEN", ">=", "9930", "ms", "-"],
        "chain": ["held", "0", "+", "held", "330", "ms", "+"],
    }
    assert "+ best, - worst" in shown


@pytest.mark.parametrize("columns", [60, 80])
def test_nothing_is_cut_off_where_it_is_narrow(quizkit: Run, monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    result = quizkit("compare", "bank")
    lines = result.stdout.splitlines()
    assert max(map(len, lines)) <= columns
    assert result.stdout.count("361 ms") == 2
    assert result.stdout.count("BROKEN") == 3
    assert not [line for line in lines if "…" in line or line != line.rstrip()]


def test_unknown_names_are_refused(quizkit: Run) -> None:
    for arguments, hint in ((("bnk",), "did you mean `bank`?"), (("bank", "--shot", "idl"), "did you mean `idle`?")):
        result = quizkit("compare", *arguments)
        assert (result.exit_code, hint in result.stderr, result.stdout) == (2, True, "")
