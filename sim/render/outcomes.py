"""What came of it: the sentences that end a story, each from a finding, a measure or the copies that were left."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sim.checks.finding import Finding
from sim.checks.lookup import longest_gap
from sim.checks.measure import Measure
from sim.render import counts, fates, guarantees, words
from sim.render.case import LOST, Case
from sim.trace import MS

Told = Iterator[tuple[str, tuple[int, ...]]]  # a text, and the events behind it
Measures = Mapping[str, Measure]

STOPPED = 10  # writes have stopped if none succeeds for this many times the usual wait


def unfired(case: Case, _: Measures) -> Told:
    """An attack that did not take place."""
    for place, shot in enumerate(case.trace.shots, 1):
        if shot.fired_at is None or shot.missed:
            verb, why = shot.verb.replace("_", " "), f" ({shot.missed})" if shot.missed else ""
            struck = "never struck" if shot.fired_at is None else "did not strike all"
            yield f"The {verb} at place {place} of the schedule {struck}{why}, so this run proves nothing.", ()


def peaceful(case: Case, _: Measures) -> Told:
    """A run without any attack."""
    writes = [op for op in case.history if not op.is_read]
    waits = _waits(case)
    if waits and case.strike is None and not case.trace.unfired:
        of = f" of {words.number(len(writes))}" if len(waits) < len(writes) else ""
        were, slowest = words.choose(len(waits), "was", "were"), words.duration(waits[-1])
        acked = f"{words.count(len(waits), 'write')}{of} {were} acknowledged"
        yield f"Nothing was attacked: {acked}, none later than {slowest} after it was asked for.", ()


def _waits(case: Case) -> list[int]:
    """How long clients waited for each ok of a write (us), ascending."""
    return sorted(op.completed_at - op.invoked_at for op in case.history.acked_writes if op.completed_at is not None)


def lost_writes(case: Case, _: Measures) -> Told:
    """Why each acknowledged write is lost, those with the same fate together, and the sum of them."""
    finding = case.broken(LOST)
    if finding is None:
        return
    yield from fates.why_lost(case)
    holders = [name for name in case.trace.replicas if _has_any(case, name)]
    where = "on no surviving node" if not holders else f"not in the log of {case.leader or 'any leader'}"
    are = words.choose(finding.count, "is", "are")
    acked = words.count(finding.count, "acknowledged write is", "acknowledged writes are")
    books = case.broken("ledger_balances")
    therefore = f", so {_books(books)}" if books else ""
    yield f"{case.book.names(case.lost)} {are} {where}: {acked} lost{therefore}.", finding.evidence


def _books(finding: Finding) -> str:
    return f"the books of {words.count(finding.count, 'account')} do not balance"


def _has_any(case: Case, name: str) -> bool:
    final = case.trace.final.get(name)
    return final is not None and final.up and not frozenset(case.lost).isdisjoint((*final.ops, *final.pending))


def split_brain(case: Case, _: Measures) -> Told:
    """Two histories that clients were told of."""
    finding = case.broken("split_brain")
    if finding is None:
        return
    one, other = (case.event(case.book.acks[op]) for op in finding.ops[:2])
    first, second = (f"{ack.node} acknowledged {case.book.name(ack.ops[0])}" for ack in (one, other))
    times = words.count(finding.count, "time")
    text = f"Split brain: {first} and {second}, each as the leader and neither with the other's write; this happened {times}."
    yield text, finding.evidence


def stale_reads(case: Case, _: Measures) -> Told:
    """How many; the first one was told at its time."""
    finding = case.broken("stale_reads")
    if finding is not None:
        answers = [op for op in case.history if op.is_read and op.ok]
        noun = "read" if all(op.kind == "read" for op in answers) else "answer"
        are = words.choose(finding.count, "was", "were")
        yield (
            f"{words.capital(words.number(finding.count))} of {words.count(len(answers), noun)} {are} stale.",
            finding.evidence,
        )


def diverged(case: Case, _: Measures) -> Told:
    """Replicas that do not agree in the end."""
    finding = case.broken("converged")
    if finding is None:
        return
    model = case.leader or next(iter(case.trace.final))
    mine = frozenset(case.trace.final[model].ops)
    for name, final in case.trace.final.items():
        differs = mine.symmetric_difference(final.ops)
        if final.up and final.member and differs:
            ops = [op for op in case.history.ops if op in differs]
            yield f"{name} ends with other data than {model}: they differ in {case.book.names(ops)}.", finding.evidence
            return
    yield f"{words.count(finding.count, 'replica')} ended with other data than {model}.", finding.evidence


def ledger(case: Case, _: Measures) -> Told:
    """Books that do not balance although nothing is lost."""
    finding = case.broken("ledger_balances")
    if finding is not None and not case.lost:
        yield words.capital(f"{_books(finding)}, though no acknowledged write is lost."), finding.evidence


def undecided(case: Case, _: Measures) -> Told:
    """What the run does not tell, a sentence for each reason."""
    if case.trace.unfired:
        return
    reasons: dict[str, list[Finding]] = {}
    for finding in case.findings.values():
        if finding.verdict == "unknown":
            reasons.setdefault(finding.reason, []).append(finding)
    for reason, findings in reasons.items():
        names = words.listing([finding.check.replace("_", " ") for finding in findings])
        yield f"Undecided ({names}): {reason}.", ()


def survived(case: Case, _: Measures) -> Told:
    """Why the fault did not hurt."""
    finding = case.findings.get(LOST)
    if finding and finding.verdict == "holds" and case.strike is not None:
        yield from fates.why_kept(case)


def outage(case: Case, measures: Measures) -> Told:
    """How long writes stopped, or that they did not."""
    gap = measures.get("unavailable_ms")
    if case.strike is None or gap is None or gap.value is None:
        return
    length = round(gap.value * MS)
    start, end = longest_gap(case.trace, case.history) or (0, 0)
    waits = _waits(case)
    if waits and length < STOPPED * waits[len(waits) // 2]:
        yield f"Writes went on: never more than {words.duration(length)} passed without one.", ()
    elif gap.at_least:
        yield f"Writes stopped at {words.instant(start)} and had not come back {words.duration(length)} later.", ()
        yield from _reads_between(case, start, end)
        yield from fates.why_stalled(case)
    else:
        yield f"Writes stopped for {words.duration(length)}, until {words.instant(end)}.", ()
        yield from _reads_between(case, start, end)


def _reads_between(case: Case, start: int, end: int) -> Told:
    """What readers got while writes stood still, from one instant to another (us)."""
    if not any(op.kind == "read" for op in case.history):
        return
    answers = {event.ops[0]: at for at, event in case.trace.of("ok_received") if start < event.at < end}
    reads = {op: at for op, at in answers.items() if case.history[op].kind == "read"}
    nodes = {case.history[op].node for op in reads}
    by = f" by {words.listing([name for name in case.trace.replicas if name in nodes])}" if reads else ""
    finding = case.broken("stale_reads")
    stale = len(reads.keys() & set(finding.ops)) if finding else 0
    share = "a stale one" if len(reads) == 1 else f"{words.of_them(stale, len(reads))} stale"
    were = words.choose(len(reads), "was", "were")
    text = f"Meanwhile {words.count(len(reads), 'read')} {were} answered{by}"
    yield f"{text}, {share}." if stale else f"{text}.", tuple(reads.values())


def unknown_writes(case: Case, _: Measures) -> Told:
    """Clients that never learnt the outcome."""
    writes = case.history.unknown_writes
    if not writes or case.strike is None:
        return
    final = case.trace.final.get(case.leader)
    done = sum(op.id in final.ops for op in writes) if final else 0
    took = f"{words.of_them(done, len(writes))} took effect"
    if len(writes) == 1:
        took = "it took effect" if done else "it did not take effect"
    have = words.choose(len(writes), "has", "have")
    yield f"{words.capital(words.count(len(writes), 'write'))} {have} an unknown outcome for the client; {took}.", ()


ALL = (
    unfired,
    peaceful,
    lost_writes,
    split_brain,
    survived,
    stale_reads,
    *guarantees.ALL,
    *counts.ALL,
    diverged,
    ledger,
    undecided,
    outage,
    unknown_writes,
)
