"""The words of a fault schedule, as tables: what can be done to whom, after which events, and who goes by which name."""

from __future__ import annotations

import re
from dataclasses import dataclass

MILLION = 1_000_000


@dataclass(frozen=True)
class Param:
    """A key of a verb: a word if there are `words`, an operation's id if there is no bound, else a number.

    A number lies between `least` and `most` (in the unit that the key names) and is kept `scale` times as large, as an
    integer, in the field `field`. `default` None: the key must be given.
    """

    key: str
    field: str
    meaning: str
    least: float = 0
    most: float | None = None
    scale: int = 1
    words: tuple[str, ...] = ()
    default: float | str | None = None

    @property
    def is_number(self) -> bool:
        """Whether it takes a number."""
        return self.most is not None


@dataclass(frozen=True)
class Verb:
    """What a fault verb means, and whom it strikes: `nodes`, `links`, or `none` (it needs no target).

    `kind`: an `attack` harms; so does a `condition`, unless it is there from the first instant, for then it is how the
    world is; `help` repairs, or is an operator's command. `lasts`: whether it can be undone after `for_ms`, and what that is.
    """

    meaning: str
    targets: str
    kind: str = "attack"
    params: tuple[Param, ...] = ()
    lasts: str = ""


_MOST_MS = 3_600_000
_PERCENT = 10_000  # parts in a million


def _ms(key: str, field: str, meaning: str, least: float = 0, default: float | None = None) -> Param:
    return Param(key, field, meaning, least, _MOST_MS, 1000, default=default)


def _percent(field: str, meaning: str) -> Param:
    return Param("percent", field, meaning, 0, 100, _PERCENT)


_WAITS = _ms("egress_ms", "egress_us", "how much longer each message waits in its sender", default=0)
_FLIES = _ms("delay_ms", "delay_us", "how much longer each message flies", default=0)
_LOST, _TWICE = _percent("loss_ppm", "how many messages"), _percent("duplicate_ppm", "how many messages")
_DETOUR = _ms("ms", "reorder_us", "how much longer a message may fly than the one behind it")
_AHEAD = _ms("ms", "amount", "how far the wall clock is ahead; below 0: behind", least=-_MOST_MS)
_RATE = Param("ppm", "amount", "how much too fast the clock runs, in parts in a million; below 0: too slow", -900_000, MILLION)
_SLOWER = _ms("ms", "amount", "how much longer each fsync takes")
_OP = Param("op", "about", "the operation, such as c2/5 (default: the one that has waited longest)", default="")
_TAIL = Param(
    "tail",
    "tail",
    "what stays of the records that were not yet synced: a drawn part, nothing, all, or all but a torn last one",
    words=("drawn", "lost", "kept", "torn"),
    default="drawn",
)

