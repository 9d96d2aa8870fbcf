"""What all controllers share: they hear heartbeats, suspect the silent, and tell clients who serves."""

from __future__ import annotations

from sim.node import Cluster, Effects, Locate, Node, Note, Send, Timer, View
from sim.protocols.messages import Beat, Hello
from sim.records import Record


class Monitor(Node):
    """A controller on a machine of its own. `serving` is the leader's name, or the members of a chain.

    `acts`: what it sees makes it do something; others watch and answer clients. `known`: that these serve is more than what
    it remembers from before a crash.
    """

    def __init__(self, name: str, cluster: Cluster) -> None:
        super().__init__(name, cluster.luck)
        self.cluster = cluster
        self.design = cluster.design
        self.acts = self.known = True
        self.epoch, self.serving = 1, self.first_serving()
        self.heard: dict[str, int] = {}
        self.roles: dict[str, str] = {}  # what each replica said last that it is
        self.suspected: tuple[str, ...] = ()

    def on_boot(self) -> Effects:
        """All replicas are alive until they fall silent."""
        yield from self.watch()

    def on_restart(self, records: tuple[Record, ...]) -> Effects:
        """Watch again."""
        yield from self.watch()

    def watch(self) -> Effects:
        """Give everyone a full time-out from now."""
        self.heard = dict.fromkeys(self.cluster.replicas, self.now)
        yield Timer("check", self.cluster.heartbeat_us)

    def on_beat(self, replica: str, message: Beat) -> Effects:
        """A sign of life."""
        self.heard[replica], self.roles[replica] = self.now, message.role
        if self.acts:
            yield from self.noticed(replica, message)

    def on_hello(self, replica: str, _: Hello) -> Effects:
        """A replica has started again; what it did before is over."""
        self.heard[replica], self.roles[replica] = self.now, ""
        if self.acts:
            yield from self.returned(replica)

    def on_check(self) -> Effects:
        """Look for replicas that were silent for too long."""
        silent = tuple(name for name, at in self.heard.items() if self.now - at > self.design.detect_after_us)
        fresh = tuple(name for name in silent if name not in self.suspected)
        self.suspected, before = silent, self.suspected
        for name in fresh:
            yield Note("suspected", peer=name)
        if self.acts:
            yield from self.judge(self.agreed())
            if silent != before:
                yield from self.publish()
        yield Timer("check", self.cluster.heartbeat_us)

    def agreed(self) -> tuple[str, ...]:
        """The replicas that are held for dead by as many as it takes to act on it."""
        return self.suspected

    # Clients

    def on_locate(self, client: str, _: Locate) -> Effects:
        """Answer a client that is lost."""
        if self.known:
            yield Send(client, self.view())

    def publish(self) -> Effects:
        """Tell all clients who serves."""
        for client in self.cluster.clients:
            yield Send(client, self.view())

    def view(self) -> View:
        """Writers go to the first that serves; readers to whom the design names, without those held for dead."""
        read_from = tuple(name for name in self.readers() if name not in self.suspected)
        return View(self.epoch, self.serving[0], read_from or self.readers())

    # Decisions, made by subclasses

    def first_serving(self) -> tuple[str, ...]:
        """Who serves at the very start."""
        raise NotImplementedError

    def readers(self) -> tuple[str, ...]:
        """Who may answer reads."""
        raise NotImplementedError

    def judge(self, silent: tuple[str, ...]) -> Effects:
        """Decide what to do about those that are silent."""
        raise NotImplementedError

    def noticed(self, replica: str, message: Beat) -> Effects:
        """A heartbeat with the epoch and role that the replica believes in."""
        raise NotImplementedError

    def returned(self, replica: str) -> Effects:
        """A replica started again."""
        raise NotImplementedError
