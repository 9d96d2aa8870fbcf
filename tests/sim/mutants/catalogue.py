"""All mutants, by name."""

from __future__ import annotations

from tests.sim.mutants import chain, clients, craq, failover, figure8, leader_follower, leases, raft, raft_elections
from tests.sim.mutants.mutant import Mutant

FAMILIES = (leader_follower, leases, failover, chain, craq, raft_elections, raft, figure8, clients)
MUTANTS: dict[str, Mutant] = {mutant.name: mutant for family in FAMILIES for mutant in family.MUTANTS}
