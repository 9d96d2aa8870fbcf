"""How fast the kernel is, as ratios within one run: against SimPy written in its own idiom, and a replay against the kernel.

`pytest -m bench -n 0 tests/bench/test_kernel.py` prints the numbers; the rival takes part if SimPy is installed.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable

import pytest

from sim.design import read_design
from sim.faults import read_faults
from sim.run import Stage, play
from sim.setup import read_setup
from tests.sim.helpers import BACKLOG, at_write

pytestmark = pytest.mark.bench

WRITES, CLIENTS = 20_000, 10
LOW_MS, MEAN_MS = 0.5, 0.5
SETUP = {
    "workload": {"clients": CLIENTS, "ops": WRITES, "think_ms": 0},
    "network": {"delay_ms": [LOW_MS, LOW_MS + 2 * MEAN_MS]},
    "limits": {"horizon_ms": 600_000},
}


def us_per_write(work: Callable[[], object]) -> float:
    """CPU microseconds a write, the best of three, without the garbage collector."""
    times = []
    for _ in range(3):
        gc.collect()
        gc.disable()
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
        gc.enable()
    return min(times) * 1e6 / WRITES


def ours() -> None:
    """Leader and two followers, one ack, with disks, applies, heartbeats, a controller, history and trace."""
    stage = Stage(read_setup(SETUP), read_design({"wait_for": 1}), (), 1)
    stage.run_load()
    assert len(stage.world.history.acked_writes) == WRITES


def theirs() -> None:
    """The same exchange in SimPy."""
    from tests.bench.simpy_rival import Rival

    assert Rival(WRITES, CLIENTS, LOW_MS, MEAN_MS).run() == WRITES


def test_a_write_costs_at_most_four_times_what_it_costs_without_disks_faults_and_trace(
    capsys: pytest.CaptureFixture[str],
) -> None:
    pytest.importorskip("simpy", reason="the rival is not installed")
    rival, mine = us_per_write(theirs), us_per_write(ours)
    with capsys.disabled():
        print(f"\nus a write: {mine:.1f}, SimPy {rival:.1f}, ratio {rival / mine:.2f}")
    assert mine < 4 * rival


def test_a_replay_of_200_operations_with_its_checks_is_quick(capsys: pytest.CaptureFixture[str]) -> None:
    """At most four times what as many writes cost in the bare kernel; the rest is the failover, its wait, and the checks."""
    faults = read_faults((BACKLOG, at_write(17, "power_cut", "acker", delay_ms=1)))
    setup, design = read_setup({"workload": {"clients": 4, "ops": 200}}), read_design({"wait_for": 1})

    def replay() -> None:
        assert not play(setup, design, faults).unfired

    replay_ms = us_per_write(replay) * WRITES / 1000
    kernel_ms = us_per_write(ours) * 200 / 1000
    with capsys.disabled():
        print(f"\nms a replay: {replay_ms:.1f}; 200 writes in the kernel: {kernel_ms:.1f}, ratio {replay_ms / kernel_ms:.2f}")
    assert replay_ms < 4 * kernel_ms
