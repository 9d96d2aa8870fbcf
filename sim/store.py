"""The storage that a lock protects: a machine of its own, which knows nothing of the lock service but the tokens it is shown.

A lock with a time limit cannot keep a late holder from writing; only the storage can, if it refuses a fencing token
smaller than one it has seen (Kleppmann, How to do distributed locking, 2016).
"""

from __future__ import annotations

from dataclasses import dataclass

from sim.luck import Luck
from sim.node import Effects, Fsync, Message, Node, Note, Send, Write
from sim.records import Epoch, Record

STORE = "store"  # the name of the machine


@dataclass(slots=True)
class Guarded(Message):
    """A client writes to the storage under a lock that the operation `op` has got it, with the token of that grant."""

    flow = "request"
    op: str
    lock: str
    token: int

    @property
    def ops(self) -> tuple[str, ...]:
        return (self.op,)


@dataclass(slots=True)
class Guarding(Message):
    """The storage's answer: whether the write was taken."""

    flow = "reply"
    op: str
    taken: bool

    @property
    def ops(self) -> tuple[str, ...]:
        return (self.op,)


class Store(Node):
    """Takes writes in the order in which they come; each is durable, with its token, before it is answered."""

    def __init__(self, name: str, luck: Luck, checks_tokens: bool) -> None:
        super().__init__(name, luck)
        self.checks_tokens = checks_tokens
        self.highest: dict[str, int] = {}  # the last token taken for each lock; where tokens are checked, the largest
        self.written = self.durable = 0  # records at the end of the file, and those of them that survive a power cut
        self.waiting: list[tuple[int, str, Guarded]] = []  # what is written and not yet durable

    def on_restart(self, records: tuple[Record, ...]) -> Effects:
        """Go on with the tokens that the disk has."""
        self.written = len(records)
        for record in records:
            if isinstance(record, Epoch):
                self.highest[record.text] = record.n
        return iter(())

    def on_guarded(self, client: str, message: Guarded) -> Effects:
        """Refuse a token that is older than another one; a storage that does not check takes everything."""
        if self.checks_tokens and message.token < self.highest.get(message.lock, 0):
            yield Note("rejected", (message.op,), message.token, client, message.lock)
            yield Send(client, Guarding(message.op, False))
            return
        self.highest[message.lock] = message.token
        self.written += 1
        self.waiting.append((self.written, client, message))
        yield Write(Epoch(message.token, message.lock))
        yield Fsync()

    def on_durable(self, records: tuple[Record, ...]) -> Effects:
        """Answer for what is durable now. After a restart this tells of the older records first."""
        self.durable += len(records)
        while self.waiting and self.waiting[0][0] <= self.durable:
            _, client, message = self.waiting.pop(0)
            yield Note("stored", (message.op,), message.token, client, message.lock)
            yield Send(client, Guarding(message.op, True))
