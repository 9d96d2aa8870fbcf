"""How long faults hold, and when a cluster has come to rest after all was mended."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sim.design import Design
from sim.records import Entry
from sim.setup import Limits
from sim.trace import MS, WRITE_FLOWS, Event
from sim.world import World

STEP_US = 10 * MS  # how often a rest is looked for
PROMOTION_US = 200 * MS  # a generous time for choosing and promoting a new leader
ELECTIONS = 4  # time-outs that an election takes at most, with split votes
MOST_TOLD = 3
MOVES = (
    "received",
    "durable",
    "applied",
    "discarded",
    "installed",
    "suspected",
    "voted",
    "elected",
    "promoted",
    "removed",
    "joined",
)


def detection_us(design: Design) -> int:
    """How long it takes at most until a failure is seen, and a lease that somebody held is over.

    Of several controllers one has the chair; those that miss it wait for up to another time-out before they stand for it.
    """
    time_outs = 2 if len(design.controller_names) > 1 else 1
    silence = {"raft": ELECTIONS * design.election_us, "single": 0}.get(design.topology, time_outs * design.detect_after_us)
    leases = "lease" in (design.fencing, design.reads)
    return silence + (design.lease_us + design.lease_us * design.max_drift_ppm // 1_000_000 if leases else 0)


def hold_us(design: Design, limits: Limits) -> int:
    """How long a fault must hold to show all that comes of it: detection, promotion, and a client's patience."""
    return detection_us(design) + PROMOTION_US + limits.timeout_us


def quiet_us(design: Design) -> int:
    """How long nothing must have moved: any time-out that could set something off has run out by then, heartbeats included."""
    return detection_us(design) + design.detect_after_us // 3 + design.cooldown_us


class Rest:
    """Watches a world from now on for the last thing that moved: heartbeats, timers and talk among controllers do not count.

    A message moves something if it carries operations and arrives. What is committed and waits for nobody, or waits for a
    dead machine, does not move.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.moved_at = world.now
        self.last = ""
        for what in (*MOVES, "delivered"):
            world.watch(what, self._notice)

    def _notice(self, _: int, event: Event) -> None:
        if event.what != "delivered" or (event.ops and self.world.trace.flow[event.text] in WRITE_FLOWS):
            self.moved_at = event.at
            self.last = f"{event.node}: {event.text or event.what} {_short(event.ops)}".rstrip()

    def quiet_for(self) -> int:
        """How long nothing has moved (us)."""
        return self.world.now - self.moved_at

    def in_flight(self) -> Iterator[str]:
        """What has begun and will move something: messages on their way to the living, fsyncs, and applies."""
        machines, flow = self.world.machines, self.world.trace.flow
        for flight in self.world.flights:
            if flight.ops and not flight.lost and flow[flight.message.kind] in WRITE_FLOWS and machines[flight.target].up:
                yield f"{flight.message.kind} {_short(flight.ops)} from {flight.source} to {flight.target}"
        for name, machine in machines.items():
            disk = machine.disk
            syncing = disk.records[disk.durable - disk.dropped :] if disk.flushing is not None else []
            if machine.up and any(isinstance(record, Entry) for record in syncing):
                yield f"an fsync on {name}"
            if machine.up and machine.workers.last_visible > self.world.now:
                yield f"an apply on {name}"


def _short(ops: tuple[str, ...]) -> str:
    return f"{ops[0]} and {len(ops) - 1} more" if len(ops) > 1 else "".join(ops)


def come_to_rest(rest: Rest, waiting: Callable[[], list[str]], quiet: int, beat: int, most: int) -> str:
    """Let time pass until nothing has moved for `quiet`, at most `most`; all in microseconds.

    Returns "" if all is at rest then, for one heartbeat (`beat`) at least, and no client is `waiting`; else what is going on.
    """
    world = rest.world
    end = world.now + most
    while world.now < end and (rest.quiet_for() < quiet or waiting() or any(rest.in_flight())):
        world.run_until(min(end, world.now + STEP_US))
    busy = list(dict.fromkeys([*rest.in_flight(), *(f"{name} waits for an answer" for name in waiting())]))
    if not busy and rest.quiet_for() < min(beat, most // 2):
        busy = [rest.last]
    more = [f"{len(busy) - MOST_TOLD} more"] if len(busy) > MOST_TOLD else []
    return ", ".join(busy[:MOST_TOLD] + more)
