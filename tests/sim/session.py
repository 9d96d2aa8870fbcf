"""One client, whose replicas and controllers the test plays."""

from __future__ import annotations

from typing import Any

from sim.client import Client
from sim.design import read_design
from sim.lock_client import LockClient
from sim.luck import Luck
from sim.node import Cluster, Complete, Effect, Locate, Reply, Request, Send, Timer, View
from sim.setup import read_setup
from sim.state_machine import KeyValues

TIMEOUT_US = 40_000


class Session:
    """A client of A, B and C. Unless `lost` it knows that A leads epoch 1 and all may be read, and has begun an operation.

    `effects` is what its last handler asked for. `sent` are all requests so far: to whom, and as what attempt.
    """

    def __init__(
        self, *controllers: str, name: str = "c1", reads: str = "leader", seed: int = 1, lost: bool = False, **work: Any
    ) -> None:
        workload = read_setup({"workload": {"clients": 3, "ops": 300, **work}}).workload
        design = read_design({"reads": reads})
        cluster = Cluster(design, controllers, ("c1", "c2", "c3"), Luck(seed), lambda image: KeyValues({}, image))
        kind = LockClient if workload.kind == "lock" else Client
        self.client: Client = kind(name, int(name[1:]) - 1, cluster, workload, TIMEOUT_US)
        self.effects: list[Effect] = []
        self.sent: list[tuple[str, Request]] = []
        self.outcomes: dict[str, str] = {}
        if not lost:
            self.view(1, "A", "ABC").next()

    def hear(self, handler: str, *args: Any) -> Session:
        """Let a handler run."""
        self.effects = list(getattr(self.client, handler)(*args))
        for effect in self.effects:
            if isinstance(effect, Send) and isinstance(effect.message, Request):
                self.sent.append((effect.to, effect.message))
            elif isinstance(effect, Complete):
                self.outcomes[effect.op] = effect.outcome
        return self

    def view(self, epoch: int, leader: str, readers: str) -> Session:
        return self.hear("on_view", "controller", View(epoch, leader, tuple(readers)))

    def next(self) -> Session:
        return self.hear("on_next")

    def time_out(self) -> Session:
        """No answer; then the time has come to ask again."""
        return self.hear("on_patience").hear("on_again")

    def reply(self, replica: str = "", done: bool = True, op: str = "", **rest: Any) -> Session:
        """An answer of the replica that was asked last to the attempt that it got, unless the test says otherwise."""
        asked, request = self.sent[-1]
        return self.hear("on_reply", replica or asked, Reply(op or request.op, done, **rest))

    def refuse(self) -> Session:
        """A refusal; then the time has come to ask again."""
        return self.reply(done=False).hear("on_again")

    @property
    def asked(self) -> list[str]:
        """Who got a request, in order."""
        return [replica for replica, _ in self.sent]

    @property
    def attempts(self) -> list[str]:
        """The ids of the attempts, in order."""
        return [request.op for _, request in self.sent]

    @property
    def located(self) -> list[str]:
        """Whom the last handler asked who serves."""
        return [effect.to for effect in self.effects if isinstance(effect, Send) and isinstance(effect.message, Locate)]

    @property
    def waits(self) -> dict[str, int]:
        """The timers that the last handler set, in us."""
        return {effect.name: effect.after_us for effect in self.effects if isinstance(effect, Timer)}
