"""When faults strike, whom they find, and when they end."""

from __future__ import annotations

from typing import Any

import pytest

from sim.run import Run
from tests.sim.helpers import BACKLOG, at_write, broken, events, load, ops_of, play

ONE: dict[str, Any] = {"workload": load(clients=1, ops=10)}
SYNC = {"wait_for": 1}


def fault(**raw: Any) -> dict[str, Any]:
    return {"do": "pause", "node": "B", "for_ms": 1, **raw}


def struck_at(run: Run, place: int = 0) -> int | None:
    return run.trace.shots[place].fired_at


def struck(run: Run, place: int = 0) -> list[str]:
    return [run.trace.events[number].node for number in run.trace.shots[place].events]


# When


def test_at_a_time() -> None:
    assert struck_at(play(SYNC, fault(at_ms=7), **ONE)) == 7000


@pytest.mark.parametrize(
    "point", ["received", "written", "durable", "applied", "committed", "sent", "reply_sent", "ok_received"]
)
def test_at_the_nth_event_of_a_point(point: str) -> None:
    quiet = play(SYNC, **ONE)
    run = play(SYNC, fault(after={point: {"nth": 4}}), **ONE)
    assert struck_at(run) == events(quiet, point)[3].at


def test_reads_are_not_counted() -> None:
    reads: dict[str, Any] = {"workload": load(clients=1, ops=30, reads_percent=50)}
    quiet = play(SYNC, **reads)
    run = play(SYNC, fault(after={"ok_received": {"nth": 5}}), **reads)
    oks = [event for event in events(quiet, "ok_received") if not quiet.history[event.ops[0]].is_read]
    assert struck_at(run) == oks[4].at


def test_at_the_event_of_a_certain_operation() -> None:
    quiet = play(SYNC, **ONE)
    run = play(SYNC, fault(after={"durable": {"op": "c1/6"}}), **ONE)
    assert struck_at(run) == events(quiet, "durable", ops=("c1/6",))[0].at


def test_at_an_event_on_a_certain_node() -> None:
    quiet = play(SYNC, **ONE)
    run = play(SYNC, fault(after={"durable": {"node": "follower:2", "nth": 3}}), **ONE)
    assert struck_at(run) == events(quiet, "durable", node="C")[2].at


def test_a_delay_after_the_event() -> None:
    quiet = play(SYNC, **ONE)
    run = play(SYNC, fault(after={"ok_received": {"nth": 2}}, delay_ms=3), **ONE)
    assert struck_at(run) == events(quiet, "ok_received")[1].at + 3000


def test_after_another_fault() -> None:
    run = play(SYNC, fault(at_ms=5), fault(after={"after_fault": {}}, delay_ms=2, node="C"), **ONE)
    assert struck_at(run, 1) == 7000


@pytest.mark.parametrize(("point", "kind"), [("elected", "elected"), ("promoted", "promoted"), ("suspected", "suspected")])
def test_after_what_a_failover_does(point: str, kind: str) -> None:
    run = play(SYNC, at_write(5, "kill"), fault(after={point: {}}, node="C"))
    assert struck_at(run, 1) == events(run, kind)[0].at


def test_after_a_removal_from_a_chain() -> None:
    run = play({"topology": "chain"}, at_write(5, "kill", "middle"), fault(after={"removed": {}}, node="head"))
    assert struck_at(run, 1) == events(run, "removed")[0].at


def test_only_the_first_occurrence_counts() -> None:
    run = play(SYNC, fault(after={"durable": {"op": "c1/6"}}), **ONE)
    assert len(events(run, "durable", ops=("c1/6",))) == 3
    assert len(struck(run)) == 1


def test_too_late_is_never() -> None:
    ok = events(play(SYNC, **ONE), "ok_received")[4].at / 1000
    assert struck_at(play(SYNC, fault(after={"ok_received": {"nth": 5}}, by_ms=ok + 0.1), **ONE)) is not None
    assert struck_at(play(SYNC, fault(after={"ok_received": {"nth": 5}}, by_ms=ok - 0.1), **ONE)) is None


# Whom


@pytest.mark.parametrize(
    ("design", "selector", "found"),
    [
        (SYNC, "leader", ["A"]),
        (SYNC, "head", ["A"]),
        (SYNC, "follower", ["B"]),
        (SYNC, "follower:2", ["C"]),
        (SYNC, "middle", ["B"]),
        (SYNC, "tail", ["C"]),
        (SYNC, "C", ["C"]),
        (SYNC, "c1", ["c1"]),
        (SYNC, "controller", ["controller"]),
        (SYNC, "replicas", ["A", "B", "C"]),
        ({"topology": "chain"}, "leader", ["A"]),
        ({"topology": "chain"}, "middle", ["B"]),
        ({"topology": "chain", "replicas": 5}, "middle:2", ["C"]),
        ({"topology": "chain", "replicas": 5}, "tail", ["E"]),
    ],
)
def test_a_selector_finds(design: dict[str, Any], selector: str, found: list[str]) -> None:
    assert struck(play(design, fault(at_ms=5, node=selector), **ONE)) == found


