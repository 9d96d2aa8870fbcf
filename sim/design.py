"""A design: a value for each knob, read from a scenario or from `--set`, with impossible combinations refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from sim.design_rules import IMPOSSIBLE, NEEDS, READS
from sim.errors import SetupError
from sim.knobs import KNOBS, Knob
from sim.reading import ms_to_us, nearest


@dataclass(frozen=True)
class Design:
    """A replication design: a value for each knob. Durations are microseconds; a knob `x_ms` is the field `x_us`."""

    topology: str = "leader-follower"
    replicas: int = 3
    wait_for: str = "none"
    k: int = 1
    min_in_sync: int = 1
    in_sync_lag_us: int = 200_000
    ack_when: str = "durable"
    on_wait_timeout: str = "block"
    wait_timeout_us: int = 100_000
    visible: str = "after-wait"
    ship_when: str = "durable"
    leader_fsync: str = "before-ack"
    follower_fsync: str = "before-ack"
    fsync_every_us: int = 100_000
    failover: str = "automatic"
    detect_after_us: int = 300_000
    cooldown_us: int = 0
    promote: str = "most-caught-up"
    promote_quorum: str = "reachable"
    controllers: str = "1"
    config_service: str = "single"
    fencing: str = "epoch"
    lease_us: int = 200_000
    max_drift_ppm: int = 1000
    reads: str = "leader"
    apply: str = "serial"
    retain: int | str = "unlimited"
    election_us: int = 150_000

    @property
    def acks_needed(self) -> int:
        """How many followers have surely acked a write before the client is told."""
        needed = {"none": 0, "k": self.k, "majority": self.replicas // 2, "all": self.replicas - 1}
        return needed.get(self.wait_for, self.min_in_sync - 1)

    @property
    def waits(self) -> bool:
        """Whether a leader awaits anybody's ack."""
        return self.topology == "leader-follower" and self.wait_for != "none" and self.replicas > 1

    @property
    def answers_for_safe(self) -> int:
        """How many replicas a promotion must hear from to meet every set (leader and ackers) that holds an acked write."""
        return self.replicas - self.acks_needed

    @property
    def apply_workers(self) -> int:
        """How many workers a follower applies its log with."""
        return int(self.apply.partition("-")[2] or 1)

    @property
    def entries_kept(self) -> int | None:
        """How many applied entries a replica keeps in its log; None: all."""
        return None if isinstance(self.retain, str) else self.retain

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the replicas: A is the first leader, or the head."""
        return tuple("ABCDEFG"[: self.replicas])

    @property
    def controller_names(self) -> tuple[str, ...]:
        """The names of the controllers. Raft has none: its leader itself tells clients who serves."""
        if self.topology == "raft":
            return ()
        many = self.controllers == "3" or self.config_service == "majority"
        return ("controller", "controller2", "controller3") if many else ("controller",)

    def knobs(self) -> dict[str, str | int]:
        """The knobs that matter in this design with their values, in the order of the table."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        values |= {_knob_of(name): value // 1000 for name, value in values.items() if name.endswith("_us")}
        return {name: values[name] for name, knob in KNOBS.items() if matters(knob, self)}

    def stated(self) -> dict[str, str | int]:
        """The knobs that people are told: those that matter, but no finer one that stands at its default."""
        knobs = self.knobs()
        return {name: value for name, value in knobs.items() if not KNOBS[name].fine or str(value) != KNOBS[name].default}


def read_design(raw: Mapping[str, Any]) -> Design:
    """Read knobs as they stand in a scenario or in `--set`.

    Raises SetupError for an unknown knob or value, and for a combination that cannot be, naming the nearest that works.
    """
    given = _expand(raw)
    values = dict(_read_value(name, value) for name, value in given.items())
    design = _fill(Design(**values), given)
    _refuse_impossible(design, given)
    return design


def _fill(design: Design, given: Mapping[str, Any]) -> Design:
    """Defaults that follow from what was given."""
    derived: dict[str, Any] = {
        "replicas": 1 if design.topology == "single" else design.replicas,
        "promote_quorum": "safe" if design.acks_needed else "reachable",
        "reads": READS[design.topology][0],
        "ship_when": "durable" if design.leader_fsync == "before-ack" else "received",
        "ack_when": "durable" if design.follower_fsync == "before-ack" else "written",
    }
    if design.topology == "raft":  # a follower promises a lease as long as it waits; and that is when a leader is held for dead
        derived |= {"lease_us": design.election_us, "detect_after_us": design.election_us}
    return replace(design, **{name: value for name, value in derived.items() if _knob_of(name) not in given})


def override(raw: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Knobs with some of them changed; what cannot stay beside the changes falls away. `read_design` judges the result."""
    wanted = _expand(changes)
    merged = {**raw, **wanted}
    while True:
        try:
            read_design(merged)
        except SetupError as error:
            (in_the_way,) = error.where
            if in_the_way in wanted or in_the_way not in merged:
                return merged
            del merged[str(in_the_way)]
        else:
            return merged


def matters(knob: Knob, design: Design) -> bool:
    """Whether the knob changes anything, given those that stand before it in the table."""
    need = NEEDS.get(knob.name)
    return design.topology in knob.topologies and (need is None or need.met(design))


def _expand(raw: Mapping[str, Any]) -> dict[str, Any]:
    """`wait_for: 2` is short for `wait_for: k` with `k: 2`."""
    given = dict(raw)
    if str(given.get("wait_for", "")).isdigit():
        given |= {"k": given["wait_for"], "wait_for": "k"}
    return given


def _knob_of(field: str) -> str:
    """The knob of a field: durations are milliseconds in knobs."""
    return f"{field.removesuffix('_us')}_ms" if field.endswith("_us") else field


def _read_value(name: str, value: Any) -> tuple[str, Any]:
    """The field of the design that a knob sets, and its value."""
    if name not in KNOBS:
        raise SetupError(f"unknown knob: {name}", nearest(name, tuple(KNOBS)), (name,))
    knob, text = KNOBS[name], str(value)
    if text in knob.words:
        return name, text
    low, high = knob.bounds or (0, -1)
    if text.isdecimal() and low <= int(text) <= high:
        return (f"{name.removesuffix('_ms')}_us", ms_to_us(int(text))) if name.endswith("_ms") else (name, int(text))
    raise SetupError(f"{name} cannot be {text}", _choices(knob), (name,))


def _choices(knob: Knob) -> str:
    if knob.bounds is None:
        return f"choose one of: {', '.join(knob.words)}"
    number = "a whole number from {} to {}".format(*knob.bounds)
    return f"choose {', '.join((*knob.words, number))}"


def _refuse_impossible(design: Design, given: Mapping[str, Any]) -> None:
    foreign = next((name for name in given if design.topology not in KNOBS[name].topologies), None)
    if foreign is not None:
        raise SetupError(f"{foreign} means nothing in a {design.topology} design", f"remove {foreign}", (foreign,))
    for rule in IMPOSSIBLE:
        if rule.when(design):
            raise SetupError(f"{rule.knob}={getattr(design, rule.knob)} cannot be: {rule.why}", rule.instead, (rule.knob,))
    for name in given:
        if not matters(KNOBS[name], design):
            raise SetupError(f"{name} changes nothing here: {NEEDS[name].why}", f"remove {name}", (name,))
