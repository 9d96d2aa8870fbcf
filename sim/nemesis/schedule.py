"""The schedule: each row waits for its instant or its event, finds its targets, strikes, and is undone after its time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from sim.faults import Fault, Trigger
from sim.history import op_of
from sim.nemesis import orders
from sim.nemesis.damage import ENDED_BY, LIFE, LINKS, NODE_VERBS, SLEEP, Damage, Key, Undo, alter, undo_of
from sim.nemesis.targets import Targets, pairs
from sim.trace import MS, Event, Shot
from sim.verbs import REST, VERBS
from sim.world import World


class Nemesis:
    """Strikes the world with a schedule; `trace.shots` tells what came of each row."""

    def __init__(self, world: World, faults: Sequence[Fault], racks: Mapping[str, Sequence[str]] | None = None) -> None:
        self.world = world
        self.trace = world.trace
        self.faults = faults
        self.targets = Targets(world, racks or {})
        self.damage = Damage(world)
        self.last_strike = 0
        self.pending = 0  # strikes and repairs that are sure to come

    # When

    def arm(self) -> None:
        """Set every row to go off at its instant or after its event."""
        for number, fault in enumerate(self.faults):
            self.trace.shots.append(Shot(fault.verb, (), None, fault.harms))
            if fault.after is None:
                self._schedule(number, fault.at, None)
            else:
                self._watch(number, fault, fault.after)

    def _schedule(self, number: int, instant: int, cause: Event | None) -> None:
        self.pending += 1
        self.world.at(instant, self._go, number, cause)

    def _go(self, number: int, cause: Event | None) -> None:
        self.pending -= 1
        self.strike(number, cause)

    def _watch(self, number: int, fault: Fault, trigger: Trigger) -> None:
        """Count events at the trigger's point; after the one it names, strike at this very boundary or a delay later.

        An order is a call that a process takes when it has done with what it does, so it is never in the middle of that.
        """
        seen = 0

        def notice(place: int, event: Event) -> None:
            nonlocal seen
            if seen == trigger.nth or not self._matches(trigger, event) or _too_late(fault, event):
                return
            seen += 1
            if seen < trigger.nth:
                return
            self.trace.shots[number] = self.trace.shots[number]._replace(cause=place)
            if fault.delay or fault.verb in orders.ORDERS:
                self._schedule(number, self.world.now + fault.delay, event)
            else:
                self.world.strike_soon(partial(self.strike, number, event))

        self.world.watch(trigger.event, notice)

    def _matches(self, trigger: Trigger, event: Event) -> bool:
        if trigger.text and event.text != trigger.text:
            return False
        if trigger.node and event.node not in self.targets.find(trigger.node, event):
            return False
        if trigger.op:
            return trigger.op in event.ops or trigger.op in map(op_of, event.ops)
        return not event.ops or not all(map(self._is_read, event.ops))

    def _is_read(self, op_id: str) -> bool:
        op = self.world.history.find(op_id)
        return op is not None and op.is_read

    # What

    def strike(self, number: int, cause: Event | None) -> None:
        """Let a fault happen, if its targets exist. Nothing is attacked once settling has begun."""
        fault = self.faults[number]
        if self.trace.healed_at and VERBS[fault.verb].kind != "help":
            self._miss(number, "the load was over")
        else:
            _STRIKES[VERBS[fault.verb].targets](self, number, cause)

    def _strike_nodes(self, number: int, cause: Event | None) -> None:
        fault = self.faults[number]
        found = dict.fromkeys(name for selector in fault.nodes for name in self._held(number, selector, cause))
        if fault.binds:
            self.targets.bound[fault.binds] = tuple(found)
        excuses = {name: NODE_VERBS[fault.verb].why_not(self.world, name) for name in found}
        for name, excuse in excuses.items():
            if not excuse:
                self._strike_node(number, name)
        if found and all(excuses.values()):
            self._miss(number, ", ".join(f"{name} {excuse}" for name, excuse in excuses.items()))

    def _held(self, number: int, selector: str, cause: Event | None) -> tuple[str, ...]:
        """The machines that a selector means; if there are none, that is said."""
        found = self.targets.find(selector, cause)
        if not found:
            self._miss(number, f"nobody is {selector}")
        return found

    def _strike_node(self, number: int, name: str) -> None:
        fault, verb = self.faults[number], NODE_VERBS[self.faults[number].verb]
        event = self.world.emit("fault", name, n=_amount(fault), text=fault.verb)
        if verb.act(self.world, name, fault.settings) is False:
            self._miss(number, f"nobody promoted {name}" if fault.verb == "promote" else f"{name} did nothing about it")
            return
        self._record(number, event)
        if verb.condition == LIFE:
            self.damage.forget((SLEEP, name))
        if fault.verb in ENDED_BY:
            self.damage.forget((ENDED_BY[fault.verb], name))
        if verb.condition:
            self._leave(fault, (verb.condition, name), undo_of(verb.condition, self.world, name), name)

    def _strike_links(self, number: int, cause: Event | None) -> None:
        fault = self.faults[number]
        if fault.harms:  # what only sets the stage is set where there is no link to slow
            for selector in dict.fromkeys(name for side in fault.sides for name in side if name != REST):
                self._held(number, selector, cause)
        sides = self.targets.sides(fault.sides, cause)
        links = [self.world.network.link(*ends) for ends in pairs(sides, fault.one_way)]
        if fault.harms and not links:
            if not self.trace.shots[number].missed:
                self._miss(number, "there is no link between them")
            return
        named = (" > " if fault.one_way else " | ").join(", ".join(side) for side in dict.fromkeys(sides))
        self._record(number, self.world.emit("fault", "", peer=named, n=_amount(fault), text=fault.verb))
        change = fault.settings or {"cuts": 1}
        alter(links, change, 1)
        self._leave(fault, (LINKS, str(number)), partial(alter, links, change, -1), "", named)

    def _strike_all(self, number: int, cause: Event | None) -> None:
        """Heal the links, or tell the leader to cancel."""
        fault = self.faults[number]
        if fault.verb == "heal":
            self._record(number, self.world.emit("fault", "", text=fault.verb))
            self.damage.heal_links()
            return
        for leader in self._held(number, "leader", cause):
            event = self.world.emit("fault", leader, peer=str(fault.settings["about"]), text=fault.verb)
            if orders.cancel(self.world, leader, fault.settings):
                self._record(number, event)
            else:
                self._miss(number, f"{leader} has no such operation waiting")

    # What came of it

    def _record(self, number: int, event: int) -> None:
        """The fault struck with this event."""
        shot = self.trace.shots[number]
        self.trace.shots[number] = shot._replace(events=(*shot.events, event), fired_at=self.world.now)
        self.last_strike = self.world.now

    def _miss(self, number: int, why: str) -> None:
        """The fault did not strike, or not all that it was meant for."""
        shot = self.trace.shots[number]
        self.world.emit("missed", "", text=f"{shot.verb}: {why}")
        self.trace.shots[number] = shot._replace(missed=f"{shot.missed}; {why}" if shot.missed else why)

    def _leave(self, fault: Fault, key: Key, undo: Undo, node: str, peer: str = "") -> None:
        """A condition holds from now on, perhaps for a time."""
        self.damage.leave(key, undo)
        if fault.lasts is not None:
            self.pending += 1
            self.world.at(self.world.now + fault.lasts, self._end, key, undo, (node, peer, fault.verb))

    def _end(self, key: Key, undo: Undo, said: tuple[str, str, str]) -> None:
        self.pending -= 1
        node, peer, verb = said
        if self.damage.holds(key, undo):
            self.world.emit("mended", node, peer=peer, text=verb)
            self.damage.end(key)

    def close(self) -> None:
        """The run is over: say of each row that never went off why."""
        for number, shot in enumerate(self.trace.shots):
            if shot.fired_at is None and not shot.missed:
                waits = self.faults[number].after is not None and shot.cause is None
                self._miss(number, _never_came(self.faults[number]) if waits else "the run was over")


def _too_late(fault: Fault, event: Event) -> bool:
    return fault.by is not None and event.at + fault.delay > fault.by


def _never_came(fault: Fault) -> str:
    return "its event never came" if fault.by is None else f"its event did not come by {fault.by / MS:g} ms"


def _amount(fault: Fault) -> int:
    """What the trace says of a fault's settings: the first number."""
    return next((value for value in fault.settings.values() if isinstance(value, int) and value), 0)


_STRIKES = {"nodes": Nemesis._strike_nodes, "links": Nemesis._strike_links, "none": Nemesis._strike_all}
