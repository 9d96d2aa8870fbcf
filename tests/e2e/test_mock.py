"""A mock interview at a real terminal: to its end, interrupted in every way, and begun anew."""

from __future__ import annotations

import signal
from pathlib import Path

import pexpect
import pytest

from quizkit.home import Home, find_home
from quizkit.learn.attempts import unfinished
from quizkit.learn.journal import open_journal
from tests.e2e.terminals import ANSI, end, forks, quizkit_terminal
from tests.quizkit.library.samples import SCENARIO, changed

pytestmark = forks

DOWN, KILL = "\x1b[B", "kill -9"
WAYS = ("\x03", "\x04", KILL)  # Ctrl-C, Ctrl-D
MOCK = ("mock", "--cards", "1", "--scenario", "mine", "--scenario", "other")
Step = tuple[str, str]  # what the screen shows, and the keys that answer it

CARD: list[list[Step]] = [[("Enter: the answer", "\r"), ("»", DOWN + DOWN + "\r")]]
GRADING: list[list[Step]] = [
    [("»", "\r")]
] * 9  # five dimensions and four caps, the first option of each, which for one is what the replays suggest


def a_round(words: str) -> list[list[Step]]:
    """No question, the first design, three predictions, words for the follow-up."""
    return [
        [("What do you ask first?", ""), ("»", DOWN + "\r")],
        [("Your design", ""), ("»", "\r")],
        [("Before we run it", ""), ("unavailable", f"h2{DOWN}h2\r")],
        [("Enter: what happened", "\r")],
        [("And then?", words + "\r")],
        [("How was your answer?", ""), ("»", DOWN + "\r")],
    ]


WHOLE = [*CARD, *a_round("Fence *it*."), *a_round(""), *GRADING]


@pytest.fixture(autouse=True)
def own_scenarios(home: Home) -> None:
    write_scenarios(home)


def write_scenarios(home: Home) -> None:
    """Two scenarios of the learner's own."""
    folder = home.content / "scenarios"
    folder.mkdir(parents=True)
    for name in ("mine", "other"):
        text = changed(changed(SCENARIO, "id: async-trap", f"id: {name}"), "cards: [ack-async]", "cards: [modes-async-crash]")
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")


def follow(terminal: pexpect.spawn[str], steps: list[Step]) -> str:
    """Answer what the screen asks; returns what it showed until the last answer."""
    shown = ""
    for words, keys in steps:
        terminal.expect_exact(words)
        shown += (terminal.before or "") + words
        terminal.send(keys)
    return shown


def play(terminal: pexpect.spawn[str], groups: list[list[Step]]) -> str:
    return "".join(follow(terminal, group) for group in groups)


def finish(terminal: pexpect.spawn[str]) -> str:
    """Read both debriefs, and see the program end well."""
    for title in ("The Async Trap", "The Async Trap"):
        terminal.expect_exact(f"Enter: the debrief of {title}")
        terminal.send("\r")
    status, shown = end(terminal)
    assert status == 0
    return shown


def reports(home: Home) -> list[str]:
    return [path.read_text(encoding="utf-8") for path in sorted(home.reports.iterdir())]


def test_from_the_first_card_to_the_report(home: Home) -> None:
    terminal = quizkit_terminal(*MOCK)
    shown = ANSI.sub("", play(terminal, WHOLE))
    terminal.expect_exact("Enter: the debrief")
    shown += ANSI.sub("", terminal.before or "")
    assert "Wait for someone." not in shown  # before the grades
    for words in ("Part 1 of 4 · Warm-up", "0 min gone, 45 min left", "The replays suggest 1", "No hire, 1 of 15 points"):
        assert words in shown
    (report,) = reports(home)
    for words in ("# Mock interview, 1 March 2026", "> Fence \\*it\\*.", "held, 70 % | **wrong**", "*Said aloud.*"):
        assert words in report
    terminal.send("\r")
    terminal.expect_exact("Wait for someone.")
    terminal.expect_exact("Enter: the debrief")
    terminal.send("\r")
    assert end(terminal)[1].endswith("  quizkit compare mine\n  quizkit compare other\n")


def test_interrupted_and_resumed_it_writes_the_same_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written = []
    for number, stops in enumerate(((), (0, 4, 9), (2, 11, 16))):
        monkeypatch.setenv("QUIZKIT_HOME", str(tmp_path / f"home-{number}"))  # or the second meets other cards
        write_scenarios(find_home())
        play_with_stops(list(zip(stops, WAYS, strict=False)))
        written += reports(find_home())
    whole, first, second = written
    assert whole == first == second


def play_with_stops(stops: list[tuple[int, str]]) -> None:
    """A whole interview that is left before these steps, each in its way, and gone on with."""
    terminal = quizkit_terminal(*MOCK)
    at = 0
    for stop, way in stops:
        play(terminal, WHOLE[at:stop])
        follow(terminal, WHOLE[stop][:-1])
        terminal.expect_exact(WHOLE[stop][-1][0])
        leave(terminal, way)
        at = stop
        terminal = quizkit_terminal("mock", "resume")
    play(terminal, WHOLE[at:])
    finish(terminal)


def leave(terminal: pexpect.spawn[str], way: str) -> None:
    if way == KILL:
        terminal.kill(signal.SIGKILL)
        terminal.expect(pexpect.EOF)
        terminal.close()
        return
    terminal.send(way)
    status, shown = end(terminal)
    assert (status, shown.endswith("every answer so far is saved\n  hint: go on with: quizkit mock resume\n")) == (130, True)


def test_an_unfinished_one_is_offered_and_a_new_one_ends_it(home: Home) -> None:
    for keys, expected in (("", 1), ("\r", 1), (DOWN + "\r", 1)):
        terminal = quizkit_terminal(*MOCK)
        if keys:
            terminal.expect_exact("A mock interview is unfinished; you stopped today at 09:00")
            follow(terminal, [("»", keys)])
        terminal.expect_exact("goes on" if keys == "\r" else "Mock interview")
        terminal.expect_exact("Enter: the answer")
        leave(terminal, "\x03")
        with open_journal(home) as journal:
            assert len(unfinished(journal)) == expected
    with open_journal(home) as journal:
        begun = [fact.subject for fact in journal.facts("progress") if fact.payload["event"] == "begun"]
        assert [fact.subject for fact in unfinished(journal)] == begun[1:]
