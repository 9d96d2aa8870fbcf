"""The nemesis carries out a fault schedule: it waits for instants and events, finds its targets, strikes and heals."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import permutations
from typing import NamedTuple

from sim.faults import ROLES, VERBS, Fault
from sim.history import History
from sim.machine import Machine
from sim.network import Link
from sim.trace import Event, Shot, Trace
from sim.world import World

_LEADERS = ("leader", "head", "single")


class Nemesis:
    """Strikes the world with a schedule; `trace.shots` tells what came of each row."""

    def __init__(self, world: World, faults: Sequence[Fault]) -> None:
        self.world = world
        self.trace: Trace = world.trace
        self.history: History = world.history
        self.faults = faults
        self.bound: dict[str, tuple[str, ...]] = {}
        self.last_strike = 0
        self.pending = 0  # strikes that are sure to come

    def arm(self) -> None:
        """Set every row to go off at its instant or after its event."""
        for number, fault in enumerate(self.faults):
            self.trace.shots.append(Shot(fault.verb, (), None, VERBS[fault.verb].harms))
            if fault.after is None:
                self._schedule(number, fault.at, None)
            else:
                self._watch(number, fault)

    def _schedule(self, number: int, instant: int, cause: Event | None) -> None:
        self.pending += 1

        def go() -> None:
            self.pending -= 1
            self.strike(number, cause)

        self.world.at(instant, go)

    def _watch(self, number: int, fault: Fault) -> None:
        """Count events at the trigger's point; after the one it names, strike at this very boundary or a delay later."""
        trigger = fault.after
        assert trigger is not None
        seen = 0

        def notice(place: int, event: Event) -> None:
            nonlocal seen
            if seen < trigger.nth and self._matches(fault, event):
                seen = trigger.nth if trigger.op else seen + 1
                if seen < trigger.nth:
                    return
                self.trace.shots[number] = self.trace.shots[number]._replace(cause=place)
                if fault.delay:
                    self._schedule(number, self.world.now + fault.delay, event)
                else:
                    self.world.strike_soon(lambda: self.strike(number, event))

        self.world.watch(trigger.event, notice)

    def _matches(self, fault: Fault, event: Event) -> bool:
        trigger = fault.after
        assert trigger is not None
        if fault.by is not None and event.at + fault.delay > fault.by:
            return False
        if trigger.node and event.node not in self.find(trigger.node, event):
            return False
        if trigger.op:
            return trigger.op in event.ops
        return not event.ops or any(not self.history[op].is_read for op in event.ops)

    # Targets

    def find(self, selector: str, cause: Event | None) -> tuple[str, ...]:
        """The machines that a selector means at this instant; none if there is no such machine now."""
        replicas = self.trace.replicas
        groups = {"replicas": replicas, "clients": self.trace.clients, "controllers": self.trace.controllers}
        groups |= {"all": tuple(self.world.machines), "controller": self.trace.controllers[:1]}
        if selector in self.bound:
            return self.bound[selector]
        if selector in groups:
            return groups[selector]
        if selector in self.world.machines:
            return (selector,)
        if selector == "acker":
            return self._acker(cause)
        role, _, number = selector.partition(":")
        return self._by_role(role, int(number or 1)) if role in ROLES else ()

    def _acker(self, cause: Event | None) -> tuple[str, ...]:
        """The replica that answered in the event that set the fault off."""
        if cause is None:
            return ()
        return ((cause.peer if cause.what == "ok_received" else cause.node),)

    def _by_role(self, role: str, number: int) -> tuple[str, ...]:
        """Roles by what running machines believe; where there is no chain, middle and tail are followers."""
        believers = {name: self.world.role_of(name) for name in self.trace.replicas}
        exact = [name for name, (played, _) in believers.items() if played == role or (played == "single" and role == "tail")]
        leaders = [(epoch, name) for name, (played, epoch) in believers.items() if played in _LEADERS]
        leader = max(leaders)[1] if leaders else ""
        if role in ("leader", "head"):
            found = [leader] if leader else []
        else:
            followers = [name for name, (played, _) in believers.items() if played and name != leader]
            found = exact if exact and role != "follower" else followers[::-1] if role == "tail" else followers
        return tuple(found[number - 1 : number])

    # Strikes

    def strike(self, number: int, cause: Event | None) -> None:
        """Let a fault happen, if its targets exist; undo it after its time. Nothing is attacked once settling has begun."""
        fault = self.faults[number]
        if self.trace.healed_at and VERBS[fault.verb].harms:
            return
        undo = _STRIKES[VERBS[fault.verb].targets](self, number, fault, cause)
        if fault.lasts is not None and undo is not None:
            self.pending += 1

            def repair() -> None:
                self.pending -= 1
                undo()

            self.world.at(self.world.now + fault.lasts, repair)

    def _struck(self, number: int, node: str, peer: str) -> None:
        """Put the strike into the trace."""
        shot = self.trace.shots[number]
        event = self.world.emit("fault", node, peer=peer, text=shot.verb)
        self.trace.shots[number] = shot._replace(events=(*shot.events, event), fired_at=self.world.now)
        self.last_strike = self.world.now

    def _strike_nodes(self, number: int, fault: Fault, cause: Event | None) -> Callable[[], None] | None:
        can, act, opposite = _NODE_VERBS[fault.verb]
        found = dict.fromkeys(name for selector in fault.nodes for name in self.find(selector, cause))
        targets = tuple(name for name in found if can(self.world.machines[name]))
        for name in targets:
            self._struck(number, name, "")
            act(self.world, name)
        if fault.binds:
            self.bound[fault.binds] = targets

        def undo() -> None:
            for name in targets:
                self.world.emit("fault", name, text=opposite)
                _NODE_VERBS[opposite].act(self.world, name)

        return undo

    def _strike_links(self, number: int, fault: Fault, cause: Event | None) -> Callable[[], None] | None:
        sides = self._sides(fault, cause)
        links = [self.world.network.link(a, b) for a, b in _pairs(sides, fault.one_way)]
        if not links and VERBS[fault.verb].harms:
            return None  # what only sets the stage is set where there is no link to slow
        named = (" > " if fault.one_way else " | ").join(", ".join(side) for side in dict.fromkeys(sides))
        self._struck(number, "", named)
        change = (fault.egress_us, fault.delay_us, int(fault.verb == "cut"))
        _alter(links, change, 1)
        network, heals = self.world.network, self.world.network.heals

        def undo() -> None:
            if network.heals == heals:  # or else a heal has done it already
                self.world.emit("fault", "", peer=named, text="heal")
                _alter(links, change, -1)

        return undo

    def _strike_all(self, number: int, fault: Fault, cause: Event | None) -> Callable[[], None] | None:
        self._struck(number, "", "")
        self.world.network.heal()
        return None

    def _sides(self, fault: Fault, cause: Event | None) -> list[tuple[str, ...]]:
        """The groups that a link fault separates; `rest` is everybody who is in no other group."""
        found = [
            tuple(name for selector in side if selector != "rest" for name in self.find(selector, cause))
            for side in fault.sides
        ]
        named = {name for side in found for name in side}
        rest = tuple(name for name in self.world.machines if name not in named)
        return [rest if "rest" in side else members for side, members in zip(fault.sides, found, strict=True)]


