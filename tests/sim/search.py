"""Looking for a way to break a promise: a crash at every effect boundary, crossed with one more fault; then random plans.

Everything is plain data and follows from numbers, so a search can stop and go on, run in many processes, and show what it
found again.
"""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, product
from random import Random
from typing import Any

from sim.checks import CHECKS
from sim.design import Design, read_design
from sim.faults import read_faults
from sim.history import History
from sim.run import Stage
from sim.setup import read_setup
from sim.trace import Trace
from tests.sim.random_plans import plan

Fault = Mapping[str, Any]
_OF_ENTRIES = ("received", "written", "durable", "committed", "applied", "discarded", "snapshot", "installed")
_OF_MESSAGES = ("sent", "delivered", "reply_sent", "stored", "rejected")
_OF_ROLES = ("role", "voted", "elected", "promoted", "in_sync", "joined", "removed")
BOUNDARIES = frozenset((*_OF_ENTRIES, *_OF_MESSAGES, *_OF_ROLES))


@dataclass(frozen=True)
class Ground:
    """Where a search looks: a design under a small load, what may go wrong there, and the promises that hold all the same.

    `crashes` are what may happen at an effect boundary: faults, of which those without a node strike the machine whose
    boundary it is. `crosses` go with a crash. `moves` are the kinds of faults of random plans, `most` how many at a time.
    """

    design: Fault
    setup: Fault
    promises: Sequence[str]
    crashes: Sequence[Sequence[Fault]]
    crosses: Sequence[Sequence[Fault]]
    moves: Sequence[str]
    most: int = 4

    @property
    def read(self) -> Design:
        return read_design(self.design)

    @property
    def clients(self) -> tuple[str, ...]:
        return tuple(f"c{number + 1}" for number in range(int(self.setup["workload"]["clients"])))


def play_small(ground: Ground, faults: Sequence[Fault], seed: int) -> tuple[Trace, History]:
    """A run without any judgement."""
    stage = Stage(read_setup(ground.setup), ground.read, read_faults(faults), seed)
    collecting = gc.isenabled()
    gc.disable()
    try:
        stage.run_load()
        stage.settle()
    finally:
        if collecting:
            gc.enable()
    return stage.world.trace, stage.world.history


def broken_promises(ground: Ground, faults: Sequence[Fault], seed: int) -> list[str]:
    """Which promises a run breaks. A shot that never fired makes a weaker attack, but no less of a proof.

    How replicas end says nothing where they have not come to rest, or where nobody leads them.
    """
    trace, history = play_small(ground, faults, seed)
    at_rest = not trace.unsettled and any(final.claims for final in trace.final.values())
    checks = [CHECKS[name] for name in ground.promises]
    fair = [check for check in checks if check.applies(history) and (at_rest or not check.at_end)]
    return [check.name for check in fair if check.judge(trace, history).verdict == "broken"]


# Every effect boundary


def boundaries(trace: Trace, history: History) -> list[Fault]:
    """A trigger for each boundary between two effects of a run that leaves a trace, at replicas, controllers and storage."""
    seen: Counter[tuple[str, str, str]] = Counter()
    found: list[Fault] = []
    for event in trace.events:
        if event.what not in BOUNDARIES or event.node in trace.clients or event.at >= trace.healed_at:
            continue
        op = event.ops[0] if event.ops and all(_reads(history, op) for op in event.ops) else ""
        place = (event.what, event.node, op)
        seen[place] += 1
        found.append({event.what: {"nth": seen[place], "node": event.node, **({"op": op} if op else {})}})
    return found


def node_of(place: Fault) -> str:
    """The machine whose boundary a trigger names."""
    (spec,) = place.values()
    return str(spec["node"])


def _reads(history: History, op: str) -> bool:
    operation = history.find(op)
    return operation is not None and operation.is_read


def scan(ground: Ground) -> Iterator[list[Fault]]:
    """Crashes at every boundary of a quiet run: in each pass at all of them, with another cross and another crash.

    The passes end when every boundary has met everything.
    """
    trace, history = play_small(ground, [], 1)
    places = boundaries(trace, history)
    ways = list(product(ground.crashes, ground.crosses))
    Random("places").shuffle(places)
    Random("ways").shuffle(ways)
    for turn in range(len(ways)):
        for number, place in enumerate(places):
            crash, cross = ways[(turn + number) % len(ways)]
            here = {"after": place, "node": node_of(place)}
            yield [*cross, *({**one, "after": place} if "nodes" in one else {**one, **here} for one in crash)]


# The hunt


@dataclass(frozen=True)
class Case:
    """One run of a search: the `number`th of the `scan`, or of the `plans`, which is its seed too."""

    how: str
    number: int
    faults: Sequence[Fault]

    @property
    def seed(self) -> int:
        return self.number if self.how == "plans" else 1


@dataclass(frozen=True)
class Found:
    """What a search came to in so many runs: the case that breaks a promise, or None, and which checks say so."""

    runs: int
    case: Case | None = None
    checks: tuple[str, ...] = ()


def cases(ground: Ground, scans: int, plans: int) -> Iterator[Case]:
    """So many runs of the scan, then so many random plans."""
    for number, faults in enumerate(islice(scan(ground), scans), 1):
        yield Case("scan", number, faults)
    for number in range(1, plans + 1):
        yield Case("plans", number, plan(ground.read, ground.clients, ground.moves, ground.most, number))


def hunt(ground: Ground, scans: int, plans: int, skip: int = 0) -> Found:
    """Look until something breaks; `skip` leaves out the first runs, where an earlier search stopped."""
    runs = skip
    for case in islice(cases(ground, scans, plans), skip, None):
        runs += 1
        if checks := broken_promises(ground, case.faults, case.seed):
            return Found(runs, case, tuple(checks))
    return Found(runs)
