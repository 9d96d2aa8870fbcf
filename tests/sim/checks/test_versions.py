from __future__ import annotations

import pytest

from sim.checks.versions import Versions
from tests.sim.checks.build import Run


def three_writes() -> Run:
    """Writes that nobody ordered: all overlap."""
    run = Run()
    for op in ("w1", "w2", "w3"):
        run.write(op, at=0, ok=10)
    return run


def precedes(run: Run, one: str, other: str) -> bool | None:
    return Versions(run.trace, run.history).precedes(one, other)


def test_the_initial_version_comes_before_all() -> None:
    run = three_writes()
    assert [precedes(run, *pair) for pair in (("", "w1"), ("w1", ""), ("", ""))] == [True, False, False]


def test_the_replica_that_serves_in_the_end_decides() -> None:
    run = three_writes()
    run.end("A", "w2", "w1")
    run.lead("B", "w1", pending=("w2",), epoch=2)
    run.lead("C", "w2", "w1")
    assert (precedes(run, "w1", "w2"), precedes(run, "w2", "w1"), precedes(run, "w1", "w1")) == (True, False, False)


def test_what_it_does_not_know_any_replica_may_tell() -> None:
    run = three_writes()
    run.lead("B", "w1")
    run.end("C", "w3", "w2")
    assert precedes(run, "w3", "w2") is True
    for n, op in enumerate(("w2", "w1"), 1):
        run.event(n, "applied", "A", op, n=n)
    run.end("A", up=False)
    assert precedes(run, "w1", "w2") is False
    assert precedes(run, "w1", "w3") is None


def test_a_replica_that_starts_again_applies_the_same_order() -> None:
    run = three_writes()
    for op, n in (("w1", 1), ("w2", 2), ("w1", 1), ("w2", 2), ("w3", 3)):
        run.event(n, "applied", "A", op, n=n)
    assert (precedes(run, "w1", "w2"), precedes(run, "w3", "w2")) == (True, False)


@pytest.mark.parametrize("what", ["discarded", "installed"])
def test_what_never_was_in_one_state_has_no_order(what: str) -> None:
    run = three_writes()
    run.event(1, "applied", "A", "w1", "w2", n=1)
    run.event(2, what, "A", *(["w2"] if what == "discarded" else []), n=2, peer="B")
    run.event(3, "applied", "A", "w3", n=3)
    assert precedes(run, "w1", "w2") is True
    assert precedes(run, "w2", "w3") is None
    assert precedes(run, "w1", "w3") is (True if what == "discarded" else None)


def test_where_no_replica_tells_strict_time_does() -> None:
    run = Run()
    run.write("w1", at=1, ok=2)
    run.write("w2", at=3, ok=4)
    run.write("w3", at=5)
    assert [precedes(run, *pair) for pair in (("w1", "w2"), ("w2", "w1"), ("w2", "w3"), ("w3", "w2"))] == [
        True,
        False,
        True,
        False,
    ]
    run.write("w4", at=6, ok=7)
    assert precedes(run, "w3", "w4") is None
    assert precedes(run, "w1", "foreign") is None


def test_with_several_attempts_all_of_one_must_come_before_all_of_the_other() -> None:
    run = three_writes()
    run.lead("A", "w1~2", "w2", "w1", "w3")
    assert [precedes(run, *pair) for pair in (("w1", "w2"), ("w2", "w1"), ("w1", "w3"))] == [False, False, True]
