"""A machine's clocks: a monotonic one that may drift, and a wall clock that may be set wrong. No clock is the world's."""

from __future__ import annotations

from dataclasses import dataclass

MILLION = 1_000_000


@dataclass(slots=True)
class Clock:
    """The monotonic clock runs `ppm` parts in a million too fast since the world's instant `since`, when it showed `base`.

    Instants are microseconds. `skew` is how far the wall clock is ahead of the monotonic one.
    """

    ppm: int = 0
    since: int = 0
    base: int = 0
    skew: int = 0
    changed: bool = False  # whether it ever differed from the world's time

    def at(self, now: int) -> int:
        """What the monotonic clock shows at an instant of the world."""
        elapsed = now - self.since
        return self.base + elapsed + elapsed * self.ppm // MILLION

    def lasts(self, local: int) -> int:
        """How long the world takes while this clock counts `local` microseconds, rounded up."""
        return -(-local * MILLION // (MILLION + self.ppm))

    def drift(self, now: int, ppm: int) -> None:
        """Run at another rate from now on."""
        self.base, self.since, self.ppm, self.changed = self.at(now), now, ppm, True
