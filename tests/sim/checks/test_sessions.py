from __future__ import annotations

from collections.abc import Callable
from itertools import product
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.checks import monotonic_reads, read_your_writes
from sim.checks.finding import Finding
from sim.history import Op, op_of
from tests.sim.checks.build import Run
from tests.sim.helpers import BACKLOG, load, play


def own(run: Run) -> Finding:
    return read_your_writes.judge(run.trace, run.history)


def back(run: Run) -> Finding:
    return monotonic_reads.judge(run.trace, run.history)


def three_writes() -> Run:
    """w1 and w3 are c1's, w2 is another client's at the same time as w3; the final order is w1, w2, w3."""
    run = Run()
    run.write("w1", at=1, ok=2)
    run.write("w2", at=3, ok=6)
    run.history["w2"].process = "c2"
    run.write("w3", at=3, ok=6)
    run.lead("A", "w1", "w2", "w3")
    return run


# Read your writes


def test_the_own_write_or_a_newer_one_holds() -> None:
    run = three_writes()
    run.read("r1", "w3", at=7, ok=8)
    assert own(run).verdict == "holds"
    run.lead("A", "w1", "w3", "w2")
    run.read("r2", "w2", at=9, ok=10)
    assert own(run).verdict == "holds"


@pytest.mark.parametrize("version", ["", "w1", "w2"])
def test_an_older_version_than_the_own_write_is_a_break(version: str) -> None:
    run = three_writes()
    answer = run.read("r1", version, at=7, ok=8)
    finding = own(run)
    assert (finding.verdict, finding.count, finding.ops) == ("broken", 1, ("w3", "r1"))
    assert finding.evidence == (2, answer)


def test_only_confirmed_writes_of_the_same_client_and_key_bind() -> None:
    run = three_writes()
    run.write("w4", at=7, until=8)
    run.write("w5", key="y", at=8, ok=9)
    run.lead("A", "w1", "w2", "w3", "w4", "w5")
    run.read("r1", "w3", at=10, ok=11)
    assert own(run).verdict == "holds"
    run.read("r2", "w1", at=12, ok=13)
    run.history["r2"].process = "c2"
    assert own(run).ops == ("w2", "r2")


def test_the_initial_value_of_a_key_that_was_written_through_a_transfer_is_a_break() -> None:
    run = Run()
    run.op("t", "transfer", "x", "y", 5, at=1, ok=2)
    run.read("r", "", key="y", at=3, ok=4)
    assert own(run).ops == ("t", "r")


def test_a_write_that_is_lost_and_missed_is_told_by_the_replica_that_had_it() -> None:
    run = Run()
    run.write("w1", at=1, ok=2)
    run.write("w2", at=1, ok=2)
    run.event(2, "applied", "A", "w1", "w2", n=1)
    run.read("r", "w1", at=3, ok=4)
    run.end("A", up=False)
    run.lead("B", "w1")
    assert own(run).ops == ("w2", "r")


def test_an_order_that_nobody_knows_makes_it_unknown() -> None:
    run = Run()
    run.write("w1", at=1, ok=3)
    run.write("w2", at=1, ok=3)
    run.read("r", "w2", at=4, ok=5)
    run.history["w2"].process = "c2"
    run.lead("B", "w2")
    finding = own(run)
    assert finding.verdict == "unknown"
    assert finding.reason == "what r saw and what its client knew stand in no order: no replica applied both"


def test_without_a_read_of_an_own_write_there_is_nothing_to_judge() -> None:
    run = Run()
    run.write("w1", at=1, ok=2)
    assert not read_your_writes.applies(run.history)
    run.read("r", "w1", key="y", at=3, ok=4)
    assert read_your_writes.applies(run.history)
    assert (own(run).verdict, own(run).reason) == ("unknown", "no client read again what it had written")


# Monotonic reads


def test_reads_that_go_forward_hold() -> None:
    run = three_writes()
    for n, version in enumerate(("", "w1", "w1", "w2", "w3")):
        run.read(f"r{n}", version, at=7 + n, ok=7.5 + n)
    assert back(run).verdict == "holds"


def test_a_read_that_goes_back_is_a_break_whoever_wrote() -> None:
    run = three_writes()
    newer = run.read("r1", "w2", at=7, ok=8)
    older = run.read("r2", "w1", at=9, ok=10)
    finding = back(run)
    assert (finding.verdict, finding.count, finding.ops, finding.evidence) == ("broken", 1, ("r1", "r2"), (newer, older))


def test_other_clients_and_keys_may_be_behind() -> None:
    run = three_writes()
    run.read("r1", "w2", at=7, ok=8)
    run.read("r2", "", key="y", at=9, ok=10)
    run.read("r3", "w1", at=9, ok=10)
    run.history["r3"].process = "c2"
    assert back(run).verdict == "unknown"
    run.read("r4", "w2", at=11, ok=12)
    assert back(run).verdict == "holds"


def test_a_version_that_is_finally_gone_was_still_the_newer_one() -> None:
    run = Run()
    run.write("w1", at=1, ok=3)
    run.write("w2", at=1)
    run.event(2, "applied", "A", "w1", "w2", n=1)
    run.read("r1", "w2", at=3, ok=4)
    run.read("r2", "w1", at=5, ok=6)
    run.lead("B", "w1")
    assert back(run).ops == ("r1", "r2")


