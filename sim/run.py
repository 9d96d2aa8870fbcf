"""The door of the simulator: play a design under an attack and judge what happened."""

from __future__ import annotations

import gc
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import ClassVar

from sim.checks import judge_all, measure_all
from sim.checks.finding import Finding
from sim.checks.measure import Measure
from sim.client import Client
from sim.design import Design
from sim.faults import Fault
from sim.history import History
from sim.lock_client import LockClient
from sim.luck import Luck
from sim.nemesis import Nemesis
from sim.node import Cluster, StateMachine
from sim.protocols import make_controller, make_replica
from sim.records import Image
from sim.settling import STEP_US, Rest, come_to_rest, hold_us, quiet_us
from sim.setup import Setup
from sim.state_machine import KeyValues, OnceOnly
from sim.store import STORE, Store
from sim.trace import Final, Shot, Trace
from sim.world import World


@dataclass
class Run:
    """One play of a design: what happened, what clients saw, and what the checkers say of it."""

    setup: Setup
    design: Design
    trace: Trace
    history: History
    findings: dict[str, Finding] = field(default_factory=dict)
    measures: dict[str, Measure] = field(default_factory=dict)

    @property
    def unfired(self) -> list[Shot]:
        """Faults that never struck."""
        return self.trace.unfired


def play(setup: Setup, design: Design, faults: Sequence[Fault] = (), seed: int = 1) -> Run:
    """Run the load on the design while the nemesis carries out the faults; the same arguments give the same run."""
    collecting = gc.isenabled()
    gc.disable()  # a run makes many small objects and no garbage cycles
    try:
        stage = Stage(setup, design, faults, seed)
        stage.run_load()
        stage.settle()
        trace, history = stage.world.trace, stage.world.history
        return Run(setup, design, trace, history, judge_all(trace, history), measure_all(trace, history))
    finally:
        if collecting:
            gc.enable()


class Stage:
    """A world with a cluster, its clients and a nemesis in it."""

    world_type: ClassVar[type[World]] = World

    def __init__(self, setup: Setup, design: Design, faults: Sequence[Fault], seed: int) -> None:
        self.setup = setup
        self.design = design
        workload = setup.workload
        clients = tuple(f"c{number + 1}" for number in range(workload.clients))
        trace = Trace(seed, design.names, design.controller_names, clients)
        self.world = self.world_type(trace, History(initial=workload.initial), setup.network, setup.disk)
        sessions = workload.retry == "idempotent"
        self.cluster = Cluster(design, trace.controllers, clients, Luck(seed), self._new_state, sessions)
        for name in design.names:
            self.world.add(name, partial(make_replica, self.cluster, name))
        for name in trace.controllers:
            self.world.add(name, partial(make_controller, self.cluster, name))
        if workload.kind == "lock":
            self.world.add(STORE, partial(Store, STORE, self.cluster.luck, workload.checks_tokens))
        for number, name in enumerate(clients):
            self.world.add(name, partial(self._make_client, name, number))
        self.nemesis = Nemesis(self.world, faults, setup.racks)

    def _new_state(self, image: Image | None) -> StateMachine:
        machine = OnceOnly if self.cluster.sessions else KeyValues
        return machine(self.setup.workload.initial, image)

    def _make_client(self, name: str, number: int) -> Client:
        kind = LockClient if self.setup.workload.kind == "lock" else Client
        return kind(name, number, self.cluster, self.setup.workload, self.setup.limits.timeout_us)

    @property
    def clients(self) -> list[Client]:
        """The client sessions that live."""
        machines = (self.world.machines[name] for name in self.cluster.clients)
        return [machine.node for machine in machines if machine.up and isinstance(machine.node, Client)]

    def run_load(self) -> None:
        """Let the clients work until all is done and every fault has had its time, at most until the horizon."""
        self.nemesis.arm()
        self.world.boot()
        world, horizon = self.world, self.setup.limits.horizon_us
        while world.now < horizon and not self._load_is_over():
            world.run_until(min(horizon, world.now + STEP_US))
            self.stepped()

    def stepped(self) -> None:
        """A hook: a step of the load is done."""

    def _load_is_over(self) -> bool:
        hold = hold_us(self.design, self.setup.limits)
        held = not self.nemesis.last_strike or self.world.now >= self.nemesis.last_strike + hold
        return held and not self.nemesis.pending and all(client.finished for client in self.clients)

    def settle(self) -> None:
        """Mend all but the dead, let everything come to rest, and write down how all stand."""
        world, trace = self.world, self.world.trace
        trace.healed_at = world.now
        for client in self.clients:
            client.stop()
        self.nemesis.damage.heal_all()
        world.emit("healed", "")
        quiet, beat, most = quiet_us(self.design), self.cluster.heartbeat_us, self.setup.limits.settle_us
        trace.unsettled = come_to_rest(Rest(world), self._waiting, quiet, beat, most)
        self.nemesis.close()
        trace.ended_at = world.now
        trace.final = {name: self._final(name) for name in trace.replicas}

    def _waiting(self) -> list[str]:
        return [client.name for client in self.clients if not client.finished]

    def _final(self, name: str) -> Final:
        machine = self.world.machines[name]
        role, epoch = self.world.role_of(name)
        summary = machine.node.summary()
        if not machine.up:
            return Final(up=False, role="down", epoch=0, claims=False, member=summary.member, ops=(), pending=(), state=())
        return Final(True, role, epoch, *summary)
