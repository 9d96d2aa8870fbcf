"""A draft is replaced only while it is as the import left it."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import pytest

from quizkit.errors import QuizkitError
from quizkit.library.notes.note import Note
from quizkit.library.notes.save import save

NOTE = Note("n.md", "Title")
PATH = PurePosixPath("decks/n.yaml")


def test_first_written_then_unchanged(tmp_path: Path) -> None:
    file = tmp_path / "decks/n.yaml"
    assert save({PATH: "a: b\n"}, NOTE, tmp_path) == {file: "written"}
    before = file.read_bytes()
    assert save({PATH: "a: b\n"}, NOTE, tmp_path) == {file: "unchanged"}
    assert file.read_bytes() == before
    assert [one.name for one in file.parent.iterdir()] == ["n.yaml"]


def test_a_changed_note_replaces_an_untouched_draft(tmp_path: Path) -> None:
    save({PATH: "a: b\n"}, NOTE, tmp_path)
    assert save({PATH: "a: c\n"}, NOTE, tmp_path) == {tmp_path / "decks/n.yaml": "written"}
    assert (tmp_path / "decks/n.yaml").read_text().endswith("\na: c\n")


def test_other_newlines_are_no_edit(tmp_path: Path) -> None:
    save({PATH: "a: b\n"}, NOTE, tmp_path)
    file = tmp_path / "decks/n.yaml"
    file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    assert save({PATH: "a: b\n"}, NOTE, tmp_path) == {file: "unchanged"}


@pytest.mark.parametrize(
    "edit", [lambda text: text.replace("b", "x"), lambda text: text.partition("\n")[2], lambda _: "\udcff"]
)
def test_an_edited_draft_stays_and_nothing_is_written(tmp_path: Path, edit: object) -> None:
    assert callable(edit)
    save({PATH: "a: b\n"}, NOTE, tmp_path)
    file = tmp_path / "decks/n.yaml"
    file.write_bytes(edit(file.read_text()).encode(errors="surrogateescape"))
    before = file.read_bytes()
    other = PurePosixPath("cards/n.yaml")
    with pytest.raises(QuizkitError, match=r"n\.yaml was edited since it was imported, so it stays as it is") as error:
        save({other: "a: c\n", PATH: "a: c\n"}, NOTE, tmp_path)
    assert "--out" in error.value.hint
    assert "remove the file" in error.value.hint
    assert file.read_bytes() == before
    assert not (tmp_path / other).exists()


def test_another_note_of_the_same_name_is_not_replaced(tmp_path: Path) -> None:
    save({PATH: "a: b\n"}, NOTE, tmp_path)
    with pytest.raises(QuizkitError, match=r"was drafted from another note, n\.md \(Title\)"):
        save({PATH: "a: c\n"}, Note("n.md", "Another\x1b title"), tmp_path)


def test_a_dry_run_writes_nothing(tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert save({PATH: "a: b\n"}, NOTE, out, dry_run=True) == {out / PATH: "would be written"}
    assert not out.exists()


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "decks").write_text("a file")
    with pytest.raises(QuizkitError, match="decks"):
        save({PATH: "a: b\n"}, NOTE, tmp_path)
    (tmp_path / "out/decks/n.yaml").mkdir(parents=True)
    with pytest.raises(QuizkitError, match=r"cannot read .*Is a directory"):
        save({PATH: "a: b\n"}, NOTE, tmp_path / "out")


def test_a_note_of_the_same_name_and_title_in_another_folder_is_another_note(tmp_path: Path) -> None:
    here, there = Note("n.md", "Title", folder="/here"), Note("n.md", "Title", folder="/there")
    save({PATH: "a: b\n"}, here, tmp_path)
    before = (tmp_path / PATH).read_bytes()
    with pytest.raises(QuizkitError, match=r"was drafted from another note, n\.md \(Title\) in /here"):
        save({PATH: "a: c\n"}, there, tmp_path)
    assert (tmp_path / PATH).read_bytes() == before
    assert save({PATH: "a: b\n"}, there, tmp_path) == {tmp_path / PATH: "unchanged"}  # the same note, moved
    assert save({PATH: "a: c\n"}, here, tmp_path) == {tmp_path / PATH: "written"}
