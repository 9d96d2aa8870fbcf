"""Short ways to play a run and to ask what happened in it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from sim.design import read_design
from sim.faults import read_faults
from sim.run import Run
from sim.run import play as play_run
from sim.setup import read_setup
from sim.trace import Event

Raw = Mapping[str, Any]

BACKLOG = {"at_ms": 0, "do": "slow", "links": "replicas", "egress_ms": 5}  # entries wait in their sender, as in a busy link
SETUP = {"workload": {"clients": 3, "ops": 60}}


def play(design: Raw, *faults: Raw, seed: int = 1, **setup: Any) -> Run:
    """Play a design as a scenario writes it; sixty writes by three clients unless `setup` says otherwise."""
    read = read_setup({**SETUP, **setup})
    return play_run(read, read_design(design), read_faults(faults, tuple(read.racks)), seed)


def load(clients: int = 1, ops: int = 20, **rest: Any) -> dict[str, Any]:
    """A workload."""
    return {"clients": clients, "ops": ops, **rest}


def at_write(nth: int, verb: str, node: str = "leader", **rest: Any) -> dict[str, Any]:
    """A fault just after a client has got its `nth` ok."""
    return {"after": {"ok_received": {"nth": nth}}, "do": verb, "node": node, **rest}


def verdicts(run: Run) -> dict[str, str]:
    """Each check's verdict."""
    return {name: finding.verdict for name, finding in run.findings.items()}


def broken(run: Run) -> list[str]:
    """The checks that did not hold (an unknown one has not held)."""
    return [name for name, finding in run.findings.items() if finding.verdict != "holds"]


def events(run: Run, what: str, **where: Any) -> list[Event]:
    """The events of a kind whose fields are as given: `events(run, "sent", node="A", text="append")`."""
    wanted = where.items()
    return [event for _, event in run.trace.of(what) if all(getattr(event, name) == value for name, value in wanted)]


def sent(run: Run, kind: str, **where: Any) -> list[Event]:
    """The messages of a kind that were sent."""
    return events(run, "sent", text=kind, **where)


def ops_of(found: Sequence[Event]) -> list[str]:
    """All operation ids of some events, in order."""
    return [op for event in found for op in event.ops]


def log_of(run: Run, node: str) -> tuple[str, ...]:
    """The op ids in a replica's final log, applied or not."""
    final = run.trace.final[node]
    return (*final.ops, *final.pending)


def digest(run: Run) -> str:
    """One word for everything that happened and for every outcome."""
    told = [repr(op) for op in run.history]
    whole = repr((run.trace.events, run.trace.shots, sorted(run.trace.final.items()), told))
    return hashlib.sha256(whole.encode()).hexdigest()
