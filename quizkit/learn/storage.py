"""The journal's file: its schema and version, what becomes of a damaged one, and SQLite's errors in plain words."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from quizkit.clock import now
from quizkit.errors import QuizkitError, tell
from quizkit.home import Home

VERSION = 1  # PRAGMA user_version; a newer one belongs to a newer quizkit
BUSY_S = 5.0  # how long one process waits for another one's commit

SCHEMA = """
CREATE TABLE fact (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    at TEXT NOT NULL,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    version TEXT NOT NULL,
    payload TEXT NOT NULL
);
CREATE INDEX fact_kind_at ON fact (kind, at);
CREATE INDEX fact_subject_kind ON fact (subject, kind);
CREATE TRIGGER fact_is_never_changed BEFORE UPDATE ON fact BEGIN SELECT raise(ABORT, 'facts are append-only'); END;
CREATE TRIGGER fact_is_never_deleted BEFORE DELETE ON fact BEGIN SELECT raise(ABORT, 'facts are append-only'); END;
CREATE TABLE card_state (
    card TEXT PRIMARY KEY,
    phase TEXT NOT NULL,
    step INTEGER,
    stability REAL,
    difficulty REAL,
    due TEXT NOT NULL,
    last_day TEXT,
    first_day TEXT,
    reviews INTEGER NOT NULL,
    lapses INTEGER NOT NULL,
    cause TEXT NOT NULL
);
CREATE TABLE card_state_through (rules INTEGER NOT NULL, number INTEGER NOT NULL);
"""

_DAMAGE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_CAUSES = {
    sqlite3.SQLITE_FULL: ("the disk is full", "free some space"),
    sqlite3.SQLITE_READONLY: ("it is read-only", "make it writable, or set QUIZKIT_HOME to a folder that is"),
    sqlite3.SQLITE_CANTOPEN: ("it cannot be opened", "make the folder writable, or set QUIZKIT_HOME to one that is"),
    sqlite3.SQLITE_IOERR: ("the disk reports an error", "check the disk and the free space on it"),
    sqlite3.SQLITE_BUSY: ("another quizkit is writing to it", "wait for the other one to finish, then try again"),
}


class _DamagedError(Exception):
    """The file is no journal: not a database, malformed, or without our tables."""


def connect(home: Home) -> sqlite3.Connection:
    """An open journal file with the present schema; a damaged file is set aside first, and that is told on stderr."""
    with translated(home):
        try:
            return _open(home.journal)
        except _DamagedError as error:
            kept = set_aside(home.journal)
            tell(
                f"quizkit: warning: the journal was damaged ({error}); it is kept as {kept}",
                "a fresh journal begins; `sqlite3 FILE .recover` can often read the answers in the old one",
            )
            return _open(home.journal)


def _open(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=BUSY_S, isolation_level=None)
    try:
        _prepare(connection, path)
    except BaseException as error:
        connection.close()
        if isinstance(error, sqlite3.DatabaseError) and _is_damage(error):
            raise _DamagedError(error) from error
        raise
    return connection


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    # fullfsync makes macOS flush the drive's cache as well, as fsync does elsewhere.
    connection.executescript("PRAGMA synchronous = FULL; PRAGMA fullfsync = ON;")
    ((version,),) = connection.execute("PRAGMA user_version")
    if version > VERSION:
        raise QuizkitError(
            f"the journal {path} was written by a newer quizkit (version {version}; this one knows {VERSION})",
            "upgrade quizkit, or set QUIZKIT_HOME to another folder",
        )
    if version == 0:
        _create(connection)
    ((verdict,),) = connection.execute("PRAGMA quick_check(1)")
    if verdict != "ok":
        raise _DamagedError(verdict)
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_schema")}
    if not {"fact", "card_state", "card_state_through"} <= tables:
        raise _DamagedError("its tables are missing")


def _create(connection: sqlite3.Connection) -> None:
    _refuse_foreign(connection)  # before its header is touched
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("BEGIN IMMEDIATE")
    try:
        if connection.execute("PRAGMA user_version").fetchone() == (0,):  # nobody was faster
            _refuse_foreign(connection)
            for statement in SCHEMA.split(";\n"):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {VERSION}")
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def _refuse_foreign(connection: sqlite3.Connection) -> None:
    sql = "SELECT 1 FROM sqlite_schema, pragma_user_version WHERE user_version = 0"
    if connection.execute(sql).fetchone():
        raise _DamagedError("it is another program's database")


def set_aside(path: Path) -> Path:
    """Rename the file, with its WAL, to a name that says so and that nothing has; returns the new path."""
    stem = f"{path.stem}-damaged-{now():%Y%m%dT%H%M%S}"
    names = (path.with_name(f"{stem}{suffix}{path.suffix}") for suffix in ("", *(f"-{n}" for n in range(2, 1000))))
    kept = next(name for name in names if not name.exists())
    try:
        for extension in ("-wal", "-shm", ""):
            part = Path(f"{path}{extension}")
            if part.exists():
                part.rename(f"{kept}{extension}")
    except OSError as error:
        raise QuizkitError(f"the journal {path} is damaged and cannot be set aside: {error.strerror}", "move it") from error
    return kept


@contextmanager
def translated(home: Home, connection: sqlite3.Connection | None = None) -> Iterator[None]:
    """Turn SQLite's errors into QuizkitError. Damage found at work is set aside; the next command begins afresh."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        if connection is not None and _is_damage(error):
            connection.close()
            raise QuizkitError(
                f"the journal is damaged ({error}); it is kept as {set_aside(home.journal)}",
                "run the command again: a fresh journal begins; `sqlite3 FILE .recover` can often read the old one",
            ) from error
        cause, step = _CAUSES.get(_primary(error), (str(error), "check the folder and the free space on its disk"))
        raise QuizkitError(f"cannot use the journal {home.journal}: {cause}", step) from error


def _primary(error: sqlite3.DatabaseError) -> int:
    """SQLite's result code without its extension; 0 for an error of the sqlite3 module itself."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def _is_damage(error: sqlite3.DatabaseError) -> bool:
    return _primary(error) in _DAMAGE
