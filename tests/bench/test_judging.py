"""What it costs to judge and measure a run of 200 operations, of which linearizability is timed elsewhere."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import pytest

from sim.checks import CHECKS, judge_all, measure_all
from tests.sim.helpers import BACKLOG, at_write, load, play

pytestmark = pytest.mark.bench

MOST_MS = 5.0
RUNS: dict[str, dict[str, Any]] = {
    "a ledger": {},
    "a register with reads": {"workload": load(clients=4, ops=200, kind="register", reads_percent=40)},
}


@pytest.mark.parametrize("name", RUNS)
def test_all_checks_and_measures_of_a_short_run(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The best of twenty, each on a trace that nobody has asked anything."""
    monkeypatch.delitem(CHECKS, "linearizable")
    setup = {"workload": load(clients=4, ops=200), **RUNS[name]}
    run = play({"wait_for": 1}, BACKLOG, at_write(80, "power_cut"), **setup)
    times = []
    for trace in [replace(run.trace) for _ in range(20)]:
        start = time.process_time()
        judge_all(trace, run.history)
        measure_all(trace, run.history)
        times.append((time.process_time() - start) * 1e3)
    with capsys.disabled():
        print(f"\nms to judge {name}: {min(times):.2f} ({len(run.trace.events)} events)")
    assert min(times) <= MOST_MS
