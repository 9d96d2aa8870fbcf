"""The fault schedule as data: what breaks, on whom, when it strikes (at a time or after an event), and when it is over."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sim.errors import SetupError, within
from sim.reading import Reader, ms_to_us, nearest
from sim.verbs import GROUPS, MACHINE, NUMBERED_ROLES, POINT_TEXTS, POINTS, REST, ROLES, VERBS, Param, is_taken

_EVENT_OF_POINT = {"after_fault": "fault"}
_NUMBERED = re.compile(rf"({'|'.join(NUMBERED_ROLES)}):[1-9]\d*")
_ANSWERS = ("ok_received", "reply_sent")  # points at which somebody has replied


@dataclass(frozen=True)
class Trigger:
    """The `nth` event at this point that meets the other conditions, those that are not empty.

    `op` is the operation that it concerns: `c2/5` in any attempt, `c2/5~2` in the second only. `node` selects machines as a
    target does. `text` is the message's kind, the role, or the verb of the fault. Without an `op`, what concerns only
    reads does not count.
    """

    point: str
    nth: int = 1
    op: str = ""
    node: str = ""
    text: str = ""

    @property
    def event(self) -> str:
        """The trace's name for the point."""
        return _EVENT_OF_POINT.get(self.point, self.point)


@dataclass(frozen=True)
class Fault:
    """One row of the schedule; instants and durations are microseconds.

    `nodes` are selectors (see `sim.nemesis.targets`), resolved together when the fault strikes; `binds` names what they
    found. `sides` are the groups that a link fault separates: between all of them, or from the first to the second if
    `one_way`. `settings` are the verb's parameters by the fields that its table names.
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
    settings: Mapping[str, int | str] = field(default_factory=dict)
    lasts: int | None = None

    @property
    def harms(self) -> bool:
        """Whether it is part of the attack: what is there from the first instant is how the world is, and help is none."""
        kind = VERBS[self.verb].kind
        return kind == "attack" or (kind == "condition" and (self.after is not None or self.at > 0))


def read_faults(raw: Sequence[Mapping[str, Any]], racks: Collection[str] = ()) -> tuple[Fault, ...]:
    """Read a fault schedule as it stands in a scenario whose set-up has these racks; raises SetupError that names the place."""
    faults: list[Fault] = []
    for place, row in enumerate(raw):
        with within(place):
            faults.append(read_fault(row, (*racks, *(fault.binds for fault in faults if fault.binds))))
    return tuple(faults)


def read_fault(raw: Mapping[str, Any], names: Sequence[str] = ()) -> Fault:
    """Read one row. `names` may be used like machines: the racks, and what earlier rows gave a name with `as`."""
    row = Reader(raw)
    name = row.choice("do", tuple(VERBS))
    verb = VERBS[name]
    taken = {param.key for param in verb.params}
    fault = Fault(
        verb=name,
        after=_read_trigger(row, names),
        at=row.number("at_ms", 0, convert=ms_to_us),
        delay=0 if "delay_ms" in taken else _read_wait(row, "delay_ms", "add it to at_ms") or 0,
        by=_read_wait(row, "by_ms", "remove by_ms"),
        settings={param.field: _read_param(row, param) for param in verb.params},
        lasts=_read_end(row, name),
        **_READ_TARGETS[verb.targets](row, names),
    )
    if verb.targets == "links" and verb.params and not any(fault.settings.values()):
        keys = " or ".join(param.key for param in verb.params)
        raise SetupError(f"{name} needs {keys} above 0", f"for example {verb.params[0].key}: 5", ("do",))
    row.done()
    return fault


# When


def _read_trigger(row: Reader, names: Sequence[str]) -> Trigger | None:
    after = row.child("after")
    if after is None:
        return None
    if row.has("at_ms"):
        raise SetupError("a fault strikes at a time or after an event, not both", "remove at_ms or after", row.at("after"))
    point = after.only_key(tuple(POINTS))
    spec = after.child(point) or Reader({}, after.at(point))
    trigger = Trigger(
        point,
        nth=spec.number("nth", 1, least=1),
        op=spec.text("op", ""),
        node=_selector(spec.text("node"), "node", spec, names) if spec.has("node") else "",
        text=_read_text(spec, POINT_TEXTS.get(point, "")),
    )
    spec.done()
    return trigger


def _read_text(spec: Reader, key: str) -> str:
    if not key or not spec.has(key):
        return ""
    return spec.choice(key, tuple(VERBS)) if key == "do" else spec.text(key)


def _read_wait(row: Reader, key: str, instead: str) -> int | None:
    """A duration or deadline that means something only for a fault that waits for an event."""
    if row.has(key) and not row.has("after"):
        raise SetupError(f"{key} is for a fault that waits for an event with `after`", instead, row.at(key))
    return row.number(key, None, convert=ms_to_us)


def _read_end(row: Reader, verb: str) -> int | None:
    if row.has("for_ms") and not VERBS[verb].lasts:
        raise SetupError(f"{verb} is not undone by itself", "remove for_ms", row.at("for_ms"))
    return row.number("for_ms", None, convert=ms_to_us)


# What


def _read_param(row: Reader, param: Param) -> int | str:
    if param.words:
        return row.choice(param.key, param.words, str(param.default))
    if not param.is_number:
        return row.text(param.key, str(param.default))
    if param.default is None and not row.has(param.key):
        raise SetupError(f"{row.text('do')} needs {param.key}: {param.meaning}", f"add `{param.key}:`", row.at("do"))

    def scaled(value: float) -> int:
        return round(value * param.scale)

    return int(row.number(param.key, param.default, scaled, param.least, param.most) or 0)


# Whom


def _read_nodes(row: Reader, names: Sequence[str]) -> dict[str, Any]:
    key = "nodes" if row.has("nodes") else "node"
    found = row.texts("nodes") if key == "nodes" else (row.text("node"),)
    if not found:
        raise SetupError("nodes is empty", "name machines, roles or groups", row.at("nodes"))
    binds = row.text("as", "")
    if binds and (is_taken(binds) or binds in names):
        raise SetupError(f"as cannot be {binds}: that means something already", "choose another name", row.at("as"))
    return {"nodes": tuple(_selector(name, key, row, names) for name in found), "binds": binds}


def _read_links(row: Reader, names: Sequence[str]) -> dict[str, Any]:
    if row.has("links"):
        group = row.text("links")
        return {"sides": (_side((group,), "links", row, names),) * 2}
    if row.has("between"):
        return {"sides": tuple(_side(group, "between", row, names) for group in row.groups("between"))}
    if not (row.has("from") and row.has("to")):
        raise SetupError(f"{row.text('do')} needs links", "say `links:`, `between:`, or `from:` and `to:`", row.at("do"))
    return {"sides": tuple(_side(row.texts(key), key, row, names) for key in ("from", "to")), "one_way": True}


def _side(group: Sequence[str], key: str, row: Reader, names: Sequence[str]) -> tuple[str, ...]:
    return tuple(name if name == REST and key != "links" else _selector(name, key, row, names) for name in group)


def _selector(name: str, key: str, row: Reader, names: Sequence[str]) -> str:
    """A machine, a role (`follower:2` is the second), a group, a rack, or a name that an earlier fault gave with `as`."""
    if name == REST:
        raise SetupError("rest is everybody on no other side", "use it in between, from or to; all is everybody", row.at(key))
    if name == "acker" and not (row.has("after") and row.get("after").keys() & set(_ANSWERS)):
        hint = "add `after: {ok_received: {nth: 1}}`"
        raise SetupError("acker is who gave the answer that the fault waits for", hint, row.at(key))
    if not (name in names or name in GROUPS or name in ROLES or MACHINE.fullmatch(name) or _NUMBERED.fullmatch(name)):
        hint = nearest(name, (*ROLES, *GROUPS, *names))
        raise SetupError(f"no machine, role or group is called {name}", hint, row.at(key))
    return name


_READ_TARGETS: dict[str, Callable[[Reader, Sequence[str]], dict[str, Any]]] = {
    "nodes": _read_nodes,
    "links": _read_links,
    "none": lambda row, names: {},
}
