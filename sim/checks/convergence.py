"""All replicas end alike: the same writes in the same order, and the same state from them.

Equal states are not enough. Deposits commute, so two ledgers can agree by luck after applying different writes, or
the same ones in another order: the next read of a version tells them apart. The order of all writes would be too
much: replicas may apply writes of different keys in any order. So the order is compared key by key. A write that waits in
the log counts, for replicas that differ only in how much of one log they have applied have not diverged. What no client asked
for, such as the empty entry of a new leader, changes no key and so has no order.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from sim.checks.finding import Finding, broken, holds, unknown
from sim.checks.lookup import claimants, highest, up_members
from sim.history import CONDITIONAL, History, op_of
from sim.trace import Final, Trace

NAME = "converged"
PROMISE = "all replicas that are up end with the same data"
LABEL = "replicas that differ"


def judge(trace: Trace, history: History) -> Finding:
    """Count: members that differ from the claimant with the highest epoch. Evidence: what it and they did last."""
    members = up_members(trace)
    model = highest(claimants(trace)) or highest(members)
    if model is None:
        return unknown(NAME, "no replica is up at the end")
    if len(members) == 1:
        return holds(NAME, "only one replica is up at the end, so there is nothing to compare")
    differing = [node for node, final in members.items() if _diverged(final, members[model], history)]
    if not differing:
        return holds(NAME)
    ops = [op for node in differing for op in _difference(members[model], members[node])]
    return broken(NAME, len(differing), _last_steps(trace, [model, *differing]), ops)


def _diverged(one: Final, other: Final, history: History) -> bool:
    waiting = {op for final in (one, other) for op in final.pending if _may_change_nothing(op, history)}
    mine, others = (tuple(op for op in _log(final) if op not in waiting) for final in (one, other))
    if _order_differs(mine, others, history):
        return True
    same_progress = not _order_differs(one.ops, other.ops, history)
    return same_progress and one.state != other.state and dict(one.state) != dict(other.state)


def _may_change_nothing(attempt: str, history: History) -> bool:
    """Who has executed a conditional write that was refused does not show it, so its waiting elsewhere is no difference."""
    op = history.find(attempt)
    return op is not None and op.kind in CONDITIONAL


def _log(final: Final) -> tuple[str, ...]:
    """What it has applied and will apply; an id that comes again in the log is a repetition, to be recognised by its id."""
    if not final.pending:
        return final.ops
    applied = frozenset(final.ops)
    return (*final.ops, *dict.fromkeys(op for op in final.pending if op not in applied))


def _order_differs(one: tuple[str, ...], other: tuple[str, ...], history: History) -> bool:
    return one != other and _by_key(one, history) != _by_key(other, history)


def _by_key(ops: Iterable[str], history: History) -> dict[str, list[str]]:
    """For each key the writes that touch it, in their order."""
    order: defaultdict[str, list[str]] = defaultdict(list)
    for attempt in ops:
        op = history.find(attempt)
        for key in op.keys if op else ():
            order[key].append(attempt)
    return order


def _difference(one: Final, other: Final) -> list[str]:
    """The writes that only one of two replicas has; none if only their order differs."""
    shared = frozenset(_log(one)) & frozenset(_log(other))
    return [op_of(attempt) for attempt in (*_log(one), *_log(other)) if attempt not in shared]


def _last_steps(trace: Trace, nodes: list[str]) -> list[int]:
    last = {event.node: number for number, event in trace.of("applied", "discarded")}
    return [last[node] for node in nodes if node in last]
