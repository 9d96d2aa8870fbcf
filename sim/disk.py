"""A node's disk: an append-only file of records behind an OS cache.

`written` and `durable` are different states: a process kill loses neither, a power cut loses what was not yet fsynced.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from sim.luck import Luck
from sim.records import Record


@dataclass(frozen=True)
class DiskSpeed:
    """How long things take, in microseconds; a range is drawn from for each fsync."""

    fsync_us: tuple[int, int] = (300, 600)
    apply_us: int = 50


@dataclass
class Disk:
    """Records on one machine: all of them are written, the first `durable` are fsynced.

    `flushing` is how many the fsync in flight will cover. `told` is how many the running process was told are durable.
    """

    name: str
    speed: DiskSpeed
    luck: Luck
    records: list[Record] = field(default_factory=list)
    durable: int = 0
    told: int = 0
    flushing: int | None = None
    asked: bool = False
    power: int = 0  # counts power cuts: an fsync begun before one never completes

    def write(self, record: Record) -> None:
        """Put a record into the OS cache."""
        self.records.append(record)

    def begin_fsync(self) -> int | None:
        """Start flushing all that is written: how long it takes (us), or None if one is in flight and this one queues."""
        if self.flushing is not None:
            self.asked = True
            return None
        self.asked = False
        self.flushing = len(self.records)
        return self.luck.between(*self.speed.fsync_us, f"fsync {self.name} {self.flushing}")

    def end_fsync(self) -> list[Record]:
        """The fsync in flight is done: return the records that became durable just now."""
        assert self.flushing is not None
        fresh = self.records[self.durable : self.flushing]
        self.durable, self.flushing = max(self.durable, self.flushing), None
        return fresh

    def tell(self) -> tuple[Record, ...]:
        """The durable records that the process has not been told of."""
        fresh = tuple(self.records[self.told : self.durable])
        self.told = self.durable
        return fresh

    def cut_power(self) -> list[Record]:
        """Lose all but a drawn prefix of the unsynced records; return what is lost."""
        unsynced = len(self.records) - self.durable
        kept = self.durable + self.luck.index(unsynced + 1, f"tail {self.name} {self.power} {self.durable}")
        lost = self.records[kept:]
        del self.records[kept:]
        self.flushing, self.asked, self.power = None, False, self.power + 1
        return lost
