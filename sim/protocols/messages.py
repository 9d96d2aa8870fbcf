"""What replicas and controllers say to each other."""

from __future__ import annotations

from dataclasses import dataclass

from sim.node import Message
from sim.protocols.log import Ends
from sim.records import Decision, Entry, Snapshot


@dataclass(slots=True)
class Append(Message):
    """Log entries that follow the one at `prev`, from a leader or a predecessor."""

    flow = "replicate"
    epoch: int
    prev: int
    entries: tuple[Entry, ...]

    @property
    def ops(self) -> tuple[str, ...]:
        entries = self.entries
        return (entries[0].op,) if len(entries) == 1 else tuple([entry.op for entry in entries])


@dataclass(slots=True)
class Install(Message):
    """The state itself, for one whose gap begins before the log does. It weighs as much as all operations in that state."""

    flow = "replicate"
    epoch: int
    snapshot: Snapshot
    ops: tuple[str, ...]


@dataclass(slots=True)
class Ack(Message):
    """A follower holds the log up to `n`; in a chain: all that follow hold it. `op` is the entry at `n`, for readers."""

    flow = "ack"
    epoch: int
    n: int
    op: str = ""

    @property
    def ops(self) -> tuple[str, ...]:
        return (self.op,) if self.op else ()


@dataclass(slots=True)
class Lead(Message):
    """A heartbeat: I lead (or precede you) in this epoch; my log ends so, I have sent it up to `sent`, and your acks came
    up to `acked`. The receiver learns from it what the network has lost: entries, or an ack.
    """

    flow = "heartbeat"
    epoch: int
    ends: Ends
    sent: int
    acked: int


@dataclass(slots=True)
class Behind(Message):
    """A gap: my log ends at `last`, send what follows. At -1 the receiver needs a snapshot: it cannot go back to where
    the logs agree.
    """

    epoch: int
    last: int


@dataclass(slots=True)
class Stale(Message):
    """Your epoch is over; this one is known to me."""

    epoch: int


@dataclass(slots=True)
class Beat(Message):
    """A replica shows a controller that it lives; a leader's lease counts from `asked_at` on the leader's own clock."""

    flow = "heartbeat"
    epoch: int
    role: str
    asked_at: int = 0


@dataclass(slots=True)
class Grant(Message):
    """A controller's answer to a leader's Beat: serve in this epoch for the length of a lease from `asked_at` on."""

    flow = "heartbeat"
    epoch: int
    asked_at: int


@dataclass(slots=True)
class Propose(Message):
    """A leader asks a controller to decide that the in-sync set is this."""

    epoch: int
    members: tuple[str, ...]


@dataclass(slots=True)
class InSync(Message):
    """The controller's durable decision on the in-sync set; `version` counts them."""

    epoch: int
    version: int
    members: tuple[str, ...]


@dataclass(slots=True)
class Hello(Message):
    """A replica tells a controller that it has started again."""


@dataclass(slots=True)
class Fence(Message):
    """A controller raises the epoch: obey no leader of an older one, and say how far your log goes."""

    epoch: int


@dataclass(slots=True)
class Where(Message):
    """A controller asks how far the log goes and raises nothing: a design without fencing promotes on the answers."""

    epoch: int


@dataclass(slots=True)
class Position(Message):
    """The answer to Fence and Where, which have the same `epoch`: epoch and place of the last entry, both durable."""

    epoch: int
    last_epoch: int
    last: int


@dataclass(slots=True)
class Promote(Message):
    """A controller makes the receiver the leader of this epoch, with this in-sync set where one is kept."""

    epoch: int
    in_sync: tuple[str, ...] = ()


@dataclass(slots=True)
class Resign(Message):
    """A leader tells the controllers that an operator has taken the office of this epoch from it."""

    epoch: int


@dataclass(slots=True)
class Chain(Message):
    """The configuration service's word on who is in the chain, head first."""

    epoch: int
    members: tuple[str, ...]


@dataclass(slots=True)
class Campaign(Message):
    """A controller wants to decide for all, under a ballot that nobody has used."""

    ballot: int


@dataclass(slots=True)
class Vote(Message):
    """A durable promise to accept nothing of an older ballot, with the newest decision that the voter has accepted."""

    ballot: int
    accepted: Decision


@dataclass(slots=True)
class Accept(Message):
    """The chair asks the others to make a decision durable."""

    decision: Decision


@dataclass(slots=True)
class Accepted(Message):
    """It is durable here. A lease that this controller granted in an older epoch may last so long yet, in microseconds."""

    ballot: int
    version: int
    lease_left: int


@dataclass(slots=True)
class Report(Message):
    """A controller lives: its ballot, whether it is the chair, the newest decision it knows of, whom it holds for dead."""

    flow = "heartbeat"
    ballot: int
    chairs: bool
    decided: Decision | None
    suspected: tuple[str, ...]


@dataclass(slots=True)
class Switchover(Message):
    """An operator's order to promote a replica, passed on to whichever controller decides."""

    name: str


@dataclass(slots=True)
class Extend(Message):
    """The configuration service asks the tail of this chain to bring a replica up to date that lives and stands aside."""

    epoch: int
    replica: str


@dataclass(slots=True)
class CaughtUp(Message):
    """The tail to the configuration service: this replica holds all that is committed, and nothing is without it any more."""

    epoch: int
    replica: str


@dataclass(slots=True)
class VersionQuery(Message):
    """A member of a CRAQ chain asks the tail which version is committed, on behalf of a read of a dirty key."""

    flow = "request"
    epoch: int
    op: str

    @property
    def ops(self) -> tuple[str, ...]:
        return (self.op,)


@dataclass(slots=True)
class VersionReply(Message):
    """The tail has committed all versions up to `n`, and no later one yet."""

    flow = "reply"
    epoch: int
    op: str
    n: int

    @property
    def ops(self) -> tuple[str, ...]:
        return (self.op,)
