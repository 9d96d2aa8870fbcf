"""The state machine that a log drives: values by key, which write set them, and who holds which lock until when.

It is deterministic: whatever the outcome depends on, a lock's time too, stands in the log entry.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from sim.records import Entry, Image, Result

Value = int | None


class Prefix(NamedTuple):
    """The first `length` items of a list that only grows, so an image need not copy it."""

    items: list[str]
    length: int


class KeyValues:
    """The state of every workload. `ops` are the ids of the writes that changed it, in their order.

    A write that tells what it did returns what a read of its key would find just after it; one that asked for a state
    that it did not meet changes nothing, so it returns the id of another write.
    """

    def __init__(self, initial: Mapping[str, int], image: Image | None = None) -> None:
        values, versions, holders, ops = image or (initial, (), (), Prefix([], 0))
        self._values: dict[str, Value] = dict(values)  # type: ignore[call-overload]
        self._versions: dict[str, str] = dict(versions)  # type: ignore[call-overload]
        self._holders: dict[str, tuple[str, int]] = dict(holders)  # type: ignore[call-overload]
        assert isinstance(ops, Prefix)
        self.ops: list[str] = ops.items[: ops.length]

    def apply(self, entry: Entry) -> Result | None:
        """Execute a write and return what its client is told."""
        kind, *operands = entry.command
        result = _APPLY[str(kind)](self, entry, *operands)
        if result is None or result[1] == entry.op:
            self.ops.append(entry.op)
        return result

    def image(self) -> Image:
        """All of it as plain data, to go on from elsewhere."""
        tables = (self._values, self._versions, self._holders)
        return (*(tuple(table.items()) for table in tables), Prefix(self.ops, len(self.ops)))

    def read(self, key: str) -> Result:
        """The value of a key, and the id of the write that it comes from ("" at the start)."""
        return self._values.get(key), self._versions.get(key, "")

    def items(self) -> tuple[tuple[str, object], ...]:
        """All keys with their values, sorted."""
        return tuple(sorted(self._values.items()))

    def put(self, entry: Entry, key: str, value: Value) -> None:
        """Set a key."""
        self._values[key], self._versions[key] = value, entry.op

    def cas(self, entry: Entry, key: str, expected: int, value: int) -> Result:
        """Compare and set."""
        if self._values.get(key) == expected:
            self.put(entry, key, value)
        return self.read(key)

    def add(self, entry: Entry, key: str, amount: int) -> None:
        """Add to a key."""
        self.put(entry, key, (self._values.get(key) or 0) + amount)

    def move(self, entry: Entry, source: str, target: str, amount: int) -> None:
        """Move an amount between two keys; a balance may go below zero, so the order of writes does not matter."""
        self.add(entry, source, -amount)
        self.add(entry, target, amount)

    def append(self, entry: Entry, feed: str) -> Result:
        """Put a post at the end of a feed. Its value is how many posts it has, so the author learns the place of the post."""
        self.add(entry, feed, 1)
        return self.read(feed)

    def acquire(self, entry: Entry, lock: str, holder: str, ttl_us: int, now_us: int) -> Result:
        """Grant a lock that is free, run out or the asker's own; the entry's place in the log is the fencing token.

        A lock's value is the token of its last grant, None once released. Who is refused gets no token.
        """
        held_by, until = self._holders.get(lock, ("", 0))
        if now_us < until and holder != held_by:
            return None, self._versions[lock]
        self._holders[lock] = holder, now_us + ttl_us
        self.put(entry, lock, entry.n)
        return self.read(lock)

    def release(self, entry: Entry, lock: str, holder: str, token: int) -> Result:
        """Give a lock back, unless it was granted anew meanwhile."""
        if self._values.get(lock) == token and self._holders[lock][0] == holder:
            del self._holders[lock]
            self.put(entry, lock, None)
        return self.read(lock)


_APPLY: dict[str, Callable[..., Result | None]] = {
    "deposit": KeyValues.add,
    "transfer": KeyValues.move,
    "write": KeyValues.put,
    "cas": KeyValues.cas,
    "append": KeyValues.append,
    "acquire": KeyValues.acquire,
    "release": KeyValues.release,
}


class OnceOnly(KeyValues):
    """Does an operation once, however often its id comes: sessions as in Ongaro's dissertation on Raft, section 6.3.

    A client has one operation in flight and numbers them, so its last number and what that returned are all there is to keep.
    """

    def __init__(self, initial: Mapping[str, int], image: Image | None = None) -> None:
        super().__init__(initial, image and image[:-1])
        self._sessions: dict[str, tuple[int, Result | None]] = dict(image[-1] if image else ())  # type: ignore[call-overload]

    def apply(self, entry: Entry) -> Result | None:
        """Execute a write, unless its client's session is as far already; then return what it returned the first time.

        Nobody waits any more for the answer to one before the last.
        """
        number = int(entry.op.partition("/")[2])
        last, result = self._sessions.get(entry.client, (0, None))
        if number > last:
            result = super().apply(entry)
            self._sessions[entry.client] = number, result
        return result if number >= last else None

    def image(self) -> Image:
        """The sessions travel with the state, or a replica that starts from the image would do old operations again."""
        return (*super().image(), tuple(self._sessions.items()))
