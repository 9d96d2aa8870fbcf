"""A controller's book of the leases that it has granted, in microseconds of its own clock."""

from __future__ import annotations

from sim.design import Design

MILLION = 1_000_000


class LeaseBook:
    """When the last lease ends that this controller granted in the present epoch, and in those before.

    A leader counts a lease on its own clock. By any other it may last longer, as far as `max_drift_ppm` says.
    """

    def __init__(self, design: Design) -> None:
        longest = design.lease_us * MILLION // (MILLION - design.max_drift_ppm) + 1
        self.lasts = longest if design.fencing == "lease" else 0
        self.ends = 0
        self.old_ends = 0

    def grant(self, now: int) -> None:
        """Somebody has a lease that began before now."""
        self.ends = now + self.lasts

    def close(self) -> None:
        """The epoch is over: no lease of it will be granted any more."""
        self.old_ends = max(self.old_ends, self.ends)

    def forget(self, now: int) -> None:
        """After a restart it may have granted anything until a moment ago."""
        self.old_ends = now + self.lasts

    def left(self, now: int) -> int:
        """How long a lease of an epoch that is over may last yet."""
        return max(0, self.old_ends - now)
