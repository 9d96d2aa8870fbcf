"""A node's disk: an append-only file of records behind an OS cache.

`written` and `durable` are different states: a process kill loses neither, a power cut loses what was not yet fsynced.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from sim.luck import Luck
from sim.records import Cut, Entry, Epoch, Record, Snapshot

Tail = Literal["drawn", "lost", "kept", "torn"]  # what a power cut leaves of the unsynced records


@dataclass(frozen=True)
class DiskSpeed:
    """How long things take, in microseconds; a range is drawn from for each fsync."""

    fsync_us: tuple[int, int] = (300, 600)
    apply_us: int = 50


@dataclass
class Disk:
    """Records on one machine, counted from the beginning of time; `dropped` of them gave way to a snapshot.

    All are written, the first `durable` are fsynced. `flushing` is how many the fsync in flight will cover, `told` how
    many the running process was told are durable. What faults do: an fsync takes `slow_us` longer, `lies` (it says done
    and nothing is), or `fails`; a `full` disk takes no record; from `damaged` on a checksum does not match.
    """

    name: str
    speed: DiskSpeed
    luck: Luck
    records: list[Record] = field(default_factory=list)
    dropped: int = 0
    durable: int = 0
    told: int = 0
    flushing: int | None = None
    asked: bool = False
    power: int = 0  # counts power cuts: an fsync begun before one never completes
    slow_us: int = 0
    lies: bool = False
    fails: bool = False
    full: bool = False
    trusted: int | None = None  # how many records are really durable while fsyncs lie
    hole: int | None = None  # where records begin that a failed fsync left in the cache, marked as if they were on the disk
    survived: int = 0  # what the last power cut left is on the medium, though no fsync has told so yet
    damaged: int | None = None

    @property
    def written(self) -> int:
        """How many records were ever written and are still on the way to a disk or on it."""
        return self.dropped + len(self.records)

    def begin_fsync(self) -> int | None:
        """Start flushing all that is written: how long it takes (us), or None if one is in flight and this one queues."""
        if self.flushing is not None:
            self.asked = True
            return None
        self.asked = False
        self.flushing = self.dropped + len(self.records)
        return self.slow_us + self.luck.between(*self.speed.fsync_us, f"fsync {self.name} {self.flushing}")

    def end_fsync(self) -> list[Record]:
        """The fsync in flight is done: return the records that became durable just now."""
        assert self.flushing is not None
        before, self.durable, self.flushing = self.durable, max(self.durable, self.flushing), None
        if self.lies:
            self.trusted = before if self.trusted is None else self.trusted
        else:
            self.trusted = None
        return self.records[before - self.dropped : self.durable - self.dropped]

    def fail_fsync(self) -> None:
        """The fsync in flight failed, and the OS takes its pages for clean: no later fsync writes them."""
        self.hole = self.durable if self.hole is None else self.hole
        self.flushing, self.asked, self.fails = None, False, False

    def tell(self) -> tuple[Record, ...]:
        """The durable records that the process has not been told of; those that a snapshot stands for are dropped."""
        fresh = tuple(self.records[max(0, self.told - self.dropped) : self.durable - self.dropped])
        self.told = self.durable
        return fresh

    def compact(self) -> None:
        """Drop what the last durable snapshot stands for; the last epoch before it and the entries after it stay."""
        durable = self.durable - self.dropped
        newest = max((i for i, record in enumerate(self.records[:durable]) if isinstance(record, Snapshot)), default=0)
        if newest:
            older, snapshot = self.records[:newest], self.records[newest]
            epoch = [record for record in older if isinstance(record, Epoch)][-1:]
            kept = [*epoch, snapshot, *_entries_after(snapshot.n, older)]
            self.records[: newest + 1] = kept
            self.dropped += newest + 1 - len(kept)

    def cut_power(self, tail: Tail = "drawn") -> list[Record]:
        """Lose all but a prefix of the unsynced records; return what is lost. `torn`: the first lost one is half there."""
        firm = max(self.survived, min(mark for mark in (self.durable, self.trusted, self.hole) if mark is not None))
        unsynced = self.written - firm
        drawn = self.luck.index(unsynced + 1, f"tail {self.name} {self.power} {firm}")
        kept = {"drawn": drawn, "lost": 0, "torn": max(0, unsynced - 1), "kept": unsynced}[tail]
        self._restart_device()
        lost, self.survived = self._cut_off(firm + kept), self.written
        return lost

    def wipe(self) -> list[Record]:
        """Lose everything; return what is lost."""
        self._restart_device()
        lost, self.records = self.records, []
        self.dropped = self.durable = self.told = self.survived = 0
        self.damaged = None
        return lost

    def corrupt(self) -> None:
        """Damage the record in the middle of the durable ones; nobody notices before the file is read again."""
        self.damaged = (self.dropped + self.durable) // 2

    def recover(self) -> list[Record]:
        """Read the file after a start: its end is where a checksum does not match first. Return what is cut off there."""
        if self.damaged is None:
            return []
        place, self.damaged = self.damaged, None
        return self._cut_off(place)

    def _restart_device(self) -> None:
        """No fsync that was asked for before will complete."""
        self.flushing, self.asked, self.trusted, self.hole = None, False, None, None
        self.power += 1

    def _cut_off(self, place: int) -> list[Record]:
        """Lose the records from a place on."""
        place = max(0, place - self.dropped)
        lost = self.records[place:]
        del self.records[place:]
        self.durable, self.survived = min(self.durable, self.written), min(self.survived, self.written)
        return lost


def _entries_after(n: int, records: list[Record]) -> list[Record]:
    """The entries after a place in the log that no later record has cut off."""
    kept: list[Record] = []
    for record in records:
        if isinstance(record, Cut):
            kept = [entry for entry in kept if entry.n <= record.n]
        elif isinstance(record, Entry) and record.n > n:
            kept.append(record)
    return kept
