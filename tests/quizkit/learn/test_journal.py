"""The journal: facts in order, each durable by itself, and never lost to damage, a full disk or a newer version."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from quizkit.errors import QuizkitError
from quizkit.home import Home
from quizkit.learn.journal import KINDS, Journal, open_journal
from quizkit.learn.storage import VERSION


def test_a_fact_of_no_known_kind_is_refused(journal: Journal) -> None:
    with pytest.raises(ValueError, match="'reveiw'"):
        journal.append("reveiw", "ack-1", {})
    assert journal.facts() == []


def test_a_fact_says_what_happened_when_to_what(journal: Journal) -> None:
    fact = journal.append("review", "modes-three", {"rating": "good", "said": "größer"}, "abc")
    assert fact == ("fact-1", datetime(2026, 3, 1, 9, tzinfo=UTC), "review", "modes-three", "abc", fact.payload)
    assert journal.facts() == [fact]


def test_facts_come_in_order_by_kind_and_subject(journal: Journal) -> None:
    for kind, subject in (("review", "b"), ("nudge", "a"), ("review", "a"), ("review", "b")):
        journal.append(kind, subject, {})
    assert [fact.id for fact in journal.facts("review")] == ["fact-1", "fact-3", "fact-4"]
    assert [fact.id for fact in journal.facts(subject="a")] == ["fact-2", "fact-3"]
    assert [fact.id for fact in journal.facts("review", "b")] == ["fact-1", "fact-4"]


def test_another_process_sees_a_fact_as_soon_as_it_is_appended(home: Home, journal: Journal) -> None:
    journal.append("review", "a", {})
    with open_journal(home) as other:
        other.append("review", "b", {})
        assert [fact.subject for fact in other.facts()] == ["a", "b"]
    assert [fact.subject for fact in journal.facts()] == ["a", "b"]


def test_every_commit_is_synced_to_the_disk(journal: Journal) -> None:
    assert journal.execute("PRAGMA journal_mode") == [("wal",)]
    assert journal.execute("PRAGMA synchronous") == [(2,)]  # FULL


def test_a_transaction_keeps_all_or_nothing(journal: Journal) -> None:
    def fail_half_way() -> None:
        with journal.transaction():
            journal.append("review", "a", {})
            raise InterruptedError

    with pytest.raises(InterruptedError):
        fail_half_way()
    with journal.transaction():
        journal.append("review", "b", {})
        journal.append("review", "c", {})
    assert [fact.subject for fact in journal.facts()] == ["b", "c"]


@pytest.mark.parametrize("change", ["UPDATE fact SET at = ''", "DELETE FROM fact"])
def test_facts_are_never_changed(home: Home, journal: Journal, change: str) -> None:
    journal.append("review", "a", {})
    with closing(sqlite3.connect(home.journal)) as other, pytest.raises(sqlite3.IntegrityError, match="append-only"):
        other.execute(change)


def test_the_last_fact_before_an_instant(journal: Journal, set_now: Callable[[str], None]) -> None:
    journal.append("review", "a", {})
    set_now("2026-03-01T09:00:01+00:00")
    journal.append("review", "a", {})
    journal.append("nudge", "a", {})
    assert journal.last_before("review", datetime(2026, 3, 1, 9, 0, 1, tzinfo=UTC)) == datetime(2026, 3, 1, 9, tzinfo=UTC)
    assert journal.last_before("review", datetime(2026, 3, 1, 9, tzinfo=UTC)) is None


def test_every_kind_has_a_meaning() -> None:
    assert {"review", "undo", "nudge", "prediction", "attempt", "progress", "mock"} <= set(KINDS)


def overwrite(path: Path) -> None:
    path.write_bytes(b"these are my notes, not a database " * 200)


def cut_short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:5000])


def scribble_over_pages(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:4096] + b"\x5a" * (path.stat().st_size - 4096))


def put_another_programs_database(path: Path) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE bookmarks (url)")


@pytest.mark.parametrize("damage", [overwrite, cut_short, scribble_over_pages, put_another_programs_database])
def test_a_damaged_journal_is_set_aside_and_told(
    home: Home, capsys: pytest.CaptureFixture[str], damage: Callable[[Path], None]
) -> None:
    with open_journal(home) as journal:
        for number in range(100):
            journal.append("review", f"card-{number}", {})
    damage(home.journal)
    damaged = home.journal.read_bytes()
    with open_journal(home) as fresh:
        assert fresh.facts() == []
        fresh.append("review", "a", {})
    kept = home.data / "journal-damaged-20260301T090000.sqlite3"
    assert kept.read_bytes() == damaged
    assert f"it is kept as {kept}" in capsys.readouterr().err


def test_a_second_damaged_journal_does_not_overwrite_the_first(home: Home) -> None:
    for content in (b"first", b"second"):
        home.data.mkdir(parents=True, exist_ok=True)
        home.journal.write_bytes(content * 1000)
        open_journal(home).close()
    kept = sorted(path.read_bytes()[:5] for path in home.data.glob("journal-damaged-*"))
    assert kept == [b"first", b"secon"]


def test_damage_found_at_work_is_set_aside_too(home: Home) -> None:
    with open_journal(home) as journal:
        for number in range(500):
            journal.append("review", f"card-{number}", {})
    with open_journal(home) as journal:
        with home.journal.open("r+b") as file:
            file.seek(4096)
            file.write(b"\x5a" * 40_000)
        journal.execute("PRAGMA shrink_memory")  # or SQLite answers from its cache
        with pytest.raises(QuizkitError, match=r"is damaged .* kept as"):
            journal.facts()
    assert len(list(home.data.glob("journal-damaged-*.sqlite3"))) == 1
    with open_journal(home) as fresh:
        assert fresh.facts() == []


def test_a_newer_journal_is_refused_and_left_alone(home: Home) -> None:
    with open_journal(home) as journal:
        journal.append("review", "a", {})
        journal.execute(f"PRAGMA user_version = {VERSION + 1}")
    with pytest.raises(QuizkitError, match="written by a newer quizkit") as caught:
        open_journal(home)
    assert "upgrade quizkit" in caught.value.hint
    assert sorted(path.name for path in home.data.iterdir()) == ["journal.sqlite3"]


def test_a_full_disk_names_the_file_and_the_next_step(home: Home, journal: Journal) -> None:
    ((pages,),) = journal.execute("PRAGMA page_count")
    journal.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(QuizkitError, match="the disk is full") as caught:
        journal.append("review", "a", {"note": "x" * 100_000})
    assert (str(home.journal) in caught.value.message, caught.value.hint) == (True, "free some space")
    assert journal.facts() == []


def test_a_read_only_journal_names_the_file_and_the_next_step(home: Home, journal: Journal) -> None:
    journal.execute("PRAGMA query_only = ON")
    with pytest.raises(QuizkitError, match="read-only") as caught:
        journal.append("review", "a", {})
    assert "QUIZKIT_HOME" in caught.value.hint


def test_a_folder_that_cannot_be_made_is_an_error_of_ours(home: Home) -> None:
    home.data.parent.mkdir()
    home.data.write_text("a file stands where the folder should")
    with pytest.raises(QuizkitError, match="cannot create the folder"):
        open_journal(home)


def test_a_writer_that_waits_in_vain_says_who_is_in_the_way(home: Home, journal: Journal) -> None:
    journal.execute("PRAGMA busy_timeout = 0")
    with closing(sqlite3.connect(home.journal, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(QuizkitError, match="another quizkit is writing"):
            journal.append("review", "a", {})
