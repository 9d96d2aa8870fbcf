"""What clients ask for, and the state machine that their writes change.

Every choice is drawn by (client, number of the operation), so all designs under one seed get the same work.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sim.luck import Luck
from sim.records import Command, Entry, Image, Result

OPENING_BALANCE = 1000


@dataclass(frozen=True)
class Workload:
    """`ops` operations over `clients` closed-loop clients; `reads` is the share of reads; think time in microseconds."""

    kind: str = "ledger"
    clients: int = 4
    ops: int = 200
    keys: int = 4
    reads: float = 0.0
    think_us: tuple[int, int] = (0, 2000)

    def ops_of(self, client: int) -> int:
        """How many operations this client (from 0) has to do."""
        return self.ops // self.clients + (client < self.ops % self.clients)

    @property
    def initial(self) -> dict[str, int]:
        """The balances at the start; registers start empty."""
        return {f"a{n}": OPENING_BALANCE for n in range(1, self.keys + 1)} if self.kind == "ledger" else {}

    def choose(self, luck: Luck, op: str) -> Command:
        """The command of this operation."""
        if luck.index(1000, f"read? {op}") < self.reads * 1000:
            return ("read", self._key(luck, op))
        return KINDS[self.kind](self, luck, op)

    def _key(self, luck: Luck, op: str) -> str:
        prefix = "a" if self.kind == "ledger" else "x"
        return f"{prefix}{luck.index(self.keys, f'key {op}') + 1}"


def _ledger(workload: Workload, luck: Luck, op: str) -> Command:
    """A deposit or a transfer of 1 to 997."""
    account = workload._key(luck, op)
    amount = luck.between(1, 997, f"amount {op}")
    if workload.keys == 1 or luck.index(2, f"transfer? {op}"):
        return ("deposit", account, amount)
    step = 1 + luck.index(workload.keys - 1, f"to {op}")
    other = (int(account[1:]) - 1 + step) % workload.keys + 1
    return ("transfer", account, f"a{other}", amount)


def _register(workload: Workload, luck: Luck, op: str) -> Command:
    """A write of a value that no other operation writes."""
    client, number = op[1:].split("/")
    return ("write", workload._key(luck, op), int(number) * 100 + int(client))


KINDS: dict[str, Callable[[Workload, Luck, str], Command]] = {"ledger": _ledger, "register": _register}


class KeyValues:
    """The state machine of both workloads: values by key, the last write of each key, and the ids of all writes."""

    def __init__(self, initial: dict[str, int], image: Image | None = None) -> None:
        values, versions, ops = image or (initial, {}, ())
        self._values: dict[str, int] = dict(values)  # type: ignore[call-overload]
        self._versions: dict[str, str] = dict(versions)  # type: ignore[call-overload]
        self.ops: list[str] = list(ops)  # type: ignore[call-overload]

    def apply(self, entry: Entry) -> Result | None:
        """Execute a write."""
        kind, *args = entry.command
        _APPLY[str(kind)](self, entry.op, *args)
        self.ops.append(entry.op)
        return None

    def image(self) -> Image:
        """All of it as plain data, to go on from elsewhere."""
        return (tuple(self._values.items()), tuple(self._versions.items()), tuple(self.ops))

    def read(self, key: str) -> Result:
        """The value of a key, and the id of the write that it comes from ("" at the start)."""
        return self._values.get(key), self._versions.get(key, "")

    def items(self) -> tuple[tuple[str, object], ...]:
        """All keys with their values, sorted."""
        return tuple(sorted(self._values.items()))

    def put(self, op: str, key: str, value: int) -> None:
        """Set a key."""
        self._values[key], self._versions[key] = value, op

    def add(self, op: str, key: str, amount: int) -> None:
        """Add to a key."""
        self.put(op, key, self._values.get(key, 0) + amount)

    def move(self, op: str, source: str, target: str, amount: int) -> None:
        """Move an amount between two keys; a balance may go below zero, so the order of writes does not matter."""
        self.add(op, source, -amount)
        self.add(op, target, amount)


_APPLY: dict[str, Callable[..., None]] = {"deposit": KeyValues.add, "transfer": KeyValues.move, "write": KeyValues.put}
