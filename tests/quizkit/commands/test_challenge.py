"""`quizkit challenge` without a terminal: attempts by flags, and everything that flags can get wrong."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

from quizkit.errors import Interrupted
from quizkit.home import Home
from quizkit.learn.asker import Option
from quizkit.learn.attempts import last_attempts, unfinished
from quizkit.learn.journal import open_journal
from quizkit.learn.progress import begin
from quizkit.library import load
from quizkit.screen.terminal_asker import TerminalAsker
from tests.quizkit.bank import BANK, write_bank

Run = Callable[..., Result]
LOST = "lost_acked_writes"


@pytest.fixture(autouse=True)
def only_the_bank(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load, "find_shipped", lambda: tmp_path / "nothing-shipped")
    write_bank(home)


def as_json(quizkit: Run, *arguments: str) -> dict[str, Any]:
    result = quizkit("challenge", "bank", *arguments, "--no-input", "--json")
    assert (result.exit_code, result.stderr) == (0, "")
    data: dict[str, Any] = json.loads(result.stdout)
    return data


def test_an_attempt_by_flags_is_recorded(quizkit: Run, home: Home) -> None:
    data = as_json(quizkit, "--design", "async", "--predict", "lost_acked_writes=broken:90")
    assert (data["scenario"], data["design"], data["seed"], data["outcome"]) == ("bank", "async", 1, "broken")
    (replay,) = data["replays"]
    assert replay.pop("predictions") == {"lost_acked_writes": {"verdict": "broken", "confidence": 90, "right": True}}
    assert replay == json.loads(quizkit("replay", "bank", "--design", "async", "--json").stdout)
    with open_journal(home) as journal:
        attempt = last_attempts(journal)["bank"]
        assert (attempt.subject, attempt.payload["outcome"]) == (data["attempt"], "broken")
        (prediction,) = journal.facts("prediction")
        assert prediction.payload["value"] == {"lost_acked_writes": {"verdict": "broken", "confidence": 90}}
        assert unfinished(journal) == []


def test_a_wrong_prediction_is_told_and_makes_cards_due(quizkit: Run) -> None:
    data = as_json(quizkit, "--design", "semi-sync", "--predict", "lost_acked_writes=broken:70")
    assert [replay["shot"] for replay in data["replays"]] == ["crash", "idle"]
    assert [replay["predictions"]["lost_acked_writes"]["right"] for replay in data["replays"]] == [False, False]
    assert data["cards_due"] == ["ack-1", "ack-2", "ack-3", "ack-4", "ack-5"]
    assert json.loads(quizkit("due", "--json").stdout)["due"] == 5


def test_several_predictions_a_seed_and_a_changed_design(quizkit: Run) -> None:
    flags = ("--predict", "lost_acked_writes=held:99", "--predict", "unavailable_ms=held:50", "--seed", "3")
    data = as_json(quizkit, "--design", "async", "--set", "wait_for=majority", *flags)
    assert (data["outcome"], data["seed"], data["cards_due"]) == ("held", 3, [])
    assert {replay["knobs"]["wait_for"] for replay in data["replays"]} == {"majority"}
    assert list(data["replays"][0]["predictions"]) == ["lost_acked_writes", "unavailable_ms"]


def test_json_alone_asks_nothing_either(quizkit: Run) -> None:
    result = quizkit("challenge", "bank", "--design", "async", "--json")
    assert (result.exit_code, json.loads(result.stdout)["outcome"]) == (0, "broken")


@pytest.mark.parametrize("columns", [60, 80])
def test_without_json_it_tells_the_whole_round(quizkit: Run, monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    result = quizkit("challenge", "bank", "--design", "async", "--predict", "lost_acked_writes=held:90", "--no-input")
    assert result.exit_code == 0
    parts = ["The Bank", "Design a ledger.", "It died after an ack.", "Replay", "What happened", "BROKEN", "Side by side"]
    parts += ["Debrief", "Where that leaves you", "What is ack-1?", "quizkit drill", "quizkit replay bank --design async"]
    places = [result.stdout.find(part) for part in parts]
    assert -1 not in places
    assert places == sorted(places)
    assert "held, 90 %: wrong" in result.stdout
    told = " ".join(result.stdout.split())
    assert "Your predictions so far: 1, Brier score 0.81 (0.25 is a coin, 0 is perfect)." in told
    lines = [line for line in result.stdout.splitlines() if "quizkit replay" not in line]  # a command stays in one piece
    assert max(map(len, lines)) <= columns
    assert "\x1b" not in result.stdout


def test_only_first_predictions_count_for_the_score_at_the_end(quizkit: Run) -> None:
    for said, score in (("held", "1, Brier score 0.81"), ("broken", "1, Brier score 0.81")):
        flags = ("--design", "async", "--predict", f"lost_acked_writes={said}:90", "--no-input")
        assert f"Your predictions so far: {score}" in quizkit("challenge", "bank", *flags).stdout
    flags = ("--design", "semi-sync", "--predict", "unavailable_ms=held:90", "--no-input")
    assert "Your predictions so far: 3, Brier score 0.28" in quizkit("challenge", "bank", *flags).stdout


@pytest.mark.parametrize(
    ("arguments", "message", "hint"),
    [
        (("bank",), "this needs a terminal to ask at, and there is none", "add --no-input with --design"),
        ((), "this needs a terminal to ask at, and there is none", "add --no-input with --design"),
        (("bnak",), "no such scenario: 'bnak'", "did you mean `bank`?"),
        (("bank", "--design", "semisync"), "bank has no design 'semisync'", "did you mean `semi-sync`?"),
        (("bank", "--predict", "x"), "cannot read the prediction 'x'", "broken:90"),
        (("--no-input",), "which scenario?", "name one of bank"),
        (("bank", "--no-input"), "--design is missing", "async, semi-sync, sync-all, chain"),
        (("bnak", "--no-input", "--design", "async"), "no such scenario: 'bnak'", "did you mean `bank`?"),
        (("bank", "--no-input", "--design", "semisync"), "bank has no design 'semisync'", "did you mean `semi-sync`?"),
        (("bank", "--no-input", "--set", "k=2"), "--set changes a design, and --design names none", "add --design async"),
        (("bank", "--no-input", "--design", "async", "--set", "kk=2"), "unknown knob: kk", "did you mean `k`?"),
        (("bank", "--no-input", "--design", "chain", "--set", "reads=leader"), "reads=leader cannot be", "set reads=tail"),
        (("bank", "--no-input", "--design", "async", "--predict", "x"), "cannot read the prediction 'x'", "broken:90"),
        (
            ("bank", "--json", "--design", "async", "--predict", f"{LOST}=held:90", "--predict", f"{LOST}=broken:90"),
            "--predict says two things of lost_acked_writes",
            "once",
        ),
        (
            ("bank", "--no-input", "--design", "async", "--predict", "lost_aked_writes=held:90"),
            "'lost_aked_writes' is not required here",
            "did you mean `lost_acked_writes`?",
        ),
    ],
)
def test_errors_name_what_is_wrong_and_what_to_do(
    quizkit: Run, home: Home, arguments: tuple[str, ...], message: str, hint: str
) -> None:
    result = quizkit("challenge", *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    error, _, tip = result.stderr.partition("\n")
    assert message in error
    assert hint in tip
    if home.journal.exists():
        with open_journal(home) as journal:
            assert journal.facts() == []


def test_no_prompt_reads_a_pipe(quizkit_process: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    result = quizkit_process("challenge", "async-trap")
    assert (result.returncode, result.stdout) == (2, "")
    assert "--no-input" in result.stderr


def test_a_draft_without_an_attack_is_not_played(quizkit: Run, home: Home) -> None:
    head, tail = BANK.split("kill_shots:\n")
    write_bank(home, head + tail[tail.index("designs:") :])
    result = quizkit("challenge", "bank", "--design", "async", "--no-input")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "bank is a draft without kill shots" in result.stderr


@pytest.mark.parametrize("verb", [("challenge", "--no-input"), ("replay",), ("compare",)], ids=lambda verb: verb[0])
def test_an_imported_draft_is_refused_wherever_it_would_be_played(quizkit: Run, home: Home, verb: tuple[str, ...]) -> None:
    note = home.data / "n.md"
    said = ("**Interviewer**: Design it.", "**Candidate**: Easy.", "**Kill shot**: It died.")
    note.write_text("\n\n".join(("# N", "## Interview", "### The Trap", *said)))
    assert quizkit("content", "import", str(note)).exit_code == 0
    (draft,) = (one for one in load.load_library(home)[0].scenarios.values() if one.id != "bank")
    design = () if verb[0] == "compare" else ("--design", next(iter(draft.designs)))
    result = quizkit(verb[0], draft.id, *design, *verb[1:])
    assert (result.exit_code, result.stdout) == (2, "")
    assert f"{draft.id} is a draft without faults and requirements and a workload" in result.stderr
    assert "name one of bank\n" in quizkit("challenge", "--no-input").stderr


def test_a_journal_that_cannot_be_written_is_an_error_with_a_next_step(quizkit: Run, home: Home) -> None:
    home.journal.mkdir(parents=True)
    result = quizkit("challenge", "bank", "--design", "async", "--no-input")
    assert (result.exit_code, "hint:" in result.stderr, "Traceback" in result.output) == (1, True, False)


def test_the_list_says_how_the_last_round_went_and_that_one_waits(
    home: Home, quizkit: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[str] = []

    def pick(_: TerminalAsker, key: str, question: str, options: Sequence[Option]) -> str:
        shown.extend(option.note for option in options)
        raise Interrupted("enough")

    monkeypatch.setattr(TerminalAsker, "select", pick)
    as_json(quizkit, "--design", "async")
    quizkit("challenge")
    with open_journal(home) as journal:
        begin(journal, load.load_library(home)[0].scenarios["bank"], 1, {})
    quizkit("challenge")
    assert shown == ["async: broken, today at 09:00", "async: broken, today at 09:00; begun again, not finished"]
