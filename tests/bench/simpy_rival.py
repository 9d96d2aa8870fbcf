"""The rival: leader, two followers and closed-loop clients in SimPy, in its own idiom or lean. No disk, no faults, no trace."""

from __future__ import annotations

import random
from collections.abc import Generator
from typing import Any

import simpy  # type: ignore[import-not-found,unused-ignore]

Steps = Generator[Any, Any, None]


class Rival:
    """A process a node and a message in flight, a Store as inbox; one ack makes a write."""

    def __init__(self, writes: int, clients: int, low_ms: float, mean_ms: float) -> None:
        self.env, self.luck = simpy.Environment(), random.Random(1)
        self.low_ms, self.mean_ms = low_ms, mean_ms
        self.done = 0
        names = [f"c{n}" for n in range(clients)]
        self.inbox = {name: simpy.Store(self.env) for name in ("A", "B", "C", *names)}
        for process in (self.leader(), self.follower("B"), self.follower("C")):
            self.env.process(process)
        for name in names:
            self.env.process(self.client(name, writes // clients))

    def run(self) -> int:
        """How many writes were done."""
        self.env.run()
        return self.done

    @property
    def delay_ms(self) -> float:
        return self.low_ms + self.luck.expovariate(1 / self.mean_ms)

    def fly(self, to: str, message: tuple[Any, ...]) -> Steps:
        yield self.env.timeout(self.delay_ms)
        yield self.inbox[to].put(message)

    def send(self, to: str, *message: Any) -> None:
        self.env.process(self.fly(to, message))

    def client(self, name: str, writes: int) -> Steps:
        for _ in range(writes):
            self.send("A", "write", name)
            yield self.inbox[name].get()
            self.done += 1

    def leader(self) -> Steps:
        log: list[str] = []
        committed = 0
        while True:
            kind, what = yield self.inbox["A"].get()
            if kind == "write":
                log.append(what)
                for follower in "BC":
                    self.send(follower, "append", len(log))
            elif what > committed:
                for client in log[committed:what]:
                    self.send(client, "ok")
                committed = what

    def follower(self, name: str) -> Steps:
        waiting: set[int] = set()
        end = 0
        while True:
            _, n = yield self.inbox[name].get()
            waiting.add(n)
            while end + 1 in waiting:
                end += 1
                waiting.remove(end)
            self.send("A", "ack", end)


class LeanRival(Rival):
    """The same without a process for a message: the end of its flight calls back."""

    def send(self, to: str, *message: Any) -> None:
        flight = self.env.timeout(self.delay_ms, message)
        flight.callbacks.append(lambda event: self.inbox[to].put(event.value))
