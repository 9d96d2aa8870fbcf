"""What every replica of a log has: the log itself, what of it is durable, the state machine, gaps and their repair."""

from __future__ import annotations

from sim.node import Apply, Cluster, Effects, Fsync, Node, Note, Reply, Request, Send, Summary, Timer, Write
from sim.protocols.log import Log
from sim.protocols.messages import Append, Beat, Behind, Hello
from sim.records import Cut, Entry, Epoch, Record, Result, stamped


class Replica(Node):
    """A copy of the log. Subclasses decide who may write, when entries are shipped, and what counts as committed."""

    def __init__(self, name: str, cluster: Cluster) -> None:
        super().__init__(name, cluster.luck)
        self.cluster = cluster
        self.design = cluster.design
        self.log = Log()
        self.durable = 0  # all entries up to here survive a power cut
        self.shipped = 0  # all entries up to here were sent on
        self.applying = 0  # all entries up to here were given to the state machine
        self.applied = 0  # all entries up to here went through it; some change nothing, so its ids do not count them
        self.state = cluster.new_state(None)
        self.reads_from = 0  # reads are refused until the state holds all entries up to here
        self._asked = (-1, 0)  # log length and instant of the last request to fill a gap

    def play(self, role: str) -> Effects:
        """Take a role."""
        if role != self.role:
            self.role = role
            yield Note("role", n=self.epoch, text=role)

    def on_restart(self, records: tuple[Record, ...]) -> Effects:
        """Rebuild the log from the disk; nothing counts as durable before an fsync, and nobody knows who leads."""
        for record in records:
            if isinstance(record, Entry):
                self.log.append(record)
            elif isinstance(record, Cut):
                self.log.cut(record.n)
            elif isinstance(record, Epoch):
                self.epoch = record.n
        self.reads_from = self.log.last
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

    def accept(self, request: Request, client: str) -> Effects:
        """As the one who orders writes: give the command the next place in the log and begin to make it durable."""
        command = stamped(request.command, self.now + self.skew)
        entry = Entry(self.log.last + 1, self.epoch, request.op, client, command)
        self.log.append(entry)
        yield Note("received", (entry.op,), entry.n)
        yield Write(entry)
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

    def on_durable(self, records: tuple[Record, ...]) -> Effects:
        """Advance the durable mark over entries that the log still has."""
        for record in records:
            if isinstance(record, Entry) and self.log.holds(record):
                self.durable = max(self.durable, record.n)
        return iter(())

    def discard_after(self, keep: int) -> Effects:
        """Cut the log after `keep`: what follows belongs to a history that was not chosen."""
        gone = self.log.cut(keep)
        if not gone:
            return
        self.durable, self.shipped = min(self.durable, keep), min(self.shipped, keep)
        yield Note("discarded", tuple(entry.op for entry in gone), keep + 1)
        yield Write(Cut(keep))
        yield Fsync()
        self.reads_from = min(self.reads_from, keep)
        if self.applying > keep:
            self.applying, self.applied, self.state, self.reads_from = 0, 0, self.cluster.new_state(None), keep
            yield from self.apply_to(keep)

    # Gaps

    def ask_for_gap(self, of: str) -> Effects:
        """Ask for what follows the end of the log, once a heartbeat while nothing comes."""
        length, asked_at = self._asked
        if length != self.log.last or self.now - asked_at >= self.cluster.heartbeat_us:
            self._asked = (self.log.last, self.now)
            yield Send(of, Behind(self.epoch, self.log.last))

    def ship(self, to: tuple[str, ...], after: int) -> Effects:
        """Send the entries after `after`, as far as shipped."""
        entries = tuple(self.log.between(after, self.shipped))
        for peer in to if entries else ():
            yield Send(peer, Append(self.epoch, after, entries))

    def ship_durable(self, to: tuple[str, ...]) -> Effects:
        """Send on what has become durable here."""
        after, self.shipped = self.shipped, max(self.shipped, self.durable)
        yield from self.ship(to, after)

    # The state machine

    def apply_to(self, n: int) -> Effects:
        """Queue all entries up to `n` that are not queued yet."""
        for entry in self.log.between(self.applying, n):
            self.applying = entry.n
            yield Apply(entry)

    def on_applied(self, entry: Entry) -> Effects:
        """Execute an entry, unless a cut of the log has overtaken it."""
        if entry.n == self.applied + 1 and self.log.holds(entry):
            self.applied = entry.n
            result = self.state.apply(entry)
            yield Note("applied", (entry.op,), entry.n)
            yield from self.executed(entry, result)

    def executed(self, entry: Entry, result: Result | None) -> Effects:
        """A hook: the entry has just become visible to reads here; `result` is what its client is told."""
        return iter(())

    def answer_read(self, request: Request, client: str) -> Effects:
        """Read the state of this replica as it is, once it is rebuilt: nobody is shown a database in the middle of recovery."""
        if self.applied < self.reads_from:
            yield from self.refuse(request, client)
        else:
            yield Send(client, Reply(request.op, True, self.state.read(str(request.command[1]))))

    def refuse(self, request: Request, client: str) -> Effects:
        """Tell a client that nothing was accepted here."""
        yield Send(client, Reply(request.op, False))

    def describe(self, claims: bool, member: bool) -> Summary:
        """The end of the run in its own words."""
        pending = tuple(entry.op for entry in self.log.between(self.applied, self.log.last))
        return Summary(claims, member, tuple(self.state.ops), pending, self.state.items())
