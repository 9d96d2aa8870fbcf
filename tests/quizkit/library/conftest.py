"""A content folder of a test's own, in place of the shipped one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.quizkit.library.samples import ship


@pytest.fixture
def shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that passes for the shipped content."""
    return ship(tmp_path / "shipped", monkeypatch)
