"""What each fault verb does to a machine or to links, when it can do nothing, and how it is undone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import NamedTuple, cast

from sim.disk import Tail
from sim.nemesis import orders
from sim.network import Link
from sim.world import World

Settings = Mapping[str, int | str]
Key = tuple[str, str]  # a condition and the machine that is in it; or "links" and the fault's place in the schedule
Undo = Callable[[], None]
LINKS, ISOLATION, LIFE, SLEEP = "links", "isolation", "life", "sleep"


class NodeVerb(NamedTuple):
    """What a verb does to a machine, why it can do nothing now ("" if it can), and the condition that it leaves.

    Another fault of the same condition takes the place of the first one. An act that answers False did nothing.
    """

    why_not: Callable[[World, str], str]
    act: Callable[[World, str, Settings], bool | None]
    condition: str = ""


class Damage:
    """What is not as it should be: each condition in force, with how to undo it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.in_force: dict[Key, Undo] = {}

    def leave(self, key: Key, undo: Undo) -> None:
        """A condition holds from now on."""
        self.in_force[key] = undo

    def holds(self, key: Key, undo: Undo) -> bool:
        """Whether a condition is in force, and still by the fault that would undo it so."""
        return self.in_force.get(key) is undo

    def end(self, key: Key) -> None:
        """Undo a condition."""
        self.in_force.pop(key)()

    def forget(self, *keys: Key) -> None:
        """Conditions that were ended by other means."""
        for key in keys:
            self.in_force.pop(key, None)

    def heal_links(self) -> None:
        """Mend all links."""
        self.world.network.heal()
        self.forget(*[key for key in self.in_force if key[0] in (LINKS, ISOLATION)])

    def heal_all(self) -> None:
        """Links, clocks and disks are mended, then sleepers wake; the dead stay dead."""
        self.heal_links()
        keys = [key for key in self.in_force if key[0] != LIFE]
        for key in sorted(keys, key=lambda key: key[0] == SLEEP):
            self.end(key)


def alter(links: Iterable[Link], change: Settings, sign: int) -> None:
    """Add to fields of links, or with the sign -1 take the same away."""
    for link in links:
        for name, amount in change.items():
            setattr(link, name, getattr(link, name) + sign * int(amount))


# What a verb needs


def _runs(world: World, name: str) -> str:
    return "" if world.machines[name].up else "is down"


def _awake(world: World, name: str) -> str:
    return _runs(world, name) or ("is paused already" if world.machines[name].paused else "")


def _asleep(world: World, name: str) -> str:
    return "" if world.machines[name].paused else "is not paused"


def _dead(world: World, name: str) -> str:
    return "is running" if world.machines[name].up else ""


def _anyone(world: World, name: str) -> str:
    return ""


def _has_disk(world: World, name: str) -> str:
    return "has no disk" if name in world.trace.clients else ""


def _syncs(world: World, name: str) -> str:
    return _has_disk(world, name) or _runs(world, name)


def _has_records(world: World, name: str) -> str:
    return _has_disk(world, name) or ("" if world.machines[name].disk.records else "has an empty disk")


def _has_durable(world: World, name: str) -> str:
    disk = world.machines[name].disk
    return _has_disk(world, name) or ("" if disk.durable > disk.dropped else "has nothing durable")


def _has_power(world: World, name: str) -> str:
    """A power cut still takes something from a dead machine: unsynced records, and what its OS has not sent yet."""
    machine = world.machines[name]
    unsynced = machine.disk.written > machine.disk.durable
    unsent = any(flight.source == name and flight.departs > world.now for flight in world.flights)
    return "" if machine.up or unsynced or unsent else "is down and has nothing to lose"


def _connected(world: World, name: str) -> str:
    return "" if any(not link.cuts for link in _links_of(world, name)) else "reaches nobody already"


# What it does


def _isolate(world: World, name: str, _: Settings) -> None:
    alter(_links_of(world, name), {"cuts": 1}, 1)


def _links_of(world: World, name: str) -> list[Link]:
    others = [other for other in world.machines if other != name]
    link = world.network.link
    return [link(*ends) for other in others for ends in ((name, other), (other, name))]


def _on_disk(field: str) -> NodeVerb:
    def set_field(world: World, name: str, settings: Settings) -> None:
        setattr(world.machines[name].disk, field, settings.get("amount", True))

    return NodeVerb(_syncs if field == "fails" else _has_disk, set_field, field)


def _off(field: str) -> Callable[[World, str], None]:
    return lambda world, name: setattr(world.machines[name].disk, field, 0 if field == "slow_us" else False)


def _amount(settings: Settings) -> int:
    return int(settings["amount"])


NODE_VERBS = {
    "kill": NodeVerb(_runs, lambda world, name, _: world.kill(name), LIFE),
    "power_cut": NodeVerb(_has_power, lambda world, name, how: world.lose_power(name, cast(Tail, how["tail"])), LIFE),
    "disk_loss": NodeVerb(_has_records, lambda world, name, _: world.lose_disk(name), LIFE),
    "restart": NodeVerb(_dead, lambda world, name, _: world.start(name)),
    "pause": NodeVerb(_awake, lambda world, name, _: world.pause(name), SLEEP),
    "resume": NodeVerb(_asleep, lambda world, name, _: world.resume(name)),
    "isolate": NodeVerb(_connected, _isolate, ISOLATION),
    "skew": NodeVerb(_anyone, lambda world, name, how: world.skew(name, _amount(how)), "skew"),
    "drift": NodeVerb(_anyone, lambda world, name, how: world.drift(name, _amount(how)), "drift"),
    "fsync_lies": _on_disk("lies"),
    "fsync_fails": _on_disk("fails"),
    "disk_slow": _on_disk("slow_us"),
    "disk_full": _on_disk("full"),
    "corrupt": NodeVerb(_has_durable, lambda world, name, _: world.machines[name].disk.corrupt()),
    "promote": NodeVerb(_runs, orders.promote),
    "demote": NodeVerb(_runs, orders.demote),
    "campaign": NodeVerb(_runs, orders.campaign),
}
_UNDO: dict[str, Callable[[World, str], None]] = {
    LIFE: lambda world, name: world.start(name),
    SLEEP: lambda world, name: world.resume(name),
    ISOLATION: lambda world, name: alter(_links_of(world, name), {"cuts": 1}, -1),
    "skew": lambda world, name: world.skew(name, 0),
    "drift": lambda world, name: world.drift(name, 0),
    **{field: _off(field) for field in ("lies", "fails", "slow_us", "full")},
}
ENDED_BY = {"restart": LIFE, "resume": SLEEP}  # what these verbs undo


def undo_of(condition: str, world: World, name: str) -> Undo:
    """How to bring a machine out of a condition."""
    return partial(_UNDO[condition], world, name)
