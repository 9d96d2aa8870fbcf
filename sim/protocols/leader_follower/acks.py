"""How a leader counts: how far enough followers have acked, and which of them keep up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from sim.design import Design

ANY = 1 << 62  # nobody is waited for


@dataclass(slots=True)
class Progress:
    """What a leader knows of one follower; instants are on its own clock, in microseconds.

    `caught_up_at` is the last instant whose end of the log the follower has acked since. `mark` is an end of the log that is
    still looked for, and when it was the end (as Kafka's leader does with fetch offsets).
    """

    heard_at: int | None = None
    caught_up_at: int | None = None
    mark: tuple[int, int] = (0, 0)

    def acked(self, n: int, last: int, now: int) -> None:
        """The follower has acked up to `n`, and the log ends at `last` now."""
        self.heard_at = now
        if n >= self.mark[0]:
            self.caught_up_at, self.mark = self.mark[1], (last, now)
        if n >= last:
            self.caught_up_at = now


@dataclass(slots=True)
class AckCount:
    """How far each follower has acked. `in_sync` are the followers in the in-sync set, with those proposed for it."""

    positions: dict[str, int] = field(default_factory=dict)
    in_sync: tuple[str, ...] = ()
    enough_in_sync: bool = True


Covered = Callable[[AckCount], int]


def _everyone(count: AckCount) -> int:
    return min(count.positions.values())


def _fastest(count: AckCount) -> int:
    return max(count.positions.values())


def nobody(count: AckCount) -> int:
    """The leader waits for no ack."""
    return ANY


def _in_sync(count: AckCount) -> int:
    if not count.enough_in_sync:
        return 0
    return min((count.positions[name] for name in count.in_sync), default=ANY)


def _those_of(needed: int) -> Covered:
    """Up to where `needed` followers, or more, have acked."""
    return lambda count: sorted(count.positions.values(), reverse=True)[needed - 1]


def covered_by(design: Design) -> Covered:
    """The rule of `wait_for`: up to where enough followers have acked."""
    if design.wait_for == "in-sync":
        return _in_sync
    needed = design.acks_needed if design.waits else 0
    return {design.replicas - 1: _everyone, 1: _fastest, 0: nobody}.get(needed) or _those_of(needed)
