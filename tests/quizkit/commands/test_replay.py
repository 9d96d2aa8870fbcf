"""`quizkit replay`: one design under one attack, for eyes and for programs."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

from quizkit.home import Home
from quizkit.library import load
from tests.quizkit.bank import NEVER, write_bank

Run = Callable[..., Result]


@pytest.fixture(autouse=True)
def only_the_bank(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load, "find_shipped", lambda: tmp_path / "nothing-shipped")
    write_bank(home)


def as_json(quizkit: Run, *arguments: str) -> dict[str, Any]:
    result = quizkit("replay", "bank", *arguments, "--json")
    assert (result.exit_code, result.stderr) == (0, "")
    data: dict[str, Any] = json.loads(result.stdout)
    return data


def test_the_object_has_exactly_these_keys(quizkit: Run) -> None:
    data = as_json(quizkit, "--design", "async")
    assert list(data) == [
        *("scenario", "design", "shot", "seed", "knobs", "findings", "measures", "requirements", "meets_requirements")
    ]
    assert [set(finding) for finding in data["findings"].values()] == [{"verdict", "count", "evidence"}] * len(data["findings"])
    assert data["requirements"] == {
        "lost_acked_writes": {"required": 0, "measured": 9, "met": False},
        "unavailable_ms": {"required": {"max": 5000}, "measured": 361.19, "met": True},
    }


def test_the_first_shot_and_seed_1_unless_said_otherwise(quizkit: Run) -> None:
    data = as_json(quizkit, "--design", "async")
    assert (data["shot"], data["seed"], data["design"], data["scenario"]) == ("crash", 1, "async", "bank")
    assert data == as_json(quizkit, "--design", "async", "--shot", "crash", "--seed", "1")
    other = as_json(quizkit, "--design", "async", "--shot", "idle", "--seed", "5")
    assert (other["shot"], other["seed"], other["meets_requirements"]) == ("idle", 5, True)


def test_findings_point_at_events(quizkit: Run) -> None:
    finding = as_json(quizkit, "--design", "async")["findings"]["lost_acked_writes"]
    assert (finding["verdict"], finding["count"]) == ("broken", 9)
    assert {event["what"] for event in finding["evidence"]} >= {"reply_sent", "ok_received"}
    assert all(event["at_ms"] > 0 and event["ops"] for event in finding["evidence"])


def test_a_measure_is_a_number_and_what_is_still_open_is_measured_as_text(quizkit: Run) -> None:
    data = as_json(quizkit, "--design", "sync-all")
    assert data["measures"]["unavailable_ms"] > 5000
    assert data["requirements"]["unavailable_ms"]["measured"].startswith(">= ")
    assert data["requirements"]["unavailable_ms"]["met"] is False
    assert data["meets_requirements"] is False


def test_set_changes_the_design(quizkit: Run) -> None:
    data = as_json(quizkit, "--design", "async", "--set", "wait_for=majority", "--set", "detect_after_ms=100")
    assert (data["knobs"]["wait_for"], data["knobs"]["detect_after_ms"]) == ("majority", 100)
    assert (data["design"], data["meets_requirements"]) == ("async", True)


def test_a_change_of_topology_drops_what_it_has_no_use_for(quizkit: Run) -> None:
    data = as_json(quizkit, "--design", "semi-sync", "--set", "topology=chain")
    assert data["knobs"].items() >= {"topology": "chain", "replicas": 3, "detect_after_ms": 300, "reads": "tail"}.items()
    assert "wait_for" not in data["knobs"]


def test_a_shot_that_never_struck_is_told_and_proves_nothing(quizkit: Run, home: Home) -> None:
    write_bank(home, NEVER)
    data = as_json(quizkit, "--design", "async")
    assert data["meets_requirements"] is None
    assert {one["met"] for one in data["requirements"].values()} == {None}
    assert {one["verdict"] for one in data["findings"].values()} == {"unknown"}
    shown = quizkit("replay", "bank", "--design", "async")
    assert shown.exit_code == 0
    assert "never struck" in shown.stdout
    assert "surviving an attack that never happened proves nothing" in shown.stdout


def test_the_screen_has_timeline_story_and_verdict(quizkit: Run) -> None:
    result = quizkit("replay", "bank", "--design", "async")
    assert result.exit_code == 0
    shown = result.stdout
    assert [shown.index(part) for part in ("── Replay", "── What happened", "requirement")] == sorted(
        shown.index(part) for part in ("── Replay", "── What happened", "requirement")
    )
    assert "power cut" in shown
    assert "nine acknowledged writes are lost" in " ".join(shown.split())
    assert "acked writes lost  0           9         BROKEN" in shown
    assert "Broken: 1 of 2 requirements." in shown


@pytest.mark.parametrize("columns", [60, 80, 100])
def test_a_pipe_gets_plain_lines_that_fit(quizkit: Run, monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    lines = quizkit("replay", "bank", "--design", "semi-sync").stdout.splitlines()
    assert max(map(len, lines)) <= columns
    assert not [line for line in lines if "\x1b" in line or line != line.rstrip()]


def test_the_screen_says_which_design_ran_and_what_was_changed(quizkit: Run) -> None:
    shown = quizkit("replay", "bank", "--design", "async", "--set", "wait_for=majority").stdout
    assert "Asynchronous" in shown
    assert " wait_for=majority* " in " ".join(shown.split())


def test_all_shows_more(quizkit: Run) -> None:
    some, everything = quizkit("replay", "bank", "--design", "async"), quizkit("replay", "bank", "--design", "async", "--all")
    assert len(everything.stdout.splitlines()) > 2 * len(some.stdout.splitlines())


def test_the_same_command_prints_the_same(quizkit: Run) -> None:
    once, twice = (quizkit("replay", "bank", "--design", "chain", "--seed", "3").stdout for _ in range(2))
    assert once == twice


def test_nothing_is_written_to_the_journal(quizkit: Run, home: Home) -> None:
    quizkit("replay", "bank", "--design", "async")
    assert not home.journal.exists()


@pytest.mark.parametrize(
    ("arguments", "message", "hint"),
    [
        (("bnak", "--design", "async"), "no such scenario: 'bnak'", "did you mean `bank`?"),
        (("bank",), "--design is missing", "bank has the designs async, semi-sync, sync-all, chain"),
        (("bank", "--design", "semisync"), "bank has no design 'semisync'", "did you mean `semi-sync`?"),
        (("bank", "--design", "async", "--shot", "crsh"), "bank has no kill shot crsh", "did you mean `crash`?"),
        (("bank", "--design", "async", "--set", "wait_fro=all"), "unknown knob: wait_fro", "did you mean `wait_for`?"),
        (("bank", "--design", "async", "--set", "wait_for=every"), "wait_for cannot be every", "none, k, majority, all"),
        (("bank", "--design", "async", "--set", "replicas=9"), "replicas cannot be 9", "from 1 to 7"),
        (("bank", "--design", "async", "--set", "wait_for"), "cannot read --set 'wait_for'", "--set knob=value"),
        (("bank", "--design", "chain", "--set", "reads=any"), "reads=any cannot be", "set reads=tail"),
        (("bank", "--design", "semi-sync", "--set", "k=3"), "k=3 cannot be", "set k lower"),
        (("bank", "--design", "async", "--seed", "-1"), "--seed", "--help"),
        ((), "missing argument", "--help"),
    ],
)
def test_errors_name_what_is_wrong_and_the_nearest_that_works(
    quizkit: Run, arguments: tuple[str, ...], message: str, hint: str
) -> None:
    result = quizkit("replay", *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    error, _, tip = result.stderr.partition("\n")
    assert message in error
    assert hint in tip
