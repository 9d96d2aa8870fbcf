"""Who answers reads, what a token asks for, and how a repeated write is recognised."""

from __future__ import annotations

from typing import Any

import pytest

from sim.node import Reply, Timer
from sim.protocols.messages import Ack, Append, Fence, Lead, Promote
from sim.records import Entry
from sim.run import Run
from tests.sim.helpers import broken, events, load, log_of, play, verdicts
from tests.sim.protocols.desk import Desk, messages, notes, replies

FEED: dict[str, Any] = {"workload": load(clients=4, ops=300, kind="feed", think_ms=[0, 1])}
LAGS: dict[str, Any] = {**FEED, "disk": {"apply_ms": 1.5}}


def readers(run: Run) -> dict[str, set[str]]:
    """Which replicas answered each client's reads."""
    found: dict[str, set[str]] = {}
    for op in run.history:
        if op.kind == "read":
            found.setdefault(op.process, set()).add(op.node)
    return found


@pytest.mark.parametrize(
    ("reads", "who"),
    [("leader", {"A"}), ("follower", {"B", "C"}), ("any", {"A", "B", "C"}), ("token", {"A", "B", "C"})],
)
def test_reads_are_answered_where_the_design_says(reads: str, who: set[str]) -> None:
    assert set[str]().union(*readers(play({"reads": reads}, **FEED)).values()) == who


def test_sticky_reads_of_a_client_are_answered_by_one_replica() -> None:
    run = play({"reads": "sticky"}, **FEED)
    assert [len(nodes) for nodes in readers(run).values()] == [1] * 4
    assert len(set[str]().union(*readers(run).values())) > 1


@pytest.mark.parametrize(
    ("reads", "own_writes", "monotonic"),
    [("any", "broken", "broken"), ("sticky", "broken", "holds"), ("token", "holds", "holds"), ("leader", "holds", "holds")],
)
def test_what_each_way_to_read_promises_its_client(reads: str, own_writes: str, monotonic: str) -> None:
    found = verdicts(play({"reads": reads}, **LAGS))
    assert (found["read_your_writes"], found["monotonic_reads"]) == (own_writes, monotonic)


# Tokens


def entries(*epochs: int, after: int = 0) -> tuple[Entry, ...]:
    return tuple(
        Entry(n, epoch, f"c1/{epoch}{n}", "c1", ("deposit", "a1", 1)) for n, epoch in enumerate(epochs, start=after + 1)
    )


def follower_with(*epochs: int) -> Desk:
    """B has applied entries of these epochs; their leader was A."""
    desk = Desk({"reads": "token"}, "B")
    desk.hear("A", Lead(epochs[-1], (), 0, 0))
    desk.hear("A", Append(epochs[-1], 0, entries(*epochs)))
    desk.flush()
    return desk


@pytest.mark.parametrize(
    ("token", "answer"),
    [((0, 0), True), ((1, 1), True), ((2, 3), True), ((2, 4), False), ((1, 3), False), ((1, 2), True), ((2, 2), False)],
    ids=str,
)
def test_a_token_is_met_by_the_history_that_has_its_entry_not_by_an_index(token: tuple[int, int], answer: bool) -> None:
    told = replies(follower_with(1, 1, 2).read(token=token))
    assert told == ([("c2/9", "ok")] if answer else [])


def test_a_read_waits_a_heartbeat_for_its_token_and_is_then_refused() -> None:
    desk = follower_with(1, 1)
    asked = desk.read(token=(1, 3))
    assert [effect.after_us for effect in asked if isinstance(effect, Timer)] == [desk.cluster.heartbeat_us]
    assert replies(desk.tell("waited", "c2/9")) == [("c2/9", "refused")]


def test_a_read_is_answered_as_soon_as_its_token_is_reached() -> None:
    desk = follower_with(1, 1)
    desk.read(token=(1, 3))
    desk.hear("A", Append(1, 2, entries(1, after=2)))
    assert replies(desk.flush()) == [("c2/9", "ok")]
    assert desk.tell("waited", "c2/9") == []


def test_an_answer_carries_the_position_of_the_state_it_comes_from() -> None:
    (_, reply), *_ = messages(follower_with(1, 1, 2).read(), Reply)
    assert reply.position == (2, 3)


def test_a_confirmed_write_carries_its_own_position() -> None:
    desk = Desk({})
    desk.write("c1/1")
    (_, reply), *_ = messages(desk.flush(), Reply)
    assert reply.position == (1, 1)


# Repeated writes


def test_a_repeated_write_is_answered_as_the_first_time_and_not_logged_again() -> None:
    desk = Desk({}, sessions=True)
    desk.write("c1/1")
    desk.flush()
    again = desk.write("c1/1")
    assert [(note.ops, note.n) for note in notes(again, "duplicate")] == [(("c1/1",), 1)]
    assert replies(again) == [("c1/1", "ok")]
    assert desk.node.log.last == 1


def test_a_repeated_write_that_still_waits_is_answered_once_when_it_is_done() -> None:
    desk = Desk({"wait_for": 1}, sessions=True)
    desk.write("c1/1")
    desk.flush()
    assert replies(desk.write("c1/1")) == []
    assert replies([*desk.hear("B", Ack(1, 1)), *desk.execute()]) == [("c1/1", "ok")]


def test_a_new_leader_knows_what_the_old_one_logged_but_waits_for_acks_of_its_own() -> None:
    desk = Desk({"wait_for": 1}, "B", sessions=True)
    desk.hear("A", Append(1, 0, (Entry(1, 1, "c1/1", "c1", ("deposit", "a1", 1)),)))
    desk.flush()
    desk.hear("controller", Fence(2))
    desk.hear("controller", Promote(2))
    desk.flush()
    assert replies(desk.write("c1/1")) == []
    assert desk.node.log.last == 1
    assert replies([*desk.hear("C", Ack(2, 1)), *desk.execute()]) == [("c1/1", "ok")]


def test_without_sessions_a_repeated_write_is_another_write() -> None:
    desk = Desk({})
    for _ in range(2):
        desk.write("c1/1")
    assert desk.node.log.last == 2


DEAF = {"at_ms": 30, "do": "cut", "from": ["A"], "to": ["clients"], "for_ms": 60}


@pytest.mark.parametrize(("retry", "verdict"), [("blind", "broken"), ("idempotent", "holds")])
@pytest.mark.parametrize("retain", ["unlimited", 1])
def test_a_write_repeated_by_its_id_is_done_once(retry: str, verdict: str, retain: int | str) -> None:
    """The answers of A are lost; the write is in its log, or only in its snapshot."""
    run = play(
        {"wait_for": 1, "retain": retain},
        DEAF,
        workload=load(clients=3, ops=100, retry=retry),
        limits={"timeout_ms": 30},
    )
    assert verdicts(run)["applied_twice"] == verdict
    if retry == "idempotent":
        assert events(run, "duplicate", node="A")
        assert broken(run) == []


@pytest.mark.parametrize("verb", ["kill", "power_cut"])
def test_a_repeated_write_is_recognised_by_the_next_leader(verb: str) -> None:
    for seed in range(8):
        run = play(
            {"wait_for": 1},
            {"at_ms": 25, "do": "cut", "from": ["A"], "to": ["clients"], "for_ms": 100},
            {"at_ms": 60, "do": verb, "node": "A"},
            seed=seed,
            workload=load(clients=3, ops=100, retry="idempotent"),
            limits={"timeout_ms": 50},
        )
        assert broken(run) == []
        assert len({*log_of(run, "B")}) == len(log_of(run, "B"))
