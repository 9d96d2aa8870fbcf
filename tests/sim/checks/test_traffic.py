from __future__ import annotations

import pytest

from sim.checks.traffic import alarms, bytes_per_write, messages_per_write, reads_per_s, writes_per_s
from sim.trace import HEADER_BYTES, OP_BYTES
from tests.sim.checks.build import Run
from tests.sim.helpers import events, load, play


def test_messages_per_write_counts_what_carries_writes() -> None:
    run = Run()
    run.write("w1", at=1, ok=2)
    run.write("w2", at=1, ok=2)
    run.write("w3", at=1)
    run.read("r1", "w1", at=3, ok=4)
    for kind in ("request", "append", "append", "ack", "reply"):
        run.event(1, "sent", "A", "w1", text=kind)
    run.event(1, "sent", "A", "w2", "w3", text="append")
    run.event(1, "sent", "A", "w3", text="append")
    run.event(1, "sent", "A", "r1", text="request")
    run.event(1, "sent", "A", text="ack")
    run.event(1, "sent", "A", "w1", text="beat")
    run.event(1, "delivered", "B", "w1", text="append")
    assert messages_per_write(run.trace, run.history).value == 3.5


def test_messages_per_write_needs_an_acked_write() -> None:
    run = Run()
    run.write("w1", at=1)
    run.event(1, "sent", "A", "w1", text="append")
    assert messages_per_write(run.trace, run.history).value is None


def test_throughput_is_over_the_time_of_the_load() -> None:
    run = Run()
    for number in range(5):
        run.write(f"w{number}", at=100 + number * 10, ok=110 + number * 10)
    assert writes_per_s(run.trace, run.history).value == 100.0
    run.write("w9", at=160)
    assert writes_per_s(run.trace, run.history).value == 5.556  # five in the 900 ms until the heal
    run.write("w10", at=170, ok=1001)
    assert writes_per_s(run.trace, run.history).value == 5.556
    assert writes_per_s(Run().trace, Run().history).value is None


def test_reads_a_second_are_over_the_time_in_which_reads_were_asked_for() -> None:
    run = Run()
    run.write("w1", at=0, ok=500)
    for number in range(4):
        run.read(f"r{number}", "", at=100 + number * 10, ok=110 + number * 10)
    assert reads_per_s(run.trace, run.history).value == 100.0
    assert writes_per_s(run.trace, run.history).value == 2.0
    assert reads_per_s(Run().trace, Run().history).value is None


def test_what_carries_a_write_is_weighed_with_all_that_it_carries() -> None:
    run = Run()
    run.write("w1", at=1, ok=2)
    run.write("w2", at=1, ok=2)
    run.read("r1", "w1", at=3, ok=4)
    run.op("c1", "cas", "x", 1, 2, at=3, ok=4, result=(3, "w1"))  # refused, and in the log all the same
    run.event(1, "sent", "A", "w1", "w2~2", "c1", "noop", text="append")
    run.event(1, "sent", "A", "w1", text="ack")
    for ops in (("r1",), ("r1~2",), ("c1",)):
        run.event(3, "sent", "A", *ops, text="request")
    run.event(1, "sent", "A", text="ack")
    assert messages_per_write(run.trace, run.history).value == 1.0
    assert bytes_per_write(run.trace, run.history).value == (2 * HEADER_BYTES + 5 * OP_BYTES) / 2
    assert bytes_per_write(Run().trace, Run().history).value is None


def test_each_write_that_went_through_without_its_acks_is_one_alarm() -> None:
    run = Run()
    for op in ("w1", "w2", "w3", "w4", "w5", "w6"):
        run.write(op)
    assert alarms(run.trace, run.history).value == 0
    run.event(1, "released", "A", "w1", "w2", n=1, text="reported: 0 of 1 acked")
    run.event(2, "released", "A", "w2~2", n=3, text="cancelled")
    assert alarms(run.trace, run.history).value == 2
    run.event(3, "degraded", "A", n=4)
    run.event(4, "committed", "A", "w3", "noop", n=4)
    run.event(4, "committed", "B", "w4", n=6)
    run.event(5, "restored", "A", n=6)
    run.event(6, "committed", "A", "w5", n=7)
    assert alarms(run.trace, run.history).value == 3
    run.event(7, "degraded", "A", n=8)
    run.event(8, "role", "A", text="follower", n=2)
    run.event(9, "committed", "A", "w6", n=8)
    assert alarms(run.trace, run.history).value == 3


def test_a_leader_that_degrades_alarms_with_every_write_until_it_waits_again() -> None:
    cut = {"at_ms": 50, "do": "cut", "between": [["A"], ["B", "C"]], "for_ms": 250}
    workload = load(clients=4, ops=200, think_ms=[0, 8])
    run = play({"wait_for": 1, "on_wait_timeout": "degrade"}, cut, workload=workload)
    (restored,) = events(run, "restored")
    assert run.measures["alarms"].value == int(restored.text.split()[0]) > 50
    assert play({"wait_for": 1}, cut, workload=workload).measures["alarms"].value == 0


def test_a_write_to_two_followers_is_six_messages_and_their_bytes() -> None:
    """A request, two appends, two acks, a reply; leaders that group writes or repeat acks send a little less or more."""
    run = play({"wait_for": 2}, workload=load(clients=1, ops=40))
    messages, size = (run.measures[name].value for name in ("messages_per_write", "bytes_per_write"))
    assert messages == pytest.approx(6, abs=0.1)
    assert size == pytest.approx(messages * (HEADER_BYTES + OP_BYTES))
