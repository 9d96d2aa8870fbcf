"""Random fault plans within what a design is built to survive must break none of its promises.

Every day some hundred plans; `pytest -m slow tests/sim/test_plans.py` searches thousands. A failure is shrunk, and its message
is the call that shows it again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st

from sim.checks import CHECKS
from sim.design import read_design
from sim.run import Run
from tests.sim.helpers import load, play

Fault = dict[str, Any]
MACHINE_POINTS = ("received", "written", "durable", "applied", "committed", "sent", "reply_sent", "ok_received")
RARE_POINTS = ("suspected", "elected", "promoted", "removed", "after_fault")

DAILY = settings(
    max_examples=60,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.generate, Phase.shrink),
)
THOROUGH = settings(DAILY, max_examples=2500)


@dataclass(frozen=True)
class Budget:
    """A right design and what it is built to survive.

    `failures` machines, and one controller of three, may die (some come back), `disturbances` are cuts and pauses that pass.
    In a chain a pause is a failure like any other, for the configuration service takes the sleeper out, and partitions are
    outside the paper's model.
    With `reads` clients read, too, and every read must fit into one order of all operations.
    """

    design: Fault
    failures: int
    disturbances: int
    reads: bool = False

    @property
    def machines(self) -> str:
        return "ABCDEFG"[: self.design.get("replicas", 3)]

    @property
    def is_chain(self) -> bool:
        return self.design.get("topology") == "chain"

    @property
    def controllers(self) -> list[str]:
        return [] if self.design.get("topology") == "raft" else [*read_design(self.design).controller_names]


BUDGETS = {
    "one follower's ack of three": Budget({"wait_for": 1}, 1, 1),
    "the same, acked when written, killed only": Budget({"wait_for": 1, "ack_when": "written"}, 0, 2),
    "two acks of four": Budget({"wait_for": 2, "replicas": 4}, 1, 1),
    "a majority of five": Budget({"wait_for": "majority", "replicas": 5}, 2, 1),
    "one ack, an operator restarts the leader": Budget({"wait_for": 1, "failover": "manual"}, 0, 1),
    "one ack, three controllers": Budget({"wait_for": 1, "controllers": 3}, 1, 1),
    "a lease of the leader": Budget({"wait_for": 1, "controllers": 3, "fencing": "lease"}, 1, 1, reads=True),
    "two in sync": Budget({"wait_for": "in-sync", "min_in_sync": 2, "in_sync_lag_ms": 60}, 1, 1),
    "a chain of three": Budget({"topology": "chain"}, 2, 0),
    "a chain of five": Budget({"topology": "chain", "replicas": 5}, 4, 0),
    "Raft of three": Budget({"topology": "raft"}, 1, 2, reads=True),
    "Raft of five, with leases": Budget({"topology": "raft", "replicas": 5, "reads": "lease"}, 2, 2, reads=True),
    "Raft of four that keeps few entries": Budget({"topology": "raft", "replicas": 4, "retain": 3}, 1, 2, reads=True),
}


def moments() -> st.SearchStrategy[Fault]:
    """At a time, or at or soon after an event."""
    nth = {"nth": st.integers(1, 60)}
    points = [st.fixed_dictionaries({point: st.fixed_dictionaries(nth)}) for point in MACHINE_POINTS]
    rare: list[st.SearchStrategy[Fault]] = [st.just({point: {}}) for point in RARE_POINTS]
    delay = st.sampled_from([0, 0, 0.2, 1, 5, 40, 320])
    return st.one_of(
        st.fixed_dictionaries({"at_ms": st.integers(1, 500)}),
        st.fixed_dictionaries({"after": st.one_of(*points, *rare), "delay_ms": delay}),
    )


def failures(machine: str, is_chain: bool) -> st.SearchStrategy[Fault]:
    """A machine dies, for good or for a while; or sleeps, where that is as bad."""
    verbs = ["kill", "power_cut", "power_cut", *(["pause"] if is_chain else [])]
    lasts = st.sampled_from([{}, {"for_ms": 0.3}, {"for_ms": 30}, {"for_ms": 450}])
    what = st.fixed_dictionaries({"do": st.sampled_from(verbs), "node": st.just(machine)})
    return st.builds(lambda moment, fault, rest: {**moment, **fault, **rest}, moments(), what, lasts)


def disturbances(machines: str, controllers: list[str]) -> st.SearchStrategy[Fault]:
    """A cut between any two groups, in one or both directions, or a pause of anyone; both pass."""
    everyone = [*machines, *controllers, "c1", "c2", "c3"]
    telling = st.sampled_from([["leader", "c1"], ["leader"], controllers or ["follower"], ["leader", *controllers]])
    group = st.one_of(telling, st.lists(st.sampled_from(everyone), min_size=1, max_size=4, unique=True))
    cut = st.one_of(
        group.map(lambda side: {"do": "cut", "between": [side, ["rest"]]}),
        group.map(lambda side: {"do": "cut", "from": side, "to": ["rest"]}),
    )
    pause = st.sampled_from([*machines, *controllers, "leader"]).map(lambda node: {"do": "pause", "node": node})
    lasts = st.sampled_from([4, 60, 340, 700])
    return st.builds(lambda moment, fault, ms: {**moment, **fault, "for_ms": ms}, moments(), st.one_of(cut, cut, pause), lasts)


def stages() -> st.SearchStrategy[list[Fault]]:
    """A backlog on all links, on those to C, or none."""
    everywhere = {"at_ms": 0, "do": "slow", "links": "replicas", "egress_ms": 5}
    to_c = {"at_ms": 0, "do": "slow", "from": ["A", "B"], "to": ["C"], "egress_ms": 30}
    return st.sampled_from([[], [everywhere], [to_c]])


@st.composite
def plans(draw: st.DrawFn, budget: Budget) -> list[Fault]:
    """A stage, machines that fail, and what disturbs them meanwhile."""
    doomed = draw(st.lists(st.sampled_from(budget.machines), max_size=budget.failures, unique=True))
    spare = budget.controllers[: 3 * (len(budget.controllers) // 3)]
    doomed += draw(st.lists(st.sampled_from(spare), max_size=1)) if spare else []
    faults = [draw(failures(machine, budget.is_chain)) for machine in doomed]
    faults += draw(st.lists(disturbances(budget.machines, budget.controllers), max_size=budget.disturbances))
    return draw(stages()) + faults


@st.composite
def setups(draw: st.DrawFn, reads: bool = False) -> dict[str, Any]:
    """Quick or slow disks, patient or impatient clients."""
    think = draw(st.sampled_from([[0, 2], [0, 12], [0, 80]]))
    return {
        "workload": load(clients=3, ops=45, think_ms=think, reads_percent=30 * reads),
        "disk": {"fsync_ms": draw(st.sampled_from([[0.3, 0.6], [2, 9]])), "apply_ms": draw(st.sampled_from([0.05, 1]))},
        "limits": {"timeout_ms": draw(st.sampled_from([100, 1000]))},
    }


def breaks(run: Run) -> list[str]:
    """The promises that a run broke. A shot that never fired made it a weaker attack, but no less of a proof."""
    applying = [check for check in CHECKS.values() if check.applies(run.history)]
    return [check.name for check in applying if check.judge(run.trace, run.history).verdict == "broken"]


def judge(design: Fault, faults: list[Fault], seed: int, setup: dict[str, Any]) -> None:
    """Raise, with the call that shows it again, if a promise was broken or the work was not done."""
    run = play(design, *faults, seed=seed, **setup)
    again = f"play({design}, *{faults}, seed={seed}, **{setup})"
    assert breaks(run) == [], again
    assert len(run.history.ops) == 45, f"writes stopped for good: {again}"
    assert all(op.completed_at is not None for op in run.history), f"a client hangs: {again}"


def attack(budget: Budget, depth: settings) -> None:
    @depth
    @given(plans(budget), st.integers(0, 10_000), setups(budget.reads))
    def survives(faults: list[Fault], seed: int, setup: dict[str, Any]) -> None:
        judge(budget.design, faults, seed, setup)

    survives()


@pytest.mark.parametrize("name", BUDGETS)
def test_a_right_design_survives_what_it_is_built_for(name: str) -> None:
    attack(BUDGETS[name], DAILY)


@pytest.mark.slow
@pytest.mark.parametrize("name", BUDGETS)
def test_a_right_design_survives_thousands_of_plans(name: str) -> None:
    attack(BUDGETS[name], THOROUGH)


@pytest.mark.parametrize(
    "weaker",
    [{"wait_for": "none"}, {"wait_for": 1, "promote": "any"}],
    ids=str,
)
def test_the_same_plans_do_break_a_weaker_design(weaker: Fault) -> None:
    """Or else the plans would be too gentle to prove anything."""
    attacks = st.tuples(plans(BUDGETS["one follower's ack of three"]), st.integers(0, 10_000), setups())

    def hurts(attack: tuple[list[Fault], int, dict[str, Any]]) -> bool:
        faults, seed, setup = attack
        return "lost_acked_writes" in breaks(play(weaker, *faults, seed=seed, **setup))

    find(attacks, hurts, settings=settings(DAILY, max_examples=500, phases=(Phase.generate,)))
