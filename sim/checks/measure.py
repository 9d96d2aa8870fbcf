"""What a measure says: a number with a unit, or that there is none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, NamedTuple

from sim.history import History
from sim.trace import MS, Trace

Number = int | float


class Reading(NamedTuple):
    """A measured value. `at_least`: the measurement ended before the thing that it measures did."""

    value: Number | None
    at_least: bool = False


@dataclass(frozen=True, slots=True)
class Measure:
    """One measured value of one run; None if there was nothing to measure.

    A `reason` says why the value, although true, proves nothing about the attack.
    """

    name: str
    value: Number | None
    unit: str
    at_least: bool = False
    reason: str = ""

    @property
    def text(self) -> str:
        """For people, with three digits that count: "1.41 ms", "351 ms", ">= 9922 ms", "n/a"."""
        if self.value is None:
            return "n/a"
        return f"{'>= ' if self.at_least else ''}{quantity(round(self.value, 2 - _digits(self.value)), self.unit)}"


@dataclass(frozen=True, slots=True)
class MeasureSpec:
    """A quantity that can be measured: `label` is its name for people, `meaning` its definition in a sentence.

    `at_end`: it measures how the replicas stand in the end.
    """

    name: str
    unit: str
    label: str
    meaning: str
    better: Literal["low", "high"]
    take: Callable[[Trace, History], Reading]
    at_end: bool = False


def _digits(value: Number) -> int:
    """How many of the three digits stand before the point, less one: 0 for 1.41, 2 for 351 and all that is larger."""
    return sum(value >= bound for bound in (10, 100))


def quantity(value: Number, unit: str) -> str:
    """A number with its unit, without an exponent or idle zeros: "1.4 ms", "5000 ms"."""
    return f"{value:.3f}".rstrip("0").rstrip(".") + (f" {unit}" if unit else "")


def to_ms(microseconds: int) -> float:
    """Milliseconds, exact to the microsecond."""
    return round(microseconds / MS, 3)
