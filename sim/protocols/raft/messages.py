"""What Raft servers say to each other (figure 2). A term is what other protocols here call an epoch.

Of a stale term the answer is `Stale`, as everywhere: "reply false if term < currentTerm".
"""

from __future__ import annotations

from dataclasses import dataclass

from sim.node import Message
from sim.protocols.log import Ends
from sim.records import Entry


@dataclass(slots=True)
class RequestVote(Message):
    """A candidate of this term asks for a vote; its log ends at `last`, in term `last_term`.

    `pre` asks only whether a vote would be given (dissertation, 9.6). `forced`: an operator wants this election, so that
    a voter which hears from a leader may vote all the same (4.2.3).
    """

    term: int
    last_term: int
    last: int
    pre: bool = False
    forced: bool = False


@dataclass(slots=True)
class Vote(Message):
    """The answer. `term` is the voter's own, but that of the candidacy where a pre-vote is granted."""

    term: int
    granted: bool
    pre: bool = False


@dataclass(slots=True)
class AppendEntries(Message):
    """The leader's entries after the one at `prev`, which is of term `prev_term`; without entries a heartbeat.

    `committed` is the leader's commit index, `round` its last heartbeat round: the answer repeats it.
    """

    flow = "replicate"
    term: int
    prev: int
    prev_term: int
    entries: tuple[Entry, ...]
    committed: int
    round: int

    @property
    def ops(self) -> tuple[str, ...]:
        return tuple(entry.op for entry in self.entries if entry.op)


@dataclass(slots=True)
class Appended(Message):
    """A follower's log is durable and like the leader's up to `n`; `op` is the entry there, for readers."""

    flow = "ack"
    term: int
    n: int
    round: int
    op: str = ""

    @property
    def ops(self) -> tuple[str, ...]:
        return (self.op,) if self.op else ()


@dataclass(slots=True)
class Mismatch(Message):
    """A follower has no entry like the leader's at `prev`. Up to there its log's terms end so (a hint, section 5.3)."""

    term: int
    prev: int
    ends: Ends
    round: int
