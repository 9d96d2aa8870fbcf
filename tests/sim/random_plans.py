"""Random fault plans: each follows from its number, and is made of the kinds of faults that it is given."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from random import Random
from typing import Any

from sim.design import Design

Fault = Mapping[str, Any]
REST = "rest"


def plan(design: Design, clients: Sequence[str], moves: Sequence[str], most: int, seed: int) -> list[Fault]:
    """One to `most` moves of these kinds, the public methods of `_Draw`; some moves are two faults."""
    random = Random(f"plan {seed}")
    draw = _Draw(design, clients, random)
    return [fault for _ in range(random.randint(1, most)) for fault in getattr(draw, random.choice(moves))()]


class _Draw:
    """Draws faults."""

    def __init__(self, design: Design, clients: Sequence[str], random: Random) -> None:
        self.random, self.clients = random, clients
        self.replicas, self.controllers = design.names, design.controller_names
        self.most_ppm = design.max_drift_ppm

    def when(self) -> Fault:
        """At an instant, or at or soon after an event."""
        random = self.random
        if random.random() < 0.5:
            return {"at_ms": random.choice((1, random.randint(1, 60), random.randint(1, 400)))}
        rare = random.random() < 0.4
        point = random.choice(_RARE if rare else _OFTEN)
        delay = random.choice((0, 0, 0.3, 1, 5, 40, 130))
        return {"after": {point: {"nth": 1 if rare else random.randint(1, 40)}}, "delay_ms": delay}

    def lasts(self, *choices: float) -> Fault:
        return {"for_ms": self.random.choice(choices)}

    def crash(self) -> Iterator[Fault]:
        """A machine dies for a while, or for good; somebody repairs a controller."""
        machine = self.random.choice((*self.replicas, *self.replicas, *self.controllers, "leader"))
        verb = self.random.choice(("kill", "power_cut", "power_cut"))
        returns = self.random.random() < 0.7 or machine in self.controllers
        down = self.lasts(0.3, 5, 30, 160, 400) if returns else {}
        yield {**self.when(), "do": verb, "node": machine, **down}

    def cut(self) -> Iterator[Fault]:
        """Two groups do not hear each other, or one does not hear the other."""
        everyone = [*self.replicas, *self.controllers, *self.clients]
        side = self.random.sample(everyone, self.random.randint(1, min(4, len(everyone) - 1)))
        other = [REST] if self.random.random() < 0.6 else self.random.sample([n for n in everyone if n not in side], 1)
        ends = {"between": [side, other]} if self.random.random() < 0.7 else {"from": side, "to": other}
        yield {**self.when(), "do": "cut", **ends, **self.lasts(3, 30, 160, 320)}

    def minority(self) -> Iterator[Fault]:
        """A leader, or the tail of a chain, is alone with a client."""
        side = [self.random.choice(("leader", "leader", "tail")), self.clients[0]]
        yield {**self.when(), "do": "cut", "between": [side, [REST]], **self.lasts(160, 320)}

    def pause(self) -> Iterator[Fault]:
        machine = self.random.choice((*self.replicas, *self.controllers, "leader"))
        yield {**self.when(), "do": "pause", "node": machine, **self.lasts(4, 40, 160, 320)}

    def sleep(self) -> Iterator[Fault]:
        """A client stands still."""
        yield {**self.when(), "do": "pause", "node": self.random.choice(self.clients), **self.lasts(10, 40, 120)}

    def slow(self) -> Iterator[Fault]:
        """Messages wait, or fly longer."""
        everyone = (*self.replicas, *self.controllers)
        how = self.random.choice(({"egress_ms": 4}, {"egress_ms": 30}, {"delay_ms": 8}, {"delay_ms": 60}))
        ends = self.random.choice(({"links": "replicas"}, {"from": ["all"], "to": [self.random.choice(everyone)]}))
        moment = {"at_ms": 0} if self.random.random() < 0.5 else self.when()
        yield {**moment, "do": "slow", **ends, **how}

    def late_answers(self) -> Iterator[Fault]:
        """A client hears of everything later."""
        how = {"delay_ms": self.random.choice((10, 20, 40))}
        yield {**self.when(), "do": "slow", "from": ["replicas"], "to": [self.random.choice(self.clients)], **how, "for_ms": 60}

    def slow_disk(self) -> Iterator[Fault]:
        name = self.random.choice(self.replicas)
        yield {**self.when(), "do": "disk_slow", "node": name, "ms": self.random.choice((3, 20))}

    def lossy(self) -> Iterator[Fault]:
        verb = self.random.choice(("lossy", "duplicate"))
        yield {**self.when(), "do": verb, "links": "replicas", "percent": self.random.choice((5, 25)), **self.lasts(20, 200)}

    def drift(self) -> Iterator[Fault]:
        """Clocks run as differently as the design allows for."""
        slow = self.random.choice((*self.replicas, *self.controllers))
        others = [name for name in (*self.replicas, *self.controllers) if name != slow]
        yield {"at_ms": 0, "do": "drift", "node": slow, "ppm": -(self.most_ppm // 2)}
        yield {"at_ms": 0, "do": "drift", "nodes": others, "ppm": self.most_ppm // 2}

    def campaign(self) -> Iterator[Fault]:
        """An operator lets one or two servers stand for election."""
        yield {**self.when(), "do": "campaign", "nodes": self.random.sample(self.replicas, self.random.randint(1, 2))}

    def store(self) -> Iterator[Fault]:
        yield {**self.when(), "do": "power_cut", "node": "store", **self.lasts(0.3, 5)}


_OFTEN = ("received", "written", "durable", "applied", "committed", "sent", "delivered", "reply_sent", "ok_received")
_RARE = ("suspected", "elected", "promoted", "role", "after_fault", "mended", "voted", "timed_out")
