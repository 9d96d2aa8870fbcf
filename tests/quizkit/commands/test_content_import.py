"""`quizkit content import`, from the command line to the learner's content folder."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

from quizkit.commands.content_import import import_note
from quizkit.errors import QuizkitError
from quizkit.home import Home
from quizkit.library.load import load_library
from tests.quizkit.library.notes.fixtures import HERE, NOTES, SEED

Quizkit = Callable[..., Result]


def tree(folder: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    return {str(file.relative_to(folder)): file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()}


def test_the_seed_becomes_content_that_is_loaded(quizkit: Quizkit, home: Home) -> None:
    result = quizkit("content", "import", str(SEED))
    assert result.exit_code == 0
    assert (
        result.stdout
        == f"""\
Deep Dive: Leader and Follower
  3 cards and 1 scenario draft

damaged text, repaired:
  line 1  # ðŸ‘‘ Deep Dive: Leader and Follower
          -> # 👑 Deep Dive: Leader and Follower
  line 29  ### ðŸ›‘ The Trap
           -> ### 🛑 The Trap
  line 35  ### âœ… The Solution
           -> ### ✅ The Solution
  line 101  ## âš¡ Flashcards
            -> ## ⚡ Flashcards

not imported, neither cards nor an interview:
  lines 9-23  The Concept
  lines 41-53  Replication Logs (How it works under the hood)
  lines 57-97  Implementation (Chain Replication Concept)

written:
{home.content}/decks/leader-and-follower.yaml
{home.content}/scenarios/leader-and-follower.yaml

