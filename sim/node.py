"""What a protocol may see of the world: messages, log entries, the effects it may ask for, and the Node base class.

A protocol is a class of plain data with `on_<message>`, `on_<timer>`, `on_durable` and `on_applied` handlers. A handler
is a generator that ends within one instant; each `yield` is one effect. The kernel executes them in order, so every
boundary between two effects is a point where the machine can die. Effects return nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple, Protocol

from sim.design import Design
from sim.luck import Luck
from sim.records import Command, Entry, Image, Record, Result, Token


class Message:
    """Base of all messages. `flow` says what it is for: request, reply, replicate, ack, heartbeat or control."""

    __slots__ = ()
    flow: ClassVar[str] = "control"
    kind: ClassVar[str] = "message"
    handler: ClassVar[str] = "on_message"

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.kind = cls.__name__.lower()
        cls.handler = f"on_{cls.kind}"

    @property
    def ops(self) -> tuple[str, ...]:
        """Ids of the client operations that it carries or concerns."""
        return ()


@dataclass(slots=True)
class Request(Message):
    """A client asks a replica to execute a command. A read with a `token` must see the log up to that position."""

    flow = "request"
    op: str
    command: Command
    token: Token = (0, 0)

    @property
    def ops(self) -> tuple[str, ...]:
        return (self.op,)


@dataclass(slots=True)
class Reply(Message):
    """A replica answers a client.

    `done` False means: not accepted, ask elsewhere; with `unsure` it means: accepted, but not as safe as was asked for, so
    the outcome is unknown. `position` is how far the answer's state goes. `text` is a warning that comes with an ok.
    """

    flow = "reply"
    op: str
    done: bool
    result: Result | None = None
    position: Token = (0, 0)
    unsure: bool = False
    text: str = ""

    @property
    def ops(self) -> tuple[str, ...]:
        return (self.op,)


@dataclass(slots=True)
class Locate(Message):
    """A client that got no answer asks a controller who serves now."""


@dataclass(slots=True)
class View(Message):
    """Who serves, as a controller last decided: clients write to `write_to` and read from one of `read_from`."""

    epoch: int
    write_to: str
    read_from: tuple[str, ...]


# Effects: what a handler may yield. Slotted and mutable only because frozen dataclasses are three times slower to make.


@dataclass(slots=True)
class Send:
    """Hand a message to the operating system; it waits in the egress queue, then flies."""

    to: str
    message: Message


@dataclass(slots=True)
class Timer:
    """Call `on_<name>` (with `arg`, if given) after this many microseconds; the same name and arg replaces it."""

    name: str
    after_us: int
    arg: Any = None


@dataclass(slots=True)
class Write:
    """Append a record to the disk: it is in the OS cache at once, and durable after an Fsync that starts later."""

    record: Record


@dataclass(slots=True)
class Fsync:
    """Make all that was written so far durable; `on_durable(records)` follows."""


@dataclass(slots=True)
class Apply:
    """Queue an entry for the state machine; `on_applied(entry)` follows, in the order of the queue.

    Entries that touch no common key may be executed at the same time, by up to `workers` of them (0: no limit).
    """

    entry: Entry
    workers: int = 1


@dataclass(slots=True)
class Halt:
    """The process ends itself, as PostgreSQL does when an fsync fails; whoever restarts it finds what the disk holds."""

    why: str


@dataclass(slots=True)
class PowerOff:
    """Switch another machine off over its management port: shoot the other node in the head."""

    node: str


@dataclass(slots=True)
class Note:
    """Put a fact into the trace (see `sim.trace` for the vocabulary)."""

    what: str
    ops: tuple[str, ...] = ()
    n: int = 0
    peer: str = ""
    text: str = ""


@dataclass(slots=True)
class Invoke:
    """A client begins an operation: the history gets it as `info` until something better is known."""

    op: str
    command: Command


@dataclass(slots=True)
class Complete:
    """A client learnt the outcome of an operation: ok, fail, or info for a time-out."""

    op: str
    outcome: str
    result: Result | None = None
    node: str = ""


Effect = Send | Timer | Write | Fsync | Apply | Halt | PowerOff | Note | Invoke | Complete
Effects = Iterator[Effect]


class StateMachine(Protocol):
    """What a replica applies its log to; it remembers the ids of all writes it has applied, through images too."""

    @property
    def ops(self) -> list[str]: ...
    def apply(self, entry: Entry) -> Result | None: ...
    def read(self, key: str) -> Result: ...
    def items(self) -> tuple[tuple[str, object], ...]: ...
    def image(self) -> Image: ...


class Summary(NamedTuple):
    """A node's own word on how it stands, for the end of a run; the fields are those of `sim.trace.Final`."""

    claims: bool
    member: bool
    ops: tuple[str, ...]
    pending: tuple[str, ...]
    state: tuple[tuple[str, object], ...]


class Node:
    """A participant. The kernel sets `now` (microseconds of its own monotonic clock, which may drift) before each handler,
    and `skew` (how far its wall clock is ahead) when that changes.
    """

    def __init__(self, name: str, luck: Luck) -> None:
        self.name = name
        self.luck = luck
        self.now = 0
        self.skew = 0
        self.role = ""
        self.epoch = 0

    def on_boot(self) -> Effects:
        """The first start of all."""
        return iter(())

    def on_restart(self, records: tuple[Record, ...]) -> Effects:
        """A start after a crash with what the disk still holds; nothing of it is known to be durable."""
        return iter(())

    def on_order(self, what: str, about: str) -> Effects:
        """An operator's command: promote (`about` a replica), demote, campaign, or cancel (`about` an operation)."""
        return iter(())

    def on_durable(self, records: tuple[Record, ...]) -> Effects:
        """These records survive a power cut from now on (after a restart: all of them again)."""
        return iter(())

    def on_disk_error(self, why: str) -> Effects:
        """An fsync failed, or a write found the disk full: nothing written since the last good fsync can be trusted."""
        yield Halt(why)

    def on_applied(self, entry: Entry) -> Effects:
        """The state machine's turn has come for this entry."""
        return iter(())

    def summary(self) -> Summary:
        """How it stands; nodes without state have nothing to say."""
        return Summary(claims=False, member=False, ops=(), pending=(), state=())


MakeNode = Callable[[], Node]


@dataclass(frozen=True)
class Cluster:
    """What every node knows from its configuration file."""

    design: Design
    controllers: tuple[str, ...]
    clients: tuple[str, ...]
    luck: Luck
    new_state: Callable[[Image | None], StateMachine]
    sessions: bool = False  # whether clients repeat an operation under its id, so that replicas must recognise it

    @property
    def replicas(self) -> tuple[str, ...]:
        return self.design.names

    @property
    def majority(self) -> int:
        """More than half of the replicas."""
        return len(self.design.names) // 2 + 1

    @property
    def heartbeat_us(self) -> int:
        """How often a replica shows that it lives: six times within the detection time-out."""
        return self.design.detect_after_us // 6
