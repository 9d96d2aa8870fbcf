"""A log and the state that comes from it, as clients see it: reads, tokens, refusals, and the end of a run."""

from __future__ import annotations

from sim.node import Cluster, Effects, Node, Note, Reply, Request, Send, Summary, Timer
from sim.protocols.log import IndexedLog, Log


class Readable(Node):
    """`state` holds all entries of `log` up to `applied`."""

    def __init__(self, name: str, cluster: Cluster) -> None:
        super().__init__(name, cluster.luck)
        self.cluster = cluster
        self.design = cluster.design
        self.log = IndexedLog() if cluster.sessions else Log()
        self.state = cluster.new_state(None)
        self.applied = 0  # all entries up to here went through it; some change nothing, so its ids do not count them
        self.reads_from = 0  # reads are refused until the state holds all entries up to here
        self.waiting_reads: dict[str, tuple[str, Request]] = {}  # by op: who asks for a position that is not reached yet

    def play(self, role: str) -> Effects:
        """Take a role."""
        if role != self.role:
            self.role = role
            yield Note("role", n=self.epoch, text=role)

    def position_now(self) -> tuple[int, int]:
        """How far the state goes: (epoch, index)."""
        return self.log.epoch_at(self.applied), self.applied

    def has_seen(self, token: tuple[int, int]) -> bool:
        """Whether the state contains the very entry at a position; an index alone may be that of another history."""
        epoch, n = token
        return n <= self.applied and (n == 0 or self.log.epoch_at(n) == epoch)

    def answer_read(self, request: Request, client: str) -> Effects:
        """Read the state of this replica as it is, once it is rebuilt: nobody is shown a database in the middle of recovery.

        A read with a token waits a heartbeat for its position.
        """
        if self.applied < self.reads_from:
            yield from self.refuse(request, client)
        elif self.has_seen(request.token):
            value = self.state.read(str(request.command[1]))
            yield Send(client, Reply(request.op, True, value, self.position_now()))
        else:
            self.waiting_reads[request.op] = (client, request)
            yield Timer("waited", self.cluster.heartbeat_us, request.op)

    def answer_waiting(self) -> Effects:
        """Answer the reads whose position is reached."""
        for op, (client, request) in list(self.waiting_reads.items()):
            if self.has_seen(request.token):
                del self.waiting_reads[op]
                yield from self.answer_read(request, client)

    def on_waited(self, op: str) -> Effects:
        """The position did not come: ask elsewhere."""
        if op in self.waiting_reads:
            client, request = self.waiting_reads.pop(op)
            yield from self.refuse(request, client)

    def refuse(self, request: Request, client: str) -> Effects:
        """Tell a client that nothing was accepted here."""
        yield Send(client, Reply(request.op, False))

    def describe(self, claims: bool, member: bool) -> Summary:
        """The end of the run in its own words."""
        pending = tuple(entry.op for entry in self.log.between(self.applied, self.log.last) if entry.op)
        return Summary(claims, member, tuple(self.state.ops), pending, self.state.items())
