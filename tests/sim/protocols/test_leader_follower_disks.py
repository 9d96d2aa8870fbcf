"""When leader and followers sync, ship, show and ack: every value of those knobs, by what it costs and by what it risks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from sim.node import Fsync
from sim.protocols.messages import Ack, Append, Fence, Promote
from sim.records import Entry
from sim.run import Run
from tests.sim.helpers import at_write, broken, events, load, log_of, play, sent, verdicts
from tests.sim.protocols.desk import Desk, messages, replies

STILL: dict[str, Any] = {"network": {"delay_ms": 1}, "disk": {"fsync_ms": 1, "apply_ms": 0.1}}  # nothing varies
IN_MEMORY = {"leader_fsync": "never", "follower_fsync": "never"}
BY_TIME = {"leader_fsync": "every-n-ms", "follower_fsync": "every-n-ms", "fsync_every_ms": 20}


def latencies(raw: dict[str, Any]) -> set[int]:
    run = play(raw, workload=load(clients=1, ops=5, keys=1), **STILL)
    return {op.completed_at - op.invoked_at for op in run.history if op.completed_at is not None}


REQUEST = APPEND = ACK = REPLY = FSYNC = 1000
APPLY = 100


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ({"leader_fsync": "never"}, REQUEST + APPLY + REPLY),
        ({"leader_fsync": "every-n-ms"}, REQUEST + APPLY + REPLY),
        ({"wait_for": 1, **IN_MEMORY}, REQUEST + APPEND + ACK + APPLY + REPLY),
        ({"wait_for": 1, "leader_fsync": "never"}, REQUEST + APPEND + FSYNC + ACK + APPLY + REPLY),
        ({"wait_for": 1, "ship_when": "received"}, REQUEST + APPEND + FSYNC + ACK + APPLY + REPLY),
        ({"wait_for": 1, "ship_when": "durable"}, REQUEST + FSYNC + APPEND + FSYNC + ACK + APPLY + REPLY),
        ({"wait_for": 1, "ack_when": "applied"}, REQUEST + FSYNC + APPEND + FSYNC + APPLY + ACK + APPLY + REPLY),
        ({"wait_for": 1, "visible": "before-wait"}, REQUEST + FSYNC + APPEND + FSYNC + ACK + REPLY),
        ({"wait_for": 1, "ack_when": "received", "visible": "before-wait"}, REQUEST + FSYNC + APPEND + ACK + REPLY),
        ({"wait_for": "in-sync"}, REQUEST + FSYNC + APPEND + FSYNC + ACK + APPLY + REPLY),
    ],
    ids=str,
)
def test_a_write_takes_what_its_knobs_make_it_wait_for(raw: dict[str, Any], expected: int) -> None:
    assert latencies(raw) == {expected}


# Syncing by time, or never


def synced(run: Run, node: str) -> set[int]:
    """The instants at which something became durable, while there was load."""
    return {event.at for event in events(run, "durable", node=node) if event.at < run.trace.healed_at}


def test_who_never_syncs_never_has_anything_durable() -> None:
    run = play({"wait_for": 1, **IN_MEMORY}, at_write(20, "kill", for_ms=50))
    assert events(run, "durable") == []
    assert broken(run) == []


@pytest.mark.parametrize(
    ("role", "by_time", "at_once"), [("leader", ["A"], ["B", "C"]), ("follower", ["B", "C"], ["A"])], ids=["leader", "follower"]
)
def test_who_syncs_by_time_does_so_once_an_interval(role: str, by_time: list[str], at_once: list[str]) -> None:
    run = play({f"{role}_fsync": "every-n-ms", "fsync_every_ms": 20}, workload=load(clients=4, ops=200), **STILL)
    for node in by_time:
        instants = sorted(synced(run, node))
        assert len(instants) > 3
        assert {at % 20_000 for at in instants} == {1_000}
    for node in at_once:
        assert len(synced(run, node)) > 50


def test_a_follower_that_syncs_by_time_acks_what_is_durable_when_it_is() -> None:
    run = play({"wait_for": 1, "follower_fsync": "every-n-ms", "ack_when": "durable", "fsync_every_ms": 20}, **STILL)
    assert {event.at % 20_000 for event in sent(run, "ack") if event.ops} == {1_000}
    assert broken(run) == []


POWER = {"after": {"ok_received": {"nth": 30}}, "do": "power_cut", "nodes": ["A", "B", "C"], "for_ms": 30, "tail": "lost"}


@pytest.mark.parametrize(
    ("design", "verb", "loses"),
    [
        ({**IN_MEMORY, "failover": "manual"}, "power_cut", True),
        ({**BY_TIME, "failover": "manual"}, "power_cut", True),
        ({"failover": "manual"}, "power_cut", False),
        ({**IN_MEMORY, "failover": "manual"}, "kill", False),
        ({**IN_MEMORY, "wait_for": "all", "failover": "manual"}, "power_cut", True),
        ({"leader_fsync": "never", "wait_for": 1}, "power_cut", False),  # a follower has it, and is promoted
        ({"leader_fsync": "never", "wait_for": 1, "failover": "manual"}, "power_cut", True),
    ],
    ids=str,
)
def test_what_is_not_synced_dies_with_the_power_and_not_with_the_process(
    design: dict[str, Any], verb: str, loses: bool
) -> None:
    fault = POWER if verb == "power_cut" else {**POWER, "do": "kill"}
    fault = {name: value for name, value in fault.items() if verb == "power_cut" or name != "tail"}
    run = play(design, fault)
    assert not run.unfired
    assert verdicts(run)["lost_acked_writes"] == ("broken" if loses else "holds")


def test_who_never_syncs_shows_after_a_restart_what_the_disk_has() -> None:
    entries = tuple(Entry(n, 1, f"c1/{n}", "c1", ("deposit", "a1", 1)) for n in (1, 2))
    desk = Desk({**IN_MEMORY, "reads": "any"}, "B", restart=entries)
    desk.execute()
    assert replies(desk.read()) == [("c2/9", "ok")]


ONE = Append(1, 0, (Entry(1, 1, "c1/1", "c1", ("deposit", "a1", 1)),))


def test_a_leader_that_syncs_begins_with_what_it_did_not_sync_as_a_follower() -> None:
    desk = Desk({"wait_for": 1, "follower_fsync": "never"}, "B")
    desk.hear("A", ONE)
    desk.hear("controller", Fence(2))
    assert Fsync() in desk.hear("controller", Promote(2))
    assert [(to, append.entries) for to, append in messages(desk.flush(), Append)] == [("A", ONE.entries), ("C", ONE.entries)]


def test_a_leader_that_never_syncs_shows_what_it_had_not_synced_as_a_follower() -> None:
    desk = Desk({"wait_for": 1, "leader_fsync": "never", "fencing": "none"}, "B")
    desk.hear("A", ONE)
    desk.hear("controller", Promote(2))
    desk.execute()
    assert replies(desk.read()) == [("c2/9", "ok")]


def test_epochs_are_synced_at_once_even_if_the_log_is_not() -> None:
    """B and C lose power when they have promised; the old leader, who was cut off, must find nobody to obey it."""
    cut = {"at_ms": 30, "do": "cut", "between": [["A", "c1"], ["B", "C", "controllers"]], "for_ms": 420}
    design = {"wait_for": 1, "follower_fsync": "every-n-ms", "ack_when": "written", "fsync_every_ms": 60000}
    power = {"after": {"elected": {}}, "do": "power_cut", "nodes": ["B", "C"], "for_ms": 20, "tail": "lost"}
    run = play(design, cut, power, workload=load(clients=3, ops=200, think_ms=[0, 10]))
    restarted = events(run, "up")[0].at
    assert not [event for event in events(run, "received") if event.node in "BC" and restarted < event.at < 450_000]


# Shipping


def first(run: Run, what: str, node: str) -> Iterator[tuple[str, int]]:
    """The number of the first event of a kind for each op."""
    seen = set()
    for number, event in run.trace.of(what):
        for op in event.ops if event.node == node else ():
            if op not in seen:
                seen.add(op)
                yield op, number


@pytest.mark.parametrize("ship_when", ["durable", "received"])
def test_entries_are_shipped_before_or_after_the_leaders_own_fsync(ship_when: str) -> None:
    run = play({"wait_for": 1, "ship_when": ship_when}, **STILL)
    durable, shipped = dict(first(run, "durable", "A")), {}
    for number, event in run.trace.of("sent"):
        if event.text == "append":
            shipped |= {op: number for op in event.ops if op not in shipped}
    assert {shipped[op] < durable[op] for op in durable} == {ship_when == "received"}


def test_a_follower_gives_up_what_a_leader_shipped_and_then_lost() -> None:
    """A loses power before its fsync and leads again; B and C have more than it, and it orders anew."""
    power = {"after": {"received": {"nth": 20, "node": "B"}}, "do": "power_cut", "node": "A", "for_ms": 20, "tail": "lost"}
    run = play({"wait_for": 1, "ship_when": "received", "failover": "manual"}, power, disk={"fsync_ms": 5})
    assert events(run, "discarded", node="B")
    assert broken(run) == []
    assert len({log_of(run, node) for node in "ABC"}) == 1


# What others see


CUT_FOR_GOOD = {"at_ms": 30, "do": "cut", "between": [["A"], ["B", "C"]], "for_ms": 300}
ISOLATED = {"at_ms": 30, "do": "cut", "between": [["A", "c1", "c2"], ["rest"]], "for_ms": 700}
WATCHED: dict[str, Any] = {
    "workload": load(clients=4, ops=400, kind="register", keys=2, reads_percent=50, think_ms=[0, 4]),
    "limits": {"timeout_ms": 100},
}


@pytest.mark.parametrize(("visible", "verdict"), [("before-wait", "broken"), ("after-wait", "holds")])
def test_before_the_wait_readers_see_what_a_failover_takes_away(visible: str, verdict: str) -> None:
    """MySQL's AFTER_COMMIT and AFTER_SYNC: A is cut off with two clients, one of which reads what the other writes."""
    run = play({"wait_for": 1, "visible": visible}, ISOLATED, **WATCHED)
    assert verdicts(run)["phantom_reads"] == verdict
    assert verdicts(run)["lost_acked_writes"] == "holds"


