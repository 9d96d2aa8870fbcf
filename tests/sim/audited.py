"""A run under audit, for another process to compare: `python -m tests.sim.audited wrong` prints every call of a handler."""

from __future__ import annotations

import random
import sys
from typing import Any

from sim.audit import AuditedWorld
from sim.design import read_design
from sim.faults import read_faults
from sim.node import Effects, Send
from sim.protocols import TOPOLOGIES
from sim.protocols.leader_follower.leader_follower import LeaderFollower
from sim.run import Stage
from sim.setup import read_setup
from tests.sim.helpers import at_write, load

SETUP = {"workload": load(clients=2, ops=24, reads_percent=25), "limits": {"timeout_ms": 200}}
FAULTS = (at_write(8, "power_cut", "leader", for_ms=30), {"at_ms": 10, "do": "pause", "node": "follower", "for_ms": 20})
FIVE: dict[str, Any] = {"wait_for": "majority", "replicas": 5}


class IteratesASet(LeaderFollower):
    """Announces itself in the order of a set: another one in every process."""

    def announce(self) -> Effects:
        sends = {effect.to: effect for effect in super().announce() if isinstance(effect, Send)}
        yield from (sends[peer] for peer in set(sends))


class RollsItsOwnDice(LeaderFollower):
    """Announces itself in an order of its own choice."""

    def announce(self) -> Effects:
        effects = list(super().announce())
        yield from random.sample(effects, len(effects))


class AuditedStage(Stage):
    """A stage on which every handler is watched."""

    world_type = AuditedWorld


def calls(design: dict[str, Any]) -> list[str]:
    """What every handler asked for in a run with a failover, a restart and a pause."""
    stage = AuditedStage(read_setup(SETUP), read_design(design), read_faults(FAULTS), 1)
    stage.run_load()
    stage.settle()
    assert isinstance(stage.world, AuditedWorld)
    return stage.world.calls


if __name__ == "__main__":
    if "wrong" in sys.argv:
        TOPOLOGIES["leader-follower"] = (IteratesASet, TOPOLOGIES["leader-follower"][1])
    print("\n".join(calls(FIVE)))
