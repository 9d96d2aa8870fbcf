"""Runs of several designs under attack in one line, to compare processes: `python -m tests.sim.fingerprint`."""

from __future__ import annotations

from typing import Any

from tests.sim.helpers import BACKLOG, at_write, digest, load, play

DESIGNS: list[dict[str, Any]] = [
    {"wait_for": "none"},
    {"wait_for": 1, "promote": "any", "reads": "any"},
    {"wait_for": "majority", "replicas": 5},
    {"topology": "chain"},
]
FAULTS = (
    BACKLOG,
    {"at_ms": 15, "do": "cut", "between": [["controller", "c1"], ["rest"]], "for_ms": 40},
    at_write(20, "power_cut", "leader", **{"as": "victim"}),
    {"after": {"after_fault": {"nth": 3}}, "delay_ms": 500, "do": "restart", "node": "victim"},
    {"at_ms": 30, "do": "pause", "node": "follower", "for_ms": 20},
    {"at_ms": 5, "do": "lossy", "links": "replicas", "percent": 10, "for_ms": 60},
    {"at_ms": 5, "do": "duplicate", "links": "all", "percent": 20, "for_ms": 60},
    {"at_ms": 8, "do": "drift", "nodes": ["follower", "controller"], "ppm": -50_000},
    {"at_ms": 8, "do": "disk_slow", "node": "replicas", "ms": 1, "for_ms": 30},
)
MIXED: dict[str, Any] = {"workload": load(clients=4, ops=60, reads_percent=30)}
LOCKED: dict[str, Any] = {"workload": load(clients=4, ops=60, kind="lock", retry="idempotent"), "limits": {"timeout_ms": 100}}


def fingerprint() -> str:
    """One line for the runs of all these designs."""
    return " ".join(digest(play(design, *FAULTS, **setup)) for setup in (MIXED, LOCKED) for design in DESIGNS)


if __name__ == "__main__":
    print(fingerprint())
