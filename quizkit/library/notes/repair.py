"""Damaged text in notes: UTF-8 that some program once read as Windows-1252 or as Mac Roman, so that `é` became `Ã©`.

Each line is judged on its own. The damage is undone only if every character of the line goes back to the bytes that it
came from and those are strict UTF-8; a line with one correct `é` fails that, and is left as it is. What two honest
characters could also mean by accident (`∆µ`, `CAFÉ…`) is left alone too, unless it looks like damage.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

CODECS = ("sloppy-windows-1252", "mac_roman")
DEEPEST = 3  # times that a text was damaged anew, each time read wrongly and saved again
FOREIGN_WORD = re.compile(r"[^\x00-\x7f]{3}")  # no three neighbours are spelt in UTF-8 by chance


@dataclass(frozen=True)
class Repair:
    """One line that was damaged, as it was and as it reads now; lines count from 1."""

    line: int
    before: str
    after: str


def decode(data: bytes) -> tuple[str, str]:
    """The text of a note with plain newlines and without byte order mark, and a notice (or "") for the reader."""
    try:
        text, notice = data.decode("utf-8-sig"), ""
    except UnicodeDecodeError as error:
        import ftfy.bad_codecs  # noqa: F401 (importing it registers the codec)

        line = data.count(b"\n", 0, error.start) + 1
        text, notice = data.decode(CODECS[0]), f"line {line} is not UTF-8: the note was read as Windows-1252"
    return text.replace("\r\n", "\n").replace("\r", "\n"), notice


def repair(text: str) -> tuple[str, list[Repair]]:
    """The text with every damaged line restored, and what was changed."""
    if text.isascii():
        return text, []
    lines = text.split("\n")
    repairs = []
    for number, line in enumerate(lines, start=1):
        if (after := _restored(line)) != line:
            repairs.append(Repair(number, line, after))
            lines[number - 1] = after
    return "\n".join(lines).removeprefix("\ufeff"), repairs


def _restored(line: str) -> str:
    for _ in range(DEEPEST):
        before = line
        line = next((after for codec in CODECS if (after := _undone(before, codec)) is not None), before)
        if line == before:
            break
    return line


def _undone(line: str, codec: str) -> str | None:
    """The line before `codec` damaged it; None if it cannot be, or need not be, damaged."""
    if line.isascii():
        return None
    import ftfy.bad_codecs  # noqa: F401 (importing it registers the codec)

    try:
        after = line.encode(codec).decode("utf-8")
        sound = after.encode("utf-8").decode(codec) == line
    except UnicodeError:
        return None
    return after if sound and _is_sane(line, after) else None


def _is_sane(before: str, after: str) -> bool:
    """Whether `after` is what someone wrote: `before` looks damaged, or the bytes fit too well for chance."""
    from ftfy.badness import is_bad

    found = [character for character in after if not character.isascii()]
    if any(unicodedata.category(character) in ("Cc", "Cn", "Co") for character in found):
        return False
    symbols = [character for character in found if character > "\u07ff" and unicodedata.category(character)[0] in "SP"]
    return bool(symbols) or bool(FOREIGN_WORD.search(after)) or is_bad(before)
