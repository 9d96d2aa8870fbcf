"""Text of people inside Markdown: it must look as they wrote it, whatever it means in Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_ANYWHERE = re.compile(r"[\\`*\[\]~$]|<(?=[A-Za-z/!?])|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])|&(?=#?\w+;)")
_AT_THE_START = re.compile(r"^(?:([-+#=|:>])|(\d+)([.)])(?=\s|$))")


def escaped(text: str) -> str:
    """The words in one line, with everything that Markdown would take for markup made harmless."""
    return _escaped_line(" ".join(text.split()))


def quoted_words(text: str) -> str:
    """A person's words as a block quote that keeps their lines."""
    lines = [_escaped_line(line.strip()) for line in text.strip().splitlines()]
    broken = [line + "\\" if line and following else line for line, following in zip(lines, [*lines[1:], ""], strict=True)]
    return quoted("\n".join(broken))


def quoted(markdown: str) -> str:
    """Markdown as a block quote."""
    return "\n".join(f"> {line}".rstrip() for line in markdown.strip().splitlines())


def table(heads: Sequence[str], rows: Iterable[Sequence[str]], numbers: Sequence[int] = ()) -> str:
    """A table of Markdown cells; the columns with these indexes are set flush right."""
    rule = ["--:" if place in numbers else "---" for place in range(len(heads))]
    return "\n".join(f"| {' | '.join(_cell(cell) for cell in row)} |" for row in (heads, rule, *rows))


def _escaped_line(line: str) -> str:
    line = _ANYWHERE.sub(lambda found: "\\" + found[0], line)
    return _AT_THE_START.sub(lambda found: f"{found[2] or ''}\\{found[1] or found[3]}", line)


def _cell(markdown: str) -> str:
    return re.sub(r"(?<!\\)\|", r"\\|", " ".join(markdown.split()))