def test_roles_are_resolved_when_the_fault_strikes() -> None:
    later = {"after": {"promoted": {}}, "delay_ms": 50, "do": "pause", "node": "leader", "for_ms": 1}
    run = play(SYNC, at_write(5, "kill"), later)
    assert struck(run) == ["A"]
    assert struck(run, 1) == [events(run, "promoted")[0].node] != ["A"]


def test_among_several_believers_the_highest_epoch_leads() -> None:
    """A is cut off and still believes; B has been promoted."""
    faults = ({"at_ms": 10, "do": "cut", "between": ["A", "rest"]}, fault(at_ms=800, node="leader"))
    assert struck(play(SYNC, *faults), 1) == ["B"]


@pytest.mark.parametrize("point", ["ok_received", "reply_sent"])
def test_the_acker_is_who_answered(point: str) -> None:
    for design, acker in ((SYNC, "A"), ({"topology": "chain"}, "C")):
        assert struck(play(design, fault(after={point: {"nth": 3}}, node="acker"), **ONE)) == [acker]


def test_several_targets_are_resolved_together() -> None:
    run = play(SYNC, {"at_ms": 20, "do": "kill", "nodes": ["leader", "follower"]})
    assert struck(run) == ["A", "B"]


def test_a_bound_name_means_the_machine_whatever_becomes_of_it() -> None:
    faults = (
        at_write(5, "kill", "leader", **{"as": "victim"}),
        {"after": {"promoted": {}}, "delay_ms": 5, "do": "restart", "node": "victim"},
    )
    run = play(SYNC, *faults)
    assert [event.node for event in events(run, "up")] == ["A"]


# Links


def links_cut(run: Run) -> set[tuple[str, str]]:
    """(from, to) of everything that a cut dropped."""
    return {(event.peer, event.node) for event in events(run, "dropped") if event.text == "the link was cut"}


def test_a_cut_separates_groups_in_both_directions_and_nobody_within_them() -> None:
    run = play({"wait_for": "all"}, {"at_ms": 5, "do": "cut", "between": [["B"], ["rest"]], "for_ms": 200})
    assert {("A", "B"), ("B", "A"), ("B", "controller")} <= links_cut(run)
    assert all("B" in link for link in links_cut(run))


def test_a_one_way_cut() -> None:
    run = play({"wait_for": "all"}, {"at_ms": 5, "do": "cut", "from": ["B"], "to": ["rest"], "for_ms": 200})
    assert links_cut(run) == {("B", "A"), ("B", "controller")}


def test_a_cut_among_the_members_of_a_group() -> None:
    run = play(SYNC, {"at_ms": 5, "do": "cut", "links": "replicas", "for_ms": 100})
    assert {("A", "B"), ("A", "C")} <= links_cut(run)
    assert not any("controller" in link for link in links_cut(run))


def test_a_cut_ends_after_its_time() -> None:
    run = play(SYNC, {"at_ms": 5, "do": "cut", "from": ["A"], "to": ["B"], "for_ms": 100}, workload=load(3, 200))
    drops = [event.at for event in events(run, "dropped")]
    assert drops
    assert all(5_000 <= at <= 105_000 for at in drops)


def test_two_slow_faults_add_up_and_end_one_by_one() -> None:
    faults = ({**BACKLOG, "for_ms": 40}, {**BACKLOG, "at_ms": 20})
    run = play({}, *faults, workload=load(1, 100, think_ms=0))
    waits = [(event.at, event.until - event.at) for event in events(run, "sent", node="A", peer="B", text="append")]
    assert {wait for at, wait in waits if at < 20_000} == {5000}
    assert {wait for at, wait in waits if 20_000 < at < 40_000} == {10_000}
    assert min(wait for at, wait in waits if at > 50_000) == 5000


# A shot that never fires proves nothing


@pytest.mark.parametrize(
    "shot",
    [
        at_write(5000, "kill"),
        {"at_ms": 5, "do": "pause", "node": "middle:7"},
        {"at_ms": 5, "do": "kill", "node": "G"},
        {"at_ms": 5, "do": "restart", "node": "A"},
        {"at_ms": 5, "do": "resume", "node": "A"},
        {"after": {"healed": {}}, "do": "kill", "node": "A"},
        {"at_ms": 60_000, "do": "kill", "node": "A"},
    ],
    ids=["too few writes", "no such middle", "no such machine", "is up", "is awake", "settling", "after the end"],
)
def test_then_every_finding_is_unknown(shot: dict[str, Any]) -> None:
    run = play(SYNC, shot)
    assert len(run.unfired) == 1
    assert {finding.verdict for finding in run.findings.values()} == {"unknown"}
    assert all("never struck" in finding.reason for finding in run.findings.values())


def test_killing_the_dead_again_is_no_second_strike() -> None:
    run = play(SYNC, at_write(5, "kill", "C"), {"at_ms": 100, "do": "kill", "node": "C"})
    assert [shot.fired_at is None for shot in run.trace.shots] == [False, True]


def test_a_shot_that_fires_leaves_no_doubt() -> None:
    run = play(SYNC, at_write(5, "power_cut"))
    assert broken(run) == []
    assert len(ops_of(events(run, "ok_received"))) > 40
