"""One Raft server on a bench: the test is its network, its clock, and its disk."""

from __future__ import annotations

from typing import Any, TypeVar

from sim.design import read_design
from sim.luck import Luck
from sim.node import Apply, Cluster, Effect, Fsync, Message, Note, Reply, Request, Send, Timer, Write
from sim.protocols.messages import Install
from sim.protocols.raft.messages import Appended, AppendEntries, RequestVote, Vote
from sim.protocols.raft.raft import Raft
from sim.records import Entry, Epoch, Record, Snapshot
from sim.state_machine import KeyValues, OnceOnly

M = TypeVar("M", bound=Message)
MS = 1000


def entry(n: int, term: int, op: str = "") -> Entry:
    """The entry of this place and term; its op says both: c9/21 is at place 2 in term 1."""
    return Entry(n, term, op or f"c9/{n}{term}", "c9", ("write", "x", n))


def entries(*terms: int) -> tuple[Entry, ...]:
    """A log from its terms, as figures 6 to 8 draw one: `entries(1, 1, 4)`."""
    return tuple(entry(n, term) for n, term in enumerate(terms, 1))


class Server:
    """A server named A among `n`. What it sends is kept in `out`; its disk is durable at once unless `holds_disk`."""

    def __init__(self, n: int = 3, kind: type[Raft] = Raft, sessions: bool = False, **design: Any) -> None:
        raw = {"topology": "raft", "replicas": n, "election_ms": 100, **design}
        state = OnceOnly if sessions else KeyValues
        self.cluster = Cluster(read_design(raw), (), ("c1", "c2"), Luck(1), lambda image: state({}, image), sessions)
        self.kind = kind
        self.now = 1000 * MS
        self.disk: list[Record] = []
        self.told = 0
        self.holds_disk = False
        self.wake()

    def wake(self, *records: Record) -> None:
        """Start the process on what a disk holds."""
        self.node = self.kind("A", self.cluster)
        self.disk, self.told = list(records), 0
        self.out: list[Send] = []
        self.notes: list[Note] = []
        self.timers: dict[str, int] = {}
        self.do("on_restart", records)

    def with_log(self, *terms: int, term: int = 0) -> Server:
        """Start again as a follower in `term` (that of the last entry, if it is not given) with such a log."""
        self.wake(Epoch(term or max(terms, default=0)), *entries(*terms))
        self.out.clear()
        return self

    def do(self, handler: str, *args: Any) -> None:
        """Run a handler and what follows from it on this machine."""
        self.node.now = self.now
        effects: list[Effect] = list(getattr(self.node, handler)(*args))
        for effect in effects:
            self.perform(effect)
        if any(isinstance(effect, Fsync) for effect in effects) and not self.holds_disk:
            self.sync()
        for effect in effects:
            if isinstance(effect, Apply):
                self.do("on_applied", effect.entry)

    def perform(self, effect: Effect) -> None:
        """What the kernel would do."""
        if isinstance(effect, Send):
            self.out.append(effect)
        elif isinstance(effect, Write):
            self.disk.append(effect.record)
        elif isinstance(effect, Timer):
            self.timers[effect.name] = self.now + effect.after_us
        elif isinstance(effect, Note):
            self.notes.append(effect)

    def sync(self, records: int | None = None) -> None:
        """An fsync of all that is written, or of so many records, is done."""
        upto = len(self.disk) if records is None else self.told + records
        fresh, self.told = tuple(self.disk[self.told : upto]), upto
        self.do("on_durable", fresh)

    def hear(self, sender: str, message: Message) -> list[Message]:
        """Deliver a message; what the sender is answered."""
        self.out.clear()
        self.do(message.handler, sender, message)
        return [sent.message for sent in self.out if sent.to == sender]

    def wait(self, timer: str) -> int:
        """Let time pass until a timer goes off; how long that took, in microseconds."""
        before, self.now = self.now, self.timers.pop(timer)
        self.out.clear()
        self.do(f"on_{timer}")
        return self.now - before

    def sent(self, kind: type[M]) -> dict[str, M]:
        """The last message of a kind to each, since something was heard or waited for."""
        return {sent.to: sent.message for sent in self.out if isinstance(sent.message, kind)}

    # What others do

    def elect(self, *voters: str) -> Server:
        """Let it stand for election and win with these votes, or just as many as it needs."""
        self.now += 1000 * MS
        self.do("on_election")
        voters = voters or self.node.others[: self.cluster.majority - 1]
        for voter in voters:
            self.hear(voter, Vote(self.node.epoch + 1, granted=True, pre=True))
        for voter in voters:
            self.hear(voter, Vote(self.node.epoch, granted=True))
        assert self.node.role == "leader"
        return self

    def follow(self, leader: str = "B", term: int = 0) -> Server:
        """Let it hear from a leader that has nothing new."""
        self.now += 1000 * MS
        log = self.node.log
        term = term or max(1, self.node.epoch)
        self.hear(leader, AppendEntries(term, log.last, log.last_epoch, (), 0, 1))
        assert self.node.leader == leader
        return self

    def ask_vote(self, candidate: str, term: int, log: tuple[int, int] = (9, 9), pre: bool = False) -> list[Message]:
        """A candidate whose log ends at (term, index) asks for a vote."""
        return self.hear(candidate, RequestVote(term, *log, pre))

    def append(self, *new: Entry, term: int, prev: tuple[int, int] = (0, 0), committed: int = 0) -> list[Message]:
        """B, the leader of a term, sends entries that follow the one at (term, index)."""
        return self.hear("B", AppendEntries(term, prev[1], prev[0], new, committed, 1))

    def acks(self, n: int, *followers: str, round: int = 0) -> None:
        """Followers have all entries up to `n`."""
        for follower in followers:
            self.hear(follower, Appended(self.node.epoch, n, round))

    def write(self, op: str = "c1/1") -> list[Message]:
        """A client writes."""
        return self.hear("c1", Request(op, ("write", "x", 1)))

    def read(self, op: str = "c1/2", **token: Any) -> list[Message]:
        """A client reads."""
        return self.hear("c1", Request(op, ("read", "x"), **token))

    @property
    def terms(self) -> tuple[int, ...]:
        """Its log as terms."""
        return tuple(one.epoch for one in self.node.log.entries)

    @property
    def answers(self) -> list[Reply]:
        """What clients were told since something was heard or waited for."""
        return [sent.message for sent in self.out if isinstance(sent.message, Reply)]


def installing(term: int, n: int, *ends: tuple[int, int]) -> Install:
    """A snapshot up to `n` on the wire."""
    state = KeyValues({"x": n})
    return Install(term, Snapshot(n, ends or ((term, n),), state.image()), ())
