"""A replica's log in memory: entries in order, a cut of its end, a trim of its beginning, and where each epoch ends."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple, Self

from sim.records import Cut, Entry, Epoch, Record, Snapshot

Ends = tuple[tuple[int, int], ...]  # (epoch, last log index of that epoch), ascending


class Log:
    """Entries `first` to `last`, counted from 1; what stood before `first` was trimmed and lives on in a snapshot.

    `ends` has the last index of every epoch that ever wrote here, trimmed ones included.
    """

    __slots__: tuple[str, ...] = ("ends", "entries", "first", "last")

    def __init__(self) -> None:
        self.first, self.last = 1, 0
        self.entries: list[Entry] = []
        self.ends: dict[int, int] = {}

    @classmethod
    def after_snapshot(cls, snapshot: Snapshot) -> Self:
        """An empty log that goes on where a snapshot stops."""
        log = cls()
        log.first, log.last, log.ends = snapshot.n + 1, snapshot.n, dict(snapshot.ends)
        return log

    @property
    def last_epoch(self) -> int:
        """The epoch of the last entry, 0 if there never was one."""
        return next(reversed(self.ends), 0)

    def append(self, entry: Entry) -> None:
        """Put an entry at the end; its `n` must be `last + 1`."""
        self.entries.append(entry)
        self.last = entry.n
        self.ends[entry.epoch] = entry.n

    def at(self, n: int) -> Entry:
        """The entry at a place from `first` to `last`."""
        return self.entries[n - self.first]

    def op_at(self, n: int) -> str:
        """The operation at a place; "" where it was trimmed."""
        return self.entries[n - self.first].op if n >= self.first else ""

    def find(self, op: str) -> int | None:
        """The place of an operation, 0 if it is only known to be in a snapshot; this log does not remember any."""
        return None

    def know(self, ops: Iterable[str]) -> None:
        """Remember the operations of a snapshot, if this log remembers any."""

    def epoch_at(self, n: int) -> int:
        """The epoch of the entry at `n`, trimmed or not; 0 for place 0. Raises ValueError past the end."""
        if n == 0:
            return 0
        for epoch, end in self.ends.items():
            if n <= end:
                return epoch
        raise ValueError(f"the log ends at {self.last}, before {n}")

    def between(self, after: int, upto: int) -> list[Entry]:
        """The entries `after + 1` to `upto`, as far as they are here."""
        return self.entries[max(0, after + 1 - self.first) : max(0, upto + 1 - self.first)]

    def holds(self, entry: Entry) -> bool:
        """Whether this very entry is at its place; a trimmed place is trusted, for only what is certain is trimmed."""
        n = entry.n
        return n < self.first or (n <= self.last and self.entries[n - self.first].epoch == entry.epoch)

    def cut(self, keep: int) -> list[Entry]:
        """Forget what follows `keep`, and return it."""
        gone = self.entries[max(0, keep + 1 - self.first) :]
        if gone:
            del self.entries[-len(gone) :]
            self.last = keep
            self.ends = {epoch: min(end, keep) for epoch, end in self.ends.items() if self._begins(epoch) <= keep}
        return gone

    def _begins(self, epoch: int) -> int:
        """The first index of an epoch."""
        before = [end for other, end in self.ends.items() if other < epoch]
        return before[-1] + 1 if before else 1

    def trim(self, upto: int) -> None:
        """Forget the entries up to `upto`; a snapshot must hold them."""
        if upto >= self.first:
            del self.entries[: upto + 1 - self.first]
            self.first = upto + 1

    def ends_tuple(self) -> Ends:
        """`ends` as plain data, ascending by epoch."""
        return tuple(self.ends.items())

    def ends_upto(self, n: int) -> Ends:
        """The ends of the log if it were cut after `n`."""
        return tuple((epoch, min(end, n)) for epoch, end in self.ends.items() if self._begins(epoch) <= n)

    def common_prefix(self, ends: Ends) -> int:
        """How far this log agrees with one that ends so: one leader wrote each epoch, so its entries agree in order."""
        for epoch, end in reversed(ends):
            if epoch in self.ends:
                return min(self.ends[epoch], end)
        return 0


class IndexedLog(Log):
    """A log that knows where each operation stands, so that one that is repeated can be recognised."""

    __slots__ = ("places",)

    def __init__(self) -> None:
        super().__init__()
        self.places: dict[str, int] = {}

    def append(self, entry: Entry) -> None:
        super().append(entry)
        self.places.setdefault(entry.op, entry.n)

    def cut(self, keep: int) -> list[Entry]:
        gone = super().cut(keep)
        for entry in gone:
            if self.places.get(entry.op) == entry.n:
                del self.places[entry.op]
        return gone

    def find(self, op: str) -> int | None:
        return self.places.get(op)

    def know(self, ops: Iterable[str]) -> None:
        for op in ops:
            self.places.setdefault(op, 0)


class Recovered(NamedTuple):
    """What the records on a disk come to: the log, the last snapshot, and the last epoch that was seen."""

    log: Log
    snapshot: Snapshot | None
    known: Epoch


def recover(records: Iterable[Record], log: Log) -> Recovered:
    """Read a disk after a start into an empty log.

    The log goes on behind a snapshot with the entries that it had there already, if they are of the same history.
    """
    snapshot, known = None, Epoch(0)
    for record in records:
        if isinstance(record, Entry):
            log.append(record)
        elif isinstance(record, Cut):
            log.cut(record.n)
        elif isinstance(record, Snapshot):
            snapshot, known = record, record.known
            if record.n > log.last or log.epoch_at(record.n) != record.epoch:
                log = log.after_snapshot(record)
        elif isinstance(record, Epoch):
            known = record
    return Recovered(log, snapshot, known)
