"""Why no order of a key's operations can place a read, in a sentence.

Versions are current one after another, each once. So if an operation of version u (its write, or a read that saw it) ended
before one of version v began, then u was before v. A read that no order can place either saw a version that was not
there, or began when v had come although u, which it saw, was before v. Gibbons and Korach (Testing Shared Memories, 1997, on
histories that tell which write a read saw) prove that nothing else can go wrong.
"""

from __future__ import annotations

from typing import NamedTuple

from sim.history import History, Key, Op, op_of

Versions = dict[str, list[Op]]  # for each version of a key its write, then the reads that saw it


class Contradiction(NamedTuple):
    """A read that cannot be placed, with the operations that leave it no place; `reason` is a sentence without its stop."""

    reason: str
    ops: tuple[Op, ...]


def version_of(read: Op) -> str:
    """The id of the write that an answered read saw, whichever attempt of it that was; "" for the initial version."""
    return op_of(read.result[1]) if read.result else ""


def contradict(history: History, key: Key, stuck: Op) -> Contradiction:
    """Explain an operation that cannot be placed although all that was answered before it could."""
    did = f"{stuck.id} saw {version_of(stuck) or 'the initial value'} in {key}"
    if not stuck.is_read:
        did = f"{stuck.id} changed {key} from {stuck.args[1]} to {stuck.args[2]}"
    found = stuck.is_read and (_missing_version(history, key, stuck, did) or _newer_version(history, key, stuck, did))
    return found or Contradiction(f"{did}, and no order of the other operations on {key} allows that", (stuck,))


def _missing_version(history: History, key: Key, read: Op, saw: str) -> Contradiction | None:
    """A version that was not there."""
    version = version_of(read)
    write = history.ops.get(version)
    if version and (write is None or key not in write.keys):
        return Contradiction(f"{saw}, which no client wrote there", (read,))
    if write and (write.outcome == "fail" or write.is_read):
        return Contradiction(f"{saw}, which {'was refused' if write.is_read else 'failed'}", (read, write))
    if write and _precedes(read, write):
        return Contradiction(f"{saw} before {write.id} began", (read, write))
    return None


def _newer_version(history: History, key: Key, read: Op, saw: str) -> Contradiction | None:
    """A newer version that had come when the read began; the youngest that can be proved.

    The proof is an operation of the read's version, none for the initial one; one of the newer version that began after
    that had ended; and one of the newer version that ended before the read began. Writes are named rather than reads
    where either would do.
    """
    versions = _versions(history, key, read)
    mine = versions.pop(version_of(read), [])
    for theirs in reversed(versions.values()):
        known = next((op for op in theirs if _precedes(op, read)), None)
        older, newer = next(((o, n) for n in theirs for o in mine if _precedes(o, n)), (None, None))
        if known and older and newer:
            return Contradiction(
                f"{saw} after {_ended(known)}, and {_began(newer)} after {_ended(older)}", (read, known, newer, older)
            )
        if known and not version_of(read):
            return Contradiction(f"{saw} after {_ended(known)}", (read, known))
    return None


def _versions(history: History, key: Key, last: Op) -> Versions:
    """What is known of the key's versions, but for the initial one, when the read `last` is answered."""
    versions: Versions = {op.id: [op] for op in history if not op.is_read and key in op.keys}
    for op in history:
        version = version_of(op) if op.is_read and key in op.keys else ""
        if version in versions and (op.completed_at or 0) <= (last.completed_at or 0):
            versions[version].append(op)
    return versions


def _precedes(one: Op, other: Op) -> bool:
    return one.ok and one.completed_at is not None and one.completed_at < other.invoked_at


def _ended(op: Op) -> str:
    return f"{op.id} had seen {version_of(op)}" if op.is_read else f"{op.id} was confirmed"


def _began(op: Op) -> str:
    return f"{op.id}, which saw {version_of(op)}, began" if op.is_read else f"{op.id} began"
