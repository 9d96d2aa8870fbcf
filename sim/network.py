"""The network: egress queues, links with delay, cuts.

A message waits in its sender's egress queue (finite bandwidth, or a delay added on a link), then flies. What waits is
lost with the sender's power; what flies survives its sender. A cut link drops at delivery. Links are FIFO per direction.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from sim.luck import Luck
from sim.node import Message

HEADER_BYTES, OP_BYTES = 64, 160  # what a message weighs on the wire: itself, and each operation in it


@dataclass(frozen=True)
class NetworkSpeed:
    """One-way delay in microseconds (drawn per message) and each machine's bandwidth (None: unlimited)."""

    delay_us: tuple[int, int] = (300, 800)
    bytes_per_ms: int | None = None


@dataclass(slots=True)
class Link:
    """One direction between two machines; `egress_us` and `delay_us` are what a fault adds."""

    egress_us: int = 0
    delay_us: int = 0
    cuts: int = 0
    last_departure: int = 0
    last_arrival: int = 0


@dataclass(slots=True)
class Flight:
    """A message on its way. `number` counts the messages of the run; `incarnation` is the receiver's at the sending."""

    number: int
    source: str
    target: str
    link: Link
    message: Message
    ops: tuple[str, ...]
    incarnation: int
    departs: int
    arrives: int
    lost: bool = False


@dataclass
class Network:
    """All links, made when first used."""

    speed: NetworkSpeed
    luck: Luck
    links: dict[tuple[str, str], Link] = field(default_factory=dict)
    sent: int = 0
    heals: int = 0
    _egress_free: dict[str, int] = field(default_factory=dict)
    _attempts: dict[str, int] = field(default_factory=dict)

    def link(self, source: str, target: str) -> Link:
        """The link in this direction."""
        key = (source, target)
        if key not in self.links:
            self.links[key] = Link()
        return self.links[key]

    def send(self, now: int, source: str, target: str, message: Message, incarnation: int) -> Flight:
        """Put a message into the egress queue and foresee when it leaves and arrives."""
        link, ops = self.link(source, target), message.ops
        departs = max(self._leave_machine(now, source, len(ops)) + link.egress_us, link.last_departure)
        flies = self._draw_delay(f"{source}>{target} {message.kind} {ops[0] if ops else ''}")
        arrives = max(departs + link.delay_us + flies, link.last_arrival)
        link.last_departure, link.last_arrival = departs, arrives
        self.sent += 1
        return Flight(self.sent, source, target, link, message, ops, incarnation, departs, arrives)

    def _leave_machine(self, now: int, source: str, ops: int) -> int:
        """When the machine's network card is through with a message of so many operations."""
        if self.speed.bytes_per_ms is None:
            return now
        size = HEADER_BYTES + OP_BYTES * ops
        free = max(now, self._egress_free.get(source, 0)) + size * 1000 // self.speed.bytes_per_ms
        self._egress_free[source] = free
        return free

    def _draw_delay(self, what: str) -> int:
        """The flight time, drawn by link, kind, operation and attempt: never by what else was sent."""
        attempt = self._attempts.get(what, 0)
        self._attempts[what] = attempt + 1
        return self.luck.between(*self.speed.delay_us, f"{what} {attempt}")

    def cut_power(self, now: int, source: str) -> None:
        """What waited in this machine's egress queues is gone, so the queues are empty."""
        self._egress_free.pop(source, None)
        for (sender, _), link in self.links.items():
            if sender == source:
                link.last_departure = min(link.last_departure, now)

    def heal(self) -> None:
        """Take every fault off every link; `heals` counts how often."""
        self.heals += 1
        for link in self.links.values():
            link.egress_us = link.delay_us = link.cuts = 0
