"""What the journal keeps."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple


class Fact(NamedTuple):
    """Something that happened. `at` is an instant in UTC; `version` the content's hash at that time, or ""."""

    id: str
    at: datetime
    kind: str
    subject: str
    version: str
    payload: dict[str, Any]
