"""`quizkit list` and `quizkit show`: content on the screen, in pipes and as JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

from quizkit.commands.listing import list_content
from tests.quizkit.library.samples import DECK, SCENARIO, changed, ship, write

Run = Callable[..., Result]


@pytest.fixture(autouse=True)
def shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return write(ship(tmp_path / "shipped", monkeypatch), DECK, SCENARIO)


def ids(done: Result) -> list[str]:
    return [line.split()[0] for line in done.stdout.splitlines()]


def test_lists_have_one_record_a_line_in_a_pipe(quizkit: Run) -> None:
    assert quizkit("list", "cards").stdout == (
        "ack-async     2  When does an asynchronous leader answer?\nack-majority  1  How many of five?\n"
    )
    assert quizkit("list", "scenarios").stdout == "async-trap  1  The Async Trap (acks, failover)\n"
    assert quizkit("list", "decks").stdout == "acks    2  What an ack means\n"


def test_drafts_are_marked(shipped: Path, quizkit: Run) -> None:
    write(shipped, deck=changed(DECK, "cards:\n", "reviewed: false\ncards:\n"))
    assert quizkit("list", "decks").stdout == "acks    2  (draft) What an ack means\n"


FILTERED = [
    (("cards", "--tag", "async"), ["ack-async"]),
    (("cards", "--level", "1"), ["ack-majority"]),
    (("cards", "--level", "3"), []),
    (("cards", "--deck", "acks", "--level", "2"), ["ack-async"]),
    (("scenarios", "--topic", "failover"), ["async-trap"]),
    (("scenarios", "--level", "2"), []),
]


@pytest.mark.parametrize(("arguments", "expected"), FILTERED, ids=[" ".join(row[0]) for row in FILTERED])
def test_filters(quizkit: Run, arguments: tuple[str, ...], expected: list[str]) -> None:
    assert ids(quizkit("list", *arguments)) == expected


REFUSED = [
    (("cards", "--tag", "asink"), "no cards with the tag 'asink'", "did you mean `async`?"),
    (("cards", "--deck", "x"), "no cards with the deck 'x'", "known: acks"),
    (("decks", "--tag", "async"), "--tag does not apply to decks", "it goes with: cards"),
    (("scenarios", "--deck", "acks"), "--deck does not apply to scenarios", "it goes with: cards"),
]


@pytest.mark.parametrize(("arguments", "message", "hint"), REFUSED, ids=[" ".join(row[0]) for row in REFUSED])
def test_what_cannot_be_listed(quizkit: Run, arguments: tuple[str, ...], message: str, hint: str) -> None:
    done = quizkit("list", *arguments)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr == f"quizkit: error: {message}\n  hint: {hint}\n"


def test_lists_as_json(quizkit: Run) -> None:
    cards = json.loads(quizkit("list", "cards", "--json").stdout)
    assert cards[0] == {
        "id": "ack-async",
        "q": "When does an asynchronous leader answer?",
        "deck": "acks",
        "level": 2,
        "tags": ["acks", "async"],
        "see": "async-trap",
        "reviewed": True,
    }
    assert json.loads(quizkit("list", "decks", "--json").stdout)[0]["cards"] == ["ack-async", "ack-majority"]


def test_a_narrow_terminal_has_the_text_below_the_id(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "30")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    list_content("cards")
    assert capsys.readouterr().out == ("ack-async     2\n    When does an ...\nack-majority  1\n    How many of five?\n")


def test_show_a_card(quizkit: Run) -> None:
    assert quizkit("show", "ack-async").stdout == (
        "ack-async\n"
        "deck acks · level 2 · acks · async\n\n"
        "When does an asynchronous leader answer?\n\n"
        "At once.\n\n"
        "See it happen: `quizkit challenge async-trap`\n\n"
        "Sources\n"
        "- Paper (primary): https://example.org/paper\n\n"
        "shipped/decks/acks.yaml:4\n"
    )


def test_show_a_deck(quizkit: Run) -> None:
    assert quizkit("show", "acks").stdout == (
        "acks: What an ack means\n"
        "2 cards\n\n"
        "ack-async\n    When does an asynchronous leader answer?\n"
        "ack-majority\n    How many of five?\n\n"
        "shipped/decks/acks.yaml:1\n"
    )


def test_show_a_scenario_without_what_would_spoil_it(quizkit: Run) -> None:
    text = quizkit("show", "async-trap").stdout
    assert text.startswith("async-trap: The Async Trap\nlevel 1 · acks · failover\n\nDesign a ledger.\n\nIt must keep\n")
    assert "- unavailable <= 5000 ms\n" in text
    assert "- `semi-sync` Semi-synchronous\n" in text
    assert "- `crash` It died.\n" in text
    assert "Wait for someone." not in text
    assert "fencing" not in text


def test_nothing_is_wider_than_60_columns(quizkit: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    for name in ("ack-async", "acks", "async-trap"):
        assert max(map(len, quizkit("show", name).stdout.splitlines())) <= 60


def test_show_as_json_has_everything(quizkit: Run) -> None:
    scenario = json.loads(quizkit("show", "async-trap", "--json").stdout)["scenario"]
    assert scenario["debrief"] == "Wait for someone."
    assert scenario["designs"]["async"]["knobs"] == {"wait_for": "none"}
    assert scenario["place"].endswith("shipped/scenarios/async-trap.yaml:1:5")


def test_an_id_of_two_kinds_shows_both(shipped: Path, quizkit: Run) -> None:
    write(shipped, deck=changed(DECK, "deck: acks", "deck: async-trap"))
    assert set(json.loads(quizkit("show", "async-trap", "--json").stdout)) == {"deck", "scenario"}
    assert "2 cards" in quizkit("show", "async-trap").stdout
    assert "It must keep" in quizkit("show", "async-trap").stdout


def test_show_what_is_not_there(quizkit: Run) -> None:
    done = quizkit("show", "asink-trap")
    assert done.exit_code == 2
    assert done.stderr == ("quizkit: error: no such card, deck or scenario: 'asink-trap'\n  hint: did you mean `async-trap`?\n")
    assert "quizkit list cards" in quizkit("show", "zzz").stderr


def test_broken_content_of_ones_own_is_told_on_stderr(quizkit: Run, tmp_path: Path) -> None:
    write(tmp_path / "home" / "data" / "content", deck="deck: [")
    done = quizkit("list", "decks")
    assert (done.exit_code, ids(done)) == (0, ["acks"])
    assert done.stderr == "quizkit: warning: 1 error in content files; see: quizkit content check\n"
