from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from sim.checks.stale_reads import applies, judge, stale_pairs
from sim.history import History, Op, op_of
from tests.sim.checks.build import Run


def test_a_read_of_the_latest_write_holds() -> None:
    run = Run()
    run.write("w1", at=1, ok=2)
    run.write("w2", at=3, ok=4)
    run.read("r", "w2", at=5, ok=6)
    assert judge(run.trace, run.history).verdict == "holds"


def test_a_read_of_a_replaced_write_is_stale() -> None:
    run = Run()
    run.write("w1", at=1, ok=2)
    newer = run.write("w2", at=3, ok=4)
    answer = run.read("r", "w1", at=5, ok=6)
    finding = judge(run.trace, run.history)
    assert (finding.verdict, finding.count, finding.ops) == ("broken", 1, ("r",))
    assert finding.evidence == (newer, answer)


def test_a_read_of_the_initial_state_after_an_ack_is_stale() -> None:
    run = Run()
    run.write("w1", at=1, ok=2)
    run.read("r", "", at=3, ok=4)
    assert judge(run.trace, run.history).count == 1


def test_a_transfer_replaces_both_of_its_accounts() -> None:
    run = Run()
    run.op("t", "transfer", "x", "y", 5, at=1, ok=2)
    run.read("r1", "", key="x", at=3, ok=4)
    run.read("r2", "", key="y", at=3, ok=4)
    run.read("r3", "", key="z", at=3, ok=4)
    assert judge(run.trace, run.history).ops == ("r1", "r2")


def test_an_old_write_that_a_late_attempt_did_again_is_stale() -> None:
    run = Run()
    run.write("w1", at=1, ok=2)
    run.write("w2", at=3, ok=4)
    run.read("r", "w1~2", at=5, ok=6)
    assert judge(run.trace, run.history).ops == ("r",)


def test_what_overlaps_is_not_stale() -> None:
    run = Run()
    run.write("w1", at=1, ok=4)
    run.write("w2", at=3, ok=5)
    run.read("r1", "w1", at=6, ok=7)
    run.read("r2", "w1", at=2, ok=9)
    assert judge(run.trace, run.history).verdict == "holds"


def test_the_write_that_ended_last_need_not_be_the_one_that_proves_it() -> None:
    run = Run()
    run.write("w1", at=1, ok=4)
    proof = run.write("w2", at=5, ok=6)
    run.write("w3", at=3, ok=7)
    answer = run.read("r", "w1", at=8, ok=9)
    assert judge(run.trace, run.history).evidence == (proof, answer)


def test_the_same_instant_is_not_before() -> None:
    run = Run()
    run.write("w1", at=1, ok=2)
    run.read("r", "", at=2, ok=3)
    assert judge(run.trace, run.history).verdict == "holds"


def test_an_unknown_write_may_take_effect_at_any_later_time() -> None:
    run = Run()
    run.write("w1", at=1, until=2)
    run.write("w2", at=3, ok=4)
    run.read("r", "w1", at=5, ok=6)
    assert judge(run.trace, run.history).verdict == "holds"


def test_reads_that_nobody_answered_tell_nothing() -> None:
    run = Run()
    run.write("w1", at=1, ok=2)
    assert not applies(run.history)
    run.op("r", "read", "x", at=3)
    assert applies(run.history)
    assert judge(run.trace, run.history).verdict == "unknown"


@st.composite
def histories(draw: st.DrawFn) -> History:
    """Few keys, few instants: much overlap and many ties."""
    history = History()
    writes = [f"w{number}" for number in range(draw(st.integers(2, 6)))]
    for op in writes:
        start, took = draw(st.integers(0, 6)), draw(st.integers(0, 4))
        kind, *args = draw(st.sampled_from([("write", "x", 1), ("write", "y", 1), ("transfer", "x", "y", 1)]))
        outcome = draw(st.sampled_from(["ok", "ok", "ok", "info", "fail"]))
        history.ops[op] = Op(op, "c", kind, tuple(args), start, outcome, start + took)
    for number in range(draw(st.integers(1, 4))):
        version = draw(st.sampled_from(["", "foreign", "w0~2", *writes, *writes]))
        start = draw(st.integers(0, 14))
        key = draw(st.sampled_from("xy"))
        history.ops[f"r{number}"] = Op(f"r{number}", "c", "read", (key,), start, "ok", start + 1, (1, version))
    return history


def by_definition(history: History, read: Op) -> bool:
    """Stale as the check defines it, asked of every write in turn."""
    assert read.result is not None
    version = read.result[1]
    seen = history.find(version)
    for newer in history.acked_writes:
        if newer.id == op_of(version) or read.keys[0] not in newer.keys or newer.completed_at >= read.invoked_at:
            continue
        if version == "" or (seen and seen.ok and seen.completed_at < newer.invoked_at):
            return True
    return False


@settings(deadline=None)
@given(histories())
def test_it_finds_exactly_what_the_definition_says(history: History) -> None:
    expected = [op.id for op in history if op.is_read and by_definition(history, op)]
    assert [read.id for read, _ in stale_pairs(history)] == expected