def _pairs(sides: Sequence[Sequence[str]], one_way: bool) -> list[tuple[str, str]]:
    """Every (sender, receiver) from one group to another; a group given twice means: among its members."""
    ordered = [(sides[0], sides[1])] if one_way else list(permutations(sides, 2))
    return list(dict.fromkeys((a, b) for left, right in ordered for a in left for b in right if a != b))


def _alter(links: Sequence[Link], change: tuple[int, int, int], sign: int) -> None:
    for link in links:
        link.egress_us += sign * change[0]
        link.delay_us += sign * change[1]
        link.cuts += sign * change[2]


def _kill(world: World, name: str) -> None:
    world.machines[name].die()


def _power_cut(world: World, name: str) -> None:
    world.lose_power(name)


def _restart(world: World, name: str) -> None:
    if not world.machines[name].up:
        world.start(name)


def _pause(world: World, name: str) -> None:
    world.machines[name].paused = world.machines[name].up


def _resume(world: World, name: str) -> None:
    world.machines[name].wake()


def _running(machine: Machine) -> bool:
    return machine.up and not machine.paused


class _NodeVerb(NamedTuple):
    """On which machines a verb does anything (or else it is no strike), what it does, and what undoes it after `for_ms`."""

    can: Callable[[Machine], bool]
    act: Callable[[World, str], None]
    opposite: str


_NODE_VERBS = {
    "kill": _NodeVerb(lambda machine: machine.up, _kill, "restart"),
    "power_cut": _NodeVerb(lambda machine: True, _power_cut, "restart"),
    "restart": _NodeVerb(lambda machine: not machine.up, _restart, "kill"),
    "pause": _NodeVerb(_running, _pause, "resume"),
    "resume": _NodeVerb(lambda machine: machine.paused, _resume, "pause"),
}
_STRIKES = {"nodes": Nemesis._strike_nodes, "links": Nemesis._strike_links, "none": Nemesis._strike_all}
