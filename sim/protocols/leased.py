"""Replicas that may answer clients only while they hold a lease, where that is the design (`fencing: lease`).

The controllers renew it in answer to heartbeats and wait until it is over before they put another into the holder's place,
so a holder that they cannot reach falls silent before anyone can make its answers untrue.
"""

from __future__ import annotations

from sim.node import Cluster, Effects, Note, Timer
from sim.protocols.lease import Lease
from sim.protocols.messages import Grant
from sim.protocols.replica import Replica


class Leased(Replica):
    """`serves` says whether answers may go out now; a design without leases has no such bound."""

    def __init__(self, name: str, cluster: Cluster) -> None:
        super().__init__(name, cluster)
        self.lease = Lease(self.design) if self.design.fencing == "lease" else None
        if self.lease is not None:
            self.tick_us = min(self.tick_us, self.design.lease_us // 3)

    @property
    def serves(self) -> bool:
        """Whether this replica may answer clients."""
        return self.lease is None or self.lease.held(self.now)

    def on_grant(self, controller: str, message: Grant) -> Effects:
        """The lease goes on, if enough controllers say so."""
        if self.lease is not None and message.epoch == self.epoch:
            self.lease.grant(controller, message.asked_at)
            if self.serves:
                yield Timer("lease", self.lease.until - self.now)

    def on_lease(self) -> Effects:
        """It was not renewed in time, unless it was given up."""
        if self.lease is not None and self.lease.until:
            left = self.lease.until - self.now
            yield Timer("lease", left) if left > 0 else Note("lease_lost", n=self.epoch)
