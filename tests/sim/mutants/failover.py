"""Wrong controllers of a failover."""

from __future__ import annotations

from typing import Any

from sim.node import Effects
from sim.protocols.controllers.failover import FailoverController
from sim.protocols.controllers.poll import Poll
from sim.records import Record
from tests.sim.helpers import at_write, load
from tests.sim.mutants.mutant import (
    APART,
    BOOKS,
    FORKS,
    LAGGARD,
    LOSS,
    QUICK,
    Mutant,
    after,
    cut,
)


class PromotesTheLaggard(Poll):
    """The controller sorts positions the wrong way round."""

    def choose(self) -> str:
        return min(self.candidates, key=self.end)


class PromotesAnyone(Poll):
    """The controller promotes any follower that answers, whatever the design's rule."""

    def choose(self) -> str:
        return self.anyone()


class PromotesTheLongest(Poll):
    """The controller compares the lengths of logs and not their epochs."""

    def end(self, name: str) -> tuple[int, int]:
        return 0, super().end(name)[1]


class HearsTooFew(Poll):
    """The controller is content with one answer less than it takes to meet every set of ackers."""

    @property
    def enough(self) -> bool:
        return len(self.candidates) >= self.cluster.design.answers_for_safe - 1


class DecidesAlone(FailoverController):
    """A controller takes its own vote for a majority."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.majority = 1


class ForgetsItsDecisions(FailoverController):
    """A controller that restarts does not read what it has decided."""

    def on_restart(self, records: tuple[Record, ...]) -> Effects:
        yield from super().on_restart(())


HEADLESS = [LAGGARD, at_write(30, "power_cut", "A")]
REACHABLE = {"wait_for": 1, "replicas": 5, "promote_quorum": "reachable"}

MUTANTS = [
    Mutant((PromotesTheLaggard,), HEADLESS, {LOSS, BOOKS}, "acks"),
    Mutant((PromotesAnyone,), HEADLESS, {LOSS, BOOKS}, "acks"),
    Mutant(
        (PromotesTheLongest,),
        [
            cut(30, ["A", "c1", "c2", "c3", "c4"], ["B", "C", "c5", "controller"], 600),
            after("promoted", 20, do="power_cut", node="B"),
            after("promoted", 20, do="heal"),
            after("promoted", 20, do="cut", between=[["A"], ["B"]], for_ms=600),
        ],
        {LOSS, BOOKS},
        "acks",
        setup={"workload": load(clients=5, ops=200, think_ms=[0, 20])},
    ),
    Mutant(
        (HearsTooFew,),
        [*HEADLESS, {"after": {"ok_received": {"nth": 30}}, "do": "cut", "between": [["B"], ["controller"]], "for_ms": 600}],
        {LOSS, BOOKS},
        "acks",
    ),
    Mutant(
        (DecidesAlone,),
        [
            at_write(30, "kill", "A"),
            {
                "after": {"ok_received": {"nth": 30}},
                "delay_ms": 20,
                "do": "cut",
                "between": [["B", "D", "controller", "c1"], ["rest"]],
                "for_ms": 1500,
            },
        ],
        {LOSS, FORKS, APART, BOOKS},
        "council",
        {**REACHABLE, "controllers": 3},
        QUICK,
    ),
    Mutant(
        (ForgetsItsDecisions,),
        [
            at_write(30, "kill", "A"),
            after("promoted", 55, do="cut", between=[["controller"], ["B", "C", "D", "E"]], for_ms=320),
            after("promoted", 60, do="kill", node="controller", for_ms=1),
            after("promoted", 65, do="restart", node="A"),
            after("promoted", 350, do="cut", between=[["B", "D", "c1"], ["A", "C", "E", "c2", "c3"]], for_ms=250),
            after("promoted", 350, do="cut", between=[["c1"], ["controller"]], for_ms=250),
        ],
        {LOSS, FORKS, BOOKS},
        "acks",
        REACHABLE,
        {**QUICK, "workload": load(clients=3, ops=400, think_ms=[0, 10])},
    ),
]
