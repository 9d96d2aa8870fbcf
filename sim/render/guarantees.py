"""What came of the promises that clients notice: one sentence a finding, with the first case of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sim.checks.finding import Finding
from sim.checks.measure import Measure
from sim.history import Op
from sim.render import words
from sim.render.case import Case

Told = Iterator[tuple[str, tuple[int, ...]]]  # a text, and the events behind it
Measures = Mapping[str, Measure]


def _first_pair(case: Case, finding: Finding) -> tuple[Op, Op]:
    one, other = finding.ops[:2]
    return case.history[one], case.history[other]


def _got(case: Case, read: Op) -> str:
    """What a read returned, by the name of the write that it comes from."""
    return case.book.name(read.result[1]) if read.result and read.result[1] else "the initial value"


def _read(case: Case, read: Op) -> str:
    return f"read {read.keys[0]} from {read.node} and got {_got(case, read)}"


def phantom_reads(case: Case, _: Measures) -> Told:
    """Reads of what is gone in the end."""
    finding = case.broken("phantom_reads")
    if finding is None:
        return
    read = case.history[finding.ops[0]]
    were = words.choose(finding.count, "read was a phantom", "reads were phantoms")
    text = f"{words.number(finding.count)} {were}: {read.process} {_read(case, read)}, which is gone in the end."
    yield text, finding.evidence


def failed_write_visible(case: Case, _: Measures) -> Told:
    """Writes that took effect although their clients were told otherwise."""
    finding = case.broken("failed_write_visible")
    if finding is None:
        return
    clients = words.choose(finding.count, "its client was told that it", "their clients were told that they")
    writes = words.count(finding.count, "write")
    yield f"{writes} took effect ({case.book.names(finding.ops)}), although {clients} had failed.", finding.evidence


def read_your_writes(case: Case, _: Measures) -> Told:
    """Clients that did not see what they had done themselves."""
    finding = case.broken("read_your_writes")
    if finding is None:
        return
    write, read = _first_pair(case, finding)
    missed = words.choose(finding.count, "read missed its client's own write", "reads missed their client's own write")
    had = f"{read.process} had its ok for {case.book.name(write.id)}"
    yield f"{words.number(finding.count)} {missed}: {had}, then {_read(case, read)}.", finding.evidence


def monotonic_reads(case: Case, _: Measures) -> Told:
    """Clients that went back in time."""
    finding = case.broken("monotonic_reads")
    if finding is None:
        return
    newer, older = _first_pair(case, finding)
    first = f"{newer.process} {_read(case, newer)}, then from {older.node} and got {_got(case, older)}"
    yield f"{words.count(finding.count, 'read')} went back in time: {first}.", finding.evidence


def linearizable(case: Case, _: Measures) -> Told:
    """Answers that fit into no order, where no stale read tells it already."""
    finding = case.broken("linearizable")
    if finding is None or case.broken("stale_reads"):
        return
    named = " ".join(case.book.name(word) if word in finding.ops else word for word in finding.reason.split())
    keys = words.count(finding.count, "key")
    yield f"no single order explains what clients were told of {keys}: {named}.", finding.evidence


def applied_twice(case: Case, _: Measures) -> Told:
    """Operations that were done again."""
    finding = case.broken("applied_twice")
    if finding is None:
        return
    op, were = finding.ops[0], words.choose(finding.count, "operation was", "operations were")
    done = [event for event in map(case.event, finding.evidence) if op in event.ops]
    places = dict.fromkeys(f"#{event.n + event.ops.index(op)}" for event in done if event.node == done[0].node)
    first = (
        f": {done[0].node} did what {case.history[op].process} asked for once as {words.listing(list(places))}" if done else ""
    )
    yield f"{words.number(finding.count)} {were} done more than once{first}.", finding.evidence


def mutual_exclusion(case: Case, _: Measures) -> Told:
    """Writes of a holder whose time was over."""
    finding = case.broken("mutual_exclusion")
    if finding is None:
        return
    stored = {event.ops[0]: event for event in map(case.event, reversed(finding.evidence))}
    later, late = (stored[op] for op in finding.ops[:2])
    came = words.choose(finding.count, "write came from a holder", "writes came from holders")
    first = f"the storage took {late.peer}'s with token {late.n} after {later.peer}'s with token {later.n}"
    yield f"{words.number(finding.count)} {came} of the lock whose time was over: {first}.", finding.evidence


ALL = (
    phantom_reads,
    failed_write_visible,
    read_your_writes,
    monotonic_reads,
    linearizable,
    applied_twice,
    mutual_exclusion,
)
