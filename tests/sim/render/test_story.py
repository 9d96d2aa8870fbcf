"""The story must name the cause. Expected sentences are written out, so that a reader can judge them."""

from __future__ import annotations

import re

import pytest

from sim.checks.finding import broken, holds, unknown
from sim.checks.measure import Measure
from sim.render.case import Case
from sim.render.focus import journeys
from sim.render.story import tell
from tests.sim.checks.build import Run
from tests.sim.render.runs import RUNS, run_of, story_of, texts_of


def told(run: Run, **findings: object) -> list[str]:
    return [sentence.text for sentence in tell(run.trace, run.history, findings, {})]  # type: ignore[arg-type]


def one_containing(name: str, words: str) -> str:
    (text,) = [text for text in texts_of(name) if words in text]
    return text


def test_asynchronous_loss_is_told_with_its_cause() -> None:
    texts = texts_of("async")
    lost = r"#\d+ to #\d+"
    expected = [
        r"0.0 ms: the links between A, B and C became slow: what they send each other waits 5 ms in the egress queue\.",
        r"[\d.]+ ms: A acknowledged #\d+ to c\d; \w+ entries had not left A\.",
        rf"[\d.]+ ms: A lost power; what waited in its egress queue is gone \({lost}\)\.",
        r"[\d.]+ ms: the controller held A for dead\.",
        r"[\d.]+ ms: B was promoted with its log up to #(\d+) \(B ends at #\1, C ends at #\1\)\.",
        rf"{lost} were on A alone: they never left A, and A stayed dead\.",
        rf"{lost} are on no surviving node: \w+ acknowledged writes are lost, so the books of \w+ accounts do not balance\.",
        r"Writes stopped for \d+ ms, until [\d.]+ ms\.",
        r"\w+ writes have an unknown outcome for the client; .+ took effect\.",
    ]
    assert len(texts) == len(expected)
    for text, pattern in zip(texts, expected, strict=True):
        assert re.fullmatch(pattern, text), text


def test_the_numbers_of_the_loss_agree_with_the_finding() -> None:
    run = run_of("async")
    count = run.findings["lost_acked_writes"].count
    first, last = map(int, re.findall(r"#(\d+)", one_containing("async", "never left A")))
    assert last - first + 1 == count
    assert f"log up to #{first - 1} " in one_containing("async", "promoted")


@pytest.mark.parametrize("name", RUNS)
def test_stories_are_short_and_in_the_order_of_time(name: str) -> None:
    sentences = story_of(name)
    assert 1 <= len(sentences) <= 16
    assert [sentence.at for sentence in sentences] == sorted(sentence.at for sentence in sentences)
    for sentence in sentences:
        assert re.match(r"[\d.]+ ms: |[A-Z#0-9]", sentence.text)
        assert sentence.text.endswith(".")
        assert not re.search(r"  |\{|\bone (writes|entries)|None", sentence.text)
        assert all(0 <= number < len(run_of(name).trace.events) for number in sentence.events)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("async-idle", "by luck: A alone had #19 when it acknowledged it, and B and C had it by the strike"),
        ("async-kill", "but what it had sent still reached"),
        ("async-back", "and A discarded them"),
        ("semi-sync", "no write was on one replica alone when its client was told"),
        ("sync-stall", "B, which is down, has not got it"),
        ("sync-stall", "and had not come back 10 s later"),
        ("one-of-two", "Writes went on: never more than"),
        ("chain-middle", "the controller took B out; the others go on without it"),
        ("chain-middle", "351.9 ms: A sent C the four writes (#18 to #21) that C had not got."),
        ("chain-middle", "Meanwhile three reads were answered by C."),
        ("async-back", "B sent A the 177 writes (#21 to #187 and #11' to #20') that A had not got."),
        ("chain-head", "B became the head, with its log up to #"),
        ("chain-tail", "B became the tail, with its log up to #"),
        ("cut-off", "A and c1 were cut off from all others"),
        ("cut-off", "and no other replica had it; 45 more followed"),
        ("cut-off", "what was sent of them was dropped on the way"),
        ("two-leaders", "each as the leader and neither with the other's write"),
        ("paused", "A woke up and went on with its old beliefs"),
        ("paused", "to agree with the new leader (none of them acknowledged)"),
        ("stale", "reads were stale"),
        ("nobody-left", "A and B stayed down, and no other replica was promoted"),
        ("nobody-left", "applied twice and ledger balances): no replica"),
        (
            "missed",
            "The power cut at place 1 of the schedule never struck (its event did not come by 2000 ms), so this run",
        ),
        ("alone", "A acknowledged every write and is the one that serves in the end"),
        ("quiet", "Nothing was attacked: 200 writes were acknowledged"),
    ],
)
def test_each_kind_of_run_is_explained(name: str, words: str) -> None:
    assert one_containing(name, words)


