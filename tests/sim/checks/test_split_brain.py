from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.checks.split_brain import judge
from sim.history import op_of
from sim.trace import Event
from tests.sim.checks.build import Run
from tests.sim.helpers import events, load, play


def two_leaders() -> tuple[Run, int]:
    """A leads in epoch 1 and does not notice that B leads in epoch 2; returns the number of B's role event."""
    run = Run()
    for op in ("a1", "a2", "b1", "b2"):
        run.write(op)
    run.event(0, "role", "A", text="leader", n=1)
    return run, run.event(5, "role", "B", text="leader", n=2)


def confirm(run: Run, at: float, node: str, op: str) -> int:
    run.event(at, "received", node, op)
    return run.event(at, "reply_sent", node, op, peer="c1")


def test_two_believers_alone_are_harmless() -> None:
    run, _ = two_leaders()
    confirm(run, 6, "B", "b1")
    run.event(7, "received", "A", "a1")
    assert judge(run.trace, run.history).verdict == "holds"


def test_two_confirmed_histories_are_a_split_brain() -> None:
    run, office = two_leaders()
    first = confirm(run, 6, "A", "a1")
    second = confirm(run, 7, "B", "b1")
    finding = judge(run.trace, run.history)
    assert (finding.verdict, finding.count, finding.ops) == ("broken", 1, ("a1", "b1"))
    assert finding.evidence == (office, first, second)


def test_the_older_leader_is_caught_as_well() -> None:
    run, _ = two_leaders()
    confirm(run, 6, "B", "b1")
    later = confirm(run, 7, "A", "a1")
    finding = judge(run.trace, run.history)
    assert finding.count == 1
    assert finding.evidence[-1] == later


def test_every_further_reply_counts() -> None:
    run, _ = two_leaders()
    for at, (node, op) in enumerate([("A", "a1"), ("B", "b1"), ("A", "a2"), ("B", "b2")], start=6):
        confirm(run, at, node, op)
    assert judge(run.trace, run.history).count == 3


def test_a_handover_that_loses_a_write_is_no_split_brain() -> None:
    run = Run()
    run.write("a1")
    run.write("b1")
    run.event(0, "role", "A", text="leader", n=1)
    run.event(0, "role", "B", text="follower", n=1)
    confirm(run, 1, "A", "a1")
    run.event(2, "role", "B", text="leader", n=2)
    confirm(run, 3, "B", "b1")
    assert judge(run.trace, run.history).verdict == "holds"


def test_a_new_epoch_is_a_new_stint_but_repeating_the_old_one_is_not() -> None:
    for epoch, verdict in ((1, "broken"), (3, "holds")):
        run, _ = two_leaders()
        confirm(run, 6, "B", "b1")
        run.event(7, "role", "A", text="leader", n=epoch)
        confirm(run, 8, "A", "a1")
        assert judge(run.trace, run.history).verdict == verdict


def test_one_log_with_both_writes_is_one_history() -> None:
    for node, op, step in (("B", "a1", "received"), ("A", "b1", "written")):
        run, _ = two_leaders()
        run.event(5, step, node, op)
        confirm(run, 6, "A", "a1")
        confirm(run, 7, "B", "b1")
        assert judge(run.trace, run.history).verdict == "holds"


def test_a_confirmed_write_that_arrives_later_joins_the_history() -> None:
    run, _ = two_leaders()
    confirm(run, 6, "A", "a1")
    run.event(7, "received", "B", "a1")
    confirm(run, 8, "B", "b1")
    assert judge(run.trace, run.history).verdict == "holds"


def test_what_was_discarded_or_lost_is_not_held() -> None:
    for loss in ("discarded", "lost_unsynced", "corrupt"):
        run, _ = two_leaders()
        run.event(5, "received", "B", "a1")
        confirm(run, 6, "A", "a1")
        run.event(7, loss, "B", "a1", n=1)
        confirm(run, 8, "B", "b1")
        assert judge(run.trace, run.history).verdict == "broken"


def test_what_was_confirmed_before_the_stint_and_discarded_in_it_is_loss_and_no_split_brain() -> None:
    run = Run()
    run.write("a1")
    run.write("b1")
    run.event(0, "received", "B", "a1")
    confirm(run, 1, "A", "a1")
    run.event(2, "role", "B", text="leader", n=2)
    run.event(3, "discarded", "B", "a1", n=1)
    confirm(run, 4, "B", "b1")
    assert judge(run.trace, run.history).verdict == "holds"


def test_a_log_that_has_any_attempt_of_a_write_has_the_write() -> None:
    run, _ = two_leaders()
    run.event(5, "received", "B", "a1", "a1~2")
    confirm(run, 6, "A", "a1~3")
    run.event(7, "discarded", "B", "a1", n=1)
    confirm(run, 8, "B", "b1~2")
    assert judge(run.trace, run.history).verdict == "holds"
    run.event(9, "discarded", "B", "a1~2", n=2)
    confirm(run, 10, "B", "b2~2")
    assert judge(run.trace, run.history).ops == ("a1", "b2")


def test_a_snapshot_brings_what_its_giver_held() -> None:
    run, _ = two_leaders()
    confirm(run, 6, "A", "a1")
    run.event(7, "installed", "B", peer="A", n=1)
    confirm(run, 8, "B", "b1")
    assert judge(run.trace, run.history).verdict == "holds"
    confirm(run, 9, "A", "a2")
    assert judge(run.trace, run.history).ops == ("b1", "a2")


