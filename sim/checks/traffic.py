"""What replication costs and how far it lags behind."""

from __future__ import annotations

from sim.checks.lookup import write_load
from sim.checks.measure import MeasureSpec, Reading
from sim.history import History
from sim.trace import DEATHS, WRITE_FLOWS, Event, Trace


def messages_per_write(trace: Trace, history: History) -> Reading:
    """Messages sent on behalf of writes, those of writes that failed and of repairs included, by acked writes.

    A message that carries several writes is one message.
    """
    acked = len(history.acked_writes)
    if not acked:
        return Reading(None)
    writes = frozenset(op.id for op in history if not op.is_read)
    kinds = frozenset(kind for kind, flow in trace.flow.items() if flow in WRITE_FLOWS)
    sent = sum(event.text in kinds and not writes.isdisjoint(event.ops) for _, event in trace.of("sent"))
    return Reading(round(sent / acked, 3))


def writes_per_s(trace: Trace, history: History) -> Reading:
    """Acked writes a second of the world's time, while clients asked for writes and before the heal."""
    load = write_load(trace, history)
    if load is None or load.end == load.start:
        return Reading(None)
    done = sum(op.completed_at is not None and op.completed_at <= load.end for op in history.acked_writes)
    return Reading(round(done * 1_000_000 / (load.end - load.start), 3))


def lag_at_shot_ops(trace: Trace, history: History) -> Reading:
    """Entries that the node which confirmed last had durable at the strike and no survivor had received.

    It compares with the most caught-up of the other replicas that the strike did not kill, for that one should be
    promoted; so it is what the best failover loses. Where the design never syncs to disk, what the node had received
    stands in for durable. No value without a strike, an acknowledgement before it, or a survivor.
    """
    strike = trace.struck_at
    if strike is None:
        return Reading(None)
    past = [event for event in trace.events if event.at <= strike]
    acker = _last_acker(past, history)
    dead = {event.node for event in past if event.what == "fault" and event.text in DEATHS}
    survivors = [node for node in trace.replicas if node not in (acker, *dead)]
    if acker is None or not survivors:
        return Reading(None)
    received = _log_ends(past, "received")
    own = _log_ends(past, "durable").get(acker) or received.get(acker, 0)
    return Reading(max(0, own - max(received.get(node, 0) for node in survivors)))


def _last_acker(events: list[Event], history: History) -> str | None:
    writes = frozenset(op.id for op in history if not op.is_read)
    replies = (e.node for e in reversed(events) if e.what == "reply_sent" and not writes.isdisjoint(e.ops))
    return next(replies, None)


def _log_ends(events: list[Event], step: str) -> dict[str, int]:
    """The highest log index that reached `step` on each node and was not cut off since."""
    ends: dict[str, int] = {}
    for event in events:
        if event.what == step:
            ends[event.node] = max(ends.get(event.node, 0), event.n + len(event.ops) - 1)
        elif event.what == "discarded":
            ends[event.node] = min(ends.get(event.node, 0), event.n - 1)
    return ends


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
        "messages_per_write",
        "messages",
        "messages per write",
        "messages sent on behalf of writes, by confirmed writes",
        "low",
        messages_per_write,
    ),
    MeasureSpec(
        "lag_at_shot_ops",
        "ops",
        "lag at the shot",
        "entries durable on the confirming node at the strike that no surviving replica had received",
        "low",
        lag_at_shot_ops,
    ),
)
