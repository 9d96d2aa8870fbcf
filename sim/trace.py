"""A run as data. Checks and renderers read this and the history, never a protocol.

The vocabulary of `Event.what` (a fault can be triggered after any of them):

| what | node | the rest |
|---|---|---|
| invoked, ok_received, failed, timed_out | client | op; text: the operation or its answer; timed_out = outcome unknown |
| sent | sender | peer: receiver; ops; n: message number; text: message kind; until: when it leaves the machine |
| delivered, dropped | receiver | peer: sender; ops; n: message number; text: message kind, or why it was dropped |
| received, written, durable, applied, committed | replica | ops; n: log index of the first |
| reply_sent | replica | peer: client; ops (an `ok` only) |
| discarded | replica | ops; n: first log index that was cut off |
| lost_unsynced | replica | ops that a power cut took from its disk; text: "disk" if the disk itself was lost |
| role | replica | text: the role it now plays; n: epoch |
| duplicate | replica | ops; n: log index of the first one: a repeated operation was recognised |
| released | replica | ops; text: why an answer went out before its acks (degraded, cancelled, reported) |
| degraded, restored | replica | text: a leader stops waiting for acks, or waits again |
| snapshot, installed, trimmed | replica | n: last log index that it covers; installed: peer: whose it was |
| lease_lost | replica | n: epoch: its lease has run out |
| voted | replica, controller | peer: for whom; n: epoch or term |
| in_sync | controller, replica | text: the members; n: version |
| stored, rejected | store | ops: who got the lock; peer: client; n: fencing token; text: the lock that protects the storage |
| halted | any | text: why the process ended itself |
| powered_off | any | peer: who switched it off over its management port |
| corrupt | replica | ops that a damaged record took from its log at a restart; n: first log index |
| suspected, removed, joined | controller | peer: the replica that it holds for dead, takes out, or lets in at the tail |
| elected | controller | peer: the replica that it chose; n: epoch; text: why |
| promoted | replica | n: epoch; text: "log ends at #14" |
| fault | target, or "" | text: the verb; peer: other side; n: its amount, if it has one (us, or parts in a million) |
| mended | target, or "" | text: the verb of the fault that is over after its `for_ms`; peer: other side |
| missed | "" | text: the verb, and why it did not strike, or not all of its targets |
| up | replica | the machine runs again |
| healed | "" | links and pauses were repaired for settling |
| note | any | text |
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Any, NamedTuple, TypeVar

HEADER_BYTES, OP_BYTES = 64, 160  # what a message weighs on the wire: itself, and each operation in it
MS = 1000  # microseconds in a millisecond; all instants of a trace are integer microseconds
DEATHS = ("kill", "power_cut", "disk_loss")  # faults after which a machine is down
WRITE_FLOWS = ("request", "reply", "replicate", "ack")  # what messages on behalf of operations are for (see `Trace.flow`)


class Event(NamedTuple):
    """Something that happened at one instant on one node. Its number is its place in `Trace.events`."""

    at: int
    what: str
    node: str
    ops: tuple[str, ...] = ()
    peer: str = ""
    n: int = 0
    text: str = ""
    until: int = 0


T = TypeVar("T")
Numbered = tuple[int, Event]


class Final(NamedTuple):
    """A replica at the end of the run.

    `ops` are the ids of the writes in its state, in the order in which it applied them; `pending` those that its log has
    beyond them; `state` is that state as plain (key, value) pairs. `claims`: it believes that its state is the one clients
    are served from. `member`: it still belongs to the replica set.
    """

    up: bool
    role: str
    epoch: int
    claims: bool
    member: bool
    ops: tuple[str, ...]
    pending: tuple[str, ...]
    state: tuple[tuple[str, object], ...]


class Shot(NamedTuple):
    """A fault of the schedule: the numbers of the events at which it struck (none: it never fired), and when (us).

    `harms`: it is part of the attack itself, not of its stage (a slow link) or of a repair (a restart). `cause`: the number
    of the event that it waited for; None if it waited for an instant, or the event never came. `missed`: why it did not
    strike, or not all that it was meant for.
    """

    verb: str
    events: tuple[int, ...]
    fired_at: int | None
    harms: bool = True
    cause: int | None = None
    missed: str = ""


@dataclass
class Trace:
    """Everything that happened in one run.

    `flow` maps a message kind to what it does for a reader: request, reply, replicate, ack, heartbeat or control.
    `healed_at` is when settling began: measures end there; `unsettled` says what never came to rest, "" if all did. Empty
    `shots` means a fault-free run. A trace that streams has `forgotten` the first events; an event's number counts them too.
    """

    seed: int
    replicas: tuple[str, ...]
    controllers: tuple[str, ...]
    clients: tuple[str, ...]
    flow: dict[str, str] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    forgotten: int = 0
    shots: list[Shot] = field(default_factory=list)
    final: dict[str, Final] = field(default_factory=dict)
    healed_at: int = 0
    ended_at: int = 0
    unsettled: str = ""
    _by_kind: defaultdict[str, list[Numbered]] = field(init=False, default_factory=lambda: defaultdict(list), repr=False)
    _made: dict[Callable[[Trace], Any], tuple[tuple[int, int], Any]] = field(init=False, default_factory=dict, repr=False)
    _indexed: tuple[int, int] = field(init=False, default=(0, 0), repr=False)  # what was forgotten, how many were read

    def of(self, *what: str) -> Sequence[Numbered]:
        """The events of these kinds with their numbers, in order. All events are read once; then an index answers."""
        if self._indexed != (self.forgotten, len(self.events)):
            self._index()
        if len(what) == 1:
            return self._by_kind.get(what[0], ())
        return sorted(chain.from_iterable(self._by_kind.get(kind, ()) for kind in what))

    def once(self, work: Callable[[Trace], T]) -> T:
        """What `work` makes of the events, which it alone may look at; made once for the events so far."""
        state = self.forgotten, len(self.events)
        if work not in self._made or self._made[work][0] != state:
            self._made[work] = state, work(self)
        made: T = self._made[work][1]
        return made

    def forget(self) -> None:
        """Drop the events so far, in a run that is too long to keep."""
        self.forgotten += len(self.events)
        self.events.clear()

    def _index(self) -> None:
        """Sort the events by kind: those that are new, or all of them if any went away."""
        forgotten, done = self._indexed
        if forgotten != self.forgotten or done > len(self.events):
            self._by_kind.clear()
            done = 0
        for numbered in enumerate(islice(self.events, done, None), self.forgotten + done):
            self._by_kind[numbered[1].what].append(numbered)
        self._indexed = self.forgotten, len(self.events)

    @property
    def unfired(self) -> list[Shot]:
        """Shots that never struck, or not all that they were meant for; surviving those proves nothing."""
        return [shot for shot in self.shots if shot.fired_at is None or shot.missed]

    @property
    def struck_at(self) -> int | None:
        """When the first fault that harms a machine or a link struck, in microseconds; None in a run without one."""
        instants = [shot.fired_at for shot in self.shots if shot.fired_at is not None and shot.harms]
        return min(instants, default=None)
