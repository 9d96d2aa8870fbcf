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

from typing import Any

import pytest

from sim.protocols import TOPOLOGIES
from sim.protocols.controllers.monitor import Monitor
from sim.protocols.raft.raft import Raft
from sim.run import Run
from tests.sim.helpers import events, log_of, ops_of, play, verdicts
from tests.sim.protocols.raft_mutants import CountsOldTerms


class Figure8(Raft):
    """One entry a message, as the figure has it: a no-op need not travel with what is older."""

    batch = 1


class Mutant(CountsOldTerms, Figure8):
    """The same, wrong."""


Fault = dict[str, Any]
A_SIDE, E_SIDE = ["A", "B", "c1"], ["C", "D", "E"]
STEPS: dict[str, list[Fault]] = {
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


def figure8(server: type[Raft], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Play the figure; nobody stands for election of his own accord. The client asks again every 50 ms."""
    monkeypatch.setitem(TOPOLOGIES, "raft", (server, Monitor))
    faults = [fault for step in STEPS.values() for fault in step]
    work = {"clients": 1, "ops": 3, "keys": 1, "think_ms": 20, "retry": "idempotent", "retries": 20}
    return play(
        {"topology": "raft", "replicas": 5, "election_ms": 1000},
        *faults,
        workload=work,
        network={"delay_ms": 1},
        disk={"fsync_ms": 1},
        limits={"timeout_ms": 50, "horizon_ms": 700},
    )


def test_the_schedule_is_that_of_the_figure(monkeypatch: pytest.MonkeyPatch) -> None:
    run = figure8(Figure8, monkeypatch)
    assert run.unfired == []
    assert [(event.node, event.n) for event in events(run, "promoted")] == [("E", 2), ("A", 3), ("E", 4)]
    voters = {
        n: {event.node for event in events(run, "voted", n=n, peer=leader)} for n, leader in ((2, "E"), (3, "A"), (4, "E"))
    }
    assert voters == {2: {*"CDE"}, 3: {*"ABCD"}, 4: {*"CDE"}}
    holders = {event.node for event in events(run, "durable") if event.ops == ("c1/2",) and event.at < 400_000}
    assert holders == {*"ABCD"}, "a majority, on disk"
    assert {"B", "C", "D"} <= {event.node for event in events(run, "discarded") if event.ops == ("c1/2",)}


def test_a_leader_does_not_commit_entries_of_old_terms_by_counting_them(monkeypatch: pytest.MonkeyPatch) -> None:
    run = figure8(Figure8, monkeypatch)
    answered = [event for event in events(run, "reply_sent") if event.ops == ("c1/2",)]
    assert [event.node for event in answered] == ["E"], "it was tried again with the last leader"
    assert "c1/2" in log_of(run, "E")
    assert {check: verdict for check, verdict in verdicts(run).items() if verdict != "holds"} == {}


def test_one_that_does_loses_a_confirmed_write(monkeypatch: pytest.MonkeyPatch) -> None:
    run = figure8(Mutant, monkeypatch)
    answered = [event for event in events(run, "reply_sent") if event.ops == ("c1/2",)]
    assert [event.node for event in answered] == ["A"]
    assert "c1/2" in ops_of(events(run, "discarded"))
    assert run.findings["lost_acked_writes"].ops == ("c1/2",)