def test_nobody_is_in_conflict_with_itself() -> None:
    run, _ = two_leaders()
    confirm(run, 6, "A", "a1")
    run.event(7, "discarded", "A", "a1", n=1)
    run.event(8, "reply_sent", "A", "a2", peer="c1")
    run.event(9, "received", "B", "a1", "a2")
    confirm(run, 10, "B", "b1")
    assert judge(run.trace, run.history).verdict == "holds"


def test_reads_confirm_no_history() -> None:
    run, _ = two_leaders()
    run.read("r1", "")
    confirm(run, 6, "A", "a1")
    run.event(7, "reply_sent", "B", "r1", peer="c1")
    assert judge(run.trace, run.history).verdict == "holds"


def test_without_a_confirmed_write_there_is_no_history_to_split() -> None:
    run, _ = two_leaders()
    run.read("r1", "")
    run.event(6, "received", "A", "a1")
    run.event(7, "reply_sent", "B", "r1", peer="c1")
    assert judge(run.trace, run.history).verdict == "unknown"


CUT_OFF = {"at_ms": 30, "do": "cut", "between": [["leader", "c1"], ["rest"]], "for_ms": 700}
LONG = load(clients=3, ops=400, think_ms=[0, 10])


@pytest.mark.parametrize("retry", ["none", "blind", "idempotent"])
@pytest.mark.parametrize(
    ("fencing", "verdict"), [("none", "broken"), ("epoch", "broken"), ("lease", "holds"), ("stonith", "holds")]
)
def test_a_leader_behind_a_cut_confirms_unless_it_must_stop(fencing: str, verdict: str, retry: str) -> None:
    """An epoch stops it only if somebody can tell it of the new one."""
    run = play({"fencing": fencing}, CUT_OFF, workload={**LONG, "retry": retry}, limits={"timeout_ms": 100})
    finding = run.findings["split_brain"]
    assert finding.verdict == verdict
    acks = [event for event in map(run.trace.events.__getitem__, finding.evidence) if event.what == "reply_sent"]
    assert {event.node for event in acks} == ({"A", "B"} if verdict == "broken" else set())
    assert bool(events(run, "elected"))


def test_a_chain_that_moves_its_tail_keeps_one_history() -> None:
    run = Run()
    for op in ("w1", "w2"):
        run.write(op)
        for node in "ABC" if op == "w1" else "AB":
            run.event(1, "received", node, op)
    run.event(0, "role", "C", text="tail", n=1)
    run.event(2, "reply_sent", "C", "w1", peer="c1")
    run.event(3, "role", "B", text="tail", n=2)
    run.event(4, "reply_sent", "B", "w2", peer="c1")
    assert judge(run.trace, run.history).verdict == "holds"


OPS = ("w1", "w1~2", "w2", "w3")
LOSSES = ("discarded", "lost_unsynced", "corrupt")

steps = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["received", "written", *LOSSES]), st.sampled_from(OPS)),
        st.tuples(st.just("reply_sent"), st.sampled_from(OPS)),
        st.tuples(st.just("role"), st.sampled_from(["leader", "follower"])),
        st.tuples(st.just("installed"), st.sampled_from("ABC")),
    ).flatmap(lambda step: st.tuples(st.just(step), st.sampled_from("AABBC"), st.integers(1, 2))),
    max_size=24,
)


def log_at(events: list[Event], node: str, moment: int) -> set[str]:
    log: set[str] = set()
    for number, event in enumerate(events[:moment]):
        if event.node == node and event.what in ("received", "written"):
            log |= set(event.ops)
        elif event.node == node and event.what in LOSSES:
            log -= set(event.ops)
        elif event.node == node and event.what == "installed":
            log |= log_at(events, event.peer, number)
    return log


def holds(log: set[str], op: str) -> bool:
    return any(op_of(attempt) == op_of(op) for attempt in log)


def stint_at(events: list[Event], node: str, moment: int) -> int:
    begins, role = -1, ("", 0)
    for number, event in enumerate(events[:moment]):
        if event.node == node and event.what == "role" and role != (event.text, event.n):
            begins, role = number, (event.text, event.n)
    return begins


def gave_up(events: list[Event], node: str, op: str, since: int, until: int) -> bool:
    """Whether a node lost its last attempt of a write, or had none to lose."""
    return any(
        event.what in LOSSES
        and event.node == node
        and holds(set(event.ops), op)
        and not holds(log_at(events, node, number + 1), op)
        for number, event in enumerate(events[:until])
        if number > since
    )


def by_definition(events: list[Event]) -> int:
    """How many replies break the promise, each compared with every earlier reply."""
    replies = [(number, event) for number, event in enumerate(events) if event.what == "reply_sent"]
    return sum(
        any(
            other.node != event.node
            and stint_at(events, event.node, number) < earlier < number
            and not holds(log_at(events, event.node, number), other.ops[0])
            and not holds(log_at(events, other.node, number), event.ops[0])
            and not gave_up(events, other.node, other.ops[0], earlier, number)
            for earlier, other in replies
        )
        for number, event in replies
    )


@settings(deadline=None)
@given(steps)
def test_it_counts_exactly_what_the_definition_says(story: list[tuple[tuple[str, str], str, int]]) -> None:
    run = Run()
    for op in ("w1", "w2", "w3"):
        run.write(op)
    for at, ((what, which), node, epoch) in enumerate(story):
        if what == "role":
            run.event(at, what, node, text=which, n=epoch)
        elif what == "installed":
            run.event(at, what, node, peer=which, n=epoch)
        else:
            run.event(at, what, node, which)
    assert judge(run.trace, run.history).count == by_definition(run.trace.events)
