"""What a design is held to: requirements name checks and measures, and are judged by what those found.

lost_acked_writes: 0            # or `holds`; or {max: 3}
unavailable_ms: {max: 5000}
writes_per_s: {min: 100}
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from sim.checks import CHECKS, MEASURES
from sim.checks.finding import Finding
from sim.checks.measure import Measure, Number, quantity
from sim.errors import SetupError, within
from sim.reading import nearest

Bound = Literal["max", "min"]
SIGNS: dict[Bound, str] = {"max": "<=", "min": ">="}


@dataclass(frozen=True, slots=True)
class Requirement:
    """A bound on the count of a check or on the value of a measure."""

    name: str
    kind: Literal["check", "measure"]
    bound: Bound
    limit: Number

    @property
    def label(self) -> str:
        """What is bounded, for people: "acked writes lost", "unavailable"."""
        return label_of(self.name)

    @property
    def required(self) -> str:
        """The bound, for people: "0", "<= 5000 ms"."""
        unit = "" if self.kind == "check" else MEASURES[self.name].unit
        sign = "" if self.kind == "check" and self.limit == 0 else f"{SIGNS[self.bound]} "
        return sign + quantity(self.limit, unit)

    @property
    def text(self) -> str:
        """The whole requirement, for people: "acked writes lost: 0", "unavailable <= 5000 ms"."""
        return f"{self.label}: {self.required}" if self.required[0].isdigit() else f"{self.label} {self.required}"

    @property
    def raw(self) -> Number | dict[str, Number]:
        """The bound as a scenario has it: 0, or {"max": 5000}."""
        return 0 if self.kind == "check" and self.limit == 0 else {self.bound: self.limit}

    def allows(self, value: Number) -> bool:
        """Whether `value` is within the bound."""
        return value <= self.limit if self.bound == "max" else value >= self.limit


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a requirement. `met` and often `measured` are None if the run does not tell; `reason` says why.

    `text` is `measured` for people: "15 ms", or ">= 3000 ms" if the run ended before the thing that it measures did.
    """

    requirement: Requirement
    measured: Number | None
    met: bool | None
    text: str
    reason: str = ""

    @property
    def name(self) -> str:
        """The check or measure that was bounded."""
        return self.requirement.name

    @property
    def is_bound(self) -> bool:
        """Whether `measured` is only a lower bound."""
        return self.text.startswith(SIGNS["min"])

    @property
    def label(self) -> str:
        """What was bounded, for people: "acked writes lost", "unavailable"."""
        return self.requirement.label

    @property
    def required(self) -> str:
        """The bound, for people: "0", "<= 5000 ms"."""
        return self.requirement.required


def label_of(name: str) -> str:
    """What people call this check or measure."""
    return CHECKS[name].label if name in CHECKS else MEASURES[name].label


def read_requirements(raw: object) -> tuple[Requirement, ...]:
    """The requirements of a raw mapping in its order; numbers may be text. Raises SetupError for whatever cannot be."""
    if not isinstance(raw, Mapping):
        raise SetupError("requirements must name checks and measures", "write for example {lost_acked_writes: 0}")
    return tuple(_read_one(str(name), bound) for name, bound in raw.items())


def judge(requirement: Requirement, findings: Mapping[str, Finding], measures: Mapping[str, Measure]) -> Outcome:
    """Hold a requirement against what the checks and measures of a run say."""
    if requirement.kind == "check":
        return _judge_check(requirement, findings.get(requirement.name))
    return _judge_measure(requirement, measures[requirement.name])


def _read_one(name: str, raw: object) -> Requirement:
    with within(name):
        if name in CHECKS:
            return _read_check(name, raw)
        if name in MEASURES:
            return _read_measure(name, raw)
        raise SetupError(f"there is no check or measure named {name}", nearest(name, (*CHECKS, *MEASURES)))


def _read_check(name: str, raw: object) -> Requirement:
    if raw == "holds" or str(raw) == "0":
        return Requirement(name, "check", "max", 0)
    if isinstance(raw, Mapping):
        bound, limit = _read_bound(raw)
        if bound == "max" and isinstance(limit, int):
            return Requirement(name, "check", bound, limit)
    raise SetupError(f"{name} cannot be required to be {_show(raw)}", "write 0, holds, or {max: N} with a whole number")


def _read_measure(name: str, raw: object) -> Requirement:
    if not isinstance(raw, Mapping):
        raise SetupError(f"{name} needs a bound, not {_show(raw)}", "write {max: N} or {min: N}")
    return Requirement(name, "measure", *_read_bound(raw))


def _read_bound(raw: Mapping[object, object]) -> tuple[Bound, Number]:
    if len(raw) == 1:
        for bound in SIGNS:
            if bound in raw:
                with within(bound):
                    return bound, _read_number(raw[bound])
    raise SetupError(f"{_show(raw)} is not a bound", "write {max: N} or {min: N}")


def _read_number(raw: object) -> Number:
    """A plain decimal number that is not negative, or its text."""
    text = str(raw)
    if isinstance(raw, str | int | float) and re.fullmatch(r"[0-9]+(\.[0-9]+)?", text):
        return float(text) if "." in text else int(text)
    raise SetupError(f"{_show(raw)} is not a number", "write a plain number that is not negative, such as 20 or 0.5")


def _show(raw: object) -> str:
    """A raw value as YAML's flow style writes it."""
    if isinstance(raw, Mapping):
        return "{" + ", ".join(f"{key}: {value}" for key, value in raw.items()) + "}"
    return str(raw)


def _judge_check(requirement: Requirement, finding: Finding | None) -> Outcome:
    if finding is None:
        return Outcome(requirement, None, None, "n/a", "the check does not apply to this workload")
    if finding.verdict == "unknown":
        return Outcome(requirement, None, None, "unknown", finding.reason)
    met = requirement.allows(finding.count)
    return Outcome(requirement, finding.count, met, str(finding.count), finding.reason)


def _judge_measure(requirement: Requirement, measure: Measure) -> Outcome:
    return Outcome(requirement, measure.value, _settle(requirement, measure), measure.text, measure.reason)


def _settle(requirement: Requirement, measure: Measure) -> bool | None:
    """A value that may be larger still settles the matter only where growing cannot change the answer."""
    if measure.value is None or measure.reason:
        return None
    met = requirement.allows(measure.value)
    settled = met == (requirement.bound == "min")
    return None if measure.at_least and not settled else met
