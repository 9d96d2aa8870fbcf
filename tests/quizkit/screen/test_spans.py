"""Lengths of time and instants in words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from quizkit.screen.spans import long_span, short_span, when

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("span", "short", "long"),
    [
        (timedelta(seconds=20), "1m", "1 minute"),
        (timedelta(minutes=1), "1m", "1 minute"),
        (timedelta(minutes=5.5), "6m", "6 minutes"),
        (timedelta(minutes=59.9), "1h", "1 hour"),
        (timedelta(hours=5), "5h", "5 hours"),
        (timedelta(hours=23.9), "1d", "1 day"),
        (timedelta(days=1), "1d", "1 day"),
        (timedelta(days=28), "28d", "28 days"),
        (timedelta(days=30), "1mo", "1 month"),
        (timedelta(days=76), "2.5mo", "2.5 months"),
        (timedelta(days=364), "1y", "1 year"),
        (timedelta(days=800), "2.2y", "2.2 years"),
    ],
)
def test_spans(span: timedelta, short: str, long: str) -> None:
    assert (short_span(span), long_span(span)) == (short, long)


@pytest.mark.parametrize(
    ("hours", "words"),
    [
        (5, "today at 14:00"),
        (-1, "today at 08:00"),
        (18, "today at 03:00"),
        (19, "tomorrow"),
        (-6, "yesterday"),
        (96, "in 4 days"),
        (-48, "2 days ago"),
    ],
)
def test_instants_are_told_by_the_learners_days(hours: int, words: str) -> None:
    assert when(NOW + timedelta(hours=hours), NOW) == words
