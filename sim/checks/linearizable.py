"""Clients cannot tell the replicas from one machine that does one operation at a time.

Each key is judged by itself, as a register of versions. A write sets its own id; a read returns the id of the write that
it saw, and so does a conditional write that was refused; a cas that was done followed a version with the value that it
expected. Sums are not checked: that is the ledger's business. A transfer touches two keys and counts as a write of each.
That never accuses a correct run, for an order of all operations orders those of each key; but a transfer seen at one
account and not yet at the other escapes this check.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

from sim.checks.contradiction import Contradiction, contradict, version_of
from sim.checks.finding import Finding, broken, holds, unknown
from sim.checks.linearization import Call, Model, Operation, linearize
from sim.checks.lookup import naming
from sim.history import History, Key, Op
from sim.trace import Trace

NAME = "linearizable"
PROMISE = "there is one order of all operations that explains every answer"
LABEL = "keys that no single order explains"

BUDGET = 50_000  # configurations beyond one for each operation, a third of a second at worst; most runs need a few dozen

UNNOTICED = "unnoticed"  # the version of all writes that no read saw, and the value of all that no cas expects


def applies(history: History) -> bool:
    """Whether any client reads, or learns that it was refused."""
    return any(op.is_read for op in history)


def judge(trace: Trace, history: History, budget: int = BUDGET) -> Finding:
    """Count: keys that no order explains. Evidence: the operation that cannot be placed and those that it contradicts."""
    objects = operations_by_key(history)
    if not objects:
        return unknown(NAME, "no read was answered")
    budget += sum(len(operations) for operations in objects.values())
    results = linearize(VERSIONS, objects, budget)
    undecided = [key for key, result in results.items() if result.verdict == "unknown"]
    found = [contradict(history, key, history[result.stuck.id]) for key, result in results.items() if result.stuck is not None]
    if found:
        return _blame(trace, found, len(undecided))
    if undecided:
        return unknown(
            NAME, f"whether one order explains {', '.join(undecided)} was not settled in {budget} steps of the search"
        )
    return holds(NAME)


def operations_by_key(history: History) -> dict[Key, list[Operation]]:
    """What the search must order, for each key of which a client was told something.

    Failed operations never happened, and reads without an answer say nothing.
    """
    by_key: defaultdict[Key, list[Op]] = defaultdict(list)
    for op in history:
        if op.outcome != "fail" and (op.ok or not op.is_read):
            for key in op.keys:
                by_key[key].append(op)
    return {
        key: _operations(ops) for key, ops in by_key.items() if any(op.ok and (op.is_read or op.kind == "cas") for op in ops)
    }


def _operations(ops: list[Op]) -> list[Operation]:
    """Writes that nobody noticed are all alike, which spares the search their orders.

    Such a write of unknown outcome is left out, which is never wrong: in any order that has it, nobody would miss it.
    """
    seen = {version_of(op) for op in ops if op.is_read}
    expected = {str(op.args[1]) for op in ops if op.kind == "cas"}
    calls = [(op, _call(op, seen, expected)) for op in ops]
    return [
        Operation(op.id, call, op.invoked_at, op.completed_at if op.ok else None)
        for op, call in calls
        if op.ok or call[1:3] != (UNNOTICED, UNNOTICED)
    ]


def _call(op: Op, seen: set[str], expected: set[str]) -> Call:
    """read version; write version value; cas version value expected."""
    if op.is_read:
        return "read", version_of(op)
    value = str(op.args[-1])
    noticed = op.id if op.id in seen else UNNOTICED, value if value in expected else UNNOTICED
    return ("cas", *noticed, str(op.args[1])) if op.kind == "cas" else ("write", *noticed)


def _step(state: tuple[str, str], call: Call) -> tuple[str, str] | None:
    version, value = state
    if call[0] == "read":
        return state if version == call[1] else None
    return None if call[0] == "cas" and value != call[3] else (call[1], call[2])


VERSIONS = Model(("", ""), _step, frozenset({"read"}))


def _blame(trace: Trace, found: list[Contradiction], undecided: int) -> Finding:
    """The reason is that of the read that was answered first."""
    found.sort(key=lambda contradiction: contradiction.ops[0].completed_at or 0)
    ops = [op.id for contradiction in found for op in contradiction.ops]
    finding = broken(NAME, len(found), naming(trace, ops, "invoked", "ok_received"), ops)
    more = f"; other keys were not settled: {undecided}" if undecided else ""
    return replace(finding, reason=found[0].reason + more)
