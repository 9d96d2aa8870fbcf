"""A lease as its holder sees it: a majority of the controllers has promised to make nobody else the leader before it ends."""

from __future__ import annotations

from sim.design import Design


class Lease:
    """It counts from the instant at which it was asked for, on the holder's own clock, less what that clock may run slow."""

    def __init__(self, design: Design) -> None:
        self.lasts_us = design.lease_us - -(-design.lease_us * design.max_drift_ppm // 1_000_000)
        self.majority = len(design.controller_names) // 2 + 1
        self.asked_at: dict[str, int] = {}  # the newest request that each controller has granted
        self.until = 0

    def forget(self) -> None:
        """A new epoch begins: what was granted in another one counts no more."""
        self.asked_at.clear()
        self.until = 0

    def grant(self, controller: str, asked_at: int) -> None:
        """A controller has answered."""
        self.asked_at[controller] = max(asked_at, self.asked_at.get(controller, 0))
        newest = sorted(self.asked_at.values(), reverse=True)
        if len(newest) >= self.majority:
            self.until = newest[self.majority - 1] + self.lasts_us

    def held(self, now: int) -> bool:
        """Whether it still lasts at this instant of the holder's clock."""
        return now < self.until
