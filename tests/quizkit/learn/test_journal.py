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
    fact = journal.append("choice", "modes-three", {"rating": "good", "said": "größer"}, "abc")
    assert fact == ("fact-1", datetime(2026, 3, 1, 9, tzinfo=UTC), "choice", "modes-three", "abc", fact.payload)
    assert journal.facts() == [fact]


def test_facts_come_in_order_by_kind_and_subject(journal: Journal) -> None:
    for kind, subject in (("choice", "b"), ("grade", "a"), ("choice", "a"), ("choice", "b")):
        journal.append(kind, subject, {})
    assert [fact.id for fact in journal.facts("choice")] == ["fact-1", "fact-3", "fact-4"]
    assert [fact.id for fact in journal.facts(subject="a")] == ["fact-2", "fact-3"]
    assert [fact.id for fact in journal.facts("choice", "b")] == ["fact-1", "fact-4"]


def test_another_process_sees_a_fact_as_soon_as_it_is_appended(home: Home, journal: Journal) -> None:
    journal.append("choice", "a", {})
    with open_journal(home) as other:
        other.append("choice", "b", {})
        assert [fact.subject for fact in other.facts()] == ["a", "b"]
    assert [fact.subject for fact in journal.facts()] == ["a", "b"]


def test_every_commit_is_synced_to_the_disk(journal: Journal) -> None:
    assert journal.execute("PRAGMA journal_mode") == [("wal",)]
    assert journal.execute("PRAGMA synchronous") == [(2,)]  # FULL


def test_a_transaction_keeps_all_or_nothing(journal: Journal) -> None:
    def fail_half_way() -> None:
        with journal.transaction():
            journal.append("choice", "a", {})
            raise InterruptedError

    with pytest.raises(InterruptedError):
        fail_half_way()
    with journal.transaction():
        journal.append("choice", "b", {})
        journal.append("choice", "c", {})
    assert [fact.subject for fact in journal.facts()] == ["b", "c"]


@pytest.mark.parametrize("change", ["UPDATE fact SET at = ''", "DELETE FROM fact"])
def test_facts_are_never_changed(home: Home, journal: Journal, change: str) -> None:
    journal.append("choice", "a", {})
    with closing(sqlite3.connect(home.journal)) as other, pytest.raises(sqlite3.IntegrityError, match="append-only"):
        other.execute(change)


ROW = "INSERT INTO fact (id, at, kind, subject, version, payload) VALUES (:id, :at, :kind, 'a', '', :payload)"
AT = "2026-03-01T09:00:00.000000+00:00"


@pytest.mark.parametrize(
    ("kind", "at", "payload"),
    [
        ("review", AT, "notjson"),
        ("review", AT, "[]"),
        ("review", AT, '{"rating": "good"}'),
        ("review", AT, '{"rating": "splendid", "day": "2026-03-01"}'),
        ("review", AT, '{"rating": "good", "day": "some day"}'),
        ("review", "yesterday", '{"rating": "good", "day": "2026-03-01"}'),
        ("review", "2026-03-01T09:00:00", '{"rating": "good", "day": "2026-03-01"}'),
        ("undo", AT, "{}"),
        ("nudge", AT, '{"cause": 1}'),
        ("attempt", AT, "{}"),
        ("progress", AT, "{}"),
        ("progress", AT, '{"title": "t", "resume": "r", "plan": {"cards": 1}}'),
        ("progress", AT, '{"title": "t", "resume": "r", "round": {"scenario": "async-trap"}}'),
        ("prediction", AT, '{"value": {"lost_acked_writes": {}}}'),
        ("grade", AT, '{"dimension": "d", "points": "many"}'),
        ("choice", AT, '{"card": ["a"], "rating": "good"}'),
    ],
)
def test_a_damaged_fact_is_left_out_kept_and_told_once(
    home: Home, capsys: pytest.CaptureFixture[str], kind: str, at: str, payload: str
) -> None:
    with open_journal(home) as journal:
        sound = [journal.append("choice", "a", {}), journal.append("nudge", "a", {"cause": "because"})]
        journal.execute(ROW, {"id": "odd", "at": at, "kind": kind, "payload": payload})
    with open_journal(home) as journal:
        for _ in range(2):
            assert journal.facts() == sound
            assert journal.first("ORDER BY number DESC") == sound[-1]
        assert journal.execute("SELECT payload FROM fact WHERE id = 'odd'") == [(payload,)]
        assert capsys.readouterr().err == ""
    assert capsys.readouterr().err == f"quizkit: warning: 1 damaged fact left out, and kept in the journal {home.journal}\n"


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
            journal.append("choice", f"card-{number}", {})
    damage(home.journal)
    damaged = home.journal.read_bytes()
    with open_journal(home) as fresh:
        assert fresh.facts() == []
        fresh.append("choice", "a", {})
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
            journal.append("choice", f"card-{number}", {})
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
        journal.append("choice", "a", {})
        journal.execute(f"PRAGMA user_version = {VERSION + 1}")
    with pytest.raises(QuizkitError, match="written by a newer quizkit") as caught:
        open_journal(home)
    assert "upgrade quizkit" in caught.value.hint
    assert sorted(path.name for path in home.data.iterdir()) == ["journal.sqlite3"]


def test_a_full_disk_names_the_file_and_the_next_step(home: Home, journal: Journal) -> None:
    ((pages,),) = journal.execute("PRAGMA page_count")
    journal.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(QuizkitError, match="the disk is full") as caught:
        journal.append("choice", "a", {"note": "x" * 100_000})
    assert (str(home.journal) in caught.value.message, caught.value.hint) == (True, "free some space")
    assert journal.facts() == []


def test_a_read_only_journal_names_the_file_and_the_next_step(home: Home, journal: Journal) -> None:
    journal.execute("PRAGMA query_only = ON")
    with pytest.raises(QuizkitError, match="read-only") as caught:
        journal.append("choice", "a", {})
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
            journal.append("choice", "a", {})
