"""How much is done, what it costs on the wire, and how often it was done without the acks that it should have waited for."""

from __future__ import annotations

from sim.checks.lookup import Load, read_load, write_load
from sim.checks.measure import MeasureSpec, Reading
from sim.history import History, Op, op_of
from sim.trace import HEADER_BYTES, OP_BYTES, WRITE_FLOWS, Event, Trace


def messages_per_write(trace: Trace, history: History) -> Reading:
    """Messages sent on behalf of writes, those of writes that failed and of repairs included, by acked writes.

    A message that carries several writes is one message.
    """
    return _by_acked_writes(len(_sent_for_writes(trace, history)), history)


def bytes_per_write(trace: Trace, history: History) -> Reading:
    """What these messages weigh on the wire, by acked writes."""
    sizes = (HEADER_BYTES + OP_BYTES * len(event.ops) for event in _sent_for_writes(trace, history))
    return _by_acked_writes(sum(sizes), history)


def _by_acked_writes(total: int, history: History) -> Reading:
    acked = len(history.acked_writes)
    return Reading(round(total / acked, 3) if acked else None)


def _sent_for_writes(trace: Trace, history: History) -> list[Event]:
    """The messages that carry operations of which at least one is a write."""
    reads = frozenset(op.id for op in history if op.is_read)
    kinds = frozenset(kind for kind, flow in trace.flow.items() if flow in WRITE_FLOWS)
    sent = [event for _, event in trace.of("sent") if event.ops and event.text in kinds]
    return [event for event in sent if not reads.issuperset(event.ops) and not reads.issuperset(map(op_of, event.ops))]


def writes_per_s(trace: Trace, history: History) -> Reading:
    """Acked writes a second of the world's time, while clients asked for writes and before the heal."""
    return _a_second(history.acked_writes, write_load(trace, history))


def reads_per_s(trace: Trace, history: History) -> Reading:
    """Answered reads a second of the world's time, while clients asked for reads and before the heal."""
    return _a_second([op for op in history if op.ok and op.is_read], read_load(trace, history))


def _a_second(done: list[Op], load: Load | None) -> Reading:
    if load is None or load.end == load.start:
        return Reading(None)
    count = sum(op.completed_at is not None and op.completed_at <= load.end for op in done)
    return Reading(round(count * 1_000_000 / (load.end - load.start), 3))


def alarms(trace: Trace, history: History) -> Reading:
    """Writes that were answered, or let through to be, although the acks that the design waits for had not come.

    They were released, or committed by a leader that had stopped to wait. An operator should hear of each: MySQL counts
    them as `Rpl_semi_sync_source_no_tx`.
    """
    alarmed = {op_of(op) for _, event in trace.of("released") for op in event.ops}
    degraded: set[str] = set()
    for _, event in trace.of("degraded", "restored", "role", "committed") if trace.of("degraded") else ():
        if event.what == "degraded":
            degraded.add(event.node)
        elif event.what != "committed":
            degraded.discard(event.node)
        elif event.node in degraded:
            alarmed.update(map(op_of, event.ops))
    return Reading(len(alarmed.intersection(history.ops)))


SPECS = (
    MeasureSpec(
        "writes_per_s",
        "writes/s",
        "throughput",
        "confirmed writes a second while clients asked for writes",
        "high",
        writes_per_s,
    ),
    MeasureSpec(
        "reads_per_s",
        "reads/s",
        "read throughput",
        "answered reads a second while clients asked for reads",
        "high",
        reads_per_s,
    ),
    MeasureSpec(
        "messages_per_write",
        "messages",
        "messages per write",
        "messages sent on behalf of writes, by confirmed writes",
        "low",
        messages_per_write,
    ),
    MeasureSpec(
        "bytes_per_write",
        "bytes",
        "bytes per write",
        "what the messages on behalf of writes weigh, by confirmed writes",
        "low",
        bytes_per_write,
    ),
    MeasureSpec(
        "alarms",
        "writes",
        "writes without their acks",
        "writes that went through although the acks that the design waits for had not come",
        "low",
        alarms,
    ),
)
