"""The learner's days: local ones that begin at four in the morning, so that a late evening still counts as today."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, tzinfo

STARTS_AT = time(4)


def local_day(instant: datetime, tz: tzinfo | None = None) -> date:
    """The learner's day at this instant; `tz` None is the machine's time zone."""
    local = instant.astimezone(tz)
    return local.date() - timedelta(days=local.time() < STARTS_AT)


def day_start(day: date, tz: tzinfo | None = None) -> datetime:
    """When that day begins, as an instant in UTC."""
    return datetime.combine(day, STARTS_AT, tz).astimezone(UTC)


def streak(last_before: Callable[[datetime], datetime | None], at: datetime, tz: tzinfo | None = None) -> int:
    """How many days in a row something was done; a today without it does not break the row before the day is over.

    `last_before` tells when it was done last before an instant.
    """
    days = 0
    expected = local_day(at, tz)
    done = last_before(at + timedelta(microseconds=1))
    if done and local_day(done, tz) < expected:
        expected -= timedelta(days=1)
    while done and local_day(done, tz) >= expected:
        days += 1
        done = last_before(day_start(expected, tz))
        expected -= timedelta(days=1)
    return days
