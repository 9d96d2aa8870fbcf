"""All replicas end alike: same state, reached by the same writes.

Equal states are not enough. Deposits commute, so two ledgers can agree by luck after applying different writes, or
the same ones in another order: the next read of a version tells them apart. The order of all writes would be too
much: replicas may apply writes of different keys in any order. So the order of writes is compared key by key.
"""

from __future__ import annotations

from collections import defaultdict

from sim.checks.finding import Finding, broken, holds, unknown
from sim.checks.lookup import claimants, highest, up_members
from sim.history import History
from sim.trace import Final, Trace

NAME = "converged"
PROMISE = "all replicas that are up end with the same data"
LABEL = "replicas that differ"

Content = tuple[dict[str, object], dict[str, list[str]]]


def judge(trace: Trace, history: History) -> Finding:
    """Count: members that differ from the claimant with the highest epoch. Evidence: what it and they did last."""
    members = up_members(trace)
    model = highest(claimants(trace)) or highest(members)
    if model is None:
        return unknown(NAME, "no replica is up at the end")
    if len(members) == 1:
        return holds(NAME, "only one replica is up at the end, so there is nothing to compare")
    wanted = _content(members[model], history)
    differing = [node for node, final in members.items() if _content(final, history) != wanted]
    if not differing:
        return holds(NAME)
    ops = [op for node in differing for op in _difference(members[model], members[node])]
    return broken(NAME, len(differing), _last_steps(trace, [model, *differing]), ops)


def _content(final: Final, history: History) -> Content:
    """The state, and for each key the writes that made it in the order in which they were applied."""
    by_key: defaultdict[str, list[str]] = defaultdict(list)
    for op in final.ops:
        for key in history[op].keys if op in history.ops else ("",):
            by_key[key].append(op)
    return dict(final.state), by_key


def _difference(one: Final, other: Final) -> list[str]:
    """The writes that only one of two replicas has; none if only their order differs."""
    shared = frozenset(one.ops) & frozenset(other.ops)
    return [op for op in (*one.ops, *other.ops) if op not in shared]


def _last_steps(trace: Trace, nodes: list[str]) -> list[int]:
    last = {event.node: number for number, event in trace.of("applied", "discarded")}
    return [last[node] for node in nodes if node in last]
