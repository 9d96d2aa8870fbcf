"""Wrong leases, and a wrong way to switch an old leader off."""

from __future__ import annotations

from typing import Any

from sim.node import Effects, PowerOff
from sim.protocols.controllers.failover import FailoverController
from sim.protocols.controllers.lease_book import LeaseBook
from sim.protocols.leader_follower.leader_follower import LeaderFollower
from sim.protocols.lease import Lease
from sim.protocols.messages import Grant
from tests.sim.mutants.mutant import ISOLATED, LOOKS, ORDER, STALE, Mutant, cut


class IgnoresItsLease(LeaderFollower):
    """A leader serves on when its lease is over."""

    @property
    def serves(self) -> bool:
        return True


class LeasesFromTheAnswer(LeaderFollower):
    """A leader counts its lease from when it got it, not from when it asked."""

    def on_grant(self, controller: str, message: Grant) -> Effects:
        message.asked_at = self.now
        yield from super().on_grant(controller, message)


class NoMargin(Lease):
    """Neither who holds a lease nor who grants it allows for clocks that run differently."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.lasts_us = args[0].lease_us


class NoMarginInTheBook(LeaseBook):
    """The half of it that grants."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.lasts = args[0].lease_us if self.lasts else 0


class DoesNotWait(FailoverController):
    """The controller does not wait for the old leader's lease to run out."""

    def wait_for_leases(self) -> Effects:
        yield from self.act()


class SparesTheLeader(FailoverController):
    """The controller does not switch the old leader off, although that is how the design fences it."""

    def seek(self) -> Effects:
        return (effect for effect in super().seek() if not isinstance(effect, PowerOff))


LEASED = {"wait_for": 1, "fencing": "lease", "lease_ms": 600}

MUTANTS = [
    Mutant((IgnoresItsLease,), [ISOLATED], {STALE, ORDER}, "lease", {"wait_for": 1, "fencing": "lease"}, LOOKS),
    Mutant(
        (LeasesFromTheAnswer,),
        [
            {"at_ms": 0, "do": "slow", "from": ["controller"], "to": ["A"], "delay_ms": 150},
            {"at_ms": 300, "do": "cut", "from": ["A"], "to": ["controller"], "for_ms": 1500},
            cut(300, ["c1"], ["controller"], 1500),
            cut(300, ["A", "c1"], ["B", "C", "c2", "c3", "c4"], 1500),
        ],
        {STALE, ORDER},
        "lease",
        LEASED,
        LOOKS,
    ),
    Mutant(
        (NoMargin, NoMarginInTheBook),
        [
            {"at_ms": 0, "do": "drift", "node": "A", "ppm": -250_000},
            {"at_ms": 0, "do": "drift", "node": "controller", "ppm": 240_000},
            {**ISOLATED, "for_ms": 1500},
        ],
        {STALE, ORDER},
        "drift",
        {**LEASED, "max_drift_ppm": 400_000},
        LOOKS,
    ),
    Mutant((DoesNotWait,), [{**ISOLATED, "for_ms": 1500}], {STALE, ORDER}, "lease", LEASED, LOOKS),
    Mutant((SparesTheLeader,), [ISOLATED], {STALE, ORDER}, "stonith", {"wait_for": 1, "fencing": "stonith"}, LOOKS),
]
