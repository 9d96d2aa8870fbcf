"""What an ok was worth, who catches up, and what a lock's storage takes; and what is only counted."""

from __future__ import annotations

import pytest

from sim.checks.finding import broken
from sim.render.lanes import timeline
from sim.render.story import tell
from tests.sim.checks.build import Run
from tests.sim.render.runs import lines_of, run_of, texts_of


def told(run: Run) -> list[str]:
    return [sentence.text for sentence in tell(run.trace, run.history, {}, {})]


def rows(name: str, words: str) -> list[str]:
    return [str(line) for line in lines_of(name) if words in str(line)]


def test_a_leader_that_waits_no_more_and_again_is_told_with_what_it_confirmed() -> None:
    run = Run()
    run.event(1, "degraded", "A", n=1)
    for at, op in enumerate(("w1", "w2"), 2):
        run.event(at, "received", "A", op, n=at)
        run.event(at, "reply_sent", "A", op, peer="c1")
        run.write(op, at=at, ok=at)
    run.event(4, "restored", "A", n=2)
    assert told(run)[:2] == [
        "1.0 ms: A had no ack for #1 in time; from now on it waits for none.",
        "4.0 ms: A waits for acks again; two writes had been acknowledged without.",
    ]


@pytest.mark.parametrize(
    ("how", "text"),
    [
        ("cancelled", "A told the client of #1 that it is done, though the acks for it are missing."),
        ("reported: 1 of 2 acked", "A told the client of #1 how many have it (1 of 2 acked), not that it is done."),
        ("degraded", ""),
    ],
)
def test_an_answer_without_its_acks_is_told(how: str, text: str) -> None:
    run = Run()
    run.write("w")
    run.event(1, "received", "A", "w", n=1)
    run.event(2, "released", "A", "w", n=1, text=how)
    assert [line for line in told(run) if line.startswith("2.0 ms")] == ([f"2.0 ms: {text}"] if text else [])


def test_a_snapshot_is_told_instead_of_what_it_brought() -> None:
    assert [text.partition(": ")[2] for text in texts_of("snapshot") if "snapshot" in text] == [
        "B took over A's snapshot, the state up to #40, because A's log no longer went back to what B needed."
    ]
    assert not [text for text in texts_of("snapshot") if "had not got" in text]
    assert rows("snapshot", "snapshot to #40->")
    assert rows("snapshot", "* state to #40")


def test_what_a_snapshot_brought_is_held() -> None:
    run = Run()
    run.write("w")
    run.event(1, "received", "A", "w", n=1)
    run.event(2, "sent", "A", "w", peer="B", n=7, text="append")
    run.event(3, "delivered", "B", "w", peer="A", n=7, text="append")
    run.event(3, "installed", "B", n=1, peer="A")
    run.strike(4, "kill", "A")
    run.lead("B", "w")
    assert any("snapshot to #1" in str(line) for line in timeline(run.trace, run.history, {}, everything=True))


def test_a_lease_that_ran_out_is_told_after_the_awakening() -> None:
    kinds = [text.partition(": ")[2] for text in texts_of("lease") if text.startswith("211.3 ms")]
    assert [text.split()[1] for text in kinds] == ["woke", "lease", "learnt"]


def test_remarks_of_machines_are_told() -> None:
    run = Run()
    run.event(1, "note", "controller", peer="B", text="cannot be promoted: it is not heard from")
    run.event(2, "note", "controller", text="no member of the in-sync set answers: nobody is promoted")
    run.event(3, "note", "c1", text="its time for l1 is over, so it does not write")
    assert told(run) == [
        "1.0 ms: B cannot be promoted: it is not heard from.",
        "2.0 ms: no member of the in-sync set answers: nobody is promoted.",
        "3.0 ms: c1 saw that its time for l1 is over, so it does not write.",
    ]


# A lock's storage


def test_the_storage_has_a_column_and_says_what_it_took() -> None:
    assert str(lines_of("late-holder")[0]).split()[-1] == "store"
    taken = [text.partition(": ")[2] for text in texts_of("late-holder") if ": the storage took" in text and " ms: " in text]
    assert taken == ["the storage took c1's write with token 8.", "the storage took c2's write with token 1."]
    assert any("time was over" in text for text in texts_of("late-holder"))


