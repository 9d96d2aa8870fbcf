"""Random fault plans from a seed, within a budget: what they are, what comes of them, and how one is shrunk."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, NamedTuple

from sim.checks import CHECKS
from sim.design import Design, read_design
from sim.faults import read_faults
from sim.history import History
from sim.run import Stage
from sim.setup import read_setup
from sim.trace import Trace

Raw = Mapping[str, Any]
Fault = dict[str, Any]

POWER, KILL = ("power_cut", "power_cut", "kill"), ("kill",)
LINKS = ("slow", "lossy", "twice", "reorder")
CLOCKS = ("drift", "skew")
PASSING = ("cut", "cut", "left alone", "left alone", "unseen", "pause", "pause", *LINKS, *CLOCKS, "disk_slow")
HARMLESS = ("slow", "twice", "reorder", *CLOCKS, "disk_slow")  # nobody takes another one for dead because of these
CLIENTS = ("c1", "c2", "c3")


@dataclass(frozen=True)
class Budget:
    """A right design, why it is right, and what it is built to survive.

    Up to `dies` replicas and `controllers_die` controllers go down by one of the verbs `by`, for good or for a while; up to
    `crashes` times anybody else goes down by them and is soon back; up to `disturbances` things of `disturbed_by` pass. A
    `stage` may be a backlog on the links. It keeps every promise `but` those. If it is `live`, clients get all their work
    done, which is one of the kinds of `work`. `sees` are the events that must happen among its runs, for otherwise nothing
    was tried. `drift_ppm` is how much one clock may be slow from the start while the others are as much too fast.
    """

    why: str
    design: Raw
    dies: int = 1
    controllers_die: int = 0
    by: Sequence[str] = POWER
    crashes: int = 1
    disturbances: int = 2
    disturbed_by: Sequence[str] = PASSING
    stage: bool = True
    but: frozenset[str] = frozenset()
    live: bool = True
    work: Sequence[Raw] = ({}, {}, {"kind": "kv"})
    sees: Sequence[str] = ()
    drift_ppm: int = 0


class Plan(NamedTuple):
    """All of a run but its design."""

    faults: list[Fault]
    seed: int
    setup: Fault


class Outcome(NamedTuple):
    """What a run broke, if anything, and how often things happened in it."""

    broken: list[str]
    seen: Counter[str]


# What goes wrong when

BUSY = ("received", "written", "durable", "applied", "committed", "sent", "reply_sent", "ok_received")
RARE = ("suspected", "elected", "promoted", "removed", "joined", "voted", "lease_lost", "snapshot", "installed", "after_fault")


def moment(rng: Random) -> Fault:
    """At a time, or at or soon after an event."""
    if rng.random() < 0.35:
        return {"at_ms": rng.randint(1, 500)}
    delay = {"delay_ms": rng.choice([0, 0, 0.2, 1, 5, 40, 320])}
    if rng.random() < 0.6:
        return {"after": {rng.choice(BUSY): {"nth": rng.randint(1, 60)}}, **delay}
    return {"after": {rng.choice(RARE): {"nth": rng.randint(1, 3)}}, **delay}


class Who(NamedTuple):
    """The machines of a run."""

    replicas: list[str]
    controllers: list[str]

    @property
    def everybody(self) -> list[str]:
        return [*self.replicas, *self.controllers, *CLIENTS]


def cut(rng: Random, who: Who) -> Fault:
    """No message passes from one side to the other, or in both directions."""
    group = rng.choice([["leader", "c1"], ["leader"], who.controllers or ["follower"], ["leader", *who.controllers]])
    if rng.random() < 0.5:
        group = rng.sample(who.everybody, rng.randint(1, 4))
    sides = rng.choice([{"between": [group, ["rest"]]}, {"from": group, "to": ["rest"]}, {"from": ["rest"], "to": group}])
    return {"do": "cut", **sides}


def links(rng: Random, who: Who) -> Fault:
    """Links that are bad."""
    return rng.choice([{"links": "replicas"}, {"links": "all"}, {"from": [rng.choice(who.replicas)], "to": ["rest"]}])


DISTURBANCES: dict[str, Callable[[Random, Who], Fault]] = {
    "cut": cut,
    "left alone": lambda rng, who: {"do": "cut", "between": [[rng.choice(["leader", "leader", "tail"]), "c1"], ["rest"]]},
    "unseen": lambda rng, who: {"do": "cut", "between": [["leader"], who.controllers or ["follower"]]},
    "pause": lambda rng, who: {"do": "pause", "node": rng.choice([*who.everybody, "leader", "leader"])},
    "slow": lambda rng, who: {"do": "slow", **links(rng, who), rng.choice(["egress_ms", "delay_ms"]): rng.choice([2, 8, 25])},
    "lossy": lambda rng, who: {"do": "lossy", **links(rng, who), "percent": rng.choice([3, 30])},
    "reorder": lambda rng, who: {"do": "reorder", **links(rng, who), "ms": rng.choice([1, 5, 50])},
    "twice": lambda rng, who: {"do": "duplicate", "from": [*who.replicas, *who.controllers], "to": ["all"], "percent": 40},
    "requests twice": lambda rng, who: {"do": "duplicate", "from": ["clients"], "to": ["replicas"], "percent": 40},
    "drift": lambda rng, who: {"do": "drift", "node": rng.choice(who.everybody), "ppm": rng.choice([-100_000, 100_000])},
    "skew": lambda rng, who: {"do": "skew", "node": rng.choice(who.everybody), "ms": rng.choice([-5000, 5000])},
    "disk_slow": lambda rng, who: {"do": "disk_slow", "node": rng.choice(who.replicas), "ms": rng.choice([5, 60])},
}


def down(rng: Random, by: Sequence[str], node: str, lasts: Sequence[float], when: Fault) -> Fault:
    """A machine goes down; 0: for good."""
    ms = rng.choice(lasts)
    return {**when, "do": rng.choice(by), "node": node, **({"for_ms": ms} if ms else {})}


def disturbance(rng: Random, kinds: Sequence[str], who: Who) -> Fault:
    """Something that passes."""
    return {**moment(rng), **DISTURBANCES[rng.choice(kinds)](rng, who), "for_ms": rng.choice([4, 60, 340, 700])}


STAGES: list[list[Fault]] = [
    [],
    [],
    [{"at_ms": 0, "do": "slow", "links": "replicas", "egress_ms": 5}],
    [{"at_ms": 0, "do": "slow", "from": ["A", "B"], "to": ["C"], "egress_ms": 30}],
]


def draw_faults(rng: Random, budget: Budget, who: Who) -> list[Fault]:
    """A stage, machines that fail, and what disturbs the others meanwhile."""
    faults = list(rng.choice(STAGES)) if budget.stage else []
    if budget.drift_ppm:
        slow = rng.choice([who.replicas[0], *who.replicas])
        fast = [name for name in [*who.replicas, *who.controllers] if name != slow]
        faults.append({"at_ms": 0, "do": "drift", "node": slow, "ppm": -budget.drift_ppm})
        faults.append({"at_ms": 0, "do": "drift", "nodes": fast, "ppm": budget.drift_ppm})
    doomed = rng.sample(who.replicas, rng.randint(0, budget.dies))
    doomed += rng.sample(who.controllers, rng.randint(0, budget.controllers_die))
    together = moment(rng) if rng.random() < 0.3 else None  # a rack, or a room
    faults += [down(rng, budget.by, machine, (0, 0, 0.3, 30, 450), together or moment(rng)) for machine in doomed]
    spared = [name for name in [*who.replicas, *who.controllers] if name not in doomed] or who.replicas
    crashes = rng.randint(0, budget.crashes)
    faults += [down(rng, budget.by, rng.choice(spared), (0.3, 30, 450), together or moment(rng)) for _ in range(crashes)]
    return faults + [disturbance(rng, budget.disturbed_by, who) for _ in range(rng.randint(0, budget.disturbances))]


def draw_plan(budget: Budget, seed: int) -> Plan:
    """The plan of a seed. Quick or slow disks, patient or impatient clients, few operations: what kills, kills early."""
    rng, design = Random(seed), read_design(budget.design)
    faults = draw_faults(rng, budget, Who([*design.names], [*design.controller_names]))
    setup = {
        "workload": {
            "clients": len(CLIENTS),
            "ops": rng.choice([8, 16, 32]),
            "think_ms": rng.choice([[0, 2], [0, 12], [0, 60]]),
            "retry": rng.choice(["none", "idempotent"]),
            **rng.choice(budget.work),
        },
        "disk": {"fsync_ms": rng.choice([[0.3, 0.6], [2, 9]]), "apply_ms": rng.choice([0.05, 1])},
        "limits": {"timeout_ms": rng.choice([60, 250])},
    }
    return Plan(faults, seed, setup)


# What comes of it


def attack(budget: Budget, plan: Plan) -> Outcome:
    """Play a plan against the budget's design."""
    trace, history = play(read_design(budget.design), plan)
    applying = [check for name, check in CHECKS.items() if name not in budget.but and check.applies(history)]
    broken = [check.name for check in applying if check.judge(trace, history).verdict == "broken"]
    work = sum(op.kind != "release" for op in history)
    if budget.live and work < plan.setup["workload"]["ops"]:
        broken.append("clients wait for good")
    if any(op.completed_at is None for op in history):
        broken.append("a client hangs")
    return Outcome(broken, +Counter({what: len(trace.of(what)) for what in budget.sees}))


