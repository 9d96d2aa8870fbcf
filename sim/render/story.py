"""What happened, as numbered sentences: the decisive events in the order of time, then what came of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

from sim.checks.finding import Finding
from sim.checks.measure import Measure
from sim.history import History
from sim.render import happenings, outcomes, words
from sim.render.case import Case
from sim.trace import Trace

MOST_OF_A_KIND = 3  # sentences made from one template; a run that repeats itself is not retold


class Sentence(NamedTuple):
    """One sentence: the instant it tells of (us), its text, and the numbers of the events behind it."""

    at: int
    text: str
    events: tuple[int, ...]


def tell(trace: Trace, history: History, findings: Mapping[str, Finding], measures: Mapping[str, Measure]) -> list[Sentence]:
    """The story of a run: what struck it, what followed, and why promises were kept or broken. Steady state is not told."""
    case = Case(trace, history, findings)
    told = _happenings(case)
    end = max([trace.healed_at, *(sentence.at for sentence in told[-1:])])
    told += [
        Sentence(end, words.capital(text), tuple(sorted(set(events))))
        for outcome in outcomes.ALL
        for text, events in outcome(case, measures)
    ]
    primed = words.PRIMED.search(" ".join(sentence.text for sentence in told))
    if primed:
        told.append(Sentence(told[-1].at, f"A prime, as in {primed[0]}, marks a log index that was used a second time.", ()))
    return told


def _happenings(case: Case) -> list[Sentence]:
    told: list[Sentence] = []
    times: Counter[str] = Counter()
    for number, event in enumerate(case.trace.events):
        for kind, text in happenings.happenings(case, number, event):
            times[kind] += 1
            if times[kind] <= MOST_OF_A_KIND:
                told.append(Sentence(event.at, f"{words.instant(event.at)}: {text}", (number,)))
    return told
