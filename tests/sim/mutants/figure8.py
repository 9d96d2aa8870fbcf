"""Figure 8 of the Raft paper: an entry of an old term on a majority of servers may still be lost (5.4.2).

A random search needs tens of thousands of runs to find this, so it is written down. Each column is a log, each number a term,
`*` the leader of the moment; the write in question, c1/2, is the second entry of term 1.

          (a)          (b)          (c)          (d)
    A    1 1*         1 1 +        1 1 3*       1 1 3 +
    B    1 1          1 1          1 1 3        1 1 3
    C    1            1            1 1          1 2
    D    1            1            1 1          1 2
    E    1            1 2*         1 2 +        1 2*

(a) A leads term 1; c1/2 reaches B only.              (b) A dies; E leads term 2 and writes its no-op where nobody hears of it.
(c) E dies; A is back, leads term 3, and sends c1/2 to C and D: a majority has it. Its no-op of term 3 reaches B only.
(d) A dies; E is back. C and D have nothing newer than its term 2, so it leads term 4 and replaces c1/2 by its own entry.

The right leader did not take c1/2 for committed in (c), for it is of an older term: c1 was told nothing, asks again and is
answered in (d). A leader that counts copies of old entries told c1 in (c) that it is done.
"""

from __future__ import annotations

from sim.node import Effects
from sim.protocols.raft.raft import Raft
from tests.sim.mutants.mutant import LOSS, RAFT, Mutant, Raw


class OneByOne(Raft):
    """One entry a message, as the figure has it: a no-op need not travel with what is older."""

    batch = 1


class CountsOldTerms(OneByOne):
    """A leader commits an entry of an older term as soon as a majority has a copy."""

    def lead(self) -> Effects:
        yield from super().lead()
        self.counts_from = 1


A_SIDE, E_SIDE = ["A", "B", "c1"], ["C", "D", "E"]
STEPS: dict[str, list[Raw]] = {
    "a": [
        {"after": {"invoked": {"op": "c1/2"}}, "do": "cut", "between": [A_SIDE, E_SIDE], "for_ms": 40},
        {"at_ms": 80, "do": "power_cut", "node": "A"},
    ],
    "b": [
        {"at_ms": 100, "do": "campaign", "node": "E"},
        {"after": {"promoted": {"node": "E"}}, "do": "isolate", "node": "E", "for_ms": 30},
        {"at_ms": 150, "do": "power_cut", "node": "E"},
    ],
    "c": [
        {"at_ms": 200, "do": "restart", "node": "A"},
        {"at_ms": 210, "do": "campaign", "node": "A"},  # in vain: C and D have voted in term 2
        {"at_ms": 220, "do": "campaign", "node": "A"},
        {"after": {"sent": {"op": "c1/2", "kind": "appended", "node": "C"}}, "do": "cut", "from": ["A"], "to": ["C", "D"]},
        {"at_ms": 400, "do": "power_cut", "node": "A"},
    ],
    "d": [
        {"at_ms": 450, "do": "restart", "node": "E"},
        {"at_ms": 460, "do": "campaign", "node": "E"},  # in vain: B, C and D have voted in term 3
        {"at_ms": 470, "do": "campaign", "node": "E"},
    ],
}

MUTANTS = [
    Mutant(
        (CountsOldTerms,),
        [fault for step in STEPS.values() for fault in step],
        {LOSS},
        "raft writes",
        {**RAFT, "replicas": 5, "election_ms": 1000},  # nobody stands for election of his own accord
        {
            "workload": {"clients": 1, "ops": 3, "keys": 1, "think_ms": 20, "retry": "idempotent", "retries": 20},
            "network": {"delay_ms": 1},
            "disk": {"fsync_ms": 1},
            "limits": {"timeout_ms": 50, "horizon_ms": 700},
        },
        beside=(OneByOne,),
    ),
]
