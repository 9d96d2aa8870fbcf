"""The books balance: initial balances, every confirmed operation exactly once, unknown ones at most once, nothing else.

However often a client tried an operation, once is once: books in which a retry was done again do not balance.

A bare total would prove nothing, for transfers conserve it whether they are lost or doubled. So the balances of all
accounts must be explained together. The ids in a replica's state are not believed: only the arithmetic decides.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from sim.checks.finding import Finding, broken, holds, unknown
from sim.checks.lookup import NO_CLAIMANT, claimants, highest, kept_by, naming
from sim.history import History, Op, op_of
from sim.trace import Final, Trace

NAME = "ledger_balances"
PROMISE = "the final balances are those of the confirmed operations, each done once"
LABEL = "accounts out of balance"

BUDGET = 200_000  # sums on either side of the search: some 35 unknown operations, a fifth of a second at worst

Balances = Counter[str]


def applies(history: History) -> bool:
    """Whether the run keeps a ledger: it has initial balances, and all its writes are deposits and transfers."""
    kinds = {op.kind for op in history if not op.is_read}
    return bool(history.initial) and bool(kinds) and kinds <= {"deposit", "transfer"}


def judge(trace: Trace, history: History) -> Finding:
    """Judges the claimant with the highest epoch.

    Count: accounts that no set of unknown operations explains, 1 if each alone could be explained but not all
    together. Evidence: acknowledgements of operations on those accounts.
    """
    final = claimants(trace)
    leader = highest(final)
    if leader is None:
        return unknown(NAME, NO_CLAIMANT)
    rest = _unexplained(final[leader], history)
    verdict = _explains(rest, history.unknown_writes, final[leader])
    if verdict is None:
        return unknown(NAME, f"{len(history.unknown_writes)} operations of unknown outcome are too many to try all sets")
    return holds(NAME) if verdict else _blame(trace, history, final[leader], rest)


def moves(op: Op) -> Balances:
    """What an operation changes: the amount on each account that it touches."""
    change: Balances = Counter()
    if op.kind == "transfer":
        change[str(op.args[0])] -= int(op.args[2])
        change[str(op.args[1])] += int(op.args[2])
    else:
        change[str(op.args[0])] += int(op.args[1])
    return change


def subset_sum(amounts: list[int], target: int, budget: int = BUDGET) -> bool | None:
    """Whether some of `amounts`, each used at most once, add up to `target`; None if more than `budget` sums appear.

    Meets in the middle: the sums of one half against what the other half leaves of the target.
    """
    half = len(amounts) // 2
    near = _sums(0, amounts[:half], budget)
    far = _sums(target, [-amount for amount in amounts[half:]], budget)
    return None if near is None or far is None else not near.isdisjoint(far)


def _sums(start: int, amounts: list[int], budget: int) -> set[int] | None:
    sums = {start}
    for amount in amounts:
        sums |= {total + amount for total in sums}
        if len(sums) > budget:
            return None
    return sums


def _unexplained(final: Final, history: History) -> Balances:
    """What the balances hold beyond the initial ones and the acked operations, once all that the log has is applied."""
    rest: Balances = Counter({key: value for key, value in final.state if isinstance(value, int)})
    rest.update(_total(op for op in map(history.find, _still_to_come(final)) if op))
    rest.subtract(history.initial)
    rest.subtract(_total(history.acked_writes))
    return rest


def _still_to_come(final: Final) -> list[str]:
    """What its log will still do to the balances; an id that was there before is a repetition, to be recognised by its id."""
    applied: frozenset[str] = frozenset(final.ops) if final.pending else frozenset()
    return [attempt for attempt in dict.fromkeys(final.pending) if attempt not in applied]


def _explains(rest: Balances, doubtful: list[Op], final: Final) -> bool | None:
    """Whether some set of the doubtful operations adds up to `rest`; None if the search is too large."""
    if not any(rest.values()):
        return True
    present = kept_by([final])
    if _total(op for op in doubtful if op.id in present) == rest:  # a guess, proved right by adding up
        return True
    if _odd_accounts(rest, doubtful):
        return False
    changes = [moves(op) for op in doubtful]
    accounts = sorted({*rest, *(key for change in changes for key in change)})
    base = 2 * sum(abs(amount) for change in (rest, *changes) for amount in change.values()) + 1
    return subset_sum([_pack(change, accounts, base) for change in changes], _pack(rest, accounts, base))


def _pack(change: Balances, accounts: list[str], base: int) -> int:
    """All amounts in one integer, a digit for each account; `base` is so large that no digit ever carries over."""
    packed = 0
    for account in accounts:
        packed = packed * base + change[account]
    return packed


def _odd_accounts(rest: Balances, doubtful: list[Op]) -> list[str]:
    """The accounts that cannot be explained even each by itself, which is quickly found out."""
    changes = [moves(op) for op in doubtful]
    return [
        account
        for account in sorted(rest)
        if subset_sum([change[account] for change in changes if account in change], rest[account]) is False
    ]


def _total(ops: Iterable[Op]) -> Balances:
    total: Balances = Counter()
    for op in ops:
        total.update(moves(op))
    return total


def _blame(trace: Trace, history: History, final: Final, rest: Balances) -> Finding:
    """The ids in the state do not decide, but they do point: ops that are missing there or stand there twice."""
    accounts = _odd_accounts(rest, history.unknown_writes)
    touching = [op.id for op in history.acked_writes if not accounts or not set(accounts).isdisjoint(op.keys)]
    times = Counter(map(op_of, (*final.ops, *_still_to_come(final))))
    suspects = [op for op in touching if times[op] != 1] or touching
    return broken(NAME, max(1, len(accounts)), naming(trace, suspects, "ok_received"), suspects)
