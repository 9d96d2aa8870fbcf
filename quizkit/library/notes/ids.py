"""Ids for what a note holds. History hangs on them, so each depends on its own text alone: not on order or neighbours."""

from __future__ import annotations

import hashlib
import re
import unicodedata

LONGEST = 60
LONGEST_SLUG = 40
HASH = 6  # hexadecimal digits
SAFE = frozenset(" \n?!.,:;'\"()*_`-–—/“”‘’…")  # two questions that differ in these alone are one question


def slug(text: str) -> str:
    """The words of a text in lower-case ASCII with dashes: `Split Brain?` gives `split-brain`; "" if there are none."""
    return "-".join(re.findall("[a-z0-9]+", _folded(text).lower()))


def note_slug(name: str, title: str) -> str:
    """What all ids of a note begin with: the name of its file, or its title if that has no ASCII letters."""
    stem = name.rpartition(".")[0] or name
    short = _cut(slug(stem) or slug(title), LONGEST_SLUG)
    return short or f"note-{_hash(stem)}"


def card_id(prefix: str, question: str) -> str:
    """The id of a card. What the words leave out (`<`, `Σ`, a long end) is told apart by a hash at the end."""
    whole = f"{prefix}-{slug(question)}".rstrip("-")
    lossless = all((one.isascii() and one.isalnum()) or one in SAFE for one in _folded(question))
    if lossless and len(whole) <= LONGEST:
        return whole
    return f"{_cut(whole, LONGEST - HASH - 1)}-{_hash(' '.join(question.split()))}"


def scenario_id(prefix: str, title: str) -> str:
    """The id of a scenario: `leader-and-follower-async-trap`."""
    words = slug(title).removeprefix("the-").removeprefix(prefix).strip("-") or "trap"
    return _cut(f"{prefix}-{words}", LONGEST)


def _cut(text: str, longest: int) -> str:
    """The text, or as many of its words as fit."""
    if len(text) <= longest:
        return text
    return text[: longest + 1].rpartition("-")[0] or text[:longest]


def _folded(text: str) -> str:
    return "".join(one for one in unicodedata.normalize("NFKD", text) if not unicodedata.combining(one))


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:HASH]