def test_the_first_stale_read_is_told_with_what_it_missed() -> None:
    run = Run()
    run.event(1, "received", "A", "w1", n=1)
    run.event(2, "received", "A", "w2", n=2)
    older = run.write("w1", at=0, ok=3)
    missed = run.write("w2", at=4, ok=5)
    stale = run.read("r1", "w1", at=6.5, ok=7)
    run.history["r1"].node = "B"
    finding = broken("stale_reads", 1, [older, missed, stale], ["r1"])
    assert told(run, stale_reads=finding)[:2] == [
        "7.0 ms: c1 read x from B and got #1, although #2 had been acknowledged 1.5 ms before it asked.",
        "Nothing was attacked: two writes were acknowledged, none later than 3 ms after it was asked for.",
    ]


def test_a_lost_write_that_several_had_is_told_copy_by_copy() -> None:
    run = Run()
    for at, node in ((1, "A"), (2, "C")):
        run.event(at, "received", node, "w", n=1)
        run.event(at, "written", node, "w", n=1)
    run.event(3, "reply_sent", "A", "w", peer="c1")
    run.write("w", ok=3)
    run.strike(4, "power_cut", "A")
    run.event(4, "lost_unsynced", "A", "w")
    run.event(5, "discarded", "C", "w", n=1)
    run.lead("B")
    texts = told(run, lost_acked_writes=broken("lost_acked_writes", 1, [5], ["w"]))
    assert "4.0 ms: #1, acknowledged but not synced, is gone from A's disk." in texts
    assert "5.0 ms: C discarded #1 to agree with the new leader (an acknowledged write)." in texts
    assert "#1 was on A and C: the power cut took it from A's disk, and C discarded it." in texts
    assert "#1 is on no surviving node: one acknowledged write is lost." in texts


def test_of_the_last_acknowledgements_that_of_a_lost_write_is_told() -> None:
    run = Run()
    for n, op in enumerate(("lost", "kept"), 1):
        run.event(n, "received", "A", op, n=n)
        run.event(n, "reply_sent", "A", op, peer="c1")
        run.write(op, ok=n)
    run.strike(4)
    texts = told(run, lost_acked_writes=broken("lost_acked_writes", 1, [], ["lost"]))
    assert texts[0] == "1.0 ms: A acknowledged #1 to c1; one entry had not left A."


def test_a_leader_that_serves_again_brings_back_what_it_alone_had() -> None:
    run = Run()
    run.event(1, "received", "A", "w", n=1)
    run.event(1, "written", "A", "w", n=1)
    run.event(2, "reply_sent", "A", "w", peer="c1")
    run.write("w", ok=2)
    run.strike(3)
    run.event(4, "up", "A")
    run.event(5, "received", "B", "w", n=1)
    run.event(6, "reply_sent", "B", "w2", peer="c1")
    run.write("w2", at=5, ok=6)
    run.lead("A", "w")
    texts = told(run, lost_acked_writes=holds("lost_acked_writes"))
    assert "by luck: at the strike A alone had #1, and served again later with what it had." in texts[3]


def test_divergence_and_books_that_do_not_balance_are_told_without_a_loss_too() -> None:
    run = Run()
    run.event(1, "received", "A", "w", n=1)
    run.write("w", ok=2)
    run.lead("A", "w")
    run.end("B")
    texts = told(run, converged=broken("converged", 1, []), ledger_balances=broken("ledger_balances", 1, []))
    assert "B ends with other data than A: they differ in #1." in texts
    assert "The books of one account do not balance, though no acknowledged write is lost." in texts


def resend(*ops: str, had_by: float = 1, first_sent: float = 2, repaired: float = 4) -> Run:
    """A has writes and sends them to B, which is dead; when B is out, A sends them to C."""
    run = Run()
    run.strike(0.5, node="B")
    run.event(had_by, "received", "A", *ops, n=1)
    run.event(first_sent, "sent", "A", *ops, peer="B", n=1, text="append")
    run.event(repaired, "removed", "controller", peer="B")
    run.event(5, "sent", "A", *ops, peer="C", n=2, text="append")
    run.event(6, "delivered", "C", *ops, peer="A", n=2, text="append")
    run.event(6, "received", "C", *ops, n=1)
    for op in ops:
        run.write(op)
    run.trace.events.sort(key=lambda event: event.at)
    return run


