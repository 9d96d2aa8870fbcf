"""Why no order of a key's operations can place a read, in a sentence.

Versions are current one after another, each once. So if an operation of version u (its write, or a read that saw it) ended
before one of version v began, then u was before v. A read that no order can place either saw a version that was not
there, or began when v had come although u, which it saw, was before v. Gibbons and Korach (Testing Shared Memories, 1997, on
histories that tell which write a read saw) prove that nothing else can go wrong.
"""

from __future__ import annotations

from typing import NamedTuple

from sim.history import History, Key, Op

Versions = dict[str, list[Op]]  # for each version of a key its write, then the reads that saw it


class Contradiction(NamedTuple):
    """A read that cannot be placed, with the operations that leave it no place; `reason` is a sentence without its stop."""

    reason: str
    ops: tuple[Op, ...]


def version_of(read: Op) -> str:
    """The id of the write that an answered read saw, whichever attempt of it that was; "" for the initial version."""
    return read.result[1].partition("~")[0] if read.result else ""


def contradict(history: History, key: Key, read: Op) -> Contradiction:
    """Explain a read that cannot be placed although all that was answered before it could."""
    version = version_of(read)
    write = history.ops.get(version)
    saw = f"{read.id} saw {version or 'the initial value'} in {key}"
    if version and (write is None or write.is_read or key not in write.keys):
        return Contradiction(f"{saw}, which no client wrote there", (read,))
    if write and write.outcome == "fail":
        return Contradiction(f"{saw}, which failed", (read, write))
    if write and _precedes(read, write):
        return Contradiction(f"{saw} before {write.id} began", (read, write))
    older, newer, known = _newer_version(read, version, _versions(history, key, read))
    reason = f"{saw} after {_ended(known)}"
    if older is None:
        return Contradiction(reason, (read, known))
    return Contradiction(f"{reason}, and {_began(newer)} after {_ended(older)}", (read, known, newer, older))


def _versions(history: History, key: Key, last: Op) -> Versions:
    """What is known of the key's versions, but for the initial one, when the read `last` is answered."""
    versions: Versions = {op.id: [op] for op in history if not op.is_read and key in op.keys}
    for op in history:
        version = version_of(op) if op.is_read and key in op.keys else ""
        if version in versions and (op.completed_at or 0) <= (last.completed_at or 0):
            versions[version].append(op)
    return versions


def _newer_version(read: Op, version: str, versions: Versions) -> tuple[Op | None, Op, Op]:
    """What proves that a newer version had come when the read began; the youngest that can be proved.

    An operation of the read's version, none for the initial one; one of the newer version that began after that had
    ended; and one of the newer version that ended before the read began. Writes are named rather than reads where either
    would do.
    """
    mine = versions.pop(version, [])
    for theirs in reversed(versions.values()):
        known = next((op for op in theirs if _precedes(op, read)), None)
        pairs = ((older, newer) for newer in theirs for older in mine if _precedes(older, newer))
        older, newer = next(pairs, (None, theirs[0]))
        if known and (older or not version):
            return older, newer, known
    raise AssertionError(f"{read.id} can be placed")


def _precedes(one: Op, other: Op) -> bool:
    return one.ok and one.completed_at is not None and one.completed_at < other.invoked_at


def _ended(op: Op) -> str:
    return f"{op.id} had seen {version_of(op)}" if op.is_read else f"{op.id} was confirmed"


def _began(op: Op) -> str:
    return f"{op.id}, which saw {version_of(op)}, began" if op.is_read else f"{op.id} began"
