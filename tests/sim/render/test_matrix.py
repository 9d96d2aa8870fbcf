"""Whatever the design, the attack and the load: the timeline fits the screen, and the story is made of whole sentences."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest

from sim.render.lanes import timeline
from sim.render.story import tell
from sim.run import Run
from tests.sim.helpers import BACKLOG, at_write, play

DESIGNS: dict[str, dict[str, Any]] = {
    "async": {"detect_after_ms": 60},
    "semi-sync": {"wait_for": 1, "on_wait_timeout": "degrade", "wait_timeout_ms": 20, "detect_after_ms": 60, "retain": 5},
    "three controllers": {"wait_for": "in-sync", "in_sync_lag_ms": 30, "controllers": 3, "fencing": "lease", "lease_ms": 40},
    "stonith": {"wait_for": "majority", "fencing": "stonith", "replicas": 5, "detect_after_ms": 60, "visible": "before-wait"},
    "reporting": {"wait_for": "all", "on_wait_timeout": "report", "wait_timeout_ms": 10, "reads": "token"},
    "chain": {"topology": "chain", "detect_after_ms": 60, "config_service": "majority"},
    "craq": {"topology": "craq", "detect_after_ms": 60, "fencing": "lease", "lease_ms": 40},
    "raft": {"topology": "raft", "retain": 10, "reads": "lease"},
    "single": {"topology": "single"},
}
FAULTS: dict[str, list[dict[str, Any]]] = {
    "none": [],
    "power cut": [BACKLOG, at_write(5, "power_cut", "acker", by_ms=900)],
    "killed and back": [at_write(5, "kill", "leader", by_ms=900, for_ms=120)],
    "paused": [at_write(5, "pause", "leader", by_ms=900, for_ms=150)],
    "cut": [{"at_ms": 15, "do": "cut", "between": [["leader", "c1"], ["rest"]], "for_ms": 150}],
    "disk": [{"at_ms": 15, "do": "disk_loss", "node": "leader"}, {"at_ms": 80, "do": "fsync_fails", "node": "tail"}],
    "no fault": [at_write(5000, "kill", "leader", by_ms=200)],
}
WORKLOADS: dict[str, dict[str, Any]] = {
    "ledger": {"kind": "ledger", "retry": "blind"},
    "kv": {"kind": "kv", "keys": 2, "reads_percent": 40, "retry": "idempotent"},
    "feed": {"kind": "feed"},
    "lock": {"kind": "lock", "ttl_ms": 30, "checks_tokens": "no"},
}
VIEWS = ((60, False), (80, False), (100, True))
SENTENCE = re.compile(r"([\d,.]+ ms: )?[\w#'].*[^.]\.")
BROKEN = re.compile(r"  |\{|\}|None|\bnoop|\bone (writes|entries|reads)|\(\)|nothing (held|stood)|#0\b")


def played(design: str, fault: str, workload: str) -> Run:
    load = {"clients": 3, "ops": 36, **WORKLOADS[workload]}
    return play(DESIGNS[design], *FAULTS[fault], workload=load, limits={"timeout_ms": 60, "horizon_ms": 1500})


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("design", DESIGNS)
def test_every_run_can_be_told_and_drawn(design: str, fault: str) -> None:
    turn = list(DESIGNS).index(design) + list(FAULTS).index(fault)
    for workload in (list(WORKLOADS) * 2)[turn % 4 : turn % 4 + 2]:
        run = played(design, fault, workload)
        story = [sentence.text for sentence in tell(run.trace, run.history, run.findings, run.measures)]
        assert story
        assert [text for text in story if not SENTENCE.fullmatch(text) or BROKEN.search(text)] == [], workload
        for width, everything in VIEWS:
            lines = [str(line) for line in timeline(run.trace, run.history, run.findings, width, everything)]
            assert [line for line in lines if len(line) > width] == [], workload


def test_two_hundred_operations_are_drawn_and_told_quickly() -> None:
    run = play({"controllers": 3}, at_write(100, "power_cut"), workload={"kind": "ledger", "clients": 4, "ops": 200})
    times = []
    for _ in range(3):
        start = time.process_time()
        timeline(run.trace, run.history, run.findings)
        tell(run.trace, run.history, run.findings, run.measures)
        times.append(time.process_time() - start)
    assert min(times) < 0.06  # usually half of it or less
