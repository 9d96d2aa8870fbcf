"""When faults strike."""

from __future__ import annotations

from typing import Any

import pytest

from sim.run import Run
from tests.sim.helpers import at_write, broken, events, load, ops_of, play

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


def test_at_the_nth_event_of_a_certain_operation() -> None:
    """The second machine on which it is durable: with that, a majority of three has it."""
    quiet = play(SYNC, **ONE)
    run = play(SYNC, fault(after={"durable": {"op": "c1/6", "nth": 2}}), **ONE)
    assert struck_at(run) == events(quiet, "durable", ops=("c1/6",))[1].at


def test_an_operation_means_all_its_attempts_and_an_attempt_only_itself() -> None:
    again = {"workload": load(clients=1, ops=10, retry="blind"), "limits": {"timeout_ms": 40}}
    stall = {"at_ms": 10, "do": "cut", "links": "replicas", "for_ms": 60}
    quiet = play(SYNC, stall, **again)
    second = next(event for event in events(quiet, "received") if event.ops[0].endswith("~2"))
    op = second.ops[0].removesuffix("~2")
    both = [event for event in events(quiet, "received") if event.ops[0] in (op, f"{op}~2")]
    nth = both.index(second) + 1
    for trigger in ({"op": op, "nth": nth}, {"op": f"{op}~2"}):
        assert struck_at(play(SYNC, stall, fault(after={"received": trigger}), **again), 1) == second.at
    assert struck_at(play(SYNC, stall, fault(after={"received": {"op": op}}), **again), 1) == both[0].at < second.at


def test_at_a_message_of_a_certain_kind() -> None:
    quiet = play(SYNC, **ONE)
    run = play(SYNC, fault(after={"delivered": {"kind": "ack", "node": "leader", "nth": 3}}), **ONE)
    assert struck_at(run) == events(quiet, "delivered", text="ack", node="A")[2].at


def test_when_somebody_takes_a_role() -> None:
    run = play(SYNC, at_write(5, "kill"), fault(after={"role": {"to": "leader", "nth": 2}}, node="C"))
    assert struck_at(run, 1) == events(run, "role", text="leader")[1].at


def test_after_a_fault_of_a_certain_kind_or_its_end() -> None:
    short = {"at_ms": 5, "do": "isolate", "node": "C", "for_ms": 10}
    slow = {"at_ms": 2, "do": "disk_slow", "node": "C", "ms": 1}
    struck = play(SYNC, slow, short, fault(after={"after_fault": {"do": "isolate"}}), **ONE)
    over = play(SYNC, slow, short, fault(after={"mended": {}}, delay_ms=1), **ONE)
    assert (struck_at(struck, 2), struck_at(over, 2)) == (5000, 16_000)


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


# A shot that never fires proves nothing


@pytest.mark.parametrize(
    ("shot", "why"),
    [
        (at_write(5000, "kill"), "its event never came"),
        (at_write(50, "kill", by_ms=2.5), "its event did not come by 2.5 ms"),
        ({"at_ms": 5, "do": "pause", "node": "middle:7"}, "nobody is middle:7"),
        ({"at_ms": 5, "do": "kill", "node": "G"}, "nobody is G"),
        ({"at_ms": 5, "do": "cut", "between": ["store", "rest"]}, "nobody is store"),
        ({"at_ms": 5, "do": "restart", "node": "A"}, "A is running"),
        ({"after": {"healed": {}}, "do": "kill", "node": "A"}, "the load was over"),
        ({"at_ms": 60_000, "do": "kill", "node": "A"}, "the run was over"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_then_every_finding_is_unknown_and_says_why(shot: dict[str, Any], why: str) -> None:
    run = play(SYNC, shot)
    assert [shot.missed for shot in run.unfired] == [why]
    assert [event.text for event in events(run, "missed")] == [f"{shot['do']}: {why}"]
    reason = f"the fault at place 1 of the schedule ({shot['do']}) never struck: {why}"
    assert {(finding.verdict, finding.reason) for finding in run.findings.values()} == {("unknown", reason)}
    assert {measure.reason for measure in run.measures.values()} == {reason}


def test_a_repair_may_come_while_the_cluster_settles() -> None:
    run = play(SYNC, at_write(5, "kill", "C"), {"after": {"healed": {}}, "do": "restart", "node": "C"})
    assert run.trace.final["C"].ops == run.trace.final["A"].ops
    assert broken(run) == []


def test_killing_the_dead_again_is_no_second_strike() -> None:
    run = play(SYNC, at_write(5, "kill", "C"), {"at_ms": 100, "do": "kill", "node": "C"})
    assert [shot.fired_at is None for shot in run.trace.shots] == [False, True]


def test_a_shot_that_fires_leaves_no_doubt() -> None:
    run = play(SYNC, at_write(5, "power_cut"))
    assert broken(run) == []
    assert len(ops_of(events(run, "ok_received"))) > 40