Review the drafts, then set `reviewed: true`.
Until then: quizkit drill --drafts
"""
    )
    library, problems = load_library(home)
    assert [card.reviewed for card in library.cards.values() if card.deck == "leader-and-follower"] == [False] * 3
    assert not library.scenarios["leader-and-follower-async-trap"].reviewed
    assert {problem.severity for problem in problems if "leader-and-follower" in problem.place.file} == {"warning"}


def test_a_second_run_changes_nothing(quizkit: Quizkit, home: Home) -> None:
    quizkit("content", "import", str(SEED))
    before = tree(home.content)
    result = quizkit("content", "import", str(SEED))
    assert tree(home.content) == before
    assert f"unchanged:\n{home.content}/decks" in result.stdout
    assert "written" not in result.stdout


def test_json(quizkit: Quizkit, tmp_path: Path) -> None:
    arguments = ("content", "import", str(HERE / "lists.md"), "--out", str(tmp_path / "out"), "--json")
    report = json.loads(quizkit(*arguments).stdout)
    assert (report["note"], report["title"], report["cards"], report["scenarios"]) == ("lists.md", "Quorum Reads", 4, 1)
    assert report["not_understood"][0] == {
        "line": 7,
        "text": "People stumble here.",
        "why": "stands before any part of the trap",
    }
    assert report["files"] == [
        {"path": str(tmp_path / "out/decks/lists.yaml"), "state": "written"},
        {"path": str(tmp_path / "out/scenarios/lists.yaml"), "state": "written"},
    ]
    assert {file["state"] for file in json.loads(quizkit(*arguments).stdout)["files"]} == {"unchanged"}
    repairs = json.loads(quizkit("content", "import", str(SEED), "--json").stdout)["repairs"]
    assert repairs[3] == {"line": 101, "before": "## âš¡ Flashcards", "after": "## ⚡ Flashcards"}


def test_a_dry_run_writes_nothing(quizkit: Quizkit, tmp_path: Path) -> None:
    result = quizkit("content", "import", str(SEED), "--dry-run", "--out", str(tmp_path / "out"))
    assert result.exit_code == 0
    assert "would be written:\n" in result.stdout
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("note", NOTES, ids=lambda file: file.stem)
def test_sixty_columns_are_enough(quizkit: Quizkit, monkeypatch: pytest.MonkeyPatch, note: Path, tmp_path: Path) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    lines = quizkit("content", "import", str(note), "--out", str(tmp_path)).stdout.splitlines()
    assert [line for line in lines if len(line) > 60 and not line.startswith(str(tmp_path))] == []


def test_control_characters_of_a_note_do_not_reach_the_terminal(quizkit: Quizkit, tmp_path: Path) -> None:
    note = tmp_path / "n.md"
    note.write_text("# \x1b[2J T\n\n## Flashcards\n\x1b]0;x\x07\n")
    result = quizkit("content", "import", str(note))
    assert "\x1b" not in result.stdout
    assert "line 4  �]0;x�" in result.stdout


def test_a_note_that_holds_nothing_says_what_cards_look_like(quizkit: Quizkit, tmp_path: Path) -> None:
    note = tmp_path / "n.md"
    note.write_bytes("# Café\n".encode("latin-1"))
    result = quizkit("content", "import", str(note))
    assert result.exit_code == 0
    assert result.stdout == (
        "Café\n  0 cards and 0 scenario drafts\n  line 1 is not UTF-8: the note was read as Windows-1252\n\n"
        "Nothing to write: cards look like **Q: ...** and *A: ...* below a heading that\n  says Flashcards\n"
    )


def test_an_edited_draft_is_kept(quizkit_process: Callable[..., subprocess.CompletedProcess[str]], home: Home) -> None:
    assert quizkit_process("content", "import", str(SEED)).returncode == 0
    deck = home.content / "decks/leader-and-follower.yaml"
    deck.write_text(deck.read_text().replace("reviewed: false", "reviewed: true"))
    before = tree(home.content)
    result = quizkit_process("content", "import", str(SEED))
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == (
        f"quizkit: error: {deck} was edited since it was imported, so it stays as it is\n"
        "  hint: import into another folder with --out, or remove the file to have it drafted again\n"
    )
    assert tree(home.content) == before


@pytest.mark.parametrize(
    ("name", "status", "message"),
    [
        ("missing.md", 2, "there is no note {}"),
        (".", 2, "{} is a folder"),
        ("picture.png", 1, "{} is no text file"),
        ("a\0b", 1, "cannot read {}: embedded null byte"),
    ],
)
def test_what_is_no_note(tmp_path: Path, name: str, status: int, message: str) -> None:
    (tmp_path / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n\0\0")
    path = tmp_path / name
    with pytest.raises(QuizkitError) as error:
        import_note(path)
    assert (error.value.status, error.value.message) == (status, message.format(path))
    assert error.value.hint


def test_a_folder_that_cannot_be_written(
    quizkit_process: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    (tmp_path / "out").write_text("a file")
    result = quizkit_process("content", "import", str(SEED), "--out", "out")
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.startswith(f"quizkit: error: cannot read {tmp_path}/out/decks/leader-and-follower.yaml: ")
    assert "hint: " in result.stderr
    assert "QUIZKIT_HOME" not in result.stderr


def test_a_folder_that_cannot_be_made_is_no_matter_of_the_home(quizkit: Quizkit) -> None:
    result = quizkit("content", "import", str(SEED), "--out", "/proc/quizkit")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "cannot create the folder /proc/quizkit/decks" in result.stderr
    assert result.stderr.endswith("  hint: free the place, or choose another folder with --out\n")


def test_drafts_elsewhere_are_not_said_to_be_drilled(quizkit: Quizkit, home: Home, tmp_path: Path) -> None:
    shown = quizkit("content", "import", str(SEED), "--out", str(tmp_path / "out")).stdout
    assert "quizkit drill" not in shown
    assert shown.endswith(f"They are not loaded from there: move them to your content folder, below\n{home.content}\n")


def test_a_note_that_is_named_like_other_content_gets_ids_of_its_own(quizkit: Quizkit, home: Home, tmp_path: Path) -> None:
    shipped = set(load_library(home)[0].decks)
    assert "split-brain" in shipped
    note = tmp_path / "split-brain.md"
    note.write_text("# Split\n\n## Flashcards\n\n- **Q: Why?**\n  *A: Because.*\n")
    runs = [quizkit("content", "import", str(note)).stdout for _ in range(3)]
    assert f"written:\n{home.content}/decks/split-brain-note.yaml\n" in runs[0]
    assert f"unchanged:\n{home.content}/decks/split-brain-note.yaml\n" in runs[1]
    assert runs[1] == runs[2]
    library, problems = load_library(home)
    assert set(library.decks) == shipped | {"split-brain-note"}
    assert "split-brain-note-why" in library.cards
    assert not [problem for problem in problems if "taken" in problem.message]
    other = tmp_path / "other" / "split-brain.md"
    other.parent.mkdir()
    other.write_text(note.read_text().replace("Why", "Who"))
    with pytest.raises(QuizkitError, match="was drafted from another note"):
        import_note(other)
