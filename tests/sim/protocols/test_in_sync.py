"""The in-sync set: the leader waits for all members, and counts without one only when the controllers have decided it.

Kafka, design documentation, "Replication": a message is committed when all in-sync replicas have it; a replica that has not
caught up for replica.lag.time.max.ms is removed; min.insync.replicas is the size below which writes are refused.
"""

from __future__ import annotations

from typing import Any

import pytest

from sim.protocols.messages import Ack, InSync, Promote, Propose
from sim.run import Run
from tests.sim.helpers import at_write, broken, events, load, play, sent, verdicts
from tests.sim.protocols.desk import Desk, messages, replies

KAFKA: dict[str, Any] = {"wait_for": "in-sync", "in_sync_lag_ms": 90}
LONG: dict[str, Any] = {"workload": load(clients=3, ops=300, think_ms=[0, 5])}
WITHOUT_C = {"at_ms": 30, "do": "cut", "between": [["C"], ["rest"]], "for_ms": 400}
TO_C = {"at_ms": 0, "do": "slow", "from": ["A", "B"], "to": ["C"], "egress_ms": 30}


def sets(run: Run) -> list[str]:
    """The in-sync sets that were decided, in their order."""
    return [event.text for event in events(run, "in_sync", node="controller")]


def oks(run: Run, start_ms: float, end_ms: float) -> int:
    return sum(start_ms * 1000 < event.at < end_ms * 1000 for event in events(run, "ok_received"))


# In a run


def test_a_member_that_lags_too_long_is_put_out_and_comes_back_when_it_has_caught_up() -> None:
    run = play(KAFKA, WITHOUT_C, **LONG)
    assert sets(run) == ["A B", "A B C"]
    out, back = events(run, "in_sync", node="controller")
    assert 30_000 + 90_000 <= out.at < 30_000 + 90_000 + 60_000
    assert 430_000 < back.at < 560_000
    assert oks(run, 35, out.at / 1000) == 0, "it did not wait for a member"
    assert oks(run, out.at / 1000, 430) > 50, "it waits for one that is out"
    assert broken(run) == []


def test_the_leader_waits_until_the_decision_has_come() -> None:
    """The controller is cut off: nobody can be put out, so nothing is confirmed."""
    alone = {"at_ms": 30, "do": "cut", "between": [["controllers"], ["rest"]], "for_ms": 300}
    run = play({**KAFKA, "failover": "manual"}, WITHOUT_C, alone, **LONG)
    assert sent(run, "propose")
    assert oks(run, 40, 330) == 0
    assert oks(run, 400, 430) > 5


def test_a_slow_member_that_keeps_up_within_the_lag_stays_and_slows_every_write() -> None:
    run = play(KAFKA, TO_C, **LONG)
    assert sets(run) == []
    assert (run.measures["write_p50_ms"].value or 0) > 30


@pytest.mark.parametrize(("promote", "lost"), [("in-sync-only", "holds"), ("any", "broken")])
def test_whoever_is_in_the_set_has_every_confirmed_write(promote: str, lost: str) -> None:
    """C is out when A dies and B cannot be reached. An unclean election makes C the leader; else all wait for B."""
    faults = (
        {"at_ms": 30, "do": "cut", "between": [["C"], ["A", "B"]], "for_ms": 900},
        {"at_ms": 290, "do": "cut", "between": [["B"], ["rest"]], "for_ms": 700},
        {"at_ms": 300, "do": "power_cut", "node": "A"},
    )
    design = {**KAFKA, "promote": promote, **({"promote_quorum": "reachable"} if promote == "any" else {})}
    run = play(design, *faults, limits={"timeout_ms": 100}, **LONG)
    assert sets(run)[0] == "A B"
    assert verdicts(run)["lost_acked_writes"] == lost


def test_with_a_minimum_of_two_no_confirmed_write_is_on_one_machine() -> None:
    both = {"at_ms": 30, "do": "cut", "between": [["A"], ["B", "C"]], "for_ms": 400}
    one = play({**KAFKA, "min_in_sync": 1}, both, **LONG)
    two = play({**KAFKA, "min_in_sync": 2}, both, **LONG)
    assert (oks(one, 200, 430) > 50, oks(two, 40, 430)) == (True, 0)
    assert oks(two, 600, 900) > 50
    assert broken(two) == []
    assert one.measures["copies_at_ack"].value == 1
    assert (two.measures["copies_at_ack"].value or 0) >= 2


def test_a_new_leader_goes_on_with_the_set_that_was_decided() -> None:
    run = play({**KAFKA, "promote": "in-sync-only"}, at_write(30, "power_cut", "A"), **LONG)
    assert verdicts(run)["lost_acked_writes"] == "holds"
    assert sets(run)[-1] == "B C"
    assert oks(run, 800, 5000) > 50


# By hand


def leader(**rest: Any) -> Desk:
    desk = Desk({**KAFKA, **rest})
    for peer in "BC":
        desk.hear(peer, Ack(1, 0), at=1)
    return desk


def out(desk: Desk, *members: str, version: int = 1) -> list[Any]:
    """The controllers have decided."""
    return [*desk.hear("controller", InSync(1, version, members)), *desk.execute()]


