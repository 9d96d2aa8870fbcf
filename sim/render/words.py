"""English for numbers, names and times, as the story and the timeline use them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from sim.trace import MS, Trace

_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_LABEL = re.compile(r"#(\d+)('*)")
PRIMED = re.compile(r"#\d+'+")  # the name of a write that got a used log index
MOST_PARTS = 5  # a longer enumeration is cut short


def number(n: int) -> str:
    """A count, in words up to twelve."""
    return _NUMBERS[n] if n < len(_NUMBERS) else f"{n:,}"


def count(n: int, noun: str, plural: str = "") -> str:
    """A count with its noun: "one write", "three entries"."""
    return f"{number(n)} {noun if n == 1 else plural or noun + 's'}"


def of_them(n: int, whole: int) -> str:
    """How many of some: "none of them", "three of them", "all of them"."""
    return f"{'none' if n == 0 else 'all' if n == whole else number(n)} of them"


def choose(n: int, one: str, many: str) -> str:
    """The form of a word that goes with a count."""
    return one if n == 1 else many


def listing(parts: Sequence[str]) -> str:
    """ "A, B and C"."""
    *most, end = parts or ("nothing",)
    return f"{', '.join(most)} and {end}" if most else end


def clauses(parts: Sequence[str]) -> str:
    """ "it did this, that was so, and all was well": longer parts than a listing's."""
    *most, end = parts
    return f"{', '.join(most)}, and {end}" if most else end


def capital(text: str) -> str:
    """The text as a sentence begins; a client or a label keeps its own way of writing."""
    return text if re.match(r"c\d", text) else text[:1].upper() + text[1:]


def instant(us: int) -> str:
    """A point in time: "41.9 ms"."""
    return f"{us / MS:.1f} ms"


def duration(us: int) -> str:
    """A length of time, as exact as a reader cares for: "0.4 ms", "3.8 ms", "361 ms", "10 s"."""
    if us >= 1000 * MS:
        return f"{us / MS / 1000:.1f}".removesuffix(".0") + " s"
    text = f"{us / MS:.0f}" if us >= 10 * MS else f"{us / MS:.1f}".removesuffix(".0")
    return f"{text} ms"


def percent(ppm: int) -> str:
    """A share given in parts in a million: "20 %", "0.05 %"."""
    return f"{ppm / 10_000:.4f}".rstrip("0").rstrip(".") + " %"


def ranges(labels: Iterable[str]) -> str:
    """Labels in order, neighbours drawn together: "#3, #5 and #9 to #11"; what has no log index comes last."""
    runs = _runs(sorted(dict.fromkeys(labels), key=_place))
    parts: list[str] = []
    while runs and len(parts) < MOST_PARTS:
        run = runs.pop(0)
        parts += [f"{run[0]} to {run[-1]}"] if len(run) > 2 else run
    left = sum(map(len, runs))
    return listing([*parts, f"{number(left)} more"] if left else parts)


def _runs(labels: Sequence[str]) -> list[list[str]]:
    runs: list[list[str]] = []
    for label in labels:
        primes, index, name = _place(label)
        if runs and not name and _place(runs[-1][-1]) == (primes, index - 1, ""):
            runs[-1].append(label)
        else:
            runs.append([label])
    return runs


def _place(label: str) -> tuple[int, int, str]:
    """Where a label stands in an enumeration: first uses of an index, later uses, names."""
    match = _LABEL.fullmatch(label)
    return (len(match[2]), int(match[1]), "") if match else (99, 0, label)


def machines(trace: Trace, names: Sequence[str]) -> str:
    """Machines as a sentence has them: "A and B", "the controller", "the replicas" if they are many."""
    for everyone, together in ((trace.replicas, "the replicas"), (trace.controllers, "the controllers")):
        if len(names) > 1 and set(names) == set(everyone) and (len(names) > MOST_PARTS or everyone == trace.controllers):
            return together
    return listing([f"the {name}" if trace.controllers == (name,) else name for name in names])


def deciders(trace: Trace, name: str) -> str:
    """Who stands behind what a controller does: itself if it is the only one, else a majority of them; or another machine."""
    return machines(trace, trace.controllers if name in trace.controllers else [name])


def log_up_to(end: int) -> str:
    """A log, by the index up to which it goes."""
    return f"its log up to #{end}" if end else "an empty log"


def groups(trace: Trace, sides: Sequence[Sequence[str]]) -> list[str]:
    """Groups of machines; the last is "all others" if that is what it is, and more than two."""
    named = [machines(trace, side) for side in sides]
    everyone = len(trace.replicas) + len(trace.controllers) + len(trace.clients)
    if len(sides) > 1 and len(sides[-1]) > 2 and sum(map(len, sides)) == everyone:
        named[-1] = "all others"
    return named
