"""On how many disks a write was when its client was told that it is done."""

from __future__ import annotations

from collections import defaultdict

from sim.checks.measure import MeasureSpec, Reading
from sim.history import History, op_of
from sim.trace import Event, Trace

_TAKES = ("discarded", "lost_unsynced", "corrupt")


class _Disks:
    """Which disks have which operation, by any attempt; each copy is (node, attempt)."""

    def __init__(self) -> None:
        self.copies: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
        self.place: dict[str, int] = {}  # attempt -> its log index

    def keep(self, event: Event) -> None:
        for index, attempt in enumerate(event.ops, event.n):
            self.copies[op_of(attempt)].add((event.node, attempt))
            self.place[attempt] = index

    def take(self, event: Event) -> None:
        for attempt in event.ops:
            self.copies[op_of(attempt)].discard((event.node, attempt))

    def install(self, event: Event) -> None:
        """A snapshot holds what its giver held up to there, and goes to the disk."""
        for copies in self.copies.values():
            given = [attempt for node, attempt in copies if node == event.peer and self.place[attempt] <= event.n]
            copies.update((event.node, attempt) for attempt in given)

    def count(self, op: str) -> int:
        return len({node for node, _ in self.copies[op]})


def copies_at_ack(trace: Trace, history: History) -> Reading:
    """The fewest durable copies that any write had at the moment of its first answer; no value if none was answered.

    The copy of a machine that has died counts: its disk has the write, whoever may reach it. So does that of any attempt.
    """
    disks, at_ack = _Disks(), dict[str, int]()
    changes = {"durable": disks.keep, "installed": disks.install, **dict.fromkeys(_TAKES, disks.take)}
    for _, event in trace.of(*changes, "reply_sent"):
        if event.what != "reply_sent":
            changes[event.what](event)
            continue
        for op in map(op_of, event.ops):
            if op not in at_ack and not history[op].is_read:
                at_ack[op] = disks.count(op)
    return Reading(min(at_ack.values(), default=None))


SPECS = (
    MeasureSpec(
        "copies_at_ack",
        "",
        "copies at the ack",
        "the fewest disks that a write was on when its client was told that it is done",
        "high",
        copies_at_ack,
    ),
)
