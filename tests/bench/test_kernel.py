"""How fast the kernel is, as ratios within one run: against SimPy written in its own idiom, and against a budget a replay.

`pytest -m bench -n 0 tests/bench` with SimPy installed beside the test extras.
"""

from __future__ import annotations

import gc
import random
import time
from collections.abc import Callable, Generator
from typing import Any

import pytest

from sim.design import read_design
from sim.run import Stage, play
from sim.setup import read_setup
from tests.sim.helpers import BACKLOG, at_write, read_faults

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
    """The same exchange in SimPy: a process a node and a message, a Store as inbox; no disk, no faults, no trace."""
    import simpy

    env, luck = simpy.Environment(), random.Random(1)
    inbox = {name: simpy.Store(env) for name in ("A", "B", "C", *(f"c{n}" for n in range(CLIENTS)))}
    done = 0

    def fly(to: str, message: tuple[Any, ...]) -> Generator[Any, Any, None]:
        yield env.timeout(LOW_MS + luck.expovariate(1 / MEAN_MS))
        yield inbox[to].put(message)

    def send(to: str, *message: Any) -> None:
        env.process(fly(to, message))

    def client(name: str) -> Generator[Any, Any, None]:
        nonlocal done
        for _ in range(WRITES // CLIENTS):
            send("A", "write", name)
            yield inbox[name].get()
            done += 1

    def leader() -> Generator[Any, Any, None]:
        log: list[str] = []
        committed = 0
        while True:
            kind, what = yield inbox["A"].get()
            if kind == "write":
                log.append(what)
                for follower in "BC":
                    send(follower, "append", len(log))
            for n in range(committed, what if kind == "ack" else 0):
                send(log[n], "ok")
                committed = n + 1

    def follower(name: str) -> Generator[Any, Any, None]:
        waiting: set[int] = set()
        end = 0
        while True:
            _, n = yield inbox[name].get()
            waiting.add(n)
            while end + 1 in waiting:
                end += 1
                waiting.remove(end)
            send("A", "ack", end)

    for process in (leader(), follower("B"), follower("C"), *(client(f"c{n}") for n in range(CLIENTS))):
        env.process(process)
    env.run()
    assert done == WRITES


def test_a_write_costs_less_than_in_simpy_although_it_does_more(capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("simpy", reason="the rival is not installed")
    rival, mine = us_per_write(theirs), us_per_write(ours)
    with capsys.disabled():
        print(f"\nus a write: {mine:.1f}, SimPy {rival:.1f}, ratio {rival / mine:.2f}")
    assert rival / mine > 1.5


def test_a_replay_of_200_operations_with_its_checks_is_quick(capsys: pytest.CaptureFixture[str]) -> None:
    """As a ratio: no more than four times the same writes in the bare kernel."""
    faults = read_faults((BACKLOG, at_write(17, "power_cut", "acker", delay_ms=1)))
    setup, design = read_setup({"workload": {"clients": 4, "ops": 200}}), read_design({"wait_for": 1})

    def replay() -> None:
        assert not play(setup, design, faults).unfired

    replay_ms = us_per_write(replay) * WRITES / 1000
    kernel_ms = us_per_write(ours) * 200 / 1000
    with capsys.disabled():
        print(f"\nms a replay: {replay_ms:.1f}; 200 writes in the kernel: {kernel_ms:.1f}, ratio {replay_ms / kernel_ms:.2f}")
    assert replay_ms < 4 * kernel_ms
