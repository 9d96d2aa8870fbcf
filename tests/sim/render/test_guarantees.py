from __future__ import annotations

import re

import pytest

from sim.checks import CHECKS
from sim.checks.finding import Finding, broken
from sim.history import Op
from sim.render.lanes import timeline
from sim.render.story import tell
from tests.sim.checks.build import Run
from tests.sim.helpers import BACKLOG, at_write, load, play


def told(run: Run, check: str) -> str:
    """The sentence of a check, which must find what the run was made for."""
    finding = CHECKS[check].judge(run.trace, run.history)
    assert finding.verdict == "broken"
    before = {one.text for one in tell(run.trace, run.history, {}, {})}
    after = [one for one in tell(run.trace, run.history, {check: finding}, {}) if one.text not in before]
    (sentence,) = [one for one in after if " ms: " not in one.text]
    assert set(sentence.events) <= set(finding.evidence)
    return sentence.text


def register(versions: str = "w1 w2") -> Run:
    """Writes of c1 one after another, each with its place in the log of A, which leads."""
    run = Run()
    for n, op in enumerate(versions.split(), 1):
        run.event(n, "received", "A", op, n=n)
        run.write(op, at=n, ok=n + 0.5)
    run.lead("A", *versions.split())
    return run


def read(run: Run, op: str, version: str, node: str, at: float) -> None:
    run.read(op, version, at=at, ok=at + 0.5)
    run.history[op].node = node


def test_phantoms() -> None:
    run = register()
    read(run, "r1", "w2", "A", 5)
    run.lead("B", "w1", epoch=2)
    run.end("A", up=False)
    assert told(run, "phantom_reads") == "One read was a phantom: c1 read x from A and got #2, which is gone in the end."
    read(run, "r2", "w2", "A", 6)
    assert told(run, "phantom_reads").startswith("Two reads were phantoms: c1 read x from A")


def test_failed_writes() -> None:
    run = register("w1 w2 w3")
    run.history["w2"].outcome = "fail"
    assert told(run, "failed_write_visible") == "One write took effect (#2), although its client was told that it had failed."
    run.history["w3"].outcome = "fail"
    text = "Two writes took effect (#2 and #3), although their clients were told that they had failed."
    assert told(run, "failed_write_visible") == text


def test_reads_that_missed_the_own_write() -> None:
    run = register()
    read(run, "r1", "w1", "B", 5)
    first = "c1 had its ok for #2, then read x from B and got #1."
    assert told(run, "read_your_writes") == f"One read missed its client's own write: {first}"
    read(run, "r2", "", "B", 6)
    assert told(run, "read_your_writes") == f"Two reads missed their client's own write: {first}"


def test_reads_that_went_back() -> None:
    run = register()
    read(run, "r1", "w2", "A", 5)
    read(run, "r2", "", "B", 6)
    text = "One read went back in time: c1 read x from A and got #2, then from B and got the initial value."
    assert told(run, "monotonic_reads") == text


def test_operations_done_again() -> None:
    run = register("w1 w2 w1~2")
    del run.history.ops["w1~2"]
    for n, attempt in enumerate(("w1", "w2", "w1~2"), 1):
        run.event(n, "applied", "A", attempt, n=n)
        run.event(n, "applied", "B", attempt, n=n)
    text = "One operation was done more than once: A did what c1 asked for once as #1 and #3."
    assert told(run, "applied_twice") == text


def test_holders_whose_time_was_over() -> None:
    run = Run()
    for op, at, token in (("c1/1", 0, 4), ("c2/1", 200, 9)):
        run.op(op, "acquire", "l1", op[:2], 100, 0, at=at, ok=at + 1, result=(token, op))
    for at, op, token in ((210, "c2/1", 9), (211, "c1/1", 4)):
        run.event(at, "stored", "store", op, n=token, peer=op[:2], text="l1")
    first = "the storage took c1's with token 4 after c2's with token 9."
    assert told(run, "mutual_exclusion") == f"One write came from a holder of the lock whose time was over: {first}"


def test_answers_without_an_order_are_told_unless_a_stale_read_is() -> None:
    run = register()
    read(run, "r1", "w1", "B", 5)
    finding = Finding("linearizable", "broken", 1, (3,), ("r1", "w1", "w2"), "r1 saw w1 in x after w2 was confirmed")
    texts = [one.text for one in tell(run.trace, run.history, {"linearizable": finding}, {})]
    assert "No single order explains what clients were told of one key: r1 saw #1 in x after #2 was confirmed." in texts
    stale = broken("stale_reads", 1, [3], ["r1"])
    texts = [one.text for one in tell(run.trace, run.history, {"linearizable": finding, "stale_reads": stale}, {})]
    assert not [text for text in texts if "order" in text]


def test_a_loss_is_told_of_operations_whichever_attempt_it_was() -> None:
    run = Run()
    for n, attempt in enumerate(("noop-1", "w1", "w1~2"), 1):
        run.event(n, "received", "A", attempt, n=n)
    run.event(4, "sent", "A", "noop-1", "w1~2", peer="B", n=1, text="append")
    run.event(4, "reply_sent", "A", "w1~2", peer="c1")
    run.write("w1", at=0, ok=5)
    run.strike(6, "power_cut", "A")
    run.lead("B", "noop-2")
    finding = CHECKS["lost_acked_writes"].judge(run.trace, run.history)
    texts = [one.text for one in tell(run.trace, run.history, {"lost_acked_writes": finding}, {})]
    assert "#2 is on no surviving node: one acknowledged write is lost." in texts
    assert timeline(run.trace, run.history, {"lost_acked_writes": finding}, everything=True)


@pytest.mark.parametrize("retry", ["blind", "idempotent"])
def test_runs_with_retries_are_told_and_drawn(retry: str) -> None:
    cut = {"at_ms": 30, "do": "cut", "from": ["A"], "to": ["clients"], "for_ms": 60}
    workload = {**load(clients=3, ops=60, kind="register", reads_percent=30), "retry": retry}
    run = play({"wait_for": "none"}, BACKLOG, cut, at_write(20, "power_cut"), workload=workload, limits={"timeout_ms": 40})
    assert any("~" in event.ops[0] for event in run.trace.events if event.ops) == (retry == "blind")
    texts = [one.text for one in tell(run.trace, run.history, run.findings, run.measures)]
    lines = timeline(run.trace, run.history, run.findings, everything=True)
    assert not [text for text in map(str, (*texts, *lines)) if re.search(r"/\d+~", text)]


def test_the_process_of_an_operation_is_its_client() -> None:
    run = register()
    run.history.ops["c2/1"] = Op("c2/1", "c2", "read", ("x",), 6000, "ok", 6500, (1, "w2"), "A")
    run.history.ops["c2/2"] = Op("c2/2", "c2", "read", ("x",), 7000, "ok", 7500, (1, "w1"), "B")
    run.event(7.5, "ok_received", "c2", "c2/2")
    assert ": c2 read x from A" in told(run, "monotonic_reads")
