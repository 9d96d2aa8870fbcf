"""How fast linearizability is judged, against what Porcupine (in Go) needs for the same recorded histories.

Porcupine's figures are those in the README.md of the histories' folder and come from another machine, so they are a yardstick
and no race. Its 0.96 s are for 102 etcd histories: we compare with the share of them that the folder holds.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from sim.checks.linearizable import judge
from sim.checks.linearization import linearize
from tests.sim.checks.recorded import model_of, need_histories, read_history, verdicts
from tests.sim.helpers import load, play

pytestmark = pytest.mark.bench

PORCUPINE_102_S, PORCUPINE_C10_S = 0.96, 0.0019
BUDGET = 100_000
SLOWEST = 3  # times Porcupine


def cpu_s(work: Callable[[], object]) -> float:
    """CPU seconds, the best of three."""
    times = []
    for _ in range(3):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times)


@pytest.mark.parametrize(("which", "of"), [("etcd/", 102), ("kv/c10-ok", 1)])
def test_recorded_histories_take_at_most_three_times_what_porcupine_takes(
    which: str, of: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """Reading the files is not counted."""
    need_histories()
    histories = {name: read_history(name) for name in verdicts() if name.startswith(which)}
    ours = cpu_s(lambda: [linearize(model_of(name), history, BUDGET) for name, history in histories.items()])
    theirs = (PORCUPINE_102_S if of == 102 else PORCUPINE_C10_S) * len(histories) / of
    with capsys.disabled():
        print(
            f"\n{which}: {len(histories)} of {of}, {ours * 1e3:.1f} ms, {ours / theirs:.2f} of Porcupine's {theirs * 1e3:.1f}"
        )
    assert ours <= SLOWEST * theirs


def test_the_check_is_a_small_part_of_a_replay(capsys: pytest.CaptureFixture[str]) -> None:
    run = play({}, workload=load(clients=4, ops=200, reads_percent=25))
    ours = cpu_s(lambda: judge(run.trace, run.history))
    with capsys.disabled():
        print(f"\nms for a run of 200 operations: {ours * 1e3:.1f}")
    assert ours < 0.005
