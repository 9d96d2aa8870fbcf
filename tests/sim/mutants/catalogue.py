"""All mutants, by name."""

from __future__ import annotations

from tests.sim.mutants import chain, clients, failover, leader_follower
from tests.sim.mutants.mutant import Mutant

FAMILIES = (leader_follower, failover, chain, clients)
MUTANTS: dict[str, Mutant] = {mutant.name: mutant for family in FAMILIES for mutant in family.MUTANTS}
