"""What every replica of a log has: the log itself, what of it is durable, the state machine, gaps and their repair."""

from __future__ import annotations

from sim.node import (
    Apply,
    Cluster,
    Effects,
    Entry,
    Fsync,
    Node,
    Note,
    Record,
    Reply,
    Request,
    Send,
    Summary,
    Timer,
    Write,
)
from sim.protocols.messages import Append, Beat, Behind, Ends, Hello


class Replica(Node):
    """A copy of the log. Subclasses decide who may write, when entries are shipped, and what counts as committed."""

    def __init__(self, name: str, cluster: Cluster) -> None:
        super().__init__(name, cluster.luck)
        self.cluster = cluster
        self.design = cluster.design
        self.log: list[Entry] = []
        self.ends: dict[int, int] = {}  # epoch -> last log index of that epoch
        self.durable = 0  # all entries up to here survive a power cut
        self.shipped = 0  # all entries up to here were sent on
        self.applying = 0  # all entries up to here were given to the state machine
        self.state = cluster.new_state()
        self.reads_from = 0  # reads are refused until the state holds all entries up to here
        self._asked = (-1, 0)  # log length and instant of the last request to fill a gap

    @property
    def last_epoch(self) -> int:
        """The epoch of the last entry."""
        return self.log[-1].epoch if self.log else 0

    def holds(self, entry: Entry) -> bool:
        """Whether the log still has this very entry at its place."""
        return entry.n <= len(self.log) and self.log[entry.n - 1] == entry

    def play(self, role: str) -> Effects:
        """Take a role."""
        if role != self.role:
            self.role = role
            yield Note("role", n=self.epoch, text=role)

    def on_restart(self, records: tuple[Record, ...]) -> Effects:
        """Rebuild the log from the disk; nothing counts as durable before an fsync, and nobody knows who leads."""
        for record in records:
            if record.entry is not None:
                self._keep(record.entry)
            elif record.kind == "cut":
                self._forget_after(record.n)
            else:
                self.epoch = record.n
        self.reads_from = len(self.log)
        yield Fsync()
        for controller in self.cluster.controllers:
            yield Send(controller, Hello())
        yield Timer("tick", self.cluster.heartbeat_us)

    def beat(self) -> Effects:
        """Show the controllers that it lives, and set the next tick."""
        for controller in self.cluster.controllers:
            yield Send(controller, Beat(self.epoch, self.role))
        yield Timer("tick", self.cluster.heartbeat_us)

    # The log

    def _keep(self, entry: Entry) -> None:
        self.log.append(entry)
        self.ends[entry.epoch] = entry.n

    def _forget_after(self, n: int) -> None:
        del self.log[n:]
        self.ends = {entry.epoch: entry.n for entry in self.log}

    def accept(self, request: Request, client: str) -> Effects:
        """As the one who orders writes: give the command the next place in the log and begin to make it durable."""
        entry = Entry(len(self.log) + 1, self.epoch, request.op, client, request.command)
        self._keep(entry)
        yield Note("received", (entry.op,), entry.n)
        yield Write(Record("entry", entry))
        yield Fsync()

    def fresh(self, message: Append) -> list[Entry]:
        """The entries of a message that the log has not; they follow its end without a gap."""
        return [entry for entry in message.entries if entry.n > len(self.log)]

    def receive(self, entries: list[Entry]) -> Effects:
        """Take entries into memory."""
        for entry in entries:
            self._keep(entry)
            yield Note("received", (entry.op,), entry.n)

    def write(self, entries: list[Entry]) -> Effects:
        """Put received entries on the disk; they are durable after an fsync."""
        for entry in entries:
            yield Write(Record("entry", entry))

    def on_durable(self, records: tuple[Record, ...]) -> Effects:
        """Advance the durable mark over entries that the log still has."""
        for record in records:
            if record.entry is not None and self.holds(record.entry):
                self.durable = max(self.durable, record.entry.n)
        return iter(())

    def discard_after(self, keep: int) -> Effects:
        """Cut the log after `keep`: what follows belongs to a history that was not chosen."""
        gone = self.log[keep:]
        if not gone:
            return
        self._forget_after(keep)
        self.durable, self.shipped = min(self.durable, keep), min(self.shipped, keep)
        yield Note("discarded", tuple(entry.op for entry in gone), keep + 1)
        yield Write(Record("cut", n=keep))
        yield Fsync()
        self.reads_from = min(self.reads_from, keep)
        if self.applying > keep:
            self.applying, self.state, self.reads_from = 0, self.cluster.new_state(), keep
            yield from self.apply_to(keep)

    def common_prefix(self, ends: Ends) -> int:
        """How far this log agrees with one that ends so: one leader wrote each epoch, so its entries agree in order."""
        theirs = dict(ends)
        shared = [epoch for epoch in self.ends if epoch in theirs]
        return min(self.ends[max(shared)], theirs[max(shared)]) if shared else 0

    # Gaps

    def ask_for_gap(self, of: str) -> Effects:
        """Ask for what follows the end of the log, once a heartbeat while nothing comes."""
        length, asked_at = self._asked
        if length != len(self.log) or self.now - asked_at >= self.cluster.heartbeat_us:
            self._asked = (len(self.log), self.now)
            yield Send(of, Behind(self.epoch, len(self.log)))

    def ship(self, to: tuple[str, ...], after: int) -> Effects:
        """Send the entries after `after`, as far as shipped."""
        entries = tuple(self.log[after : self.shipped])
        for peer in to if entries else ():
            yield Send(peer, Append(self.epoch, after, entries))

    def ship_durable(self, to: tuple[str, ...]) -> Effects:
        """Send on what has become durable here."""
        after, self.shipped = self.shipped, max(self.shipped, self.durable)
        yield from self.ship(to, after)

    # The state machine

    def apply_to(self, n: int) -> Effects:
        """Queue all entries up to `n` that are not queued yet."""
        for entry in self.log[self.applying : n]:
            self.applying = entry.n
            yield Apply(entry)

    def on_applied(self, entry: Entry) -> Effects:
        """Execute an entry, unless a cut of the log has overtaken it."""
        if entry.n == len(self.state.ops) + 1 and self.holds(entry):
            self.state.apply(entry)
            yield Note("applied", (entry.op,), entry.n)
            yield from self.executed(entry)

    def executed(self, entry: Entry) -> Effects:
        """A hook: the entry has just become visible to reads here."""
        return iter(())

    def answer_read(self, request: Request, client: str) -> Effects:
        """Read the state of this replica as it is, once it is rebuilt: nobody is shown a database in the middle of recovery."""
        if len(self.state.ops) < self.reads_from:
            yield from self.refuse(request, client)
        else:
            yield Send(client, Reply(request.op, True, self.state.read(str(request.command[1]))))

    def refuse(self, request: Request, client: str) -> Effects:
        """Tell a client that nothing was accepted here."""
        yield Send(client, Reply(request.op, False))

    def describe(self, claims: bool, member: bool) -> Summary:
        """The end of the run in its own words."""
        pending = tuple(entry.op for entry in self.log[len(self.state.ops) :])
        return Summary(claims, member, tuple(self.state.ops), pending, self.state.items())