@pytest.mark.parametrize("visible", ["before-wait", "after-wait"])
def test_an_answer_waits_for_the_acks_whoever_sees_the_write_before(visible: str) -> None:
    run = play({"wait_for": 1, "visible": visible}, **STILL)
    committed, applied, answered = (dict(first(run, what, "A")) for what in ("committed", "applied", "reply_sent"))
    assert len(answered) == 60
    assert all(committed[op] < answered[op] and applied[op] < answered[op] for op in answered)
    assert {applied[op] < committed[op] for op in answered} == {visible == "before-wait"}


def test_ghost_rows_of_a_leader_that_waited_are_seen_when_it_leads_again() -> None:
    """After its restart nothing tells a row that waited from one that was acked; its client never heard of it."""
    design = {"wait_for": "all", "failover": "manual"}
    cut = {"at_ms": 20, "do": "cut", "links": "replicas", "for_ms": 200}
    run = play(design, cut, {"at_ms": 60, "do": "power_cut", "node": "A", "for_ms": 30})
    ghosts = {op.id for op in run.history.unknown_writes}
    assert ghosts
    shown = {op: event.at for event in events(run, "applied", node="A") for op in event.ops}
    healed = 220_000
    assert all(90_000 < shown[op] < healed for op in ghosts), "a ghost waited for acks again"


