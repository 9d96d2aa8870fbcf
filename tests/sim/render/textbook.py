"""The situations that textbooks draw, each as a short run: a design, what strikes it, the load, and the rest of the world."""

from __future__ import annotations

from typing import Any

from tests.sim.helpers import BACKLOG, at_write

Staged = tuple[dict[str, Any], list[dict[str, Any]], dict[str, Any], dict[str, Any]]


def load(ops: int, clients: int = 2, **rest: Any) -> dict[str, Any]:
    return {"kind": "register", "clients": clients, "keys": 1, "ops": ops, **rest}


def after_ok(nth: int, **rest: Any) -> dict[str, Any]:
    return {"after": {"ok_received": {"nth": nth}}, "by_ms": 1000, **rest}


SOON = {"detect_after_ms": 50}
LOCK = {"kind": "lock", "clients": 2, "ops": 20, "ttl_ms": 30, "hold_ms": [5, 5]}
ASLEEP = {"after": {"ok_received": {"op": "c2/1"}}, "delay_ms": 5.5, "do": "pause", "node": "c2", "for_ms": 50, "by_ms": 1000}

TEXTBOOK: dict[str, Staged] = {
    "chain-tail": (
        {"topology": "chain", **SOON},
        [at_write(4, "power_cut", "tail", delay_ms=1, for_ms=80, by_ms=1000)],
        load(60, think_ms=[1, 3]),
        {},
    ),
    "removed-tail": (
        {"topology": "chain", **SOON},
        [after_ok(4, do="cut", between=[["tail", "c1"], ["rest"]])],
        load(20, reads_percent=50, think_ms=[1, 3]),
        {"limits": {"timeout_ms": 40}},
    ),
    "craq-dirty": (
        {"topology": "craq"},
        [{"at_ms": 0, "do": "disk_slow", "node": "tail", "ms": 10}],
        load(12, clients=3, reads_percent=60),
        {},
    ),
    "election": ({"topology": "raft"}, [at_write(4, "power_cut", "leader", delay_ms=1, by_ms=1000)], load(8), {}),
    "read-index": (
        {"topology": "raft", "reads": "read-index"},
        [{"at_ms": 8, "do": "cut", "between": [["leader"], ["follower", "follower:2"]], "for_ms": 300}],
        load(12, reads_percent=60),
        {"limits": {"timeout_ms": 500}},
    ),
    "fenced": (
        {"wait_for": 1, "detect_after_ms": 50, "controllers": 3},
        [at_write(4, "pause", "leader", for_ms=100, by_ms=1000)],
        load(12, clients=3),
        {},
    ),
    "lease": (
        {"wait_for": 1, "fencing": "lease", "lease_ms": 40, **SOON},
        [at_write(4, "pause", "leader", for_ms=200, by_ms=1000)],
        load(12, clients=2, reads_percent=40),
        {},
    ),
    "degrade": (
        {"replicas": 2, "wait_for": 1, "on_wait_timeout": "degrade", "wait_timeout_ms": 20},
        [after_ok(4, do="cut", between=[["leader"], ["follower"]], for_ms=40)],
        load(30),
        {},
    ),
    "in-sync": (
        {"wait_for": "in-sync", "in_sync_lag_ms": 50, "min_in_sync": 2},
        [at_write(4, "kill", "follower", for_ms=120)],
        load(40, think_ms=[2, 6]),
        {},
    ),
    "snapshot": ({"wait_for": 1, "retain": 5}, [at_write(4, "kill", "follower", for_ms=60)], load(40), {}),
    "phantom": (
        {"wait_for": 1, "visible": "before-wait", **SOON},
        [BACKLOG, {"after": {"applied": {"nth": 6, "node": "leader"}}, "do": "power_cut", "node": "leader", "delay_ms": 4}],
        load(16, clients=3, reads_percent=70),
        {},
    ),
    "blind-retry": (
        {"wait_for": 1},
        [
            {
                "after": {"received": {"nth": 4, "node": "leader"}},
                "do": "cut",
                "from": ["leader"],
                "to": ["clients"],
                "for_ms": 20,
            }
        ],
        {"kind": "ledger", "clients": 1, "ops": 6, "retry": "blind"},
        {"limits": {"timeout_ms": 30}},
    ),
    "idempotent-retry": (
        {"wait_for": 1},
        [
            {
                "after": {"received": {"nth": 4, "node": "leader"}},
                "do": "cut",
                "from": ["leader"],
                "to": ["clients"],
                "for_ms": 20,
            }
        ],
        {"kind": "ledger", "clients": 1, "ops": 6, "retry": "idempotent"},
        {"limits": {"timeout_ms": 30}},
    ),
    "late-holder": ({"wait_for": 1}, [ASLEEP], {**LOCK, "checks_tokens": "no"}, {}),
    "token-rejected": ({"wait_for": 1}, [ASLEEP], LOCK, {}),
}
