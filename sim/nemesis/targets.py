"""Who is meant: roles, groups and bound names, resolved to machines at the instant at which a fault strikes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import permutations

from sim.trace import Event
from sim.verbs import REST, ROLES
from sim.world import World

_LEADERS = ("leader", "head", "single")


class Targets:
    """Looks machines up in the world as it is now. `bound` has what faults gave a name with `as`."""

    def __init__(self, world: World, racks: Mapping[str, Sequence[str]]) -> None:
        self.world = world
        trace = world.trace
        self.groups = {
            **{name: tuple(one for one in members if one in world.machines) for name, members in racks.items()},
            "replicas": trace.replicas,
            "clients": trace.clients,
            "controllers": trace.controllers,
            "all": tuple(world.machines),
        }
        self.bound: dict[str, tuple[str, ...]] = {}

    def find(self, selector: str, cause: Event | None) -> tuple[str, ...]:
        """The machines that a selector means; none if there is no such machine now. `cause` set the fault off."""
        if selector in self.bound:
            return self.bound[selector]
        if selector in self.groups:
            return self.groups[selector]
        role, _, number = selector.partition(":")
        if role in ROLES:
            return self._acker(cause) if role == "acker" else self._by_role(role, int(number or 1))
        return (selector,) if selector in self.world.machines else ()

    def _acker(self, cause: Event | None) -> tuple[str, ...]:
        """The replica that gave the answer; an ok from nobody (a client's own) has none."""
        name = "" if cause is None else cause.peer if cause.what == "ok_received" else cause.node
        return (name,) if name in self.world.machines else ()

    def _by_role(self, role: str, number: int) -> tuple[str, ...]:
        """Roles by what running machines believe; where there is no chain, middle and tail are followers."""
        if role == "controller":
            return self.world.trace.controllers[number - 1 : number]
        believers = {name: self.world.role_of(name) for name in self.world.trace.replicas}
        exact = [name for name, (played, _) in believers.items() if played == role or (played == "single" and role == "tail")]
        leaders = [(epoch, name) for name, (played, epoch) in believers.items() if played in _LEADERS]
        leader = max(leaders)[1] if leaders else ""
        if role in ("leader", "head"):
            found = [leader] if leader else []
        else:
            followers = [name for name, (played, _) in believers.items() if played and name != leader]
            found = exact if exact and role != "follower" else followers[::-1] if role == "tail" else followers
        return tuple(found[number - 1 : number])

    def sides(self, groups: Sequence[Sequence[str]], cause: Event | None) -> list[tuple[str, ...]]:
        """The machines of each side of a link fault; `rest` is everybody who is on no other side."""
        found = [
            tuple(dict.fromkeys(name for selector in group if selector != REST for name in self.find(selector, cause)))
            for group in groups
        ]
        named = {name for side in found for name in side}
        rest = tuple(name for name in self.world.machines if name not in named)
        return [side + rest if REST in group else side for group, side in zip(groups, found, strict=True)]


def pairs(sides: Sequence[Sequence[str]], one_way: bool) -> list[tuple[str, str]]:
    """Every (sender, receiver) from one side to another; a side given twice means: among its members."""
    ordered = [(sides[0], sides[1])] if one_way else list(permutations(sides, 2))
    return list(dict.fromkeys((a, b) for left, right in ordered for a in left for b in right if a != b))