# What a follower acks


def test_an_ack_of_what_is_applied_means_that_reads_see_it_there() -> None:
    """PostgreSQL's remote_apply: with all followers applied before the answer, no read anywhere is stale."""
    mixed = load(clients=4, ops=200, kind="register", reads_percent=50)
    design = {"wait_for": "all", "reads": "any"}
    slow = {"disk": {"apply_ms": 2}, "workload": mixed}
    assert verdicts(play({**design, "ack_when": "durable"}, **slow))["read_your_writes"] == "broken"
    assert verdicts(play({**design, "ack_when": "applied"}, **slow))["read_your_writes"] == "holds"


def test_an_ack_of_what_is_applied_counts_nothing_that_is_only_written() -> None:
    desk = Desk({"wait_for": 1, "ack_when": "applied"}, "B")
    entries = tuple(Entry(n, 1, f"c1/{n}", "c1", ("deposit", "a1", 1)) for n in (1, 2))
    desk.hear("A", Append(1, 0, entries))
    assert [ack.n for _, ack in messages(desk.flush(), Ack)] == [1, 2]


def test_apply_workers_lower_the_lag_of_followers_under_load() -> None:
    def lag_us(apply: str) -> int:
        run = play({"apply": apply}, workload=load(clients=8, ops=400, keys=16, think_ms=0), disk={"apply_ms": 1.5})
        at = {node: {event.n: event.at for event in events(run, "applied", node=node)} for node in "AB"}
        return max(at["B"][n] - at["A"][n] for n in at["A"])

    serial, parallel = lag_us("serial"), lag_us("parallel-4")
    assert serial > 100_000
    assert parallel < serial / 3
