"""What the clients saw: each operation from its invocation to its outcome. Checkers judge this, not the protocol's word.

Outcomes are those of Jepsen: `ok`; `fail` (certainly not done); `info` (unknown: it timed out, and may take effect at any
later time or never).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from sim.records import keys_of

Key = str


def op_of(attempt: str) -> str:
    """The operation that an id in a log or a message belongs to: a client that tries `c1/17` again may call it `c1/17~2`."""
    return attempt.partition("~")[0] if "~" in attempt else attempt


CONDITIONAL = ("cas", "acquire", "release")  # kinds that change nothing where the state is not what they ask for


@dataclass(slots=True)
class Op:
    """One operation of one client. Instants are microseconds of the world's time.

    `kind` and `args` are its command: deposit (account, amount), transfer (from, to, amount), write (key, value), cas (key,
    expected, value), append (feed,), acquire (lock, holder, ttl in us, NOW), release (lock, holder, token), read (key,).
    `result` is (value, id of the last write to that key in the state it saw, or "" for the initial one); for a write that
    tells what it did, the state after it. `node` is the replica that answered.
    """

    id: str
    process: str
    kind: str
    args: tuple[str | int, ...]
    invoked_at: int
    outcome: str = "info"
    completed_at: int | None = None
    result: tuple[int | str | None, str] | None = None
    node: str = ""

    @property
    def is_read(self) -> bool:
        """Whether it changed nothing and tells what it saw: a read, or a conditional write that was refused."""
        return self.kind == "read" or (
            self.kind in CONDITIONAL and self.result is not None and op_of(self.result[1]) != self.id
        )

    @property
    def keys(self) -> tuple[Key, ...]:
        """The keys (accounts, registers) that the operation touches."""
        return keys_of((self.kind, *self.args))

    @property
    def ok(self) -> bool:
        return self.outcome == "ok"


@dataclass
class History:
    """All operations of a run by id, in the order of their invocation."""

    ops: dict[str, Op] = field(default_factory=dict)
    initial: dict[Key, int] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Op]:
        return iter(self.ops.values())

    def __getitem__(self, attempt: str) -> Op:
        """The operation of an id or of one of its attempts; raises KeyError if no client asked for it."""
        return self.ops[op_of(attempt)]

    def find(self, attempt: str) -> Op | None:
        """The operation of an id or of one of its attempts; None if no client asked for it."""
        return self.ops.get(attempt) or self.ops.get(op_of(attempt))

    @property
    def acked_writes(self) -> list[Op]:
        """The writes that a client was told are done."""
        return [op for op in self if op.ok and not op.is_read]

    @property
    def unknown_writes(self) -> list[Op]:
        """The writes whose client never learnt what became of them."""
        return [op for op in self if op.outcome == "info" and not op.is_read]
