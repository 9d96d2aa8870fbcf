"""The fault schedule as data: what breaks, on whom, when it strikes (at a time or after an event), and when it heals."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sim.errors import SetupError
from sim.reading import Reader, ms_to_us, nearest

POINTS = [
    "received",
    "written",
    "durable",
    "applied",
    "committed",
    "sent",
    "reply_sent",
    "ok_received",
    "elected",
    "promoted",
    "suspected",
    "removed",
    "after_fault",
    "healed",
]
_MACHINE = re.compile(r"[A-G]|c\d+|controller[23]|store")
_EVENT_OF_POINT = {"after_fault": "fault"}
GROUPS = ("replicas", "clients", "controllers", "all", "rest")
ROLES = ("leader", "acker", "follower", "head", "middle", "tail", "controller")


@dataclass(frozen=True)
class Trigger:
    """The `nth` event at this point, or the first that concerns the operation `op`; at a certain node if `node` is set."""

    point: str
    nth: int = 1
    op: str = ""
    node: str = ""

    @property
    def event(self) -> str:
        """The trace's name for the point."""
        return _EVENT_OF_POINT.get(self.point, self.point)


@dataclass(frozen=True)
class Fault:
    """One row of the schedule; instants and durations are microseconds.

    `nodes` are selectors (see `sim.nemesis`), resolved together when the fault strikes; `binds` names what they found.
    `sides` are the groups that a link fault separates: between all of them, or from the first to the second if `one_way`.
    """

    verb: str
    at: int = 0
    after: Trigger | None = None
    delay: int = 0
    by: int | None = None
    nodes: tuple[str, ...] = ()
    binds: str = ""
    sides: tuple[tuple[str, ...], ...] = ()
    one_way: bool = False
    egress_us: int = 0
    delay_us: int = 0
    lasts: int | None = None


@dataclass(frozen=True)
class Verb:
    """What a fault verb needs and what it means."""

    meaning: str
    targets: str  # nodes | links | none
    harms: bool = True  # whether it is the attack itself: what sets the stage or repairs does not count as the strike


VERBS = {
    "kill": Verb("end the process; the OS keeps its cache and sends what it was given", "nodes"),
    "power_cut": Verb("switch the machine off; unsynced writes and unsent messages are lost", "nodes"),
    "restart": Verb("start a dead machine on what its disk holds", "nodes", harms=False),
    "pause": Verb("freeze the process; it will wake with its old beliefs", "nodes"),
    "resume": Verb("wake a paused process", "nodes", harms=False),
    "cut": Verb("drop everything between groups", "links"),
    "heal": Verb("mend all links", "none", harms=False),
    "slow": Verb("let messages wait before they leave (egress_ms) or fly longer (delay_ms)", "links", harms=False),
}


def read_faults(raw: Sequence[Mapping[str, Any]]) -> tuple[Fault, ...]:
    """Read a fault schedule as it stands in a scenario; raises SetupError that names the place."""
    faults = tuple(_read_fault(Reader(row, (place,))) for place, row in enumerate(raw))
    bound: list[str] = []
    for place, fault in enumerate(faults):
        for selector in (*fault.nodes, *(name for side in fault.sides for name in side)):
            _check_selector(selector, bound, (place,))
        bound.append(fault.binds)
    return faults


def _check_selector(selector: str, bound: Sequence[str], where: tuple[str | int, ...]) -> None:
    """A machine, a role (`follower:2` is the second), a group, or a name that an earlier fault gave with `as`."""
    role, _, number = selector.partition(":")
    known = selector in bound or selector in GROUPS or _MACHINE.fullmatch(selector)
    if not known and not (role in ROLES and (not number or number.isdecimal())):
        hint = nearest(selector, (*ROLES, *GROUPS, *filter(None, bound)))
        raise SetupError(f"no machine, role or group is called {selector}", hint, where)


def _read_fault(row: Reader) -> Fault:
    verb = row.choice("do", tuple(VERBS))
    fault = Fault(
        verb=verb,
        at=row.number("at_ms", 0, convert=ms_to_us),
        after=_read_trigger(row),
        delay=_read_delay(row, verb),
        by=row.number("by_ms", None, convert=ms_to_us),
        lasts=row.number("for_ms", None, convert=ms_to_us),
        binds=row.text("as", ""),
        **_READ_TARGETS[VERBS[verb].targets](row),
    )
    row.done()
    return fault


def _read_delay(row: Reader, verb: str) -> int:
    """`delay_ms` waits after a trigger; for `slow` it is what each flight takes longer."""
    return 0 if verb == "slow" else row.number("delay_ms", 0, convert=ms_to_us)


def _read_trigger(row: Reader) -> Trigger | None:
    after = row.child("after")
    if after is None:
        return None
    if row.has("at_ms"):
        raise SetupError("a fault strikes at a time or after an event, not both", "remove at_ms or after", row.at("after"))
    point = after.only_key(tuple(POINTS))
    spec = after.child(point) or Reader({}, after.at(point))
    trigger = Trigger(point, spec.number("nth", 1), spec.text("op", ""), spec.text("node", ""))
    spec.done()
    return trigger


def _read_nodes(row: Reader) -> dict[str, Any]:
    nodes = row.texts("nodes") if row.has("nodes") else (row.text("node"),)
    return {"nodes": nodes}


def _read_links(row: Reader) -> dict[str, Any]:
    speeds: dict[str, Any] = {}
    if row.get("do") == "slow":
        speeds = {name: row.number(key, 0, convert=ms_to_us) for name, key in _SLOW_KEYS.items()}
        if not any(speeds.values()):
            raise SetupError("slow needs egress_ms or delay_ms", "for example egress_ms: 5", row.at("do"))
    if row.has("links"):
        group = row.text("links")
        return {"sides": ((group,), (group,)), **speeds}
    if row.has("between"):
        return {"sides": row.groups("between"), **speeds}
    return {"sides": (row.texts("from"), row.texts("to")), "one_way": True, **speeds}


_SLOW_KEYS = {"egress_us": "egress_ms", "delay_us": "delay_ms"}
_READ_TARGETS: dict[str, Callable[[Reader], dict[str, Any]]] = {
    "nodes": _read_nodes,
    "links": _read_links,
    "none": lambda row: {},
}
