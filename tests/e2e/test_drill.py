"""A real drill at a real terminal, and what `kill -9` leaves of it."""

from __future__ import annotations

import re
import signal
import termios
import time
from collections.abc import Callable

import pexpect
import pytest
from typer.testing import Result

from quizkit.home import Home
from quizkit.learn.journal import open_journal
from quizkit.learn.reviews import card_states
from tests.e2e.terminals import ANSI, end, forks, quizkit_terminal
from tests.quizkit.builders import write_deck

pytestmark = forks
CARDS = [f"mine-{number}" for number in range(1, 8)]


@pytest.fixture(autouse=True)
def own_deck(home: Home) -> None:
    write_deck(home, "mine", *CARDS)


def drill(*arguments: str, columns: int = 80) -> pexpect.spawn[str]:
    return quizkit_terminal("drill", "--deck", "mine", *arguments, columns=columns)


def answer(terminal: pexpect.spawn[str], card: str, key: str) -> None:
    """Look at the card's answer and grade it; returns once the next screen stands."""
    terminal.expect_exact(f"What is {card}?")
    terminal.expect_exact("? help ")
    terminal.send(" ")
    terminal.expect_exact(f"It is {card}.")
    terminal.expect_exact("space: good ")
    terminal.send(key)
    terminal.expect("back in")


def reviews(home: Home) -> list[tuple[str, str]]:
    with open_journal(home) as journal:
        return [(fact.subject, fact.payload["rating"]) for fact in journal.facts("review")]


def test_a_sitting_from_the_first_card_to_the_last(home: Home, quizkit: Callable[..., Result]) -> None:
    write_deck(home, "mine", *CARDS[:3])
    terminal = drill()
    answer(terminal, "mine-1", "4")
    answer(terminal, "mine-2", "1")
    answer(terminal, "mine-3", "4")
    answer(terminal, "mine-2", " ")
    answer(terminal, "mine-2", "3")
    status, shown = end(terminal)
    assert status == 0
    assert shown.endswith("5 answers, 80 % known (1 again, 2 good, 2 easy).\n")
    assert reviews(home) == [
        (f"mine-{card}", grade) for card, grade in zip("12322", ("easy", "again", "easy", "good", "good"), strict=True)
    ]
    assert '"new": 7' in quizkit("due", "--json").stdout  # ten a day, three of them had


def test_undo_and_stop(home: Home) -> None:
    terminal = drill()
    answer(terminal, "mine-1", "1")
    terminal.expect_exact("What is mine-2?")
    terminal.send("u")
    terminal.expect_exact("taken back: again for mine-1")
    answer(terminal, "mine-1", "4")
    terminal.expect_exact("What is mine-2?")
    terminal.send("q")
    status, shown = end(terminal)
    assert (status, "1 answer, 100 % known (1 easy). 6 cards of this sitting are left." in shown) == (0, True)
    with open_journal(home) as journal:
        assert [fact.kind for fact in journal.facts()] == ["review", "undo", "review"]
        assert card_states(journal)["mine-1"].reviews == 1


def test_a_limit_ends_the_sitting_even_if_a_card_failed(home: Home) -> None:
    terminal = drill("--limit", "1")
    answer(terminal, "mine-1", "1")
    assert end(terminal)[0] == 0
    assert reviews(home) == [("mine-1", "again")]


def test_single_keys_work_after_the_drill_was_stopped_and_continued(home: Home) -> None:
    terminal = drill("--limit", "1")
    terminal.expect_exact("? help ")
    terminal.kill(signal.SIGSTOP)
    attributes = termios.tcgetattr(terminal.child_fd)
    attributes[3] |= termios.ICANON | termios.ECHO  # as a shell leaves it
    termios.tcsetattr(terminal.child_fd, termios.TCSANOW, attributes)
    terminal.kill(signal.SIGCONT)
    while termios.tcgetattr(terminal.child_fd)[3] & termios.ICANON:
        assert terminal.isalive()
    terminal.send(" 4")
    assert end(terminal)[0] == 0
    assert reviews(home) == [("mine-1", "easy")]


