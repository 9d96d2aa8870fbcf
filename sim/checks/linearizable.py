"""Clients cannot tell the replicas from one machine that does one operation at a time.

Each key is judged by itself, as a register of versions: a write sets its own id, a read returns the id of the write that
it saw. A transfer touches two keys and counts as a write of each. That never accuses a correct run, for an order of all
operations orders those of each key; but a transfer seen at one account and not yet at the other escapes this check.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

from sim.checks.contradiction import Contradiction, contradict, version_of
from sim.checks.finding import Finding, broken, holds, unknown
from sim.checks.linearization import Call, Model, Operation, linearize
from sim.checks.lookup import naming
from sim.history import History, Key
from sim.trace import Trace

NAME = "linearizable"
PROMISE = "there is one order of all operations that explains every answer"
LABEL = "keys that no single order explains"

BUDGET = 50_000  # configurations beyond one for each operation, a third of a second at worst; most runs need a few dozen

UNREAD = "unread"  # the version that all writes set whom no read saw: as nobody can tell them apart, one order will do


def applies(history: History) -> bool:
    """Whether any client reads."""
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
    """What the search must order, for each key of which a read was answered.

    Failed writes never happened. Writes of unknown outcome that no read saw need not have happened either, and to leave
    them out is never wrong: nobody would miss them.
    """
    seen = {(op.keys[0], version_of(op)) for op in history if op.is_read and op.ok and op.result}
    keys = {key for key, _ in seen}
    objects: defaultdict[Key, list[Operation]] = defaultdict(list)
    for op in history:
        for key in op.keys:
            if key not in keys or op.outcome == "fail":
                continue
            if op.is_read and op.ok and op.result:
                objects[key].append(Operation(op.id, ("read", version_of(op)), op.invoked_at, op.completed_at))
            elif not op.is_read and (op.ok or (key, op.id) in seen):
                version = op.id if (key, op.id) in seen else UNREAD
                objects[key].append(Operation(op.id, ("write", version), op.invoked_at, op.completed_at if op.ok else None))
    return objects


def _step(version: str, call: Call) -> str | None:
    kind, named = call
    return named if kind == "write" or version == named else None


VERSIONS = Model("", _step, frozenset({"read"}))


def _blame(trace: Trace, found: list[Contradiction], undecided: int) -> Finding:
    """The reason is that of the read that was answered first."""
    found.sort(key=lambda contradiction: contradiction.ops[0].completed_at or 0)
    ops = [op.id for contradiction in found for op in contradiction.ops]
    finding = broken(NAME, len(found), naming(trace, ops, "invoked", "ok_received"), ops)
    more = f"; other keys were not settled: {undecided}" if undecided else ""
    return replace(finding, reason=found[0].reason + more)
