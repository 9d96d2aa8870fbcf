"""Who has not applied what is committed: a trace read for replication lag."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from sim.history import op_of
from sim.trace import DEATHS, Event, Trace

Series = list[tuple[int, dict[str, int]]]  # an instant (us), and how many entries each running member was behind


@dataclass(slots=True)
class Replica:
    """`behind` has what it has not applied: the log index, and since when (us) that counts. `log` is what it received."""

    up: bool = True
    member: bool = True
    applied: set[str] = field(default_factory=set)
    behind: dict[str, tuple[int, int]] = field(default_factory=dict)
    log: set[str] = field(default_factory=set)

    @property
    def counts(self) -> bool:
        return self.up and self.member


class Backlog:
    """Reads the events up to the heal.

    A replica lags behind the history that was chosen: what a replaced leader still commits on its own is nobody's lag, nor
    is what it lost when another one was promoted. The one that commits an entry does not lag behind itself. Time that a
    replica was down or out of the set does not count: its clock starts anew when it is back.

    `waits` are the times (us) from a commit until a replica had applied the entry, died or was taken out; `most` is the
    largest number of entries that any was behind.
    """

    def __init__(self, trace: Trace, with_series: bool = False) -> None:
        self.asked = {op for _, event in trace.of("invoked") for op in event.ops}
        self.replicas = {name: Replica() for name in trace.replicas}
        self.committed: set[str] = set()
        self.chosen: Replica | None = None  # whoever was promoted last has the history that counts
        self.waits: list[int] = []
        self.most = 0
        self.series: Series = []
        self.heal = trace.healed_at or trace.ended_at
        handlers = self._handlers(bool(trace.of("promoted")))
        for _, event in trace.of(*handlers):
            if event.at > self.heal:
                break
            if _whose(event) in self.replicas:
                handlers[event.what](event)
                if with_series:
                    self._note(event.at)

    def _handlers(self, has_promotions: bool) -> dict[str, Callable[[Event], None]]:
        logs = {"received": self._on_received, **dict.fromkeys(("discarded", "lost_unsynced", "corrupt"), self._on_lost)}
        return {
            "committed": self._on_committed,
            "applied": self._on_applied,
            "installed": self._on_installed,
            "promoted": self._on_promoted,
            "fault": self._on_fault,
            "halted": self._on_death,
            "powered_off": self._on_death,
            "up": self._on_up,
            "removed": self._on_removed,
            "joined": self._on_joined,
            **(logs if has_promotions else {}),
        }

    def open(self) -> Iterator[int]:
        """How long (us) entries had been waiting that a running member had not applied at the heal."""
        for replica in self.replicas.values():
            if replica.counts:
                yield from (self.heal - since for _, since in replica.behind.values())

    # Entries

    def _on_committed(self, event: Event) -> None:
        for index, entry in enumerate(event.ops, event.n):
            if entry in self.committed or op_of(entry) not in self.asked:
                continue
            if self.chosen is None or entry in self.chosen.log:
                self.committed.add(entry)
                self._await(entry, index, event)

    def _await(self, entry: str, index: int, event: Event) -> None:
        for name, replica in self.replicas.items():
            if name != event.node and entry not in replica.applied:
                replica.behind[entry] = index, event.at
                if replica.counts and len(replica.behind) > self.most:
                    self.most = len(replica.behind)

    def _on_applied(self, event: Event) -> None:
        replica = self.replicas[event.node]
        for entry in event.ops:
            replica.applied.add(entry)
            self._caught_up(replica, entry, event.at)

    def _on_installed(self, event: Event) -> None:
        replica = self.replicas[event.node]
        for entry in [entry for entry, (index, _) in replica.behind.items() if index <= event.n]:
            replica.applied.add(entry)
            self._caught_up(replica, entry, event.at)
        if event.peer in self.replicas:
            replica.log |= self.replicas[event.peer].log

    def _caught_up(self, replica: Replica, entry: str, at: int) -> None:
        if entry in replica.behind:
            _, since = replica.behind.pop(entry)
            if replica.counts:
                self.waits.append(at - since)

    # Whose history counts

    def _on_received(self, event: Event) -> None:
        self.replicas[event.node].log.update(event.ops)

    def _on_lost(self, event: Event) -> None:
        self.replicas[event.node].log.difference_update(event.ops)

    def _on_promoted(self, event: Event) -> None:
        self.chosen = self.replicas[event.node]
        for replica in self.replicas.values():
            replica.behind = {entry: place for entry, place in replica.behind.items() if entry in self.chosen.log}

    # Who is there

    def _on_fault(self, event: Event) -> None:
        if event.text in DEATHS:
            self._on_death(event)

    def _on_death(self, event: Event) -> None:
        self._stop(self.replicas[event.node], event.at)
        self.replicas[event.node].up = False

    def _on_removed(self, event: Event) -> None:
        self._stop(self.replicas[event.peer], event.at)
        self.replicas[event.peer].member = False

    def _stop(self, replica: Replica, at: int) -> None:
        if replica.counts:
            self.waits += [at - since for _, since in replica.behind.values()]

    def _on_up(self, event: Event) -> None:
        self.replicas[event.node].up = True
        self._start(self.replicas[event.node], event.at)

    def _on_joined(self, event: Event) -> None:
        self.replicas[event.peer].member = True
        self._start(self.replicas[event.peer], event.at)

    def _start(self, replica: Replica, at: int) -> None:
        replica.behind = {entry: (index, at) for entry, (index, _) in replica.behind.items()}
        if replica.counts:
            self.most = max(self.most, len(replica.behind))

    def _note(self, at: int) -> None:
        """Write down how all stand; of several changes at one instant the last remains."""
        behind = {name: len(replica.behind) for name, replica in self.replicas.items() if replica.counts}
        if self.series and self.series[-1][0] == at:
            self.series.pop()
        if not self.series or self.series[-1][1] != behind:
            self.series.append((at, behind))


def _whose(event: Event) -> str:
    return event.peer if event.what in ("removed", "joined") else event.node
