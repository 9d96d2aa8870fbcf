"""Single keys from the terminal, without a prompt library.

`typer.getchar` would do for one key, but it drops whatever was typed before the prompt appeared, and a practised
learner types ahead. So the terminal stays in cbreak mode for a whole sitting and every key is kept.
"""

from __future__ import annotations

import os
import re
import select
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from quizkit.errors import UsageError

CTRL_C, CTRL_D = "\x03", "\x04"


def require_terminal(instead: str) -> None:
    """Raise UsageError unless a person can see and type; `instead` is the hint, what to use without a terminal."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError("this needs a terminal to ask at, and there is none", instead)


@contextmanager
def keys() -> Iterator[Callable[[], str]]:
    """A function that waits for the next key.

    It raises KeyboardInterrupt for Ctrl-C, EOFError for Ctrl-D and for a terminal that went away.
    """
    try:
        import termios
    except ImportError:  # Windows
        import typer

        yield typer.getchar
        return
    import signal
    import tty

    fd = sys.stdin.fileno()
    before = termios.tcgetattr(fd)

    def single_keys(*_: object) -> None:
        tty.setcbreak(fd, termios.TCSADRAIN)

    single_keys()
    usual = signal.signal(signal.SIGCONT, single_keys)  # a shell gives the terminal back as it likes it
    try:
        yield _reader(fd)
    finally:
        signal.signal(signal.SIGCONT, usual)
        termios.tcsetattr(fd, termios.TCSADRAIN, before)


def _reader(fd: int) -> Callable[[], str]:
    def read() -> str:
        key = _read_key(fd)
        if key in ("", CTRL_D):
            raise EOFError
        if key == CTRL_C:
            raise KeyboardInterrupt
        return key

    return read


def _read_key(fd: int) -> str:
    """One key and not a byte more, so that what was typed ahead stays for whoever reads next; "" at the end."""
    typed = os.read(fd, 1)
    if typed == b"\x1b":  # an arrow or a function key: Esc, [ or O, and the rest up to a letter or a tilde
        while _more(fd) and not re.fullmatch(rb"\x1b(\[[0-?]*[@-~]|O.|[^\[O])", typed, re.DOTALL):
            typed += os.read(fd, 1)
    elif typed and typed[0] >= 0xC0:  # UTF-8 says in its first byte how many follow
        typed += os.read(fd, 1 + (typed[0] >= 0xE0) + (typed[0] >= 0xF0))
    return typed.decode(errors="replace")


def _more(fd: int) -> bool:
    return bool(select.select([fd], [], [], 0)[0])
