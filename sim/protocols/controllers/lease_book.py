"""A controller's book of the leases that it has granted, in microseconds of its own clock."""

from __future__ import annotations

from sim.design import Design

MILLION = 1_000_000


class LeaseBook:
    """When the last lease ends that this controller granted to each of those who serve, and to any who serve no more.

    A holder counts a lease on its own clock. By any other it may last longer, as far as `max_drift_ppm` says.
    """

    def __init__(self, design: Design) -> None:
        longest = design.lease_us * MILLION // (MILLION - design.max_drift_ppm) + 1
        self.lasts = longest if design.fencing == "lease" else 0
        self.ends: dict[str, int] = {}
        self.old_ends = 0

    def grant(self, holder: str, now: int) -> None:
        """It has a lease that began before now."""
        self.ends[holder] = now + self.lasts

    def close(self, holders: tuple[str, ...]) -> None:
        """They serve no more: no lease will be granted to them for what they did."""
        for holder in holders:
            self.old_ends = max(self.old_ends, self.ends.get(holder, 0))

    def void(self, holder: str) -> None:
        """The process that held a lease has ended."""
        self.ends.pop(holder, None)

    def forget(self, now: int) -> None:
        """After a restart it may have granted anything until a moment ago."""
        self.old_ends = now + self.lasts

    def left(self, now: int) -> int:
        """How long a lease of one who serves no more may last yet."""
        return max(0, self.old_ends - now)
