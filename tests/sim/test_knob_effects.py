"""No knob is decoration: each changes what somebody would notice, in a run made for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from sim.knobs import KNOBS
from sim.run import Run
from tests.sim.helpers import at_write, events, load, play

Raw = dict[str, Any]
Measure = Callable[[Run], float]

LONG = load(clients=3, ops=150, think_ms=[0, 8])
SLOW_DISK: Raw = {"workload": LONG, "disk": {"fsync_ms": [4, 8]}}
TO_C: Raw = {"at_ms": 0, "do": "slow", "from": ["A", "B"], "to": ["C"], "egress_ms": 30}
WITHOUT_C: Raw = {"at_ms": 50, "do": "cut", "between": [["C"], ["rest"]], "for_ms": 400}
UNFOLLOWED: Raw = {"at_ms": 50, "do": "cut", "between": [["A"], ["B", "C"]], "for_ms": 250}
DEAD: Raw = at_write(30, "power_cut")
ONE: Raw = {"wait_for": 1}
LEASE: Raw = {**ONE, "fencing": "lease"}
CHAIN: Raw = {"topology": "chain"}


def measure(name: str) -> Measure:
    return lambda run: float(run.measures[name].value or 0)


def count(what: str, **where: Any) -> Measure:
    return lambda run: len(events(run, what, **where))


def lost(run: Run) -> float:
    return run.findings["lost_acked_writes"].count


def hidden(run: Run) -> float:
    """How long the writes of the leader stay invisible, on average (us)."""
    received = {event.ops: event.at for event in events(run, "received", node="A")}
    applied = [event.at - received[event.ops] for event in events(run, "applied", node="A") if event.ops in received]
    return sum(applied) / len(applied)


waits, stops, costs = measure("write_p50_ms"), measure("unavailable_ms"), measure("messages_per_write")


@dataclass(frozen=True)
class Effect:
    """The knob at `more` gives a larger value than at `less`, in the same run otherwise."""

    knob: str
    less: str | int
    more: str | int
    of: Measure
    design: Raw = field(default_factory=dict)
    faults: Sequence[Raw] = ()
    setup: Raw = field(default_factory=lambda: {"workload": LONG})

    def at(self, value: str | int) -> float:
        return self.of(play({**self.design, self.knob: value}, *self.faults, **self.setup))


EFFECTS = [
    Effect("topology", "leader-follower", "chain", waits),
    Effect("replicas", 3, 5, costs),
    Effect("wait_for", "none", "all", waits, faults=[TO_C]),
    Effect("k", 1, 2, waits, {"wait_for": "k"}, [TO_C]),
    Effect("min_in_sync", 1, 3, stops, faults=[WITHOUT_C]),
    Effect("in_sync_lag_ms", 20, 200, stops, {"wait_for": "in-sync"}, [WITHOUT_C]),
    Effect("ack_when", "received", "durable", waits, ONE, setup=SLOW_DISK),
    Effect("on_wait_timeout", "degrade", "block", stops, ONE, [UNFOLLOWED]),
    Effect("wait_timeout_ms", 20, 150, stops, {**ONE, "on_wait_timeout": "degrade"}, [UNFOLLOWED]),
    Effect("visible", "before-wait", "after-wait", hidden, ONE),
    Effect("ship_when", "received", "durable", waits, ONE, setup=SLOW_DISK),
    Effect("leader_fsync", "never", "before-ack", waits, setup=SLOW_DISK),
    Effect("follower_fsync", "before-ack", "never", count("lost_unsynced"), {}, [at_write(99, "power_cut", "B", tail="lost")]),
    Effect(
        "fsync_every_ms",
        10,
        200,
        lambda run: sum(len(event.ops) for event in events(run, "lost_unsynced")),
        {"leader_fsync": "every-n-ms"},
        [at_write(99, "power_cut", tail="lost")],
    ),
    Effect("failover", "automatic", "manual", stops, ONE, [DEAD]),
    Effect("detect_after_ms", 100, 300, stops, ONE, [DEAD]),
    Effect("cooldown_ms", 0, 2000, stops, ONE, [at_write(30, "kill", for_ms=400), at_write(90, "kill", for_ms=400)]),
    Effect("promote", "most-caught-up", "any", lost, ONE, [{**TO_C, "egress_ms": 60}, DEAD]),
    Effect(
        "promote_quorum",
        "safe",
        "reachable",
        lost,
        ONE,
        [
            {**TO_C, "egress_ms": 60},
            {**DEAD, "as": "dead"},
            {"after": {"after_fault": {"nth": 2}}, "do": "cut", "between": [["B"], ["rest"]], "for_ms": 600},
        ],
    ),
    Effect("controllers", "3", "1", stops, ONE, [{"at_ms": 5, "do": "kill", "node": "controller"}, DEAD]),
    Effect("config_service", "majority", "single", stops, CHAIN, [{"at_ms": 5, "do": "kill", "node": "controller"}, DEAD]),
    Effect("fencing", "epoch", "stonith", count("powered_off"), ONE, [at_write(30, "isolate", for_ms=600)]),
    Effect("lease_ms", 100, 900, stops, LEASE, [DEAD]),
    Effect("max_drift_ppm", 0, 500_000, stops, {**LEASE, "lease_ms": 900}, [DEAD]),
    Effect("reads", "leader", "any", count("reply_sent", node="B"), setup={"workload": {**LONG, "reads_percent": 50}}),
    Effect(
        "apply",
        "parallel-8",
        "serial",
        measure("lag_max_ms"),
        setup={"workload": load(clients=12, ops=300, keys=32, kind="register"), "disk": {"apply_ms": 2}},
    ),
    Effect("retain", "unlimited", 5, count("snapshot")),
    Effect("election_ms", 50, 400, stops, {"topology": "raft"}, [DEAD]),
]


def test_every_knob_has_an_effect() -> None:
    assert {effect.knob for effect in EFFECTS} == set(KNOBS)


@pytest.mark.parametrize("effect", EFFECTS, ids=lambda effect: effect.knob)
def test_a_knob_changes_what_it_is_there_to_change(effect: Effect) -> None:
    assert effect.at(effect.less) < effect.at(effect.more)