def test_a_rejected_token_is_told_with_the_one_that_was_there_first() -> None:
    assert [text for text in texts_of("token-rejected") if "rejected" in text] == [
        "60.0 ms: the storage rejected c2's write with token 1: it had taken c1's with token 10."
    ]
    assert rows("token-rejected", "! rejected")
    assert rows("token-rejected", "write, token 1 ----")


def test_of_a_late_holder_only_what_the_clients_see_is_drawn() -> None:
    assert not rows("late-holder", "durable")


def test_a_refused_lock_is_no_read() -> None:
    assert any(op.is_read and op.kind == "acquire" for op in run_of("late-holder").history)
    assert not [text for text in texts_of("late-holder") if "read" in text]


# What is counted


def test_reads_of_a_dirty_version_are_counted_and_the_first_is_drawn() -> None:
    text = "Two reads met a dirty version, not committed yet; the replica asked C which one is."
    assert text in texts_of("craq-dirty")
    assert rows("craq-dirty", "which x1?")
    assert rows("craq-dirty", "committed x1")


def test_a_retry_is_drawn_whether_it_is_recognised_or_done_again() -> None:
    assert rows("blind-retry", "#4 again")
    assert rows("blind-retry", "#4 as #5")
    assert rows("idempotent-retry", "#4 again")
    assert rows("idempotent-retry", "#4 is done already")
    assert "One operation came a second time and was recognised and not done again." in texts_of("idempotent-retry")


def test_reads_without_an_answer_are_counted_with_whom_they_asked() -> None:
    run = Run()
    run.trace.flow["ask"] = "request"
    run.strike(1)
    run.op("r1", "read", "x", at=2)
    run.event(3, "delivered", "A", "r1", peer="c1", n=1, text="ask")
    assert "One read got no answer: c1 asked A in vain." in told(run)


def test_what_never_came_to_rest_is_said() -> None:
    run = Run()
    run.trace.unsettled = "an fsync on A"
    assert told(run) == ["The run never came to rest: an fsync on A."]


def test_stale_answers_are_called_reads_only_if_all_are() -> None:
    run = Run()
    stale = run.read("r1", "", at=5, ok=6)
    finding = {"stale_reads": broken("stale_reads", 1, [stale], ["r1"])}
    assert "One of one read was stale." in [one.text for one in tell(run.trace, run.history, finding, {})]
    run.op("a1", "acquire", "l1", "c1", 100, 0, at=7, ok=8, result=(None, ""))
    assert "One of two answers was stale." in [one.text for one in tell(run.trace, run.history, finding, {})]


@pytest.mark.parametrize(
    ("ops", "held", "which"),
    [
        (("w1",), ("w1",), "which others have elsewhere in their log"),
        (("w1", "w2"), ("w1",), "one of them acknowledged, one of them is elsewhere in the log"),
        (("w1", "w2"), (), "all of them acknowledged"),
    ],
)
def test_what_is_discarded_may_have_been_done_elsewhere(ops: tuple[str, ...], held: tuple[str, ...], which: str) -> None:
    run = Run()
    for n, op in enumerate(ops, 1):
        run.event(n, "received", "A", op, n=n)
        run.event(n, "reply_sent", "A", op, peer="c1")
        run.write(op, at=n, ok=n)
    for op in held:
        run.event(4, "received", "B", op, n=9)
    run.event(5, "discarded", "A", *ops, n=1)
    (text,) = [text for text in told(run) if "discarded" in text]
    assert text.endswith(f"to agree with the new leader ({which}).")


def test_a_question_that_was_refused_again_and_again_is_drawn_once() -> None:
    run = Run()
    run.write("w")
    for n in range(1, 5):
        run.event(n, "sent", "c1", "w", peer="A", n=n, text="request", until=n * 1000)
        run.event(n, "delivered", "A", "w", peer="c1", n=n, text="request")
        if n == 4:
            run.event(n, "duplicate", "A", "w", n=1)
        run.event(n, "sent", "A", "w", peer="c1", n=9 + n, text="reply", until=n * 1000)
    rows = [str(line) for line in timeline(run.trace, run.history, {})]
    assert sum("->|" in row for row in rows) == 2
    assert sum("refused" in row for row in rows) == 1
