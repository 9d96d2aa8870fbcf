"""Plain text with a little ANSI, for screens that must appear at once: no library is imported for it.

Colour is left out for `NO_COLOR`, a pipe and a dumb terminal; the text says everything without it.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import textwrap
from dataclasses import dataclass
from typing import TextIO

PROSE_WIDTH = 100  # longer lines are hard to read, however wide the terminal is

_INLINE = re.compile(r"(`[^`]+`)|\*\*(\S(?:.*?\S)?)\*\*|(?<![\w*])\*(\S(?:[^*]*?\S)?)\*(?![\w*])", re.DOTALL)
_ITEM = re.compile(r"(\s*)([-*+]|\d+[.)])\s+")


@dataclass(frozen=True)
class Style:
    """How to write to one terminal. `colour`: attributes may be used; `ansi`: the cursor may be moved."""

    width: int
    colour: bool
    ansi: bool

    def bold(self, text: str) -> str:
        return self._sgr("1", text)

    def dim(self, text: str) -> str:
        return self._sgr("2", text)

    def code(self, text: str) -> str:
        return self._sgr("36", text)

    def italic(self, text: str) -> str:
        return self._sgr("3", text)

    def rule(self, left: str, right: str = "") -> str:
        """A line across the screen that carries a title and, at its end, a remark."""
        tail = f" {right} ──" if right else ""
        left = textwrap.shorten(left, max(self.width - len(tail) - 6, 8), placeholder="…")
        return self.bold(f"── {left} ") + self.dim("─" * max(self.width - len(left) - len(tail) - 4, 2) + tail)

    def prose(self, text: str, indent: str = "") -> str:
        """Markdown's paragraphs, lists, code and emphasis as wrapped lines."""
        blocks = [self._inline(block) if wrapped else block for wrapped, block in _blocks(text, self._prose_width, indent)]
        return "\n".join(blocks)

    def rewind(self) -> str:
        """Go back to the start of a line that is still open and empty it, or else start a new one."""
        return "\r\x1b[K" if self.ansi else "\n"

    @property
    def _prose_width(self) -> int:
        return min(self.width, PROSE_WIDTH)

    def _sgr(self, code: str, text: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self.colour and text else text

    def _inline(self, text: str) -> str:
        def styled(match: re.Match[str]) -> str:
            code, strong, emphasis = match.groups()
            if code:
                return self.code(code[1:-1]) if self.colour else code
            return self.bold(strong) if strong else self.italic(emphasis)

        return _INLINE.sub(styled, text)


def terminal_style(stream: TextIO | None = None) -> Style:
    """The style of the terminal behind `stream` (standard output), as its environment asks for it."""
    ansi = (stream or sys.stdout).isatty() and os.environ.get("TERM") != "dumb"
    width = shutil.get_terminal_size().columns
    return Style(width=max(width, 20), colour=ansi and not os.environ.get("NO_COLOR"), ansi=ansi)


def _blocks(text: str, width: int, indent: str) -> list[tuple[bool, str]]:
    """(whether emphasis is to be found in it, lines) for each paragraph, list item, table row and line of code."""
    blocks: list[tuple[bool, str]] = []
    paragraph: list[str] = []
    fenced = False

    def flush() -> None:
        if paragraph:
            blocks.append((True, _wrapped(paragraph, width, indent)))
            paragraph.clear()

    for line in text.strip("\n").splitlines():
        fence = line.lstrip().startswith("```")
        verbatim = fenced or fence or not line.strip() or line.lstrip().startswith("|")
        if verbatim or _ITEM.match(line):
            flush()
        if fence:
            fenced = not fenced
        elif verbatim:
            blocks.append((False, f"{indent}{line}".rstrip()))
        else:
            paragraph.append(line)
    flush()
    return blocks


def _wrapped(lines: list[str], width: int, indent: str) -> str:
    item = _ITEM.match(lines[0])
    hanging = indent + " " * (len(item[0]) if item else 0)
    first = indent + (item[1] if item else "")
    words = " ".join(line.strip() for line in lines)
    return textwrap.fill(
        words, width, initial_indent=first, subsequent_indent=hanging, break_long_words=False, break_on_hyphens=False
    )
