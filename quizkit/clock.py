"""The only reader of the wall clock. `QUIZKIT_NOW` (an ISO instant) stands still at that time, for tests and demos."""

from __future__ import annotations

import os
from datetime import UTC, datetime

from quizkit.errors import UsageError


def now() -> datetime:
    """The present instant in UTC, or the one that `QUIZKIT_NOW` names; raises UsageError if that is no instant."""
    fixed = os.environ.get("QUIZKIT_NOW")
    if not fixed:
        return datetime.now(UTC)
    try:
        instant = datetime.fromisoformat(fixed)
    except ValueError as error:
        raise UsageError(
            f"QUIZKIT_NOW is not an instant: {fixed!r}", "write it as 2026-03-01T09:00:00+00:00, or unset it"
        ) from error
    return instant.astimezone(UTC) if instant.tzinfo else instant.replace(tzinfo=UTC)
