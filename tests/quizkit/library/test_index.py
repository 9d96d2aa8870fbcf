"""The compiled index: fresh after every change, and never the cause of an error."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from quizkit.home import Home
from quizkit.library import compile as compiling
from quizkit.library import index, load
from quizkit.library.load import load_library
from tests.quizkit.library.samples import DECK, SCENARIO, changed, write


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that were compiled, in order."""
    names: list[str] = []
    real = compiling.compile_file

    def counting(data: bytes, file: str) -> Any:
        names.append(Path(file).name)
        return real(data, file)

    monkeypatch.setattr(compiling, "compile_file", counting)
    return names


@pytest.fixture
def content(shipped: Path, home: Home, compiled: list[str]) -> Path:
    """Content that is loaded and indexed."""
    write(shipped, DECK, SCENARIO)
    load_library(home)
    compiled.clear()
    return shipped


def test_what_comes_from_the_index_is_what_was_compiled(content: Path, home: Home, compiled: list[str]) -> None:
    from_index = load_library(home)
    home.index.unlink()
    assert compiled == []
    assert load_library(home) == from_index
    assert compiled == ["acks.yaml", "async-trap.yaml"]


def test_an_index_that_is_current_is_not_written_again(content: Path, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load, "write_index", lambda *_: pytest.fail("written"))
    load_library(home)


def test_only_the_changed_file_is_compiled_again(content: Path, home: Home, compiled: list[str]) -> None:
    write(content, deck=changed(DECK, "At once.", "Immediately."))
    assert load_library(home)[0].cards["ack-async"].a == "Immediately."
    load_library(home)
    assert compiled == ["acks.yaml"]


def test_a_change_that_keeps_the_length_is_seen(content: Path, home: Home) -> None:
    file = content / "decks" / "acks.yaml"
    before = file.stat()
    write(content, deck=changed(DECK, "At once.", "At ones."))
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns + 1))
    assert load_library(home)[0].cards["ack-async"].a == "At ones."


def test_a_touched_file_is_not_compiled_again(content: Path, home: Home, compiled: list[str]) -> None:
    os.utime(content / "decks" / "acks.yaml", ns=(1, 1))
    load_library(home)
    assert compiled == []
    assert index.read_index(home.index)[str(content / "decks" / "acks.yaml")].stamp[0] == 1


def test_added_and_removed_files_are_seen(content: Path, home: Home, compiled: list[str]) -> None:
    (content / "scenarios" / "async-trap.yaml").unlink()
    write(home.content, scenario=changed(SCENARIO, "id: async-trap", "id: mine"))
    assert list(load_library(home)[0].scenarios) == ["mine"]
    assert compiled == ["async-trap.yaml"]
    assert len(index.read_index(home.index)) == 2


@pytest.mark.parametrize(
    "damage",
    [b"", b"{", b"[]", b"\xff\xfe", b"{}", b'{"format": 1}'],
    ids=["empty", "cut", "list", "bytes", "no keys", "few keys"],
)
def test_a_damaged_index_is_written_anew(content: Path, home: Home, compiled: list[str], damage: bytes) -> None:
    home.index.write_bytes(damage)
    assert len(load_library(home)[0].cards) == 2
    assert compiled == ["acks.yaml", "async-trap.yaml"]
    assert len(index.read_index(home.index)) == 2


def test_an_index_with_a_record_of_another_shape_is_written_anew(content: Path, home: Home, compiled: list[str]) -> None:
    raw = json.loads(home.index.read_text())
    next(iter(raw["files"].values()))["content"]["cards"]["ack-async"].pop("level")
    home.index.write_text(json.dumps(raw))
    assert load_library(home)[0].cards["ack-async"].level == 2
    assert compiled == ["acks.yaml", "async-trap.yaml"]


@pytest.mark.parametrize("what", ["FORMAT", "version"])
def test_an_index_of_another_version_is_not_used(
    content: Path, home: Home, compiled: list[str], monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    if what == "FORMAT":
        monkeypatch.setattr(index, "FORMAT", index.FORMAT + 1)
    else:
        monkeypatch.setattr("quizkit.__version__", "0.0.0")
    load_library(home)
    assert compiled == ["acks.yaml", "async-trap.yaml"]


def test_a_cache_that_cannot_be_written_is_no_error(shipped: Path, home: Home) -> None:
    write(shipped, deck=DECK)
    home.cache.parent.mkdir(parents=True)
    home.cache.write_text("a file where the folder should be")
    assert len(load_library(home)[0].cards) == 2
    assert home.cache.is_file()


def test_a_crash_while_writing_leaves_the_old_index(content: Path, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    before = home.index.read_bytes()

    def full(*args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    write(content, deck=changed(DECK, "At once.", "Immediately."))
    assert load_library(home)[0].cards["ack-async"].a == "Immediately."
    assert home.index.read_bytes() == before
    assert [file.name for file in home.cache.iterdir()] == [home.index.name]
