"""The learner's folders, and files that are written whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from quizkit.home import Home, find_home, write_whole


def test_one_variable_moves_everything(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("QUIZKIT_HOME", str(tmp_path))
    assert find_home() == Home(data=tmp_path / "data", cache=tmp_path / "cache")


def test_a_file_is_replaced_as_a_whole(tmp_path: Path) -> None:
    file = tmp_path / "note.md"
    for text in ("first\n", "é\r\n"):
        write_whole(file, text)
        assert file.read_bytes() == text.encode()
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize(("text", "error"), [("half \ud800", UnicodeEncodeError), ("whole", OSError)])
def test_a_failure_leaves_nothing_behind(tmp_path: Path, text: str, error: type[Exception]) -> None:
    folder = tmp_path / "taken"  # no file can take the place of a folder
    folder.mkdir()
    with pytest.raises(error):
        write_whole(folder, text)
    assert list(tmp_path.iterdir()) == [folder]


def test_a_failure_keeps_the_old_file(tmp_path: Path) -> None:
    file = tmp_path / "note.md"
    write_whole(file, "old")
    with pytest.raises(UnicodeEncodeError):
        write_whole(file, "new \ud800")
    assert file.read_text() == "old"
