"""What an operator tells nodes to do. Each order answers whether anybody did anything about it."""

from __future__ import annotations

from collections.abc import Mapping

from sim.world import World

Settings = Mapping[str, int | str]
ORDERS = ("promote", "demote", "campaign", "cancel_client")  # the verbs that ask nodes to do something


def promote(world: World, name: str, _: Settings) -> bool:
    """All controllers are told; where no controller promotes anybody, the replica is told to stand for election."""
    told = [world.order(controller, "promote", name) for controller in world.trace.controllers]
    return any(told) or world.order(name, "campaign", "")


def demote(world: World, name: str, _: Settings) -> bool:
    """The leader is told to stand down."""
    return world.order(name, "demote", "")


def campaign(world: World, name: str, _: Settings) -> bool:
    """The replica is told to stand for election."""
    return world.order(name, "campaign", "")


def cancel(world: World, leader: str, settings: Settings) -> bool:
    """The leader is told to answer this operation, or the one that has waited longest, without its acks."""
    return world.order(leader, "cancel", str(settings["about"]))
