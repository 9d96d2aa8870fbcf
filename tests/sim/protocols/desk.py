"""One replica by hand: tell it something and see what it asks for. Its disk and its state machine do nothing by themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sim.design import read_design
from sim.luck import Luck
from sim.node import Apply, Cluster, Effect, Message, Note, Reply, Request, Send, Write
from sim.protocols.leader_follower.leader_follower import LeaderFollower
from sim.records import Entry, Record
from sim.state_machine import KeyValues, OnceOnly

INITIAL = {"a1": 0}


class Desk:
    """A replica of a leader-follower cluster; times are in milliseconds of its own clock.

    It boots, or starts again on the records of a `restart`.
    """

    def __init__(
        self, design: Mapping[str, Any], name: str = "A", sessions: bool = False, restart: tuple[Record, ...] | None = None
    ) -> None:
        read = read_design(design)
        machine = OnceOnly if sessions else KeyValues
        self.cluster = Cluster(
            read, read.controller_names, ("c1", "c2"), Luck(1), lambda image: machine(INITIAL, image), sessions
        )
        self.node = LeaderFollower(name, self.cluster)
        self.disk: list[Record] = []
        self.written: list[Record] = []  # and not yet synced
        self.queued: list[Entry] = []
        if restart is None:
            self.tell("boot")
        else:
            self.tell("restart", restart)

    def tell(self, what: str, *args: Any, at: float | None = None) -> list[Effect]:
        """Call `on_<what>` and return the effects."""
        if at is not None:
            self.node.now = round(at * 1000)
        effects: list[Effect] = list(getattr(self.node, f"on_{what}")(*args))
        fresh = [effect.record for effect in effects if isinstance(effect, Write)]
        self.written += fresh
        self.disk += fresh
        self.queued += [effect.entry for effect in effects if isinstance(effect, Apply)]
        return effects

    def hear(self, source: str, message: Message, at: float | None = None) -> list[Effect]:
        """Deliver a message."""
        return self.tell(message.kind, source, message, at=at)

    def write(self, op: str, at: float | None = None) -> list[Effect]:
        """A client's deposit."""
        return self.hear(op.partition("/")[0], Request(op, ("deposit", "a1", 1)), at)

    def read(self, op: str = "c2/9", token: tuple[int, int] = (0, 0), at: float | None = None) -> list[Effect]:
        """A client's read."""
        return self.hear("c2", Request(op, ("read", "a1"), token), at)

    def flush(self) -> list[Effect]:
        """An fsync is through, and what may be executed then is."""
        records, self.written = tuple(self.written), []
        return [*self.tell("durable", records), *self.execute()]

    def execute(self) -> list[Effect]:
        """The state machine does all that is queued."""
        entries, self.queued = self.queued, []
        return [effect for entry in entries for effect in self.tell("applied", entry)]


def replies(effects: list[Effect]) -> list[tuple[str, str]]:
    """What clients are told: (op, ok | unsure | refused)."""
    told = [effect.message for effect in effects if isinstance(effect, Send)]
    return [
        (reply.op, "ok" if reply.done else "unsure" if reply.unsure else "refused")
        for reply in told
        if isinstance(reply, Reply)
    ]


def messages(effects: list[Effect], kind: type[Message]) -> list[tuple[str, Any]]:
    """The messages of a kind, each with its receiver."""
    return [(effect.to, effect.message) for effect in effects if isinstance(effect, Send) and isinstance(effect.message, kind)]


def notes(effects: list[Effect], what: str) -> list[Note]:
    """The notes of a kind."""
    return [effect for effect in effects if isinstance(effect, Note) and effect.what == what]
