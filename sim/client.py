"""Clients: closed-loop sessions that issue operations, wait, try again, find the leader again, and write the history."""

from __future__ import annotations

from sim.history import op_of
from sim.node import Cluster, Complete, Effects, Invoke, Locate, Node, Reply, Request, Send, Timer, View
from sim.records import Command, Record, Result
from sim.workload import Workload

AGAIN_US = 5_000  # how long a client waits before it asks again, after a refusal or without an answer


class Client(Node):
    """One session; `number` counts from 0. It has one operation in flight.

    An operation is sent until somebody accepts it: a refusal does nothing, so it is sent again as it is. If an answer
    does not come (a time-out, a connection that ended, an `unsure`) it may have been done; then `retry` decides.
    """

    def __init__(self, name: str, number: int, cluster: Cluster, workload: Workload, timeout_us: int) -> None:
        super().__init__(name, cluster.luck)
        self.cluster = cluster
        self.workload = workload
        self.timeout_us = timeout_us
        self.ops_left = workload.ops_of(number)
        self.retries = workload.retries
        self.issued = 0
        self.op = ""  # the operation in flight
        self.request: Request | None = None  # its present attempt
        self.attempts = 0
        self.asked = ""  # the replica that got the present attempt last
        self.waiting = False  # it has not refused
        self.doubt = False  # an earlier attempt may have been done
        self.moves = 0  # how often a read that was not answered went elsewhere
        self.home = self.left = ""  # with sticky reads: where all of them go, and what did not answer before
        self.seen = (0, 0)  # the newest position that an answer to this client came from
        self.view = View(0, "", ())

    @property
    def finished(self) -> bool:
        """All done, and no answer outstanding."""
        return self.request is None and self.ops_left == 0

    def stop(self) -> None:
        """The load is over: begin nothing new, and try nothing again."""
        self.ops_left = self.retries = 0

    def on_boot(self) -> Effects:
        """Ask who serves until somebody answers; the load begins with the answer."""
        if self.view.epoch == 0:
            yield from self.locate()
            yield Timer("boot", self.timeout_us)

    def on_restart(self, records: tuple[Record, ...]) -> Effects:
        """A session does not survive its process."""
        self.ops_left = 0
        return iter(())

    # Who serves

    def locate(self) -> Effects:
        """Ask the controllers who serves; without any, the replicas."""
        for name in self.cluster.controllers or self.cluster.replicas:
            yield Send(name, Locate())

    def on_view(self, _: str, view: View) -> Effects:
        """Believe the newest. The connection to a replica that serves no more is dropped: what it did is unknown."""
        if not view.write_to or view.epoch < self.view.epoch:
            return
        first, self.view = self.view.epoch == 0, view
        if first:
            yield self.pause()
        elif self.waiting and self.asked not in (view.write_to, *view.read_from):
            yield from self.try_again()

    def target(self, request: Request) -> str:
        """Writes go to the leader, reads to one of those who may answer."""
        if request.command[0] != "read":
            return self.view.write_to
        readers = self.view.read_from
        if self.cluster.design.reads == "sticky":
            return self.stay(readers)
        return readers[(self.luck.index(len(readers), f"reader {self.op}") + self.moves) % len(readers)]

    def stay(self, readers: tuple[str, ...]) -> str:
        """The same replica as long as it serves and answers."""
        if self.home not in readers:
            others = [name for name in readers if name != self.left] or readers
            self.home = others[self.luck.index(len(others), f"home {self.name} {self.moves}")]
        return self.home

    def turn_away(self) -> None:
        """A read goes elsewhere the next time."""
        if self.request is not None and self.request.command[0] == "read":
            self.moves += 1
            self.home, self.left = "", self.home

    # Operations

    def pause(self) -> Timer:
        """Think between two operations."""
        return Timer("next", self.luck.between(*self.workload.think_us, f"think {self.name}/{self.issued}"))

    def on_next(self) -> Effects:
        """Issue the next operation."""
        if self.ops_left:
            self.ops_left -= 1
            op = f"{self.name}/{self.issued + 1}"
            yield from self.invoke(op, self.workload.choose(self.luck, op))

    def invoke(self, op: str, command: Command) -> Effects:
        """Begin an operation."""
        self.issued += 1
        self.op, self.attempts, self.doubt = op, 1, False
        self.request = Request(op, command)
        if command[0] == "read" and self.cluster.design.reads == "token":
            self.request.token = self.seen
        yield Invoke(op, command)
        yield Timer("patience", self.timeout_us)
        yield from self.attempt()

    def attempt(self) -> Effects:
        """Send the operation to whoever serves it."""
        assert self.request is not None
        self.waiting = True
        self.asked = self.target(self.request)
        yield Send(self.asked, self.request)

    def on_reply(self, replica: str, reply: Reply) -> Effects:
        """Done, whichever attempt it was; or the present attempt was refused, or is as unsure as if there were no answer."""
        request = self.request
        if request is None or (reply.op != request.op and op_of(reply.op) != self.op):
            return
        if reply.done:
            if reply.position > self.seen:
                self.seen = reply.position
            yield from self.finish("ok", reply.result, replica)
        elif self.waiting and reply.op == request.op and replica == self.asked:
            yield from self.try_again() if reply.unsure else self.refused()

    def refused(self) -> Effects:
        """Find out who serves and send the same again, elsewhere if it is a read: this cannot do it twice."""
        self.waiting = False
        self.turn_away()
        yield from self.locate()
        yield Timer("again", AGAIN_US)

    def on_again(self) -> Effects:
        """Ask those who serve now."""
        if self.request is not None and not self.waiting:
            yield from self.attempt()

    def on_patience(self) -> Effects:
        """No answer in time."""
        if self.request is not None:
            self.turn_away()
            yield from self.locate()
            yield from self.try_again()

    def try_again(self) -> Effects:
        """What became of the present attempt is unknown unless it was refused: make another one, or give up."""
        assert self.request is not None
        self.doubt = self.doubt or self.waiting
        self.waiting = False
        if self.attempts > self.retries:
            yield from self.finish("info" if self.doubt else "fail", None, "")
            return
        self.attempts += 1
        if self.workload.retry == "blind":
            self.request = Request(f"{self.op}~{self.attempts}", self.request.command, self.request.token)
        yield Timer("patience", self.timeout_us)
        yield Timer("again", AGAIN_US)

    def finish(self, outcome: str, result: Result | None, replica: str) -> Effects:
        """Write the outcome into the history and go on."""
        assert self.request is not None
        command, self.request, self.waiting = self.request.command, None, False
        yield Complete(self.op, outcome, result, replica)
        yield from self.proceed(command, result)

    def proceed(self, command: Command, result: Result | None) -> Effects:
        """A hook: an operation has ended, with a result if it was answered."""
        yield self.pause()