def gaps(run: Run) -> list[str]:
    return [text for text in told(run) if "had not got" in text]


def test_what_is_sent_again_is_told() -> None:
    assert gaps(resend("w1", "w2")) == ["5.0 ms: A sent C the two writes (#1 and #2) that C had not got."]
    assert gaps(resend("w1")) == ["5.0 ms: A sent C #1, which C had not got."]


def test_what_is_sent_for_the_first_time_or_came_after_the_repair_is_not_sent_again() -> None:
    assert gaps(resend("w1", "w2", first_sent=4.5)) == []
    assert gaps(resend("w1", "w2", had_by=4.2, first_sent=4.5)) == []
    assert gaps(resend("w1", "w2", repaired=7)) == []


def test_what_the_receiver_has_is_no_news_to_it() -> None:
    run = resend("w1", "w2")
    run.event(6, "sent", "A", "w1", "w2", peer="C", n=3, text="append")
    run.event(6, "delivered", "C", "w1", "w2", peer="A", n=3, text="append")
    assert len(gaps(run)) == 1


def test_what_the_receiver_did_not_take_it_had_not_got_from_it() -> None:
    run = resend("w1", "w2")
    run.event(4.5, "sent", "A", "w1", "w2", peer="C", n=3, text="append")
    run.event(4.7, "delivered", "C", "w1", "w2", peer="A", n=3, text="append")
    run.trace.events.sort(key=lambda event: event.at)
    assert gaps(run) == ["5.0 ms: A sent C the two writes (#1 and #2) that C had not got."]


def test_the_write_that_is_shown_as_saved_was_acknowledged_after_it_was_sent_again() -> None:
    run = resend("w1", "w2")
    for at, op in ((4.5, "w1"), (7, "w2")):
        run.history[op].outcome = "ok"
        run.event(at, "reply_sent", "A", op, peer="c1")
    run.trace.events.sort(key=lambda event: event.at)
    assert journeys(Case(run.trace, run.history, {}))[:1] == ["w2"]


def test_only_the_first_receiver_in_a_row_is_told_who_passes_a_batch_on() -> None:
    assert len([text for text in texts_of("chain-of-5") if "had not got" in text]) == 1


def stopped(*reads: tuple[float, str], stale: tuple[str, ...] = ()) -> list[str]:
    """What is said of reads, each answered at an instant by a replica, while no write succeeded from 1 to 900 ms."""
    run = Run()
    run.strike(0.5)
    for op, asked, done in (("w0", 0, 0.9), ("w1", 0, 1), ("w2", 2, 900)):
        run.write(op, at=asked, ok=done)
    for n, (at, node) in enumerate(((950, "A"), *reads)):
        run.read(f"r{n}", "w1", at=at - 1, ok=at)
        run.history[f"r{n}"].node = node
    finding = broken("stale_reads", len(stale), [], stale) if stale else holds("stale_reads")
    gap = Measure("unavailable_ms", 899.0, "ms")
    texts = tell(run.trace, run.history, {"stale_reads": finding}, {"unavailable_ms": gap})
    return [sentence.text for sentence in texts if sentence.text.startswith("Meanwhile")]


def test_writes_that_never_succeeded_had_stopped() -> None:
    run = Run()
    run.strike(0)
    run.write("w")
    texts = tell(run.trace, run.history, {}, {"unavailable_ms": Measure("unavailable_ms", 1000.0, "ms", at_least=True)})
    assert "Writes stopped at 0.0 ms and had not come back 1 s later." in [sentence.text for sentence in texts]


def test_what_readers_got_while_writes_stood_still() -> None:
    assert stopped() == ["Meanwhile no reads were answered."]
    assert stopped((5, "C")) == ["Meanwhile one read was answered by C."]
    assert stopped((5, "C"), (6, "B"), (7, "C")) == ["Meanwhile three reads were answered by B and C."]


def test_what_was_stale_meanwhile_is_what_the_finding_says() -> None:
    assert stopped((5, "C"), stale=("r1",)) == ["Meanwhile one read was answered by C, a stale one."]
    assert stopped((5, "C"), (6, "C"), stale=("r1", "r0")) == ["Meanwhile two reads were answered by C, one of them stale."]
    assert stopped((5, "C"), (6, "C"), stale=("r0",)) == ["Meanwhile two reads were answered by C."]


