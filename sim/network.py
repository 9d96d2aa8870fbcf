"""The network: egress queues, links with delay, cuts, loss.

A message waits in its sender's egress queue (finite bandwidth, or a delay added on a link), then flies. What waits is
lost with the sender's power; what flies survives its sender. A cut link drops at delivery. Links are FIFO per direction
unless a fault reorders them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from zlib import crc32

from sim.luck import Luck
from sim.node import Message
from sim.trace import HEADER_BYTES, OP_BYTES

REMEMBERED = 4096  # how many messages' attempts a link remembers before it forgets the older half


@dataclass(frozen=True)
class NetworkSpeed:
    """One-way delay in microseconds (drawn per message) and each machine's bandwidth (None: unlimited)."""

    delay_us: tuple[int, int] = (300, 800)
    bytes_per_ms: int | None = None


@dataclass(slots=True)
class Link:
    """One direction between two machines.

    What faults add: waiting (`egress_us`) and flying time (`delay_us`), cuts, messages lost or sent twice (parts in a
    million), and up to `reorder_us` of extra flight that lets a later message overtake. `attempts` counts the messages of
    each kind and first operation by their checksum, the older of them in `faded`; `kinds` has what those of a kind begin with.
    """

    name: str
    egress_us: int = 0
    delay_us: int = 0
    cuts: int = 0
    loss_ppm: int = 0
    duplicate_ppm: int = 0
    reorder_us: int = 0
    last_departure: int = 0
    last_arrival: int = 0
    kinds: dict[str, int] = field(default_factory=dict)
    attempts: dict[int, int] = field(default_factory=dict)
    faded: dict[int, int] = field(default_factory=dict)

    def checksum(self, kind: str, op: str) -> int:
        """A checksum of this link, the kind and the operation of a message, and of how many such messages went before."""
        prefix = self.kinds.get(kind)
        if prefix is None:
            prefix = self.kinds[kind] = crc32(f"{self.name} {kind} ".encode())
        name = crc32(op.encode(), prefix)
        attempts = self.attempts
        if name in attempts:
            attempt = attempts[name]
        else:
            attempt = self.faded.get(name, 0)
            if len(attempts) >= REMEMBERED:
                self.faded, self.attempts = attempts, {}
        self.attempts[name] = attempt + 1
        return crc32(b" %d" % attempt, name) if attempt else crc32(b" 0", name)

    def heal(self) -> None:
        """Take every fault off."""
        self.egress_us = self.delay_us = self.cuts = self.loss_ppm = self.duplicate_ppm = self.reorder_us = 0


@dataclass(slots=True)
class Flight:
    """A message on its way. `number` counts the messages of the run; `incarnation` is the receiver's at the sending.

    `lost` says what took it on the way, "" if nothing did; `twice`: it arrives two times.
    """

    number: int
    source: str
    target: str
    link: Link
    message: Message
    ops: tuple[str, ...]
    incarnation: int
    departs: int
    arrives: int
    lost: str = ""
    twice: bool = False


class Network:
    """All links, made when first used; `heals` counts how often all of them were mended."""

    def __init__(self, speed: NetworkSpeed, luck: Luck) -> None:
        self.speed = speed
        self.luck = luck
        self.links: dict[tuple[str, str], Link] = {}
        self.sent = 0
        self.heals = 0
        self._low, self._span = speed.delay_us[0], speed.delay_us[1] - speed.delay_us[0] + 1
        self._egress_free: dict[str, int] = {}

    def link(self, source: str, target: str) -> Link:
        """The link in this direction."""
        link = self.links.get((source, target))
        if link is None:
            link = self.links[source, target] = Link(f"{source}>{target}")
        return link

    def send(self, now: int, source: str, target: str, message: Message, incarnation: int) -> Flight:
        """Put a message into the egress queue and foresee when it leaves and arrives.

        The flight time is drawn by link, kind, operation and attempt: never by what else was sent.
        """
        link, ops = self.links.get((source, target)) or self.link(source, target), message.ops
        departs = now + link.egress_us
        if self.speed.bytes_per_ms is not None:
            departs = self._leave_machine(now, source, HEADER_BYTES + OP_BYTES * len(ops)) + link.egress_us
        if departs < link.last_departure:
            departs = link.last_departure
        luck = self.luck.mix(link.checksum(message.kind, ops[0] if ops else ""))
        arrives = departs + link.delay_us + self._low + luck % self._span
        if arrives < link.last_arrival:
            arrives = link.last_arrival
        link.last_departure, link.last_arrival = departs, arrives
        self.sent += 1
        flight = Flight(self.sent, source, target, link, message, ops, incarnation, departs, arrives)
        if link.loss_ppm or link.duplicate_ppm or link.reorder_us:
            self._lead_astray(flight, f"{link.name} {luck}")
        return flight

    def _lead_astray(self, flight: Flight, what: str) -> None:
        """Lose a message, let it fly longer than those behind it, or deliver it twice."""
        link = flight.link
        if self.luck.chance(link.loss_ppm, f"lost {what}"):
            flight.lost = "the link lost it"
        if link.reorder_us:
            flight.arrives += self.luck.between(0, link.reorder_us, f"detour {what}")
            link.last_arrival = 0
        flight.twice = self.luck.chance(link.duplicate_ppm, f"twice {what}")

    def _leave_machine(self, now: int, source: str, size: int) -> int:
        """When the machine's network card is through with a message of so many bytes."""
        assert self.speed.bytes_per_ms is not None
        free = max(now, self._egress_free.get(source, 0)) + size * 1000 // self.speed.bytes_per_ms
        self._egress_free[source] = free
        return free

    def cut_power(self, now: int, source: str) -> None:
        """What waited in this machine's egress queues is gone, so the queues are empty."""
        self._egress_free.pop(source, None)
        for (sender, _), link in self.links.items():
            if sender == source:
                link.last_departure = min(link.last_departure, now)

    def heal(self) -> None:
        """Take every fault off every link."""
        self.heals += 1
        for link in self.links.values():
            link.heal()
