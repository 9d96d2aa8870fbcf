"""The learner's days begin at four in the morning, local time."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from quizkit.learn.days import day_start, local_day, streak

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        ("2026-03-02T02:59:59+00:00", "2026-03-01"),  # 3:59:59 in Berlin
        ("2026-03-02T03:00:00+00:00", "2026-03-02"),
        ("2026-03-02T22:30:00+00:00", "2026-03-02"),
        ("2026-03-29T01:59:59+00:00", "2026-03-28"),  # the clock goes forward that night
        ("2026-03-29T02:00:00+00:00", "2026-03-29"),
    ],
)
def test_a_late_evening_still_counts(instant: str, day: str) -> None:
    assert local_day(datetime.fromisoformat(instant), BERLIN) == date.fromisoformat(day)


def test_a_day_starts_when_it_says() -> None:
    for day in (date(2026, 3, 1), date(2026, 3, 29), date(2026, 10, 25)):
        start = day_start(day, BERLIN)
        assert local_day(start, BERLIN) == day
        assert local_day(start - timedelta(microseconds=1), BERLIN) == day - timedelta(days=1)


def test_without_a_zone_the_machines_own_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    assert day_start(date(2026, 3, 1)) == datetime(2026, 2, 28, 19, tzinfo=UTC)
    assert local_day(datetime(2026, 2, 28, 19, tzinfo=UTC)) == date(2026, 3, 1)


@pytest.mark.parametrize(
    ("days_ago", "expected"),
    [([], 0), ([0], 1), ([1], 1), ([0, 1, 2], 3), ([1, 2], 2), ([2, 3], 0), ([0, 2, 3], 1), ([0, 0.01, 1, 1.2, 3], 2)],
)
def test_a_streak_is_broken_by_a_day_without(days_ago: list[float], expected: int) -> None:
    done = [NOW - timedelta(days=days) for days in days_ago]
    last_before = lambda at: max((instant for instant in done if instant < at), default=None)  # noqa: E731
    assert streak(last_before, NOW, UTC) == expected
