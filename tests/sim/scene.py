"""The bare kernel, driven by nodes that follow a script."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from sim.disk import DiskSpeed
from sim.faults import read_faults
from sim.history import History, Op
from sim.luck import Luck
from sim.nemesis import Nemesis
from sim.network import NetworkSpeed
from sim.node import Effect, Effects, Message, Node, Send, Timer, Write
from sim.records import Entry, Record
from sim.trace import MS, Event, Trace
from sim.world import World

Heard = list[tuple[Any, ...]]
Script = Mapping[float | str, Iterable[Effect]]  # at a time (ms), a "restart" or an order: a handler with these effects
Scripts = Mapping[str, Mapping[Any, Iterable[Effect]]]


@dataclass(slots=True)
class Ping(Message):
    """A message that carries a number; `size` operations make it heavier."""

    n: int
    size: int = 0

    @property
    def ops(self) -> tuple[str, ...]:
        return ("op",) * self.size


class Probe(Node):
    """Does what the test says, when it says so, and writes what it hears, with the time in ms, into a list that outlives it."""

    def __init__(self, name: str, luck: Luck, script: Script, heard: Heard) -> None:
        super().__init__(name, luck)
        self.script = script
        self.heard = heard
        self.role = "leader" if name == "A" else "follower"

    def on_boot(self) -> Effects:
        for ms in self.script:
            if not isinstance(ms, str):
                yield Timer("step", round(ms * MS), ms)

    def on_step(self, ms: float) -> Effects:
        yield from self.script[ms]

    def on_restart(self, records: tuple[Record, ...]) -> Effects:
        yield from self.hear("restart", *[record.n for record in records])
        yield from self.script.get("restart", ())

    def on_order(self, what: str, about: str) -> Effects:
        yield from self.hear("order", what, about)
        yield from self.script.get(what, ())

    def on_durable(self, records: tuple[Record, ...]) -> Effects:
        return self.hear("durable", *[record.n for record in records])

    def on_applied(self, entry: Entry) -> Effects:
        return self.hear("applied", entry.n)

    def on_ping(self, sender: str, ping: Ping) -> Effects:
        return self.hear("ping", ping.n)

    def on_alarm(self, n: int) -> Effects:
        return self.hear("alarm", n)

    def hear(self, *what: Any) -> Effects:
        self.heard.append((self.now / MS, *what))
        return iter(())


class Scene:
    """What comes of scripts and faults in a world of probes A, B and C. Flights and fsyncs take 1 ms, an apply 0.1 ms."""

    def __init__(
        self,
        scripts: Scripts,
        *faults: Mapping[str, Any],
        bytes_per_ms: int | None = None,
        controllers: tuple[str, ...] = (),
        racks: Mapping[str, tuple[str, ...]] | None = None,
    ) -> None:
        self.trace = Trace(1, ("A", "B", "C"), controllers, ())
        speed = NetworkSpeed((MS, MS), bytes_per_ms)
        history = History({op: Op(op, "c1", "write", ("x", 1), 0) for op in ("op", *(f"w{n}" for n in range(1, 21)))})
        self.world = World(self.trace, history, speed, DiskSpeed((MS, MS), 100))
        self.heard: dict[str, Heard] = {}
        for name in (*self.trace.replicas, *controllers):
            self.heard[name] = []
            make = partial(Probe, name, self.world.luck, scripts.get(name, {}), self.heard[name])
            self.world.add(name, make)
        Nemesis(self.world, read_faults(faults, tuple(racks or ())), racks).arm()
        self.world.boot()
        self.world.run_until(1000 * MS)

    def what(self, *kinds: str) -> list[Event]:
        """The events of these kinds."""
        return [event for _, event in self.trace.of(*kinds)]

    def got(self, name: str, kind: str) -> list[tuple[float, ...]]:
        """When a node heard of something (ms), and what: `[(2.0, 7)]`."""
        return [(ms, *rest) for ms, what, *rest in self.heard[name] if what == kind]


def pings(to: str, *numbers: int, size: int = 0) -> list[Effect]:
    """Messages to send, in this order."""
    return [Send(to, Ping(n, size)) for n in numbers]


def writes(*numbers: int) -> list[Effect]:
    """Records to write; the op of number 3 is w3."""
    return [Write(entry(n)) for n in numbers]


def entry(n: int) -> Entry:
    """An entry with nothing special but its number."""
    return Entry(n, 1, f"w{n}", "c1", ("write", "x", n))
