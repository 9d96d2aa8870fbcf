"""How fast the kernel is, as ratios within one run: against SimPy in its own idiom and lean, and a replay against the kernel.

`pytest -m bench -n 0 -s tests/bench/test_kernel.py` prints the numbers; the rival takes part if SimPy is installed.
"""

from __future__ import annotations

import gc
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import pytest

from sim.design import read_design
from sim.faults import read_faults
from sim.run import Stage, play
from sim.setup import read_setup
from tests.sim.helpers import BACKLOG, at_write

pytestmark = pytest.mark.bench

WRITES, CLIENTS, MILLION = 100_000, 10, 1_000_000
LOW_MS, MEAN_MS = 0.5, 0.5
SETUP: dict[str, Any] = {
    "workload": {"clients": CLIENTS, "ops": WRITES, "think_ms": 0},
    "network": {"delay_ms": [LOW_MS, LOW_MS + 2 * MEAN_MS]},
    "limits": {"horizon_ms": 6_000_000},
}
ON: dict[str, Any] = {"wait_for": 1}
OFF = {**ON, "ack_when": "received", "ship_when": "received", "leader_fsync": "never", "follower_fsync": "never"}


def us_per_write(work: Callable[[], object], writes: int = WRITES) -> float:
    """CPU microseconds a write, the better of two, without the garbage collector."""
    times = []
    for _ in range(2):
        gc.collect()
        gc.disable()
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
        gc.enable()
    return min(times) * 1e6 / writes


def ours(design: dict[str, Any], **setup: Any) -> Callable[[], None]:
    """Leader and two followers, one ack, with heartbeats, a controller, fault hooks, history and trace."""

    def work() -> None:
        stage = Stage(read_setup({**SETUP, **setup}), read_design(design), (), 1)
        stage.run_load()
        assert len(stage.world.history.acked_writes) == WRITES

    return work


def theirs(form: str) -> Callable[[], None]:
    """The same exchange in SimPy."""
    from tests.bench import simpy_rival

    def work() -> None:
        assert getattr(simpy_rival, form)(WRITES, CLIENTS, LOW_MS, MEAN_MS).run() == WRITES

    return work


def test_a_write_against_simpy(capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("simpy", reason="the rival is not installed")
    idiomatic, lean = us_per_write(theirs("Rival")), us_per_write(theirs("LeanRival"))
    off, on = us_per_write(ours(OFF, disk={"apply_ms": 0})), us_per_write(ours(ON))
    with capsys.disabled():
        print(f"\nus a write: SimPy {idiomatic:.1f} idiomatic, {lean:.1f} lean; ours {off:.1f} in memory, {on:.1f} with disk")
        print(
            f"SimPy by ours in memory: {idiomatic / off:.2f} and {lean / off:.2f}; ours with disk by in memory: {on / off:.2f}"
        )
    assert off < 2 * idiomatic
    assert on < 2 * off


def test_a_replay_of_200_operations_with_its_checks_is_quick(capsys: pytest.CaptureFixture[str]) -> None:
    """At most four times what as many writes cost in the bare kernel; the rest is the failover, its wait, and the checks."""
    faults = read_faults((BACKLOG, at_write(17, "power_cut", "acker", delay_ms=1)))
    setup, design = read_setup({"workload": {"clients": 4, "ops": 200}}), read_design({"wait_for": 1})

    def replays() -> None:
        for _ in range(20):
            assert not play(setup, design, faults).unfired

    replay_ms = us_per_write(replays, 20) / 1000
    kernel_ms = us_per_write(ours(ON)) * 200 / 1000
    with capsys.disabled():
        print(f"\nms a replay: {replay_ms:.1f}; 200 writes in the kernel: {kernel_ms:.1f}, ratio {replay_ms / kernel_ms:.2f}")
    assert replay_ms < 4 * kernel_ms


STREAM = """
import resource, sys
from dataclasses import replace
from sim.design import read_design
from sim.setup import read_setup
from sim.streaming import stream
from tests.bench.test_kernel import SETUP
setup = read_setup(SETUP)
setup = replace(setup, workload=replace(setup.workload, ops=int(sys.argv[1])))
acked = 0
def count(events, ops):
    global acked
    acked += len(ops)
stream(setup, read_design({"wait_for": 1, "retain": 1000}), (), 1, count)
assert acked == setup.workload.ops, acked
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def peak_mb(writes: int) -> float:
    """The most memory that a process needed for a streamed run of so many writes."""
    done = subprocess.run([sys.executable, "-c", STREAM, str(writes)], capture_output=True, text=True, check=True)
    return int(done.stdout) / (1024 if sys.platform == "linux" else 1024**2)


def test_a_million_writes_need_little_more_memory_than_a_tenth_of_them(capsys: pytest.CaptureFixture[str]) -> None:
    """What grows are the ids of the writes that each replica's state must know."""
    tenth, whole = peak_mb(MILLION // 10), peak_mb(MILLION)
    per_write = (whole - tenth) * 1024**2 / (MILLION * 0.9)
    with capsys.disabled():
        print(f"\nMB at the peak: {tenth:.0f} for 100,000 writes, {whole:.0f} for a million: {per_write:.0f} bytes a write")
    assert per_write < 250
