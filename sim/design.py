"""A design: a value for each knob, read from a scenario or from `--set`, with impossible combinations refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from sim.errors import SetupError
from sim.knobs import KNOBS, Knob
from sim.reading import ms_to_us, nearest


@dataclass(frozen=True)
class Design:
    """A replication design: a value for each knob. Durations are microseconds."""

    topology: str = "leader-follower"
    replicas: int = 3
    wait_for: str = "none"
    k: int = 1
    ack_when: str = "durable"
    failover: str = "automatic"
    detect_after_us: int = 300_000
    promote: str = "most-caught-up"
    promote_quorum: str = "reachable"
    reads: str = "leader"

    @property
    def acks_needed(self) -> int:
        """How many followers must have acked a write before the client is told."""
        followers = self.replicas - 1
        return {"none": 0, "k": self.k, "majority": self.replicas // 2, "all": followers}[self.wait_for]

    @property
    def answers_for_safe(self) -> int:
        """How many replicas a promotion must hear from to meet every set (leader and ackers) that holds an acked write."""
        return self.replicas - self.acks_needed

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the replicas: A is the first leader, or the head."""
        return tuple("ABCDEFG"[: self.replicas])

    def knobs(self) -> dict[str, str | int]:
        """The knobs that matter in this design with their values, in the order of the table."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        values["detect_after_ms"] = self.detect_after_us // 1000
        return {name: values[name] for name, knob in KNOBS.items() if matters(knob, self)}


def read_design(raw: Mapping[str, Any]) -> Design:
    """Read knobs as they stand in a scenario or in `--set`.

    Raises SetupError for an unknown knob or value, and for a combination that cannot be, naming the nearest that works.
    """
    given = _expand(raw)
    values = {name: _read_value(name, value) for name, value in given.items()}
    if "detect_after_ms" in values:
        values["detect_after_us"] = ms_to_us(values.pop("detect_after_ms"))
    design = Design(**values)
    if "promote_quorum" not in given and design.acks_needed:
        design = replace(design, promote_quorum="safe")
    if "reads" not in given and design.topology == "chain":
        design = replace(design, reads="tail")
    _refuse_impossible(design, given)
    return design


def override(raw: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Knobs with some of them changed; what cannot stay beside the changes falls away. `read_design` judges the result."""
    wanted = _expand(changes)
    merged = {**raw, **wanted}
    while True:
        try:
            read_design(merged)
        except SetupError as error:
            (in_the_way,) = error.where
            if in_the_way in wanted:
                return merged
            del merged[str(in_the_way)]
        else:
            return merged


def matters(knob: Knob, design: Design) -> bool:
    """Whether the knob changes anything, given those that stand before it in the table."""
    need = _NEEDS.get(knob.name)
    return design.topology in knob.topologies and (need is None or need.met(design))


@dataclass(frozen=True)
class Need:
    """What a knob needs to change anything, and what to say where it is not there."""

    met: Callable[[Design], bool]
    why: str


_FOLLOWERS = Need(lambda design: design.replicas > 1, "one replica has no follower")
_PROMOTION = Need(
    lambda design: design.replicas > 1 and design.failover == "automatic", "with failover=manual nobody is promoted"
)
_NEEDS = {
    "k": Need(lambda design: design.wait_for == "k", "it counts only with wait_for=k"),
    "ack_when": Need(lambda design: design.acks_needed > 0, "nobody's ack is awaited"),
    "failover": _FOLLOWERS,
    "detect_after_ms": _PROMOTION,
    "promote": _PROMOTION,
    "promote_quorum": _PROMOTION,
    "reads": _FOLLOWERS,
}


def _expand(raw: Mapping[str, Any]) -> dict[str, Any]:
    """`wait_for: 2` is short for `wait_for: k` with `k: 2`."""
    given = dict(raw)
    if str(given.get("wait_for", "")).isdigit():
        given |= {"k": given["wait_for"], "wait_for": "k"}
    return given


def _read_value(name: str, value: Any) -> Any:
    if name not in KNOBS:
        raise SetupError(f"unknown knob: {name}", nearest(name, tuple(KNOBS)), (name,))
    knob, text = KNOBS[name], str(value)
    if knob.bounds is None:
        if text not in knob.values:
            raise SetupError(f"{name} cannot be {text}", f"choose one of: {', '.join(knob.values)}", (name,))
        return text
    low, high = knob.bounds
    if not text.isdecimal() or not low <= int(text) <= high:
        raise SetupError(f"{name} cannot be {text}", f"choose a whole number from {low} to {high}", (name,))
    return int(text)


@dataclass(frozen=True)
class Impossible:
    """A combination that cannot be: the knob to blame, when, why, and the nearest that works."""

    knob: str
    when: Callable[[Design], bool]
    why: str
    instead: str


def _is_chain(design: Design) -> bool:
    return design.topology == "chain"


IMPOSSIBLE = (
    Impossible(
        "replicas",
        lambda d: _is_chain(d) and d.replicas == 1,
        "a chain of one is no chain",
        "set replicas=3",
    ),
    Impossible(
        "wait_for",
        lambda d: not _is_chain(d) and d.replicas == 1 and d.wait_for in ("majority", "all"),
        "one replica has no follower to wait for",
        "set wait_for=none, or replicas=3",
    ),
    Impossible(
        "k",
        lambda d: d.wait_for == "k" and d.k > d.replicas - 1,
        "the leader would wait for more followers than there are",
        "set k lower, or replicas higher",
    ),
    Impossible(
        "promote_quorum",
        lambda d: not _is_chain(d) and d.promote_quorum == "safe" and d.wait_for == "none",
        "with wait_for=none a confirmed write may be on the leader alone, so no set of followers is safe",
        "set promote_quorum=reachable (it may lose the tail), or wait_for=k",
    ),
    Impossible(
        "reads",
        lambda d: _is_chain(d) and d.reads != "tail",
        "only the tail of a chain has exactly the confirmed writes",
        "set reads=tail",
    ),
    Impossible(
        "reads",
        lambda d: not _is_chain(d) and d.reads == "tail",
        "only a chain has a tail",
        "set reads=leader, or topology=chain",
    ),
    Impossible(
        "reads",
        lambda d: d.reads == "follower" and d.replicas == 1,
        "one replica has no follower to read from",
        "set reads=leader",
    ),
)


def _refuse_impossible(design: Design, given: Mapping[str, Any]) -> None:
    foreign = next((name for name in given if design.topology not in KNOBS[name].topologies), None)
    if foreign is not None:
        raise SetupError(f"{foreign} means nothing in a {design.topology} design", f"remove {foreign}", (foreign,))
    for rule in IMPOSSIBLE:
        if rule.when(design):
            raise SetupError(f"{rule.knob}={getattr(design, rule.knob)} cannot be: {rule.why}", rule.instead, (rule.knob,))
    for name in given:
        if not matters(KNOBS[name], design):
            raise SetupError(f"{name} changes nothing here: {_NEEDS[name].why}", f"remove {name}", (name,))
