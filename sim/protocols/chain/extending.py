"""How a chain grows at its end: the tail brings a newcomer up to date and hands its office over.

van Renesse & Schneider, OSDI 2004, section 3.2, "Extending a chain". The configuration service names a replica that stands
aside; the tail sends it the log while it goes on serving. When the newcomer is nearly up to date, the tail waits for its acks
before it commits anything more; when the newcomer holds all that is committed, the tail says so, and the service puts it at
the end. So at every instant each member of the chain, the newcomer included, holds every write that was confirmed.
"""

from __future__ import annotations

from dataclasses import dataclass

from sim.node import Cluster, Effects, Send
from sim.protocols.chain.place import ChainPlace
from sim.protocols.messages import CaughtUp, Extend


@dataclass(slots=True)
class Newcomer:
    """A replica on its way into the chain. With the log up to `goal` it is nearly up to date; `wanted_at` is when the service
    last named it; `announced`: the service was told that it is ready, and nobody but the service can undo that.
    """

    name: str
    goal: int
    wanted_at: int
    acked: int = 0
    waited_for: bool = False
    announced: bool = False


class Extending(ChainPlace):
    """What a tail does for a newcomer."""

    def __init__(self, name: str, cluster: Cluster) -> None:
        super().__init__(name, cluster)
        self.newcomer: Newcomer | None = None

    @property
    def heard_back(self) -> int:
        return self.newcomer.acked if self.newcomer else self.committed

    def take_place(self, epoch: int, members: tuple[str, ...]) -> Effects:
        """Every configuration ends what was begun in the one before."""
        self.newcomer = None
        yield from super().take_place(epoch, members)

    def on_extend(self, _: str, message: Extend) -> Effects:
        """The service names a replica that lives and stands aside: begin with it, or know that it is still wanted."""
        if message.epoch != self.epoch or not self.is_tail:
            return
        if self.newcomer is None:
            self.newcomer, self.successor = Newcomer(message.replica, self.shipped, self.now), (message.replica,)
            yield from self.precede()
        elif self.newcomer.name == message.replica:
            self.newcomer.wanted_at = self.now

    def copied_to(self, newcomer: Newcomer, n: int) -> Effects:
        """The newcomer holds the log up to there."""
        newcomer.acked = n
        newcomer.waited_for = newcomer.waited_for or n >= newcomer.goal
        if newcomer.waited_for:
            yield from self.commit_at_tail()
            if n >= self.committed and not newcomer.announced:
                newcomer.announced = True
                yield from self.announce(newcomer)

    def announce(self, newcomer: Newcomer) -> Effects:
        """Tell the service that the newcomer holds all that is committed, and will; and the newcomer, what that is."""
        yield from self.precede()
        for controller in self.cluster.controllers:
            yield Send(controller, CaughtUp(self.epoch, newcomer.name))

    def on_tick(self) -> Effects:
        """Say it again until the service has decided; give one up that the service does not hear any more."""
        newcomer = self.newcomer
        if newcomer and newcomer.announced:
            yield from self.announce(newcomer)
        elif newcomer and self.now - newcomer.wanted_at > self.design.detect_after_us:
            self.newcomer, self.successor = None, ()
            yield from self.commit_at_tail()
        yield from super().on_tick()

    def commit_at_tail(self) -> Effects:
        """All that is durable here; while a newcomer is waited for, what it has too."""
        newcomer = self.newcomer
        upto = self.durable
        if newcomer is not None and newcomer.waited_for and newcomer.acked < upto:
            upto = newcomer.acked
        if upto > self.committed:
            yield from self.commit_to(upto)

    def commit_to(self, n: int) -> Effects:
        """All that follow hold the log up to `n`, which is more than before."""
        raise NotImplementedError