def play(design: Design, plan: Plan) -> tuple[Trace, History]:
    """What happened. A shot that never struck made it a weaker attack, but no less of a proof."""
    stage = Stage(read_setup(plan.setup), design, read_faults(plan.faults), plan.seed)
    stage.run_load()
    stage.settle()
    return stage.world.trace, stage.world.history


def shrink(budget: Budget, plan: Plan) -> Plan:
    """A plan of which no fault can be left out: it breaks something still."""
    for place in reversed(range(len(plan.faults))):
        fewer = plan._replace(faults=plan.faults[:place] + plan.faults[place + 1 :])
        if attack(budget, fewer).broken:
            return shrink(budget, fewer)
    return plan


def survive(name: str, budget: Budget, seeds: Iterable[int]) -> None:
    """Play the plans of these seeds; raise, with the call that shows it again, if one breaks a promise."""
    for seed in seeds:
        plan = draw_plan(budget, seed)
        if attack(budget, plan).broken:
            raise AssertionError(tell(name, budget, shrink(budget, plan)))


def tell(name: str, budget: Budget, plan: Plan) -> str:
    """What broke and how to see it again."""
    call = f"play({budget.design}, *{plan.faults}, seed={plan.seed}, **{plan.setup})"
    return f"{name} (seed {plan.seed}) breaks {', '.join(attack(budget, plan).broken)}: {call}"
