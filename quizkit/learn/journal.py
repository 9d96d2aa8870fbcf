"""The journal: an append-only list of facts in one SQLite file. Everything else about a learner is derived from it.

One commit per fact, in WAL mode with `synchronous = FULL`: a commit returns after the fsync of the WAL, so an answer
that was taken survives `kill -9` and a power cut. NORMAL would survive only the kill; at one answer every few seconds
the fsync costs nothing that a person could notice.

A fact that is damaged (no JSON, no instant, a payload that lacks what its kind needs) is left out of whatever is read,
stays in the file, and is told once on stderr when the journal is closed.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from types import TracebackType
from typing import Any, Self

from quizkit.clock import now
from quizkit.errors import tell
from quizkit.home import Home, make_folder
from quizkit.learn.fact import Fact
from quizkit.learn.shapes import ODD, fits, read_instant
from quizkit.learn.storage import connect, translated
from quizkit.words import plural

KINDS = {
    "review": "a card was graded; payload: rating",
    "undo": "a review is taken back; payload: review, the id of that fact",
    "nudge": "a card was made due at once; payload: cause, a sentence for the learner",
    "prediction": "what the learner said a shot would do; payload: verdict and confidence of each requirement",
    "attempt": "a design of a scenario was played to its end; payload: scenario, design, outcome",
    "choice": "the learner chose something on the way: a design, a knob, a question",
    "follow_up": "an answer to a follow-up question, in the learner's own words or said aloud",
    "grade": "a self-given grade on one dimension",
    "mock": "a mock interview was finished; payload: report",
    "progress": "something that can be resumed was begun, got further, or ended; payload: verb, title, resume, done",
}


_SELECT = "SELECT number, id, at, kind, subject, version, payload FROM fact"


class Journal:
    """Facts in the order in which they were appended. Get one from `open_journal`; close it, or use it in `with`.

    Every method raises QuizkitError when the file cannot be read or written, naming the file and the next step.
    """

    def __init__(self, connection: sqlite3.Connection, home: Home, new_id: Callable[[], str]) -> None:
        self.connection = connection
        self._home = home
        self._new_id = new_id
        self._damaged: set[int] = set()  # the numbers of the facts that were left out

    def append(self, kind: str, subject: str, payload: dict[str, Any], version: str = "") -> Fact:
        """Add a fact that happened now. When this returns outside `transaction`, the fact is on the disk.

        Raises ValueError for a kind that is not among KINDS.
        """
        if kind not in KINDS:
            raise ValueError(f"no fact is of the kind {kind!r}")
        fact = Fact(self._new_id(), now(), kind, subject, version, payload)
        row = (fact.id, stamp(fact.at), kind, subject, version, json.dumps(payload, ensure_ascii=False))
        with self.transaction():
            self.connection.execute("INSERT INTO fact (id, at, kind, subject, version, payload) VALUES (?,?,?,?,?,?)", row)
        return fact

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing: what is appended inside becomes durable together at the outermost end."""
        if self.connection.in_transaction:
            yield
            return
        with translated(self._home, self.connection):
            self.connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self.connection.execute("COMMIT")
            except BaseException:
                if self.connection.in_transaction:
                    self.connection.execute("ROLLBACK")
                raise

    def facts(self, kind: str | None = None, subject: str | None = None) -> list[Fact]:
        """The facts of this kind and subject (None: any), oldest first."""
        wanted = {"kind": kind, "subject": subject}
        given = {name: value for name, value in wanted.items() if value is not None}
        where = " AND ".join(f"{name} = :{name}" for name in given) or "true"
        return self.select(f"WHERE {where} ORDER BY number", given)

    def select(self, rest: str, values: dict[str, Any] | None = None) -> list[Fact]:
        """The facts that an SQL tail (`WHERE ... ORDER BY ...`) picks from the table `fact`, without damaged ones."""
        return list(self._sound(self.execute(f"{_SELECT} {rest}", values)))

    def first(self, rest: str, values: dict[str, Any] | None = None) -> Fact | None:
        """The first of them; no more rows are read than it takes to find it."""
        with translated(self._home, self.connection):
            return next(self._sound(self.connection.execute(f"{_SELECT} {rest}", values or {})), None)

    def _sound(self, rows: Iterable[tuple[Any, ...]]) -> Iterator[Fact]:
        for number, *row in rows:
            try:
                yield _read_fact(*row)
            except ODD:
                self._damaged.add(number)

    def execute(self, sql: str, values: dict[str, Any] | None = None) -> list[tuple[Any, ...]]:
        """Run any other statement; the rows that it gives."""
        with translated(self._home, self.connection):
            return self.connection.execute(sql, values or {}).fetchall()

    def close(self) -> None:
        """Close the file; tell, once, if facts of it were damaged."""
        self.connection.close()
        if self._damaged:
            what = plural(len(self._damaged), "damaged fact")
            tell(f"quizkit: warning: {what} left out, and kept in the journal {self._home.journal}")
        self._damaged.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


def open_journal(home: Home, new_id: Callable[[], str] | None = None) -> Journal:
    """The learner's journal, begun if there is none.

    A damaged file is set aside (renamed, never overwritten), which a warning tells, and a fresh journal begins. Raises
    QuizkitError if the folder cannot be written or a newer quizkit wrote the file. `new_id` makes the facts' ids.
    """
    make_folder(home.data)
    return Journal(connect(home), home, new_id or _random_id)


def _random_id() -> str:
    import uuid

    return str(uuid.uuid4())


def _read_fact(id_: str, at: str, kind: str, subject: str, version: str, payload: str) -> Fact:
    """A row as a fact; raises one of ODD if it is damaged."""
    fact = Fact(id_, read_instant(at), kind, subject, version, json.loads(payload))
    if not (isinstance(subject, str) and fits(kind, fact.payload)):
        raise ValueError(f"{id_} does not say what a fact of the kind {kind} says")
    return fact


def stamp(instant: datetime) -> str:
    """The instant as facts keep it: a fixed-width text in UTC, so that texts sort as instants do."""
    return instant.isoformat(timespec="microseconds")