_AGAIN = "it is started again"
_MENDED, _RIGHT, _HONEST = "the links are mended", "the clock is right again", "the disk works again"
VERBS = {
    "kill": Verb("end the process; the OS keeps its cache and sends what it was given", "nodes", lasts=_AGAIN),
    "power_cut": Verb(
        "switch the machine off; unsynced writes and unsent messages are lost", "nodes", params=(_TAIL,), lasts=_AGAIN
    ),
    "restart": Verb("start a dead machine on what its disk holds", "nodes", "help"),
    "pause": Verb("freeze the process; it will wake with its old beliefs", "nodes", lasts="it wakes"),
    "resume": Verb("wake a paused process", "nodes", "help"),
    "cut": Verb("drop everything between groups", "links", lasts=_MENDED),
    "heal": Verb("mend all links", "none", "help"),
    "isolate": Verb("cut a machine off from everybody, clients too, in both directions", "nodes", lasts=_MENDED),
    "slow": Verb(
        "let messages wait before they leave (egress_ms) or fly longer (delay_ms)",
        "links",
        "condition",
        (_WAITS, _FLIES),
        _MENDED,
    ),
    "lossy": Verb("lose some of the messages", "links", "condition", (_LOST,), _MENDED),
    "duplicate": Verb("deliver some of the messages twice", "links", "condition", (_TWICE,), _MENDED),
    "reorder": Verb("let messages overtake each other", "links", "condition", (_DETOUR,), _MENDED),
    "skew": Verb("set the wall clock wrong", "nodes", "condition", (_AHEAD,), _RIGHT),
    "drift": Verb("let all clocks of the machine run too fast or too slow", "nodes", "condition", (_RATE,), _RIGHT),
    "fsync_lies": Verb("let fsync say that it is done when nothing is durable", "nodes", "condition", lasts=_HONEST),
    "fsync_fails": Verb("let the next fsync fail", "nodes", lasts=_HONEST),
    "disk_slow": Verb("let each fsync take longer", "nodes", "condition", (_SLOWER,), _HONEST),
    "disk_full": Verb("let writes fail", "nodes", lasts=_HONEST),
    "disk_loss": Verb("destroy the disk, and the process with it; the machine has an empty one now", "nodes", lasts=_AGAIN),
    "corrupt": Verb("damage the record in the middle of the disk; it is found at the next restart", "nodes"),
    "promote": Verb("an operator makes this replica the leader", "nodes", "help"),
    "demote": Verb("an operator tells this leader to stand down", "nodes", "help"),
    "campaign": Verb("let a replica stand for election at once", "nodes", "help"),
    "cancel_client": Verb(
        "cancel an operation that waits for its acks; the leader answers it without them", "none", "help", (_OP,)
    ),
}

POINTS = {
    "invoked": "a client begins an operation",
    "sent": "a machine hands a message to its operating system",
    "delivered": "a message arrives",
    "dropped": "a message is lost, or reaches nobody",
    "received": "a replica has an entry in memory",
    "written": "a replica's OS cache has it",
    "durable": "a replica's disk has it",
    "applied": "reads of a replica see it",
    "committed": "the protocol promises to keep it",
    "reply_sent": "a replica hands an ok to its operating system",
    "ok_received": "a client gets an ok",
    "failed": "a client learns that its operation was not done",
    "timed_out": "a client gives up; the outcome is unknown",
    "released": "an answer goes out before its acks",
    "duplicate": "a replica recognises a repeated operation",
    "discarded": "a replica cuts entries off its log",
    "lost_unsynced": "a power cut takes entries from a disk",
    "corrupt": "a restarted replica finds a damaged record",
    "snapshot": "a replica writes a snapshot",
    "installed": "a replica takes another's snapshot",
    "trimmed": "a replica drops the beginning of its log",
    "degraded": "a leader stops waiting for acks",
    "restored": "a leader waits for acks again",
    "in_sync": "the in-sync set changes",
    "role": "a replica takes a role",
    "lease_lost": "a lease has run out",
    "voted": "a vote is given",
    "elected": "a controller has chosen a leader",
    "promoted": "a replica takes a role in which it serves",
    "suspected": "a controller holds a replica for dead",
    "removed": "a controller takes a replica out",
    "joined": "a controller lets a replica in",
    "stored": "the store that a lock protects takes a write",
    "rejected": "that store refuses a write",
    "halted": "a process ends itself",
    "powered_off": "a machine is switched off by another one",
    "up": "a machine runs again",
    "after_fault": "a fault strikes",
    "mended": "a fault is over after its for_ms",
    "healed": "the load is over; what is not dead is repaired",
}
POINT_TEXTS = {"sent": "kind", "delivered": "kind", "role": "to", "after_fault": "do", "mended": "do"}  # names the event's text

MACHINE = re.compile(r"[A-G]|c[1-9]\d*|controller[23]?|store")
GROUPS = ("replicas", "clients", "controllers", "all")
REST = "rest"  # as a side of a link fault: everybody who is on no other side
NUMBERED_ROLES = ("follower", "middle", "tail", "controller")  # `follower:2` is the second
ROLES = ("leader", "acker", "head", *NUMBERED_ROLES)


def is_taken(name: str) -> bool:
    """Whether a name means a machine, a role or a group everywhere."""
    return name in (*GROUPS, REST, *ROLES) or MACHINE.fullmatch(name) is not None
