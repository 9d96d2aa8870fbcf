from __future__ import annotations

import pytest

from sim.checks.copies import copies_at_ack
from tests.sim.checks.build import Run
from tests.sim.helpers import at_write, play


def answered(*disks: str) -> Run:
    run = Run()
    run.write("w1", at=0, ok=2)
    for node in disks:
        run.event(1, "durable", node, "w1", n=1)
    run.event(2, "reply_sent", "A", "w1", peer="c1")
    return run


def test_the_fewest_disks_count_and_later_ones_do_not() -> None:
    run = answered("A", "B")
    run.event(3, "durable", "C", "w1", n=1)
    assert copies_at_ack(run.trace, run.history).value == 2


def test_what_was_cut_off_is_no_copy() -> None:
    run = Run()
    run.write("w1", at=0, ok=2)
    run.event(1, "durable", "B", "w1", n=1)
    run.event(1, "discarded", "B", "w1", n=1)
    run.event(2, "reply_sent", "A", "w1", peer="c1")
    assert copies_at_ack(run.trace, run.history).value == 0


def test_the_copies_of_all_attempts_count_and_no_machine_counts_twice() -> None:
    run = Run()
    run.write("w1", at=0, ok=2)
    for node, attempt in (("A", "w1"), ("A", "w1~2"), ("B", "w1"), ("C", "w1"), ("C", "noop")):
        run.event(1, "durable", node, attempt, n=1)
    run.event(1, "discarded", "A", "w1", n=1)
    run.event(1, "corrupt", "C", "w1", n=1)
    run.event(2, "reply_sent", "A", "w1~2", peer="c1")
    assert copies_at_ack(run.trace, run.history).value == 2


def test_no_answer_no_value() -> None:
    run = Run()
    run.write("w1", at=0)
    assert copies_at_ack(run.trace, run.history).value is None


@pytest.mark.parametrize(
    ("design", "slow", "copies"),
    [
        ({}, "BC", 1),
        ({"wait_for": 1}, "C", 2),
        ({"wait_for": 1, "ack_when": "received"}, "C", 1),
        ({"wait_for": "majority", "replicas": 5}, "DE", 3),
        ({"wait_for": "all"}, "C", 3),
        ({"topology": "chain"}, "C", 3),
    ],
)
def test_designs_keep_what_they_say(design: dict[str, object], slow: str, copies: int) -> None:
    late = {"at_ms": 0, "do": "slow", "from": ["A", "B"], "to": list(slow), "egress_ms": 5}
    assert play(design, late).measures["copies_at_ack"].value == copies


def test_a_chain_that_shrinks_confirms_on_fewer_disks() -> None:
    assert play({"topology": "chain"}, at_write(20, "power_cut", "middle")).measures["copies_at_ack"].value == 2


def test_a_snapshot_is_a_copy_of_all_that_it_covers() -> None:
    run = Run()
    for n, op in enumerate(("w1", "w2", "w3"), 1):
        run.write(op, at=0, ok=5)
        run.event(1, "durable", "A", op, n=n)
    run.event(2, "installed", "B", n=2, peer="A")
    run.event(3, "reply_sent", "A", "w2", peer="c1")
    assert copies_at_ack(run.trace, run.history).value == 2
    run.event(4, "reply_sent", "A", "w3", peer="c1")
    assert copies_at_ack(run.trace, run.history).value == 1
