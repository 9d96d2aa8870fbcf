"""How far replicas lag behind what is committed, in entries and in time; and what of it a strike made fatal."""

from __future__ import annotations

from sim.checks.backlog import Backlog, Series
from sim.checks.latency import nearest_rank
from sim.checks.measure import MeasureSpec, Reading, to_ms
from sim.history import History
from sim.trace import DEATHS, Trace


def lag_series(trace: Trace) -> Series:
    """For each instant (us) up to the heal at which anything changed, how many entries each running member was behind."""
    return Backlog(trace, with_series=True).series


def lag_max_ops(trace: Trace, history: History) -> Reading:
    """The most entries that were committed and not applied at one running member; no value without a second replica."""
    return Reading(trace.once(Backlog).most if _compares(trace) else None)


def lag_max_ms(trace: Trace, history: History) -> Reading:
    """The longest time from a commit until a running member had applied the entry; a bound if one never did by the heal."""
    if not _compares(trace):
        return Reading(None)
    backlog = trace.once(Backlog)
    longest = max(backlog.open(), default=-1)
    value = max([longest, *backlog.waits])
    return Reading(to_ms(value), at_least=value == longest) if value >= 0 else Reading(None)


def lag_p99_ms(trace: Trace, history: History) -> Reading:
    """The same for 99 of 100 entries and members, by nearest rank; what was not applied by the heal counts with its wait."""
    if not _compares(trace):
        return Reading(None)
    backlog = trace.once(Backlog)
    still_open = list(backlog.open())
    waits = sorted([*backlog.waits, *still_open])
    if not waits:
        return Reading(None)
    value = nearest_rank(99, waits)
    return Reading(to_ms(value), at_least=any(wait <= value for wait in still_open))


def _compares(trace: Trace) -> bool:
    return len(trace.replicas) > 1


def lag_at_shot_ops(trace: Trace, history: History) -> Reading:
    """Entries that the node which confirmed last had durable at the strike and no survivor had received.

    It compares with the most caught-up of the other replicas that the strike did not kill, for that one should be
    promoted; so it is what the best failover loses. Where the design never syncs to disk, what the node had received
    stands in for durable. No value without a strike, an acknowledgement before it, or a survivor.
    """
    strike = trace.struck_at
    acker = None if strike is None else _last_acker(trace, history, strike)
    if strike is None or acker is None:
        return Reading(None)
    dead = {event.node for _, event in trace.of("fault") if event.at <= strike and event.text in DEATHS}
    survivors = [node for node in trace.replicas if node not in (acker, *dead)]
    if not survivors:
        return Reading(None)
    received = _log_ends(trace, "received", strike)
    own = _log_ends(trace, "durable", strike).get(acker) or received.get(acker, 0)
    return Reading(max(0, own - max(received.get(node, 0) for node in survivors)))


def _last_acker(trace: Trace, history: History, strike: int) -> str | None:
    """Who gave the last answer to a write up to an instant (us)."""
    for _, event in reversed(trace.of("reply_sent")):
        if event.at <= strike and any((op := history.find(attempt)) and not op.is_read for attempt in event.ops):
            return event.node
    return None


def _log_ends(trace: Trace, step: str, until: int) -> dict[str, int]:
    """The highest log index that reached `step` on each node up to an instant (us) and was not cut off since."""
    ends: dict[str, int] = {}
    for _, event in trace.of(step, "discarded"):
        if event.at > until:
            break
        if event.what == "discarded":
            ends[event.node] = min(ends.get(event.node, 0), event.n - 1)
        else:
            ends[event.node] = max(ends.get(event.node, 0), event.n + len(event.ops) - 1)
    return ends


SPECS = (
    MeasureSpec(
        "lag_max_ops",
        "ops",
        "largest lag",
        "the most committed entries that a running replica had not applied",
        "low",
        lag_max_ops,
    ),
    MeasureSpec(
        "lag_max_ms",
        "ms",
        "longest lag",
        "the longest time from a commit until a running replica had applied the entry",
        "low",
        lag_max_ms,
    ),
    MeasureSpec(
        "lag_p99_ms",
        "ms",
        "lag p99",
        "99 % of the committed entries were applied at each running replica within this time",
        "low",
        lag_p99_ms,
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
