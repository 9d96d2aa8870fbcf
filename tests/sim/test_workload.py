"""What the clients ask for, and how a scenario says so."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import Any

import pytest

from sim.errors import SetupError
from sim.luck import Luck
from sim.records import NOW, Command
from sim.setup import read_setup
from sim.workload import RETRY, Workload
from tests.sim.helpers import at_write, load, play


def commands(workload: Workload, count: int = 400, client: str = "c1") -> list[Command]:
    """What a client asks for."""
    return [workload.choose(Luck(1), f"{client}/{n}") for n in range(1, count + 1)]


def read(**work: Any) -> Workload:
    """A workload as a scenario writes it."""
    return read_setup({"workload": work}).workload


@pytest.mark.parametrize(("ops", "clients"), [(60, 3), (61, 3), (2, 5), (7, 7)])
def test_the_operations_are_divided_evenly(ops: int, clients: int) -> None:
    shares = [Workload(ops=ops, clients=clients).ops_of(client) for client in range(clients)]
    assert sum(shares) == ops
    assert max(shares) - min(shares) <= 1


def test_a_ledger_has_deposits_and_transfers_between_two_accounts() -> None:
    workload = Workload()
    kinds = Counter(command[0] for command in commands(workload))
    assert min(kinds["deposit"], kinds["transfer"]) > 150
    assert all(command[1] != command[2] for command in commands(workload) if command[0] == "transfer")
    assert {str(command[1]) for command in commands(workload)} == {*workload.initial}


def test_no_two_writes_of_a_register_write_the_same_value() -> None:
    workload, luck = Workload(kind="register", clients=64), Luck(1)
    values = [workload.choose(luck, f"c{client}/{n}")[2] for client in range(1, 65) for n in range(1, 50)]
    assert len({*values}) == len(values)


def test_the_share_of_reads_is_what_was_asked_for() -> None:
    reads = sum(command[0] == "read" for command in commands(Workload(reads=0.3), 2000))
    assert 500 < reads < 700


def test_a_key_value_store_is_written_and_compared_and_set() -> None:
    workload = Workload(kind="kv", keys=2)
    kinds = Counter(command[0] for command in commands(workload))
    assert min(kinds["write"], kinds["cas"]) > 150
    assert {command[1] for command in commands(workload)} == {"k1", "k2"}


def test_some_compare_and_sets_meet_what_they_expect() -> None:
    run = play({"wait_for": 1}, workload=load(kind="kv", clients=3, ops=200, keys=2))
    met = Counter(op.is_read for op in run.history if op.kind == "cas")
    assert min(met[True], met[False]) > 10
    assert {op.id for op in run.history.acked_writes} == {*run.trace.final["A"].ops}


def test_a_post_to_a_feed_is_followed_by_a_look_at_it() -> None:
    asked = commands(Workload(kind="feed"))
    assert [kind for kind, _ in asked] == ["append", "read"] * 200
    assert all(post[1] == look[1] for post, look in zip(asked[::2], asked[1::2], strict=True))
    assert len({feed for _, feed in asked}) == 4


def test_a_post_that_its_author_does_not_see_shows_in_the_history() -> None:
    """Its place in the feed was told with the ok; the follower's feed is shorter."""
    backlog = {"at_ms": 0, "do": "slow", "links": "replicas", "egress_ms": 5}
    for reads, missing in (("leader", False), ("any", True)):
        run = play({"reads": reads}, backlog, workload=load(kind="feed", clients=2, ops=60))
        mine = [[op for op in run.history if op.process == client] for client in run.trace.clients]
        pairs = [pair for ops in mine for pair in pairwise(ops) if pair[0].kind == "append"]
        assert all(op.result for pair in pairs for op in pair)
        assert any(int(look.result[0] or 0) < int(post.result[0]) for post, look in pairs) == missing  # type: ignore[index, arg-type]


def test_a_lock_is_asked_for_by_name_and_the_time_is_left_to_the_replica() -> None:
    assert commands(Workload(kind="lock", keys=1, ttl_us=7), 1, "c2") == [("acquire", "l1", "c2", 7, NOW)]


@pytest.mark.parametrize("work", [{"kind": "register", "reads_percent": 30}, {"kind": "kv"}, {"kind": "feed"}], ids=str)
def test_every_design_gets_the_same_work_however_it_is_tried(work: dict[str, Any]) -> None:
    designs: list[dict[str, Any]] = [{}, {"wait_for": 1, "reads": "sticky"}, {"topology": "chain"}]
    runs = [
        play(design, at_write(20, "kill"), workload=load(clients=3, ops=90, retry=retry, **work))
        for design in designs
        for retry in RETRY
    ]
    first, *others = [{op.id: (op.kind, op.args) for op in run.history} for run in runs]
    assert len(first) == 90
    assert all(other == first for other in others)


# As a scenario writes it


def test_the_defaults() -> None:
    assert read() == Workload()
    assert read(kind="lock").keys == 1
    assert read(retry="blind").retries == 5


def test_what_can_be_said_of_a_lock() -> None:
    workload = read(kind="lock", ttl_ms="30", hold_ms=["2", "4"], checks_tokens="no")
    assert (workload.ttl_us, workload.hold_us, workload.checks_tokens) == (30_000, (2_000, 4_000), False)


@pytest.mark.parametrize(
    ("work", "message", "hint"),
    [
        ({"kind": "leger"}, "unknown kind: leger", "did you mean `ledger`?"),
        ({"retry": "twice"}, "unknown retry: twice", "known: none, blind, idempotent"),
        ({"retries": "3"}, "retries changes nothing here: with retry=none nothing is tried again", "remove retries"),
        ({"retry": "blind", "retries": "101"}, "retries must be at most 100, found 101", ""),
        ({"retry": "blind", "retries": "0"}, "retries must be at least 1, found 0", ""),
        ({"ttl_ms": "5"}, "ttl_ms changes nothing here: only kind=lock has a lock", "remove ttl_ms"),
        ({"hold_ms": "5"}, "hold_ms changes nothing here: only kind=lock has a lock", "remove hold_ms"),
        ({"checks_tokens": "no"}, "checks_tokens changes nothing here: only kind=lock has a lock", "remove checks_tokens"),
        ({"kind": "lock", "checks_tokens": "false"}, "unknown checks_tokens: false", "known: yes, no"),
        ({"kind": "lock", "ttl_ms": "0"}, "ttl_ms must be at least 1, found 0", ""),
        (
            {"kind": "feed", "reads_percent": "5"},
            "reads_percent changes nothing here: what is read under kind=feed follows from what is written",
            "remove reads_percent",
        ),
        ({"reads_percent": "101"}, "reads_percent must be at most 100", ""),
        ({"ops": "1000001"}, "ops must be at most 1000000, found 1000001", ""),
    ],
)
def test_a_workload_that_cannot_be_is_refused_with_a_reason(work: dict[str, Any], message: str, hint: str) -> None:
    with pytest.raises(SetupError) as caught:
        read(**work)
    assert (caught.value.message, caught.value.hint) == (message, hint)
