"""Clients of a lock service: they get a lock, work under it, write to the storage that it protects, and give it back."""

from __future__ import annotations

from sim.client import Client
from sim.node import Cluster, Effects, Note, Send, Timer
from sim.records import Command, Result
from sim.store import STORE, Guarded, Guarding
from sim.trace import MS
from sim.workload import Workload

LOOK_US = 1 * MS  # what lies between a look at the clock and the write that it allows: no program does both at once


class LockClient(Client):
    """One session. The operations that it counts are those that ask for a lock; a refused one is not repeated at once.

    A holder believes its own clock, and counts the time to live from when it first asked, so it gives the lock up earlier
    than the service takes it away, if all clocks run alike and nothing stands still.
    """

    def __init__(self, name: str, number: int, cluster: Cluster, workload: Workload, timeout_us: int) -> None:
        super().__init__(name, number, cluster, workload, timeout_us)
        self.grant = ""  # the operation that got the lock which is held
        self.lock = ""
        self.token = 0
        self.expires = 0  # on this machine's monotonic clock
        self.writing = False

    @property
    def finished(self) -> bool:
        return super().finished and not self.grant

    def on_next(self) -> Effects:
        """Ask for a lock; its time runs from now on."""
        self.expires = self.now + self.workload.ttl_us
        return super().on_next()

    def proceed(self, command: Command, result: Result | None) -> Effects:
        """With a lock, work; without, ask again within the time that a holder works."""
        kind, lock, *_ = command
        if kind == "acquire" and result is not None and result[0] is not None:
            self.grant, self.lock, self.token = self.op, str(lock), int(result[0])
            yield Timer("worked", self.luck.between(*self.workload.hold_us, f"hold {self.op}"))
        elif kind == "acquire":
            wait = self.luck.between(0, self.workload.hold_us[1], f"wait {self.op}")
            yield Timer("next", self.pause().after_us + wait)
        else:
            self.grant = ""
            yield self.pause()

    def on_worked(self) -> Effects:
        """Write if the lock is still held by this machine's clock."""
        if self.now < self.expires:
            yield Timer("write", LOOK_US)
        else:
            yield Note("note", (self.grant,), self.token, text=f"its time for {self.lock} is over, so it does not write")
            yield from self.release()

    def on_write(self) -> Effects:
        """Show the token to the storage."""
        self.writing = True
        yield Send(STORE, Guarded(self.grant, self.lock, self.token))
        yield Timer("unanswered", self.timeout_us)

    def on_guarding(self, _: str, message: Guarding) -> Effects:
        """Written, or rejected: either way the lock is done with."""
        if self.writing and message.op == self.grant:
            yield from self.release()

    def on_unanswered(self) -> Effects:
        """The storage does not answer. The write may still come there, but a program gives back what it has locked."""
        if self.writing:
            yield from self.release()

    def release(self) -> Effects:
        """Give the lock back."""
        self.writing = False
        yield from self.invoke(f"{self.name}/{self.issued + 1}", ("release", self.lock, self.name, self.token))