@pytest.mark.parametrize(
    ("writes", "done", "text"),
    [
        (1, 0, "One write has an unknown outcome for the client; it did not take effect."),
        (1, 1, "One write has an unknown outcome for the client; it took effect."),
        (3, 0, "Three writes have an unknown outcome for the client; none of them took effect."),
        (3, 2, "Three writes have an unknown outcome for the client; two of them took effect."),
        (3, 3, "Three writes have an unknown outcome for the client; all of them took effect."),
    ],
)
def test_what_became_of_writes_with_an_unknown_outcome(writes: int, done: int, text: str) -> None:
    run = Run()
    run.strike(1)
    ops = [f"w{n}" for n in range(writes)]
    for op in ops:
        run.write(op)
    run.lead("A", *ops[:done])
    assert text in told(run)


def test_what_is_undecided_is_said_once_for_each_reason() -> None:
    run = Run()
    run.strike(1)
    findings = {name: unknown(name, "nobody leads") for name in ("lost_acked_writes", "ledger_balances")}
    assert "Undecided (lost acked writes and ledger balances): nobody leads." in told(run, **findings)


def test_a_fault_that_never_struck_leaves_nothing_else_to_judge() -> None:
    run = Run()
    run.miss("kill")
    findings = {"converged": unknown("converged", "it never struck")}
    assert told(run, **findings) == ["The kill at place 1 of the schedule never struck, so this run proves nothing."]


def test_links_that_fly_slowly_are_told_by_what_they_do() -> None:
    run = Run()
    run.event(0, "fault", "", peer="A, B", text="slow")
    run.event(1, "sent", "A", peer="B", n=1, text="append", until=1000)
    run.event(21, "delivered", "B", peer="A", n=1, text="append")
    assert told(run)[0] == "0.0 ms: the links between A and B became slow: what they send each other flies for 20 ms."


@pytest.mark.parametrize(
    ("verb", "text"),
    [
        ("kill", "A was killed; its disk, and what it had handed to the operating system to send, live on."),
        ("power_cut", "A lost power."),
        ("pause", "A froze; it will wake with its old beliefs."),
    ],
)
def test_every_fault_on_a_machine_has_its_sentence(verb: str, text: str) -> None:
    run = Run()
    run.strike(1, verb)
    assert told(run)[0] == f"1.0 ms: {text}"


@pytest.mark.parametrize(
    ("peer", "text"),
    [
        ("A | B, C", "A was cut off from B and C."),
        ("A, B, C", "A, B and C were cut off from each other."),
        ("A | B | C", "the network fell apart into A, B and C."),
    ],
)
def test_every_shape_of_a_cut_has_its_sentence(peer: str, text: str) -> None:
    run = Run()
    run.event(1, "fault", "", peer=peer, text="cut")
    run.event(2, "fault", "", text="heal")
    assert told(run)[:2] == [f"1.0 ms: {text}", "2.0 ms: all links were mended."]


def test_a_run_that_repeats_itself_is_not_retold() -> None:
    run = Run()
    for at in range(9):
        run.event(at, "suspected", "controller", peer="ABC"[at % 3])
    assert sum("for dead" in text for text in told(run)) == 3


def test_those_suspected_at_one_look_share_a_sentence() -> None:
    run = Run()
    for node in "AB":
        run.event(1, "suspected", "controller", peer=node)
    assert told(run)[0] == "1.0 ms: the controller held A and B for dead."


def test_controllers_that_suspect_the_same_share_a_sentence_too() -> None:
    run = Run()
    run.trace.controllers = ("controller", "controller2", "controller3")
    for node, peer in [("controller", "B"), ("controller2", "A"), ("controller3", "A")]:
        run.event(1, "suspected", node, peer=peer)
        run.event(1, "sent", node, text="report")
    assert told(run)[0] == ("1.0 ms: controller held B for dead; controller2 and controller3 held A for dead.")


def test_an_election_without_an_office_is_told() -> None:
    run = Run()
    run.event(1, "elected", "controller", peer="B", n=2)
    run.event(2, "elected", "controller", peer="C", n=3)
    run.event(3, "promoted", "C", n=3)
    assert told(run)[:2] == [
        "1.0 ms: the controller chose B, which never took office.",
        "3.0 ms: C was promoted with an empty log.",
    ]
