"""Commands run on a small library of their own instead of the shipped one."""

from __future__ import annotations

from pathlib import Path

import pytest

from quizkit.home import Home
from quizkit.library import load
from tests.quizkit.builders import write_deck


@pytest.fixture
def two_decks(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Deck acks: ack-1, ack-2, ack-3; deck lag: lag-1. Nothing else."""
    monkeypatch.setattr(load, "find_shipped", lambda: tmp_path / "nothing-shipped")
    write_deck(home, "acks", "ack-1", "ack-2", "ack-3")
    write_deck(home, "lag", "lag-1")
