"""What every replica in a row of copies does: it orders or receives entries, sends them on, and repairs gaps."""

from __future__ import annotations

from sim.node import Cluster, Effects, Fsync, Note, Request, Send, Timer, Write
from sim.protocols.database import Database
from sim.protocols.messages import Append, Beat, Behind, Hello, Install
from sim.records import Entry, Record, stamped


class Replica(Database):
    """A copy of the log. Subclasses decide who may write, when entries are shipped, and what counts as committed."""

    at_once = True  # whether what is logged is synced before anything else happens to it

    def __init__(self, name: str, cluster: Cluster) -> None:
        super().__init__(name, cluster)
        self.tick_us = cluster.heartbeat_us
        self.shipped = 0  # all entries up to here were sent on
        self._asked = (-2, 0)  # what was asked for last to fill a gap, and when; no gap begins at -2
        self._installing: dict[str, int] = {}  # when a snapshot was sent to whom

    def on_restart(self, records: tuple[Record, ...]) -> Effects:
        """Tell the controllers: nobody here knows who leads."""
        yield from super().on_restart(records)
        for controller in self.cluster.controllers:
            yield Send(controller, Hello())
        yield Timer("tick", self.tick_us)

    def beat(self) -> Effects:
        """Show the controllers that it lives, and set the next tick."""
        for controller in self.cluster.controllers:
            yield Send(controller, Beat(self.epoch, self.role, self.now))
        yield Timer("tick", self.tick_us)

    # The log

    def accept(self, request: Request, client: str) -> Effects:
        """As the one who orders writes: give the command the next place in the log and begin to make it durable."""
        command = stamped(request.command, self.now + self.skew)
        entry = Entry(self.log.last + 1, self.epoch, request.op, client, command)
        self.log.append(entry)
        yield Note("received", (entry.op,), entry.n)
        yield Write(entry)
        if self.at_once:
            yield Fsync()

    def fresh(self, message: Append) -> list[Entry]:
        """The entries of a message that the log has not; they follow its end without a gap."""
        return [entry for entry in message.entries if entry.n > self.log.last]

    def receive(self, entries: list[Entry]) -> Effects:
        """Take entries into memory."""
        for entry in entries:
            self.log.append(entry)
            yield Note("received", (entry.op,), entry.n)

    def write(self, entries: list[Entry]) -> Effects:
        """Put received entries on the disk; they are durable after an fsync."""
        for entry in entries:
            yield Write(entry)

    def discard_after(self, keep: int) -> Effects:
        """What was cut off was not sent either."""
        self.shipped = min(self.shipped, keep)
        yield from super().discard_after(keep)

    # Gaps

    def ask_for_gap(self, of: str) -> Effects:
        """Ask for what follows the end of the log, once a heartbeat while nothing comes."""
        yield from self.ask(of, self.log.last)

    def ask(self, of: str, last: int) -> Effects:
        """Ask for what follows `last`, or for a snapshot (-1)."""
        before, asked_at = self._asked
        if before != last or self.now - asked_at >= self.cluster.heartbeat_us:
            self._asked = (last, self.now)
            yield Send(of, Behind(self.epoch, last))

    def ship(self, to: tuple[str, ...], after: int) -> Effects:
        """Send the entries after `after`, as far as shipped; where the log begins later, the state that stands for them."""
        if after + 1 < self.log.first:
            for peer in to:
                yield from self.ship_snapshot(peer)
            return
        entries = tuple(self.log.between(after, self.shipped))
        for peer in to if entries else ():
            yield Send(peer, Append(self.epoch, after, entries))

    def ship_snapshot(self, peer: str) -> Effects:
        """Send the state, not again before it can have arrived, and what follows it."""
        last = self._installing.get(peer)
        if last is None or self.now - last >= self.design.detect_after_us:
            self._installing[peer] = self.now
            snapshot = self.snapshot()
            yield Send(peer, Install(self.epoch, snapshot, tuple(self.state.ops)))
            yield from self.ship((peer,), snapshot.n)

    def ship_durable(self, to: tuple[str, ...]) -> Effects:
        """Send on what has become durable here."""
        after, self.shipped = self.shipped, max(self.shipped, self.durable)
        yield from self.ship(to, after)

    def obeys(self, source: str, epoch: int) -> bool:
        """Whether entries and snapshots of this epoch are taken from this replica."""
        raise NotImplementedError

    def on_install(self, source: str, message: Install) -> Effects:
        """A state instead of the entries that are gone."""
        if self.obeys(source, message.epoch) and self.wants(message):
            yield from self.install(message.snapshot, source)

    def wants(self, message: Install) -> bool:
        """Whether a snapshot has what this log has not."""
        return message.snapshot.n > self.log.last
