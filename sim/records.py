"""What a log and a disk are made of: commands, entries, epochs, cuts and snapshots, all of it plain data."""

from __future__ import annotations

from typing import NamedTuple

Image = tuple[object, ...]  # a state machine's whole content as plain data
Token = tuple[int, int]  # a position: (epoch, log index)
Result = tuple[int | str | None, str]  # what an operation found: a value, and the id of the write that it comes from
Command = tuple[str | int, ...]  # ("deposit", "a1", 10), ("transfer", "a1", "a2", 5), ("write", "x", 3), ("read", "x")
NOW = "now()"  # as a command's last operand: the wall clock (us) of the replica that gives the command its place in the log


def keys_of(command: Command) -> tuple[str, ...]:
    """The keys (accounts, registers) that a command (its kind, then its operands) touches."""
    return tuple(str(key) for key in (command[1:3] if command[0] == "transfer" else command[1:2]))


class Entry(NamedTuple):
    """One write in a replication log.

    `n` is its place, counted from 1; `epoch` is that of the leader that accepted it; `op` is the client's id for it. An
    entry without an id is a leader's own and changes nothing: neither clients nor the trace hear of it.
    """

    n: int
    epoch: int
    op: str
    client: str
    command: Command


def stamped(command: Command, wall_us: int) -> Command:
    """A command as it goes into the log: the time travels with it, so that every replica executes the same."""
    return (*command[:-1], wall_us) if command[-1] == NOW else command


class Epoch(NamedTuple):
    """On disk: an epoch that was seen; a ballot of controllers or a term of Raft, and in `text` whom this node voted for."""

    n: int
    text: str = ""


class Cut(NamedTuple):
    """On disk: the log was cut after `n`."""

    n: int


class Snapshot(NamedTuple):
    """On disk and on the wire: a state machine's image after the entry at `n`; it stands for all entries up to there.

    `ends` are the last log indexes of each epoch up to there; `known` is the epoch that its writer had seen by then.
    """

    n: int
    ends: tuple[tuple[int, int], ...]
    image: Image
    known: Epoch = Epoch(0)

    @property
    def epoch(self) -> int:
        """The epoch of the entry at `n`, 0 for the state before any entry."""
        return self.ends[-1][0] if self.ends else 0


class Decision(NamedTuple):
    """On a controller's disk and on the wire: all that controllers decided; the highest (ballot, version) is the newest.

    Those `serving` (a leader, or a chain from head to tail) were elected in the epoch `elected`. A higher `epoch` means that
    it was raised and that a successor is still sought. `in_sync` is empty where no in-sync set is kept.
    """

    ballot: int
    version: int
    epoch: int
    elected: int
    serving: tuple[str, ...]
    in_sync: tuple[str, ...] = ()

    @property
    def n(self) -> int:
        """Its epoch: every record has a number."""
        return self.epoch


Record = Entry | Epoch | Cut | Snapshot | Decision  # what one `Write` puts at the end of a node's disk