def test_keys_typed_ahead_all_count(home: Home) -> None:
    terminal = drill("--limit", "2")
    terminal.send(" 4 4")
    assert end(terminal)[0] == 0
    assert reviews(home) == [("mine-1", "easy"), ("mine-2", "easy")]


@pytest.mark.parametrize("key", ["\x03", "\x04"], ids=["Ctrl-C", "Ctrl-D"])
@pytest.mark.parametrize("looked", [False, True])
def test_leaving_keeps_what_was_answered_and_says_so(home: Home, key: str, looked: bool) -> None:
    terminal = drill()
    answer(terminal, "mine-1", "4")
    terminal.expect_exact("? help ")
    if looked:
        terminal.send(" ")
        terminal.expect_exact("space: good ")
    terminal.send(key)
    status, shown = end(terminal)
    assert (status, shown.strip()) == (130, "quizkit: stopped; 1 answer of this sitting saved")
    assert reviews(home) == [("mine-1", "easy")]


def test_sixty_columns_are_enough() -> None:
    terminal = drill("--limit", "4", columns=60)
    terminal.expect_exact("? help ")
    terminal.send("?1 4 u?s 4 1 3 3")
    status, shown = end(terminal)
    lines = [ANSI.sub("", line) for line in re.split("[\r\n]+", shown)]
    assert (status, max(map(len, lines)) <= 60, "Traceback" in shown) == (0, True, False)


def test_no_colour_means_no_attributes() -> None:
    plain, coloured = drill("--limit", "1"), quizkit_terminal("drill", "--deck", "mine", "--limit", "1", NO_COLOR="")
    shown = []
    for terminal in (plain, coloured):
        terminal.send("q")
        terminal.expect(pexpect.EOF)
        shown.append(terminal.before or "")
    assert ["\x1b[1m" in screen for screen in shown] == [False, True]


def kill_at_once(terminal: pexpect.spawn[str]) -> None:
    terminal.kill(signal.SIGKILL)
    terminal.expect(pexpect.EOF)
    terminal.close()


@pytest.mark.parametrize("answered", [0, 1, 2, 5])
@pytest.mark.parametrize("moment", ["question", "answer"])
def test_kill_9_loses_nothing_that_was_answered(home: Home, answered: int, moment: str) -> None:
    terminal = drill()
    for card in CARDS[:answered]:
        answer(terminal, card, "4")
    if moment == "answer":
        terminal.expect_exact("? help ")
        terminal.send(" ")
        terminal.expect_exact("It is")
    kill_at_once(terminal)
    assert reviews(home) == [(card, "easy") for card in CARDS[:answered]]
    resumed = drill()
    answer(resumed, CARDS[answered], "4")
    resumed.send("q")
    assert end(resumed)[0] == 0
    assert len(reviews(home)) == answered + 1


@pytest.mark.parametrize("spent_us", [0, 200, 500, 1000, 2000, 4000])
def test_kill_9_while_an_answer_is_being_saved_keeps_it_whole_or_not_at_all(home: Home, spent_us: int) -> None:
    terminal = drill()
    answer(terminal, "mine-1", "4")
    terminal.expect_exact("? help ")
    terminal.send(" ")
    terminal.expect_exact("space: good ")
    terminal.send("4")
    deadline = time.perf_counter_ns() + spent_us * 1000
    while time.perf_counter_ns() < deadline:  # which moment of the commit this hits does not matter: all must do
        continue
    kill_at_once(terminal)
    kept = reviews(home)
    assert kept in ([("mine-1", "easy")], [("mine-1", "easy"), ("mine-2", "easy")])
    with open_journal(home) as journal:
        assert set(card_states(journal)) == {card for card, _ in kept}
    assert not list(home.data.glob("journal-damaged-*"))
