"""What a timeline zooms in on: the few writes and reads whose whole journey it shows."""

from __future__ import annotations

from sim.render.case import Case
from sim.render.staleness import first_stale_read


def journeys(case: Case) -> list[str]:
    """The operations to show from request to answer.

    Before the strike: the operation that set it off, the last write that was kept and the first and the last that was
    lost. After it: the first success of what was sent again and of what was asked for then, or the write that hangs. And
    the operations that prove a broken promise. Without a strike: one as an example.
    """
    strike = case.strike
    chosen = [*_evidence(case)]
    if strike is None:
        return chosen or _example(case)
    acks = case.book.acks
    kept = [op for op, at in acks.items() if at < strike and op not in case.lost]
    trigger = case.event(case.trigger).ops[:1] if case.trigger is not None else ()
    chosen += [*trigger, *kept[-1:]]
    lost = sorted(case.lost, key=lambda op: acks.get(op, 0))
    remarked = [case.event(at).ops[0] for at in (case.last_ack, *case.lone_acks[:1]) if at is not None]
    chosen += [*lost[:1], *remarked, *lost[-1:]]
    chosen += _afterwards(case, strike)
    return list(dict.fromkeys(chosen))


def _evidence(case: Case) -> list[str]:
    """The first stale read with the write that it missed; the last pair of a split brain."""
    stale = first_stale_read(case)
    brains = case.broken("split_brain")
    return [*([stale.missed.id, stale.read.id] if stale else ()), *(brains.ops[:2] if brains else ())]


def _afterwards(case: Case, strike: int) -> list[str]:
    """The first success of what was asked for after the strike and its repair, or else the first write that hangs."""
    since = next((number for number in case.repairs if number <= case.healed), strike)
    later = [op for op, at in case.book.acks.items() if since < at <= case.healed and op not in case.lost]
    fresh = [op for op in later if case.history[op].invoked_at >= case.event(since).at]
    return [*_rescued(case, later)[:1], *(fresh or later or [case.hanging])[:1]]


def _rescued(case: Case, acked: list[str]) -> list[str]:
    """Those that were acknowledged because they were sent again."""
    again = {op: number for number, _ in reversed(case.trace.of("sent")) for op in case.resent(number)}
    return [op for op in acked if op in again and again[op] < case.book.acks[op]]


def _example(case: Case) -> list[str]:
    """One write in the middle of a quiet run, and one read if there are any."""
    writes = list(case.book.acks)
    reads = [op.id for op in case.history if op.is_read and op.ok]
    return [*writes[len(writes) // 2 :][:1], *reads[len(reads) // 2 :][:1]]
