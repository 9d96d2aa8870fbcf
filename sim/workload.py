"""What clients ask for: the kinds of load, and how they go on when an answer does not come.

Every choice is drawn by (client, number of the operation), so all designs under one seed get the same work.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from sim.luck import Luck
from sim.records import NOW, Command
from sim.trace import MS

OPENING_BALANCE = 1000
FEW_VALUES = 5  # so few that a cas sometimes meets what it expects
RETRY = ("none", "blind", "idempotent")


@dataclass(frozen=True)
class Workload:
    """`ops` operations over `clients` closed-loop clients; `reads` is the share of reads; durations in microseconds.

    Without an answer a client tries up to `retries` times more: `blind` as a new operation, which may do it twice,
    `idempotent` under the same id, which the replicas recognise. A lock is granted for `ttl_us`, its holder works under it
    for `hold_us`, and the storage that it protects `checks_tokens` or not.
    """

    kind: str = "ledger"
    clients: int = 4
    ops: int = 200
    keys: int = 4
    reads: float = 0.0
    think_us: tuple[int, int] = (0, 2 * MS)
    retry: str = "none"
    retries: int = 0
    ttl_us: int = 100 * MS
    hold_us: tuple[int, int] = (5 * MS, 15 * MS)
    checks_tokens: bool = True

    def ops_of(self, client: int) -> int:
        """How many operations this client (from 0) has to do."""
        return self.ops // self.clients + (client < self.ops % self.clients)

    @property
    def initial(self) -> dict[str, int]:
        """The balances at the start; all else starts empty."""
        return {f"a{n}": OPENING_BALANCE for n in range(1, self.keys + 1)} if self.kind == "ledger" else {}

    def choose(self, luck: Luck, op: str) -> Command:
        """The command of this operation."""
        if self.reads and luck.index(1000, f"read? {op}") < self.reads * 1000:
            return ("read", self.key(luck, op))
        return KINDS[self.kind].choose(self, luck, op)

    def key(self, luck: Luck, op: str) -> str:
        """The key that this operation is about."""
        return f"{KINDS[self.kind].prefix}{luck.index(self.keys, f'key {op}') + 1}"


def _ledger(workload: Workload, luck: Luck, op: str) -> Command:
    """A deposit or a transfer of 1 to 997."""
    account = workload.key(luck, op)
    amount = luck.between(1, 997, f"amount {op}")
    if workload.keys == 1 or luck.index(2, f"transfer? {op}"):
        return ("deposit", account, amount)
    step = 1 + luck.index(workload.keys - 1, f"to {op}")
    other = (int(account[1:]) - 1 + step) % workload.keys + 1
    return ("transfer", account, f"a{other}", amount)


def _register(workload: Workload, luck: Luck, op: str) -> Command:
    """A write of a value that no other operation writes."""
    client, number = _place(op)
    return ("write", workload.key(luck, op), number * 100 + int(client[1:]))


def _kv(workload: Workload, luck: Luck, op: str) -> Command:
    """A write, or a compare-and-set; the id of the last write tells equal values apart."""
    key, value = workload.key(luck, op), luck.between(1, FEW_VALUES, f"value {op}")
    if luck.index(2, f"cas? {op}"):
        return ("cas", key, luck.between(1, FEW_VALUES, f"expected {op}"), value)
    return ("write", key, value)


def _feed(workload: Workload, luck: Luck, op: str) -> Command:
    """A post, and then a look at the feed that has it."""
    client, number = _place(op)
    if number % 2:
        return ("append", workload.key(luck, op))
    return ("read", workload.key(luck, f"{client}/{number - 1}"))


def _lock(workload: Workload, luck: Luck, op: str) -> Command:
    """Ask for a lock; what follows depends on the answer (see `sim.lock_client`)."""
    return ("acquire", workload.key(luck, op), _place(op)[0], workload.ttl_us, NOW)


def _place(op: str) -> tuple[str, int]:
    """The client of an operation, and which of its operations it is."""
    client, _, number = op.partition("/")
    return client, int(number)


class Kind(NamedTuple):
    """How keys are named, how a command is drawn, how many keys there are by default, and whether reads can be mixed in."""

    prefix: str
    choose: Callable[[Workload, Luck, str], Command]
    keys: int = 4
    mixes_reads: bool = True


KINDS = {
    "ledger": Kind("a", _ledger),
    "register": Kind("x", _register),
    "kv": Kind("k", _kv),
    "feed": Kind("f", _feed, mixes_reads=False),
    "lock": Kind("l", _lock, keys=1, mixes_reads=False),
}
