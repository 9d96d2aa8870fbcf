"""Errors that a person can act on: what is wrong, where, and what to do next."""

from __future__ import annotations

import sys

DONE, FAILURE, USAGE, INTERRUPTED = 0, 1, 2, 130  # exit statuses


class QuizkitError(Exception):
    """Something went wrong that is not the learner's typing: a full disk, broken content, a damaged journal.

    `message` says what and where; `hint` says what to do next. Only `quizkit.cli` turns it into text and a status.
    """

    status = FAILURE

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(QuizkitError):
    """The command line asks for something that does not exist or cannot be."""

    status = USAGE


class Interrupted(QuizkitError):
    """The learner pressed Ctrl-C or Ctrl-D; `message` tells what was kept."""

    status = INTERRUPTED


def tell(line: str, hint: str = "") -> None:
    """Write a line and its hint to stderr; on a terminal in lines of its width, broken between words only."""
    lines = [line, *([f"  hint: {hint}"] if hint else [])]
    if sys.stderr.isatty():
        lines = [_wrapped(one) for one in lines]
    print("\n".join(lines), file=sys.stderr)


def _wrapped(line: str) -> str:
    import shutil
    import textwrap

    width = max(shutil.get_terminal_size().columns, 20)
    return textwrap.fill(line, width, subsequent_indent="    ", break_long_words=False, break_on_hyphens=False)
