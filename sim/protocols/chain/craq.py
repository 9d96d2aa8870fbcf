"""CRAQ, chain replication with apportioned queries (Terrace & Freedman, USENIX ATC 2009): every member answers reads.

A member executes a write when it is durable there; until the tail has committed it, that version of its keys is dirty. A
clean key is read at once; of a dirty one the member asks the tail which version is committed, and reads that one. Version
numbers are log indexes: they grow with the versions of each key, and a write that touches two keys gives both the same.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from sim.node import Cluster, Effects, Reply, Request, Send, Timer
from sim.protocols.chain.chain import ChainReplica
from sim.protocols.messages import VersionQuery, VersionReply
from sim.records import Entry, Record, Result, keys_of


@dataclass(slots=True)
class Query:
    """A read that waits: for the tail's word, then for this member to have executed the log up to `version`.

    All versions up to `committed` are known to be committed.
    """

    client: str
    request: Request
    committed: int = 0
    version: int = 0


class CraqReplica(ChainReplica):
    """One member.

    `dirty` are the writes that are executed here and not yet committed, with what their clients will be told; `versions` has,
    for each key of theirs, the newest committed version and all later ones. `asking` and `waiting` are reads.
    """

    def __init__(self, name: str, cluster: Cluster) -> None:
        super().__init__(name, cluster)
        self.versions: dict[str, list[tuple[int, Result]]] = {}
        self.dirty: deque[tuple[Entry, Result | None]] = deque()
        self.asking: dict[str, Query] = {}
        self.waiting: list[Query] = []

    # Reads

    def on_request(self, client: str, request: Request) -> Effects:
        """Any member answers reads, a new tail once the old one has stopped; writes are the head's as in any chain."""
        if request.command[0] != "read":
            yield from super().on_request(client, request)
        elif self.may_read() and self.serves and self.applied >= self.reads_from:
            yield from self.read(client, request)
        else:
            yield from self.refuse(request, client)

    def may_read(self) -> bool:
        """Whether reads are this member's business."""
        return self.is_tail or (self.design.reads != "tail" and self.role in ("head", "middle"))

    def read(self, client: str, request: Request) -> Effects:
        """A clean version at once, of a dirty one what the tail has committed (section 2.3); or the newest known (2.4)."""
        key = str(request.command[1])
        if self.design.reads == "eventual":
            yield from self.answer(client, request, self.state.read(key), self.applied)
        elif self.is_tail or self.newest(key, self.log.last) <= self.committed:
            yield from self.read_version(Query(client, request, self.committed))
        else:
            self.asking[request.op] = Query(client, request)
            yield Send(self.members[-1], VersionQuery(self.epoch, request.op))
            yield Timer("unanswered", self.cluster.heartbeat_us, request.op)

    def newest(self, key: str, upto: int) -> int:
        """The number of a key's newest version up to there; 0 if it is both committed and executed."""
        for entry in reversed(self.log.between(min(self.committed, self.applied), upto)):
            if key in keys_of(entry.command):
                return entry.n
        return 0

    def on_versionquery(self, member: str, message: VersionQuery) -> Effects:
        """The tail says how far it has committed; a new one not before it has committed all that its forerunner may have."""
        if message.epoch == self.epoch and self.is_tail and self.serves and self.committed >= self.reads_from:
            yield Send(member, VersionReply(self.epoch, message.op, self.committed))

    def on_versionreply(self, _: str, message: VersionReply) -> Effects:
        """Read the version that was committed at the tail when it answered, or a later one that is by now."""
        if message.epoch == self.epoch and message.op in self.asking:
            query = self.asking.pop(message.op)
            query.committed = max(message.n, self.committed)
            yield from self.read_version(query)

    def on_unanswered(self, op: str) -> Effects:
        """The tail does not answer: nor does this member."""
        if op in self.asking:
            query = self.asking.pop(op)
            yield from self.refuse(query.request, query.client)

    def read_version(self, query: Query) -> Effects:
        """Answer with the newest committed version, as soon as it is executed here."""
        key = str(query.request.command[1])
        query.version = self.newest(key, query.committed)
        if query.version > self.applied:
            self.waiting.append(query)
        else:
            upto = max(query.committed, self.committed)
            yield from self.answer(query.client, query.request, self.value(key, upto), upto)

    def value(self, key: str, committed: int) -> Result:
        """The newest version of a key that is committed."""
        for n, result in reversed(self.versions.get(key, ())):
            if n <= committed:
                return result
        return self.state.read(key)

    def answer(self, client: str, request: Request, result: Result, upto: int) -> Effects:
        """Tell a reader what it found in the state up to a place in the log."""
        yield Send(client, Reply(request.op, True, result, (self.log.epoch_at(upto), upto)))

    # Versions

    def on_durable(self, records: tuple[Record, ...]) -> Effects:
        """A member before the tail executes what is durable there."""
        yield from super().on_durable(records)
        if self.role in ("head", "middle"):
            yield from self.apply_to(self.durable)

    def on_applied(self, entry: Entry) -> Effects:
        """Keep the version that a dirty one succeeds; then answer those who waited for this one."""
        for key in keys_of(entry.command) if entry.n > self.committed else ():
            if key not in self.versions:
                self.versions[key] = [(0, self.state.read(key))]
        yield from super().on_applied(entry)
        if self.waiting:
            ready = [query for query in self.waiting if query.version <= self.applied]
            self.waiting = [query for query in self.waiting if query.version > self.applied]
            for query in ready:
                yield from self.read_version(query)

    def executed(self, entry: Entry, result: Result | None) -> Effects:
        """A new version of each of its keys, dirty as long as the tail has not committed it; until then nobody answers."""
        if entry.n <= self.committed:
            yield from super().executed(entry, result)
            return
        self.dirty.append((entry, result))
        for key in keys_of(entry.command):
            self.versions[key].append((entry.n, self.state.read(key)))

    def commit_to(self, n: int) -> Effects:
        """Versions up to there are clean."""
        yield from super().commit_to(n)
        yield from self.settle()

    def learn_committed(self, n: int) -> Effects:
        """Who was a member before may have dirty versions yet."""
        yield from super().learn_committed(n)
        yield from self.settle()

    def settle(self) -> Effects:
        """Dirty writes that are committed now are answered, and what they replaced is forgotten."""
        dirty = self.dirty
        while dirty and dirty[0][0].n <= self.committed:
            entry, result = dirty.popleft()
            for key in keys_of(entry.command):
                self.clean(key)
            yield from super().executed(entry, result)

    def clean(self, key: str) -> None:
        """Forget what is older than the newest committed version; a single version is clean (section 2.3)."""
        versions = self.versions.get(key, [])
        while len(versions) > 1 and versions[1][0] <= self.committed:
            del versions[0]
        if len(versions) == 1:
            del self.versions[key]

    def take_place(self, epoch: int, members: tuple[str, ...]) -> Effects:
        """The one that was asked may be the tail no more: whoever waits for its answer is refused."""
        queries, self.asking = self.asking, {}
        for query in queries.values():
            yield from self.refuse(query.request, query.client)
        yield from super().take_place(epoch, members)

    def load(self) -> None:
        """A state that is built anew has no versions but the newest."""
        super().load()
        self.versions.clear()
        self.dirty.clear()
