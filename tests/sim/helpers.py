"""Short ways to play a run, to ask what happened in it, and to drive the bare kernel with scripted nodes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from sim.design import read_design
from sim.disk import DiskSpeed
from sim.faults import read_faults
from sim.history import History
from sim.luck import Luck
from sim.nemesis import Nemesis
from sim.network import NetworkSpeed
from sim.node import Apply, Effects, Entry, Fsync, Message, Node, Record, Send, Timer, Write
from sim.run import Run
from sim.run import play as play_run
from sim.setup import read_setup
from sim.trace import MS, Event, Trace
from sim.world import World

Raw = Mapping[str, Any]

BACKLOG = {"at_ms": 0, "do": "slow", "links": "replicas", "egress_ms": 5}  # entries wait in their sender, as in a busy link
SETUP = {"workload": {"clients": 3, "ops": 60}}


def play(design: Raw, *faults: Raw, seed: int = 1, **setup: Raw) -> Run:
    """Play a design as a scenario writes it; sixty writes by three clients unless `setup` says otherwise."""
    return play_run(read_setup({**SETUP, **setup}), read_design(design), read_faults(faults), seed)


def load(clients: int = 1, ops: int = 20, **rest: Any) -> dict[str, Any]:
    """A workload."""
    return {"clients": clients, "ops": ops, **rest}


def at_write(nth: int, verb: str, node: str = "leader", **rest: Any) -> dict[str, Any]:
    """A fault just after a client has got its `nth` ok."""
    return {"after": {"ok_received": {"nth": nth}}, "do": verb, "node": node, **rest}


def verdicts(run: Run) -> dict[str, str]:
    """Each check's verdict."""
    return {name: finding.verdict for name, finding in run.findings.items()}


def broken(run: Run) -> list[str]:
    """The checks that did not hold (an unknown one has not held)."""
    return [name for name, finding in run.findings.items() if finding.verdict != "holds"]


def events(run: Run, what: str, **where: Any) -> list[Event]:
    """The events of a kind whose fields are as given: `events(run, "sent", node="A", text="append")`."""
    wanted = where.items()
    return [event for _, event in run.trace.of(what) if all(getattr(event, name) == value for name, value in wanted)]


def sent(run: Run, kind: str, **where: Any) -> list[Event]:
    """The messages of a kind that were sent."""
    return events(run, "sent", text=kind, **where)


def ops_of(found: Sequence[Event]) -> list[str]:
    """All operation ids of some events, in order."""
    return [op for event in found for op in event.ops]


def log_of(run: Run, node: str) -> tuple[str, ...]:
    """The op ids in a replica's final log, applied or not."""
    final = run.trace.final[node]
    return (*final.ops, *final.pending)


def digest(run: Run) -> str:
    """One word for everything that happened and for every outcome."""
    told = [repr(op) for op in run.history]
    whole = repr((run.trace.events, run.trace.shots, sorted(run.trace.final.items()), told))
    return hashlib.sha256(whole.encode()).hexdigest()


# The bare kernel


@dataclass(slots=True)
class Ping(Message):
    """A message for kernel tests; `size` operations make it heavier."""

    n: int
    size: int = 0

    @property
    def ops(self) -> tuple[str, ...]:
        return ("op",) * self.size


class Probe(Node):
    """A node that does what the test says when it boots, and writes what it hears into a list that outlives it."""

    scripts: ClassVar[dict[str, Callable[[Probe], Effects]]]

    def __init__(self, name: str, luck: Luck, script: Callable[[Probe], Effects], heard: list[tuple[Any, ...]]) -> None:
        super().__init__(name, luck)
        self.script = script
        self.heard = heard
        self.role = "leader" if name == "A" else "follower"

    def on_boot(self) -> Effects:
        yield from self.script(self)

    def on_restart(self, records: tuple[Record, ...]) -> Effects:
        return self.hear("restart", *[record.n for record in records])

    def on_durable(self, records: tuple[Record, ...]) -> Effects:
        return self.hear("durable", *[record.n for record in records])

    def on_applied(self, entry: Entry) -> Effects:
        return self.hear("applied", entry.n)

    def on_ping(self, sender: str, ping: Ping) -> Effects:
        return self.hear("ping", ping.n)

    def on_alarm(self, arg: int = 0) -> Effects:
        return self.hear("alarm", arg)

    def hear(self, *what: Any) -> Effects:
        self.heard.append((self.now / MS, *what))
        return iter(())


class Scene:
    """A world of probes. Flights take 1 ms, an fsync 1 ms and an apply 0.1 ms unless told otherwise."""

    def __init__(self, *faults: Raw, delay_ms: float = 1, fsync_ms: float = 1, bytes_per_ms: int | None = None, **scripts: Any):
        delay, fsync = round(delay_ms * MS), round(fsync_ms * MS)
        names = tuple(sorted({"A", "B", *scripts}))
        self.trace = Trace(1, names, (), ())
        speed = NetworkSpeed((delay, delay), bytes_per_ms)
        self.world = World(self.trace, History(), speed, DiskSpeed((fsync, fsync), 100))
        self.heard: dict[str, list[tuple[Any, ...]]] = {name: [] for name in names}
        for name in names:
            script, heard = scripts.get(name, lambda node: iter(())), self.heard[name]
            self.world.add(name, lambda name=name, script=script, heard=heard: Probe(name, self.world.luck, script, heard))
        self.nemesis = Nemesis(self.world, read_faults(faults))
        self.nemesis.arm()
        self.world.boot()
        self.world.run_until(1000 * MS)

    def what(self, *kinds: str) -> list[Event]:
        """The events of these kinds."""
        return [event for _, event in self.trace.of(*kinds)]


def pings(to: str, *numbers: int, size: int = 0) -> Iterator[Send]:
    """Messages to send, in this order."""
    return iter([Send(to, Ping(n, size)) for n in numbers])


def records(*numbers: int) -> Iterator[Write]:
    """Entries to write; the op of entry 3 is w3."""
    return iter([Write(Record("entry", entry(n), n)) for n in numbers])


def entry(n: int) -> Entry:
    """An entry whose only property is its number."""
    return Entry(n, 1, f"w{n}", "c1", ("write", "x", n))


__all__ = ["Apply", "Fsync", "Timer"]
