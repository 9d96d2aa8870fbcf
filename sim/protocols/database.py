"""What every replica keeps: a log on a disk, the state that comes from it, and snapshots that stand for its beginning."""

from __future__ import annotations

from sim.node import Apply, Cluster, Effects, Fsync, Note, Reply, Request, Send, Write
from sim.protocols.log import recover
from sim.protocols.readable import Readable
from sim.records import Cut, Entry, Epoch, Record, Result, Snapshot

FEWEST = 4  # a snapshot is not worth its while for fewer entries


class Database(Readable):
    """A log and a state machine. Subclasses decide when entries are durable enough to be applied.

    `state` holds all entries up to `applied`; it cannot go back before `base`, the snapshot that it was last built from or
    written to. `workers` is how many the log is applied by. With `syncs` off the process leaves it to the OS when its
    records reach the disk.
    """

    syncs = True

    def __init__(self, name: str, cluster: Cluster) -> None:
        super().__init__(name, cluster)
        self.durable = 0  # all entries up to here survive a power cut
        self.applying = 0  # all entries up to here were given to the state machine
        self.base: Snapshot | None = None
        self.workers = self.design.apply_workers
        self.kept = self.design.entries_kept
        self.tidies = self.kept is not None  # whether the log is trimmed
        self.spare = max(FEWEST, (self.kept or 0) // 4)  # how many entries too many the log may have before that

    @property
    def base_n(self) -> int:
        """The state cannot be taken back before this place in the log."""
        return self.base.n if self.base else 0

    def on_restart(self, records: tuple[Record, ...]) -> Effects:
        """Rebuild log and state from the disk; nothing counts as durable before an fsync."""
        self.log, self.base, known = recover(records, self.log)
        self.recall(known)
        self.load()
        self.reads_from = self.log.last
        yield from self.sync()

    def recall(self, known: Epoch) -> None:
        """Take back from the disk what this replica knew of epochs."""
        self.epoch = known.n

    def sync(self) -> Effects:
        """Make what was written durable, where the design does that at all."""
        if self.syncs:
            yield Fsync()

    def known(self) -> Epoch:
        """The epoch that a snapshot remembers."""
        return Epoch(self.epoch)

    # The log

    def on_durable(self, records: tuple[Record, ...]) -> Effects:
        """What was written before an fsync survives a power cut."""
        self.mark_durable(records)
        return iter(())

    def mark_durable(self, records: tuple[Record, ...]) -> None:
        """Advance the durable mark over what the log still has; entries come in the order of the log."""
        log = self.log
        for record in reversed(records):
            kind = type(record)
            if kind is Entry and log.holds(record):  # type: ignore[arg-type]
                self.durable = max(self.durable, record.n)
                break
            if kind is Snapshot and record.n <= log.last:
                self.durable = max(self.durable, record.n)

    def can_keep(self, keep: int) -> bool:
        """Whether everything after `keep` can be undone here; if not, only a snapshot helps."""
        return keep >= self.base_n or keep >= self.log.last

    def discard_after(self, keep: int) -> Effects:
        """Cut the log after `keep`: what follows belongs to a history that was not chosen."""
        gone = self.log.cut(keep)
        if not gone:
            return
        self.durable = min(self.durable, keep)
        if ops := tuple(entry.op for entry in gone if entry.op):
            yield Note("discarded", ops, keep + 1)
        yield Write(Cut(keep))
        yield from self.sync()
        self.reads_from = min(self.reads_from, keep)
        if self.applying > keep:
            self.load()
            self.reads_from = keep
            yield from self.apply_to(keep)

    # The state machine

    def load(self) -> None:
        """Put the state back to its last snapshot."""
        self.state = self.cluster.new_state(self.base.image if self.base else None)
        self.applied = self.applying = self.base_n
        self.log.know(self.state.ops)

    def apply_to(self, n: int) -> Effects:
        """Queue all entries up to `n` that are not queued yet."""
        for entry in self.log.between(self.applying, n):
            self.applying = entry.n
            yield Apply(entry, self.workers)

    def on_applied(self, entry: Entry) -> Effects:
        """Execute an entry, unless a cut of the log has overtaken it."""
        if entry.n == self.applied + 1 and self.log.holds(entry):
            self.applied = entry.n
            if entry.op:
                result = self.state.apply(entry)
                yield Note("applied", (entry.op,), entry.n)
                yield from self.executed(entry, result)
            if self.waiting_reads:
                yield from self.answer_waiting()
            if self.tidies:
                yield from self.tidy()

    def executed(self, entry: Entry, result: Result | None) -> Effects:
        """A hook: the entry has just become visible to reads here; `result` is what its client is told."""
        return iter(())

    def repeated(self, n: int, request: Request, client: str) -> Effects:
        """A repeated operation is in the log at `n` (0: in a snapshot): answer as the first time, or leave it to the answer
        that is still to come. The state machine knows what it returned."""
        yield Note("duplicate", (request.op,), n)
        if n <= self.dispensable():
            result = self.state.apply(Entry(n, 0, request.op, client, request.command))
            yield Send(client, Reply(request.op, True, result, self.position_now()))

    # Snapshots

    def snapshot(self) -> Snapshot:
        """The state as it is now."""
        return Snapshot(self.applied, self.log.ends_upto(self.applied), self.state.image(), self.known())

    def dispensable(self) -> int:
        """The log may be trimmed up to here, as far as this replica itself is concerned."""
        return self.applied

    def tidy(self) -> Effects:
        """Once there are enough entries more than `retain` asks for: write a snapshot and forget them."""
        upto = self.dispensable() - (self.kept or 0)
        if upto - self.log.first + 1 < self.spare:
            return
        self.base = self.snapshot()
        yield Write(self.base)
        yield from self.sync()
        yield Note("snapshot", n=self.base.n)
        self.log.trim(upto)
        yield Note("trimmed", n=upto)

    def install(self, snapshot: Snapshot, of: str) -> Effects:
        """Take over a state; what is here and not in it is discarded."""
        before = (*self.state.ops, *(entry.op for entry in self.log.between(self.applied, self.log.last)))
        agreed = self.log.common_prefix(snapshot.ends)
        self.base = snapshot._replace(known=self.known())
        self.log, self.durable = self.log.after_snapshot(snapshot), 0
        self.load()
        self.reads_from = snapshot.n
        has = dict.fromkeys(self.state.ops)
        if gone := tuple(op for op in before if op and op not in has):
            yield Note("discarded", gone, agreed + 1)
        yield Write(self.base)
        yield Write(Cut(snapshot.n))
        yield from self.sync()
        yield Note("installed", n=snapshot.n, peer=of)
