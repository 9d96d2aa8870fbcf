"""Single keys from a terminal: nothing typed ahead is lost, arrows are one key, Ctrl-D and a lost terminal end it."""

from __future__ import annotations

import os
import pty
import sys
import termios
from collections.abc import Callable, Iterator
from threading import Timer

import pytest

from quizkit.errors import UsageError
from quizkit.screen.keys import keys, require_terminal


@pytest.fixture
def learner(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """The learner's end of a terminal that is standard input. A key that got lost ends in Ctrl-D, not in waiting."""
    learner, program = pty.openpty()
    give_up = Timer(20, lambda: os.write(learner, b"\x04" * 9))
    give_up.start()
    with os.fdopen(program) as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        yield learner
    give_up.cancel()
    give_up.join()
    os.close(learner)


def test_keys_typed_ahead_are_kept_one_by_one(learner: int) -> None:
    os.write(learner, " 4\x1b[A\x1b[1;5C\x1bOP\x1bxüq".encode())
    with keys() as read:
        assert [read() for _ in range(8)] == [" ", "4", "\x1b[A", "\x1b[1;5C", "\x1bOP", "\x1bx", "ü", "q"]


def test_what_one_reader_leaves_the_next_one_finds(learner: int) -> None:
    os.write(learner, b"ab")
    for key in "ab":
        with keys() as read:
            assert read() == key


def test_a_lone_escape_is_a_key(learner: int) -> None:
    os.write(learner, b"\x1b")
    with keys() as read:
        assert read() == "\x1b"


@pytest.mark.parametrize(("typed", "error"), [(b"\x04", EOFError), (b"\x03", KeyboardInterrupt)])
def test_leaving(learner: int, typed: bytes, error: type[BaseException]) -> None:
    with keys() as read:
        without_signals = termios.tcgetattr(sys.stdin.fileno())
        without_signals[3] &= ~termios.ISIG  # no process group hangs on this terminal
        termios.tcsetattr(sys.stdin.fileno(), termios.TCSANOW, without_signals)
        os.write(learner, typed)
        with pytest.raises(error):
            read()


def test_the_terminal_is_left_as_it_was(learner: int) -> None:
    before = termios.tcgetattr(sys.stdin.fileno())
    with pytest.raises(ZeroDivisionError), keys():
        raise ZeroDivisionError
    assert termios.tcgetattr(sys.stdin.fileno()) == before


@pytest.mark.parametrize("terminals", [(True, False), (False, True), (False, False)])
def test_both_ends_must_be_terminals(monkeypatch: pytest.MonkeyPatch, terminals: tuple[bool, bool]) -> None:
    def end(is_terminal: bool) -> Callable[[], bool]:
        return lambda: is_terminal

    monkeypatch.setattr(sys.stdin, "isatty", end(terminals[0]), raising=False)
    monkeypatch.setattr(sys.stdout, "isatty", end(terminals[1]), raising=False)
    with pytest.raises(UsageError, match="this needs a terminal") as caught:
        require_terminal("use --design")
    assert caught.value.hint == "use --design"
