"""Lengths of time and instants in words."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo

from quizkit.learn.days import local_day
from quizkit.words import plural

_UNITS = (
    (365.25, "y", "year"),
    (30.44, "mo", "month"),
    (1.0, "d", "day"),
    (1 / 24, "h", "hour"),
    (1 / 1440, "m", "minute"),
)


def short_span(span: timedelta) -> str:
    """A length of time in a few characters: 10m, 4d, 2.5mo."""
    number, short, _ = _in_units(span)
    return f"{number}{short}"


def long_span(span: timedelta) -> str:
    """A length of time in words: 10 minutes, 4 days, 2.5 months."""
    number, _, word = _in_units(span)
    return plural(number, word)


def when(instant: datetime, at: datetime, tz: tzinfo | None = None) -> str:
    """An instant as seen at `at`, by the learner's days: `today at 14:05`, `tomorrow`, `in 4 days`, `2 days ago`."""
    days = (local_day(instant, tz) - local_day(at, tz)).days
    near = {-1: "yesterday", 0: f"today at {instant.astimezone(tz):%H:%M}", 1: "tomorrow"}
    if days in near:
        return near[days]
    span = long_span(timedelta(days=abs(days)))
    return f"in {span}" if days > 0 else f"{span} ago"


def _in_units(span: timedelta) -> tuple[str, str, str]:
    """The number in the largest unit of which there is at least one, that unit in short, and in words."""
    span = max(span, timedelta(minutes=1))
    rounded = ((round(span / timedelta(days=unit[0]), 1 if unit[0] > 1 else 0), *unit[1:]) for unit in _UNITS)
    number, short, word = next(one for one in rounded if one[0] >= 1)
    return f"{number:g}", short, word
