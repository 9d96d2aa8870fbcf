"""What most tests of quizkit start from."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import pytest

from quizkit.home import Home
from quizkit.learn.journal import Journal, open_journal


@pytest.fixture
def journal(home: Home) -> Iterator[Journal]:
    """The learner's journal, open, its facts called fact-1, fact-2 and so on."""
    numbers = count(1)
    with open_journal(home, lambda: f"fact-{next(numbers)}") as opened:
        yield opened