def proposals(desk: Desk, at: float) -> list[tuple[str, ...]]:
    return [message.members for _, message in messages(desk.tell("tick", at=at), Propose)]


def test_all_members_are_waited_for() -> None:
    desk = leader()
    desk.write("c1/1")
    desk.flush()
    assert replies([*desk.hear("B", Ack(1, 1)), *desk.execute()]) == []
    assert replies([*desk.hear("C", Ack(1, 1)), *desk.execute()]) == [("c1/1", "ok")]


def test_who_is_out_is_not_waited_for() -> None:
    desk = leader()
    desk.write("c1/1")
    desk.flush()
    desk.hear("B", Ack(1, 1))
    assert replies(out(desk, "A", "B")) == [("c1/1", "ok")]


def test_a_proposal_is_repeated_until_it_is_decided_and_no_other_is_made_meanwhile() -> None:
    desk = leader()
    desk.hear("B", Ack(1, 0), at=100)
    assert proposals(desk, 110) == [("A", "B")]
    desk.hear("C", Ack(1, 0), at=115)
    assert proposals(desk, 120) == [("A", "B")]
    out(desk, "A", "B")
    assert proposals(desk, 130) == [("A", "B", "C")]


def test_one_that_was_proposed_is_waited_for_before_it_is_decided() -> None:
    """It may be in the set already, and be promoted."""
    desk = leader()
    out(desk, "A", "B")
    assert proposals(desk, 2) == [("A", "B", "C")]
    desk.write("c1/1")
    desk.flush()
    assert replies([*desk.hear("B", Ack(1, 1)), *desk.execute()]) == []
    assert replies([*desk.hear("C", Ack(1, 1)), *desk.execute()]) == [("c1/1", "ok")]


def test_a_proposal_stays_open_when_something_else_is_decided() -> None:
    desk = leader()
    out(desk, "A", "B")
    assert proposals(desk, 2) == [("A", "B", "C")]
    out(desk, "A", "B", version=2)
    desk.write("c1/1")
    desk.flush()
    assert replies([*desk.hear("B", Ack(1, 1)), *desk.execute()]) == []


def test_nobody_comes_in_without_all_that_was_committed_in_the_meantime() -> None:
    desk = leader()
    out(desk, "A", "B")
    desk.write("c1/1", at=2)
    desk.flush()
    desk.hear("B", Ack(1, 1), at=3)
    desk.execute()
    assert proposals(desk, 4) == [], "C had the whole log a moment ago, but not what was confirmed since"
    desk.hear("C", Ack(1, 1), at=5)
    assert proposals(desk, 6) == [("A", "B", "C")]


def test_one_that_is_always_a_little_behind_has_caught_up_with_what_was_the_end() -> None:
    """Kafka asks when a follower last had all that there was, not whether it has all that there is."""
    desk = leader()
    for n in range(1, 40):
        desk.write(f"c1/{n}", at=10 * n)
        desk.flush()
        for peer in "BC":
            desk.hear(peer, Ack(1, n - 1), at=10 * n + 5)
    assert proposals(desk, 400) == []


def test_one_that_only_acks_old_entries_has_not_caught_up() -> None:
    """At 275 ms C reaches what was the end at 95 ms."""
    desk = leader()
    for n in range(1, 29):
        desk.write(f"c1/{n}", at=10 * n)
        desk.flush()
        desk.hear("B", Ack(1, n), at=10 * n + 5)
        desk.hear("C", Ack(1, n // 3), at=10 * n + 5)
    assert proposals(desk, 290) == [("A", "B")]


def test_below_the_minimum_writes_are_refused_before_they_are_logged() -> None:
    desk = leader(min_in_sync=2)
    out(desk, "A")
    assert replies(desk.write("c1/1")) == [("c1/1", "refused")]
    assert desk.node.log.last == 0


def test_below_the_minimum_what_waits_goes_on_waiting() -> None:
    desk = leader(min_in_sync=2)
    desk.write("c1/1")
    desk.flush()
    assert replies(out(desk, "A")) == []
    desk.hear("B", Ack(1, 1))
    assert replies(out(desk, "A", "B", version=2)) == [("c1/1", "ok")]


def test_a_decision_of_another_epoch_or_an_older_one_counts_for_nothing() -> None:
    desk = leader()
    out(desk, "A", "B", version=2)
    out(desk, "A", version=1)
    desk.hear("controller", InSync(7, 9, ("A",)))
    assert desk.node.in_sync == ("A", "B")


def test_members_have_as_long_under_a_new_leader_as_under_the_old_one() -> None:
    desk = Desk(KAFKA, "B")
    desk.node.now = 500_000
    desk.hear("controller", Promote(1, ("B", "C")))
    assert proposals(desk, 500 + 90) == []
    assert proposals(desk, 500 + 91) == [("B",)]


def test_the_promotion_says_who_is_in_the_set() -> None:
    desk = Desk(KAFKA, "B")
    desk.hear("controller", Promote(1, ("B", "C")))
    desk.write("c1/1")
    desk.flush()
    assert replies([*desk.hear("C", Ack(1, 1)), *desk.execute()]) == [("c1/1", "ok")]
