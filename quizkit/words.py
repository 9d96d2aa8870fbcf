"""Words about words: counts, capitals, and the known word that a mistyped one was meant to be."""

from __future__ import annotations

from collections.abc import Iterable

FIRST_RIGHT, NEAR = 0.6, 0.75  # likeness from 0 to 1; people seldom mistype the first letter


def plural(count: int | str, what: str) -> str:
    """`1 answer`, `2 answers`, `2.5 months`."""
    return f"{count} {inflected(what, count)}"


def inflected(what: str, count: int | str) -> str:
    """The noun alone: `answer` for one, else `answers`."""
    return what if str(count) == "1" else f"{what}s"


def capital(text: str) -> str:
    """The text with a capital at its beginning, the rest as it is."""
    return text[:1].upper() + text[1:]


def near(word: str, known: Iterable[str]) -> str:
    """The known word that this one is most like, "" if it is like none of them."""
    from difflib import get_close_matches

    word, words = word.lower(), list(known)
    begin_alike = [one for one in words if one[:1] == word[:1]]
    likely = get_close_matches(word, words, 1, NEAR) or get_close_matches(word, begin_alike, 1, FIRST_RIGHT)
    return likely[0] if likely else ""


def did_you_mean(word: str, known: Iterable[str], otherwise: str | None = None) -> str:
    """A hint that names the nearest known word; if none is near, `otherwise`, or by default all known words."""
    words = list(dict.fromkeys(known))
    if likely := near(word, words):
        return f"did you mean `{likely}`?"
    if otherwise is not None:
        return otherwise
    return f"known: {', '.join(words)}" if words else "there are none"
