"""Random fault plans against clients that try again, compare and set, and lock: nobody hangs, and nothing is done twice."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.checks import CHECKS
from sim.run import Run
from tests.sim.helpers import load, play
from tests.sim.test_plans import BUDGETS, DAILY, THOROUGH, Budget, plans, setups

ALWAYS = ("lost_acked_writes", "failed_write_visible", "phantom_reads", "split_brain", "converged")
ONCE = (*ALWAYS, "applied_twice", "mutual_exclusion", "ledger_balances")
LOADS: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "blind retries": ({"retry": "blind"}, ALWAYS),
    "idempotent retries": ({"retry": "idempotent"}, ONCE),
    "a key-value store": ({"kind": "kv", "retry": "idempotent", "reads_percent": 30}, ONCE),
    "a feed": ({"kind": "feed"}, ONCE),
    "a lock": ({"kind": "lock", "retry": "idempotent", "ttl_ms": 80, "hold_ms": [2, 30]}, ONCE),
}
CLUSTERS = ("one follower's ack of three", "a majority of five", "a chain of three")


def breaks(run: Run, promises: tuple[str, ...]) -> list[str]:
    """The promises that a run broke, whether or not all shots struck."""
    judged = (CHECKS[name] for name in promises if CHECKS[name].applies(run.history))
    return [check.name for check in judged if check.judge(run.trace, run.history).verdict == "broken"]


def attack(budget: Budget, name: str, depth: settings) -> None:
    work, promises = LOADS[name]

    @depth
    @given(plans(budget), st.integers(0, 10_000), setups(), st.sampled_from([[0, 2], [0, 40]]))
    def survives(faults: list[dict[str, Any]], seed: int, setup: dict[str, Any], think_ms: list[int]) -> None:
        setup = {**setup, "workload": load(clients=3, ops=45, think_ms=think_ms, **work)}
        run = play(budget.design, *faults, seed=seed, **setup)
        again = f"play({budget.design}, *{faults}, seed={seed}, **{setup})"
        assert breaks(run, promises) == [], again
        assert sum(op.kind != "release" for op in run.history) == 45, f"writes stopped for good: {again}"
        assert all(op.completed_at is not None for op in run.history), f"a client hangs: {again}"

    survives()


@pytest.mark.parametrize("name", LOADS)
@pytest.mark.parametrize("cluster", CLUSTERS)
def test_clients_survive_what_their_cluster_survives(cluster: str, name: str) -> None:
    attack(BUDGETS[cluster], name, settings(DAILY, max_examples=10))


@pytest.mark.slow
@pytest.mark.parametrize("name", LOADS)
@pytest.mark.parametrize("cluster", BUDGETS)
def test_clients_survive_thousands_of_plans(cluster: str, name: str) -> None:
    attack(BUDGETS[cluster], name, settings(THOROUGH, max_examples=500))
