"""The little Markdown that notes need: lines that are code, headings, list items, emphasis around a whole text."""

from __future__ import annotations

import re
import unicodedata
from textwrap import dedent
from typing import NamedTuple

from quizkit.library.notes.note import Doubt

HEADING = re.compile(r" {0,3}(#{1,6})(?:\s+(.*?))??(?:\s+#+)?\s*")
BULLET = r"(?:[-*+]|\d{1,9}[.)])"
ITEM = re.compile(rf"(\s*){BULLET}(?:\s+(?:\[[ xX]\]\s+)?|$)")
RULE = re.compile(r" {0,3}([-*_])(?:\s*\1){2,}\s*")
FENCE = re.compile(rf"\s*(?:{BULLET}\s+)?(`{{3,}}(?=[^`]*$)|~{{3,}})")
OPAQUE = re.compile(r"(`+).*?\1|\$\$.*?\$\$|\$(?!\s)[^$\n]+(?<!\s)\$(?!\d)|\\.", re.DOTALL)
NUMBERING = re.compile(r"(?:\d+(?:\.\d+)*[.):]?|[A-Z][.)])\s+(?=\S)")
QUOTES = {'"': '"', "“": "”", "„": "“", "«": "»"}


class Line(NamedTuple):
    """One line of a note. Nothing is looked for in a line of code: it is carried along as it is."""

    number: int
    text: str
    code: bool = False

    @property
    def blank(self) -> bool:
        return not self.text.strip()

    @property
    def indent(self) -> int:
        return len(self.text) - len(self.text.lstrip())


def mark_code(text: str) -> tuple[list[Line], list[Doubt]]:
    """The lines, fenced code marked, comments blank; and the comments. Tabs become spaces, which YAML needs.

    A fence that is never closed makes everything after it code: the lines end before it, and it is listed too.
    """
    lines: list[Line] = []
    doubts: list[Doubt] = []
    texts = [one.expandtabs(4).rstrip() for one in text.rstrip("\n").split("\n")]
    while (first := len(lines)) < len(texts):
        if fence := FENCE.match(texts[first]):
            closing = re.compile(rf"\s*{re.escape(fence[1][0])}{{{len(fence[1])},}}")
            last = next((n for n in range(first + 1, len(texts)) if closing.fullmatch(texts[n])), None)
            if last is None:
                why = f"this code is never closed: lines {first + 1}-{len(texts)} were not read"
                return lines, [*doubts, Doubt(first + 1, texts[first].strip(), why)]
            lines += [Line(n + 1, texts[n], code=True) for n in range(first, last + 1)]
        elif texts[first].lstrip().startswith("<!--"):
            last = next((n for n in range(first, len(texts)) if "-->" in texts[n]), first)
            lines += [Line(n + 1, "") for n in range(first, last + 1)]
            doubts += [Doubt(n + 1, texts[n].strip(), "a comment") for n in range(first, last + 1)]
        else:
            lines.append(Line(first + 1, texts[first]))
    return lines, doubts


def plain(heading: str) -> str:
    """A heading without pictographs, number and emphasis: what it says."""
    kept = "".join(one for one in heading if not _is_picture(one))
    words = " ".join(kept.split())
    return unwrapped(NUMBERING.sub("", words, count=1) if NUMBERING.match(words) else words)


def _is_picture(character: str) -> bool:
    """An emoji, or what joins and colours emoji."""
    if character in "\u200d\u20e3\ufe0e\ufe0f":
        return True
    category = unicodedata.category(character)
    symbol = category == "So" and character > "\u218f"  # below stand ©, ° and ™
    return symbol or (category == "Sk" and character > "\uffff") or category in ("Co", "Cn")


def unwrapped(text: str, marks: tuple[str, ...] = ("***", "**", "__", "*", "_")) -> str:
    """The text without emphasis that stands around all of it: `*so*` gives `so`, `*so* and *so*` stays."""
    for mark in marks:
        inner = text[len(mark) : -len(mark)]
        if inner.strip() and _ends_with(text[::-1], mark) and _ends_with(text, mark) and not _closes_first(inner, mark):
            return unwrapped(inner.strip(), marks)
    return text


def closed(text: str, mark: str) -> tuple[str, str]:
    """Text that follows an opening `mark`, without the mark that closes it, and what stands after that.

    A text that is never closed comes back as it is.
    """
    inner = text[: -len(mark)]
    if mark and _ends_with(text, mark) and not _closes_first(inner, mark):
        return inner, ""
    first = next((at for at in _marks(text, mark) if _closes(text, at, mark)), None) if mark else None
    return (text, "") if first is None else (text[:first], text[first + len(mark) :])


def speech(text: str) -> str:
    """What someone says, without the emphasis and the quotation marks around all of it, or around its first paragraph."""
    text = text.strip()
    if (words := _unquoted(text)) != text:
        return words
    first, gap, rest = text.partition("\n\n")
    return _unquoted(first) + gap + rest


def _unquoted(text: str) -> str:
    inside = unwrapped(text)
    end = QUOTES.get(inside[:1])
    words = inside[1:-1]
    if end and len(inside) > 2 and inside.endswith(end) and inside[0] not in words and end not in words:
        return unwrapped(words.strip())
    return inside


def printable(text: str) -> str:
    """The text on one line, without characters that would act on a terminal or break a comment."""
    return "".join(one if one.isprintable() else "�" for one in " ".join(text.split()))


def joined(lines: list[str]) -> str:
    """Lines as one text: the first as it is, the others without their common indentation, no blank lines around."""
    head = [line.strip() for line in lines[:1]]
    return "\n".join([*head, *dedent("\n".join(lines[1:])).split("\n")]).strip("\n").rstrip()


def item_text(lines: list[str]) -> str:
    """Lines without their common indentation; if they are one list item, without its bullet too."""
    text = dedent("\n".join(lines)).strip("\n")
    first, *others = text.split("\n")
    item = ITEM.match(first)
    if item and not any(ITEM.match(line) and not line[0].isspace() for line in others):
        return joined([first[item.end() :], *others])
    return text


def _masked(text: str) -> str:
    return OPAQUE.sub(lambda found: "x" * len(found[0]), text)


def _marks(text: str, mark: str) -> list[int]:
    """Where runs of exactly this mark stand, outside code and formulas."""
    one = re.escape(mark[0])
    return [m.start() for m in re.finditer(rf"(?<!{one}){re.escape(mark)}(?!{one})", _masked(text))]


def _ends_with(text: str, mark: str) -> bool:
    """Whether the mark, alone or inside `***`, ends the text."""
    run = len(text) - len(text.rstrip(mark[0]))
    return run in (len(mark), len("***"))


def _closes_first(text: str, mark: str) -> bool:
    """Whether the first mark of the text closes an emphasis that began before the text."""
    first = next((at for at in _marks(text, mark) if _opens(text, at, mark) or _closes(text, at, mark)), None)
    return first is not None and _closes(text, first, mark)


def _opens(text: str, at: int, mark: str) -> bool:
    before, after = text[at - 1 : at], text[at + len(mark) : at + len(mark) + 1]
    return bool(after.strip()) and not before.isalnum()


def _closes(text: str, at: int, mark: str) -> bool:
    before, after = text[at - 1 : at], text[at + len(mark) : at + len(mark) + 1]
    return bool(before.strip()) and not after.isalnum() and not (_opens(text, at, mark) and not after.strip(".,;:!?)"))