def test_a_version_outside_the_chosen_order_is_compared_with_all_that_was_seen() -> None:
    run = Run()
    for op in ("w1", "w2", "w3"):
        run.write(op, at=1, ok=4)
    for n, version in enumerate(("w1", "w2", "w3")):
        run.read(f"r{n}", version, at=5 + n, ok=5.5 + n)
    run.lead("A", "w1", "w2")
    assert back(run).verdict == "unknown"
    run.end("B", "w3", "w1")
    assert back(run).ops == ("r0", "r2")


def test_the_same_two_reads_are_unknown_if_no_replica_had_both() -> None:
    run = Run()
    run.write("w1", at=1, ok=3)
    run.write("w2", at=1)
    run.read("r1", "w2", at=3, ok=4)
    run.read("r2", "w1", at=5, ok=6)
    run.lead("B", "w1")
    assert back(run).verdict == "unknown"


def test_an_entry_that_was_done_twice_is_not_older_than_itself() -> None:
    run = three_writes()
    run.lead("A", "w1", "w2", "w1~2", "w3")
    for n, version in enumerate(("w1", "w2", "w1~2", "w3")):
        run.read(f"r{n}", version, at=7 + n, ok=7.5 + n)
    assert back(run).verdict == "holds"


def test_one_read_of_each_key_is_not_enough() -> None:
    run = three_writes()
    run.read("r1", "w1", at=7, ok=8)
    assert (back(run).verdict, back(run).reason) == ("unknown", "no client read a key twice")


# Real runs

READS = load(clients=6, ops=240, kind="register", keys=2, reads_percent=60, think_ms=[0, 1])
CHECKS = (read_your_writes, monotonic_reads)


@pytest.mark.parametrize("check", CHECKS)
def test_followers_that_lag_break_it_and_the_leader_does_not(check: ModuleType) -> None:
    behind = play({"wait_for": "none", "reads": "any"}, BACKLOG, workload=READS)
    finding = behind.findings[check.NAME]
    assert finding.verdict == "broken"
    assert {behind.trace.events[number].what for number in finding.evidence} == {"ok_received"}
    ahead = play({"wait_for": "none", "reads": "leader"}, BACKLOG, workload=READS)
    assert ahead.findings[check.NAME].verdict == "holds"


# The twin


def asked(op: Op) -> list[tuple[str, str]]:
    return [] if op.is_read else [(key, op.id) for key in op.keys]


def saw(op: Op) -> list[tuple[str, str]]:
    return [(op.keys[0], op_of(op.result[1]))] if op.is_read and op.result else []


VERSIONS = ("", "w0", "w1", "w1~2", "w2", "w3")


@st.composite
def runs(draw: st.DrawFn) -> Run:
    """Two clients and two keys; a leader, a follower that may disagree, and a dead replica that had applied something."""
    run = Run()
    orders = st.lists(st.sampled_from(VERSIONS[1:]), max_size=6)
    for number in range(10):
        at, key = number * 2, draw(st.sampled_from("xxy"))
        if number < 4:
            run.write(f"w{number}", key=key, at=draw(st.integers(0, 9)), ok=draw(st.sampled_from([5, 9, 12])))
            run.history[f"w{number}"].outcome = draw(st.sampled_from(["ok", "ok", "info"]))
        else:
            run.read(f"r{number}", draw(st.sampled_from(VERSIONS)), key=key, at=at, ok=at + 1)
        [*run.history][-1].process = draw(st.sampled_from(["c1", "c2"]))
    run.lead("A", *draw(orders))
    run.end("B", *draw(orders))
    for n, op in enumerate(draw(orders), 1):
        run.event(n, "applied", "C", op, n=n)
    return run


def order_of(run: Run, one: str, other: str) -> bool | None:
    """Whether the first order that has both puts all attempts of `one` before all of `other`."""
    if "" in (one, other):
        return one == "" != other
    applied = [event.ops[0] for _, event in run.trace.of("applied")]
    for log in (run.trace.final["A"].ops, run.trace.final["B"].ops, applied):
        mine = [place for place, attempt in enumerate(log) if op_of(attempt) == one]
        theirs = [place for place, attempt in enumerate(log) if op_of(attempt) == other]
        if mine and theirs:
            return all(a < b for a, b in product(mine, theirs))
    before, after = run.history[one], run.history[other]
    if before.ok and before.completed_at < after.invoked_at:
        return True
    return False if after.ok and after.completed_at < before.invoked_at else None


def by_definition(run: Run, learn: Callable[[Op], list[tuple[str, str]]]) -> tuple[str, list[str]]:
    """Each read compared with all that its client did before."""
    ops = [op for op in run.history if op.ok]
    wrong, pairs, doubt = [], 0, False
    for place, read in enumerate(ops):
        earlier = [op for op in ops[:place] if op.process == read.process]
        known = [version for op in earlier for key, version in learn(op) if key == read.keys[0]]
        if read.is_read and known:
            pairs += 1
            orders = [order_of(run, op_of(read.result[1]), version) for version in known]
            wrong += [read.id] if True in orders else []
            doubt = doubt or (None in orders and True not in orders)
    return ("broken" if wrong else "unknown" if doubt or not pairs else "holds"), wrong


@settings(deadline=None, max_examples=300)
@given(runs())
def test_it_finds_exactly_what_the_definition_says(run: Run) -> None:
    for finding, learn in ((own(run), asked), (back(run), saw)):
        verdict, wrong = by_definition(run, learn)
        assert (finding.verdict, finding.count) == (verdict, len(wrong))
