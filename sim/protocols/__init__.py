"""The protocols, one a topology: which class copies the data and which watches over it."""

from __future__ import annotations

from sim.node import Cluster, Node
from sim.protocols.chain.chain import ChainReplica
from sim.protocols.chain.craq import CraqReplica
from sim.protocols.controllers.configuration import ConfigurationService
from sim.protocols.controllers.failover import FailoverController
from sim.protocols.controllers.monitor import Monitor
from sim.protocols.database import Database
from sim.protocols.leader_follower.leader_follower import LeaderFollower
from sim.protocols.raft.raft import Raft

TOPOLOGIES: dict[str, tuple[type[Database], type[Monitor]]] = {
    "leader-follower": (LeaderFollower, FailoverController),
    "single": (LeaderFollower, FailoverController),
    "chain": (ChainReplica, ConfigurationService),
    "craq": (CraqReplica, ConfigurationService),
    "raft": (Raft, Monitor),  # no machine of Raft's is a controller
}


def make_replica(cluster: Cluster, name: str) -> Node:
    """A replica of the cluster's topology."""
    return TOPOLOGIES[cluster.design.topology][0](name, cluster)


def make_controller(cluster: Cluster, name: str) -> Node:
    """A controller of the cluster's topology."""
    return TOPOLOGIES[cluster.design.topology][1](name, cluster)
