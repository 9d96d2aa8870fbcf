"""What a timeline zooms in on: the few writes and reads whose whole journey it shows."""

from __future__ import annotations

from sim.render.case import Case
from sim.render.counts import unanswered
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
    chosen += [] if case.late_holders else _afterwards(case, strike)
    return list(dict.fromkeys(chosen))


LONG = 5  # times the usual wait for an ok
PROOFS = {"phantom_reads": 1, "read_your_writes": 2, "monotonic_reads": 2, "failed_write_visible": 1, "split_brain": 2}
# operations to show of a broken promise


def _evidence(case: Case) -> list[str]:
    """The first stale read with the write that it missed, and the first operations of other proofs."""
    stale = first_stale_read(case)
    chosen = [stale.missed.id, stale.read.id] if stale else []
    for check, many in PROOFS.items():
        finding = case.broken(check)
        chosen += finding.ops[:many] if finding else ()
    seen = [case.history[op].result for op in chosen if case.history[op].kind == "read"]
    chosen += [case.history[result[1]].id for result in seen if result and case.history.find(result[1])]
    return [*chosen, *case.repeated, *case.late_holders]


def _afterwards(case: Case, strike: int) -> list[str]:
    """The first success of what was asked for after the strike and its repair, or else the first write that hangs."""
    since = next((number for number in case.repairs if number <= case.healed), strike)
    later = [op for op, at in case.book.acks.items() if since < at <= case.healed and op not in case.lost]
    fresh = [op for op in later if case.history[op].invoked_at >= case.event(since).at]
    held = _held_up(case, strike)
    new = [] if any(op in later for op in held) else (fresh or later)[:1]
    if case.stalled or not (new or held):
        new = [case.hanging]
    vain = [] if any(case.history[op].is_read for op in held) else unanswered(case)[:1]
    return [*_rescued(case, later)[:1], *new, *held, *vain]


def _held_up(case: Case, strike: int) -> list[str]:
    """The first write and the first read that had to wait for far longer than usual because of the strike."""
    chosen = []
    for wanted in (False, True):
        done = [op for op in case.history if op.ok and op.is_read == wanted]
        waits = {op.id: (op.completed_at or 0) - op.invoked_at for op in done if (op.completed_at or 0) <= case.trace.healed_at}
        usual = sorted(waits.values())[len(waits) // 2] if waits else 0
        struck = case.event(strike).at
        late = [op.id for op in done if waits.get(op.id, 0) > LONG * usual and (op.completed_at or 0) > struck]
        chosen += late[:1]
    return chosen


def _rescued(case: Case, acked: list[str]) -> list[str]:
    """Those that were acknowledged because they were sent again."""
    again = {op: number for number, _ in reversed(case.trace.of("sent")) for op in case.resent(number)}
    return [op for op in acked if op in again and again[op] < case.book.acks[op]]


def _example(case: Case) -> list[str]:
    """One write in the middle of a quiet run, and one read if there are any: a dirty one, with the write that made it so."""
    for op, number in case.queried.items():
        key, node = case.history[op].keys[0], case.event(number).node
        newer = [
            write for write in case.book.copies if node in case.book.holders(write, number) and key in case.history[write].keys
        ]
        return [*newer[-1:], op]
    writes = list(case.book.acks)
    reads = [op.id for op in case.history if op.kind == "read" and op.ok]
    return [*writes[len(writes) // 2 :][:1], *reads[len(reads) // 2 :][:1]]
