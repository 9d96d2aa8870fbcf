"""Clients: closed-loop sessions that issue operations, wait, find the leader again, and write the history."""

from __future__ import annotations

from sim.node import Cluster, Complete, Effects, Invoke, Locate, Node, Reply, Request, Send, Timer, View
from sim.records import Result
from sim.workload import Workload

REFUSED_US = 5_000  # how long a client waits before it asks again after a replica refused it


class Client(Node):
    """One session; `number` counts from 0. It has one operation in flight and never repeats one that may have been done."""

    def __init__(self, name: str, number: int, cluster: Cluster, workload: Workload, timeout_us: int) -> None:
        super().__init__(name, cluster.luck)
        self.cluster = cluster
        self.workload = workload
        self.timeout_us = timeout_us
        self.ops_left = workload.ops_of(number)
        self.issued = 0
        self.request: Request | None = None
        self.asked = ""  # the replica that has the request
        self.accepted_maybe = False
        self.view = View(0, "", ())

    @property
    def finished(self) -> bool:
        """All done, and no answer outstanding."""
        return self.request is None and self.ops_left == 0

    def on_boot(self) -> Effects:
        """Ask who serves until somebody answers; the load begins with the answer."""
        if self.view.epoch == 0:
            yield from self.locate()
            yield Timer("boot", self.timeout_us)

    def locate(self) -> Effects:
        """Ask the controllers who serves."""
        for controller in self.cluster.controllers:
            yield Send(controller, Locate())

    def on_view(self, _: str, view: View) -> Effects:
        """Believe the newest. The connection to a replica that serves no more is dropped: what it did is unknown."""
        if view.epoch < self.view.epoch:
            return
        first, self.view = self.view.epoch == 0, view
        if first:
            yield from self.think()
        elif self.request is not None and self.accepted_maybe and self.asked not in (view.write_to, *view.read_from):
            yield from self.finish("info", None, "")

    def think(self) -> Effects:
        """Pause between two operations."""
        pause = self.luck.between(*self.workload.think_us, f"think {self.name}/{self.issued}")
        yield Timer("next", pause)

    def on_next(self) -> Effects:
        """Issue the next operation."""
        if self.ops_left == 0:
            return
        self.ops_left -= 1
        self.issued += 1
        op = f"{self.name}/{self.issued}"
        self.request = Request(op, self.workload.choose(self.luck, op))
        yield Invoke(op, self.request.command)
        yield Timer("patience", self.timeout_us, op)
        yield from self.attempt()

    def attempt(self) -> Effects:
        """Send the operation to whoever serves it."""
        assert self.request is not None
        self.accepted_maybe = True
        self.asked = self.target(self.request)
        yield Send(self.asked, self.request)

    def target(self, request: Request) -> str:
        """Writes go to the leader, reads to one of those who may answer."""
        if request.command[0] != "read":
            return self.view.write_to
        return self.view.read_from[self.luck.index(len(self.view.read_from), f"reader {request.op}")]

    def on_reply(self, replica: str, reply: Reply) -> Effects:
        """Done; or refused, then find out who serves and try again."""
        if self.request is None or reply.op != self.request.op:
            return
        if reply.done:
            yield from self.finish("ok", reply.result, replica)
        else:
            self.accepted_maybe = False
            yield from self.locate()
            yield Timer("retry", REFUSED_US, reply.op)

    def on_retry(self, op: str) -> Effects:
        """Try a refused operation again: no replica has accepted it, so this cannot do it twice."""
        if self.request is not None and self.request.op == op and not self.accepted_maybe:
            yield from self.attempt()

    def on_patience(self, op: str) -> Effects:
        """No answer in time: the outcome is unknown, unless every replica that was asked refused."""
        if self.request is not None and self.request.op == op:
            yield from self.locate()
            yield from self.finish("info" if self.accepted_maybe else "fail", None, "")

    def finish(self, outcome: str, result: Result | None, replica: str) -> Effects:
        """Write the outcome into the history and go on."""
        assert self.request is not None
        yield Complete(self.request.op, outcome, result, replica)
        self.request = None
        yield from self.think()
