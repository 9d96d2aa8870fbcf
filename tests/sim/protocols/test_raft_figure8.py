"""Figure 8 of the Raft paper: the schedule in `tests.sim.mutants.figure8` is that of the figure, and what comes of it."""

from __future__ import annotations

from sim.run import Run
from tests.sim.helpers import events, log_of, ops_of, verdicts
from tests.sim.mutants.figure8 import MUTANTS, CountsOldTerms, OneByOne
from tests.sim.mutants.mutant import injected


def figure8(server: type[OneByOne]) -> Run:
    with injected(server):
        return MUTANTS[0].attack()


def test_the_schedule_is_that_of_the_figure() -> None:
    run = figure8(OneByOne)
    assert run.unfired == []
    assert [(event.node, event.n) for event in events(run, "promoted")] == [("E", 2), ("A", 3), ("E", 4)]
    voters = {
        n: {event.node for event in events(run, "voted", n=n, peer=leader)} for n, leader in ((2, "E"), (3, "A"), (4, "E"))
    }
    assert voters == {2: {*"CDE"}, 3: {*"ABCD"}, 4: {*"CDE"}}
    holders = {event.node for event in events(run, "durable") if event.ops == ("c1/2",) and event.at < 400_000}
    assert holders == {*"ABCD"}, "a majority, on disk"
    assert {"B", "C", "D"} <= {event.node for event in events(run, "discarded") if event.ops == ("c1/2",)}


def test_a_leader_does_not_commit_entries_of_old_terms_by_counting_them() -> None:
    run = figure8(OneByOne)
    answered = [event for event in events(run, "reply_sent") if event.ops == ("c1/2",)]
    assert [event.node for event in answered] == ["E"], "it was tried again with the last leader"
    assert "c1/2" in log_of(run, "E")
    assert {check: verdict for check, verdict in verdicts(run).items() if verdict != "holds"} == {}


def test_one_that_does_loses_a_confirmed_write() -> None:
    run = figure8(CountsOldTerms)
    answered = [event for event in events(run, "reply_sent") if event.ops == ("c1/2",)]
    assert [event.node for event in answered] == ["A"]
    assert "c1/2" in ops_of(events(run, "discarded"))
    assert run.findings["lost_acked_writes"].ops == ("c1/2",)
