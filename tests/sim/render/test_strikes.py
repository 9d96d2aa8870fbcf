"""What a person reads of a fault, of its end, and of what it leaves behind."""

from __future__ import annotations

from typing import Any

import pytest

from sim.render.lanes import timeline
from sim.render.logbook import Logbook
from sim.render.story import tell
from sim.render.strikes import FAULTS, OVER
from sim.render.words import percent
from sim.verbs import VERBS
from tests.sim.checks.build import Run
from tests.sim.helpers import at_write, play

ALL = "A, B, C"
TOLD_BY_WHAT_FOLLOWS = {"restart", "resume"}


def told(run: Run) -> str:
    return tell(run.trace, run.history, {}, {})[0].text.partition(": ")[2]


def drawn(run: Run) -> str:
    return "\n".join(map(str, timeline(run.trace, run.history, {}, 120)))


@pytest.mark.parametrize(
    ("verb", "event", "text"),
    [
        ("disk_loss", {"node": "A"}, "A lost its disk, and its process with it; it can only come back empty."),
        ("isolate", {"node": "A"}, "A was cut off from everybody, clients too."),
        ("lossy", {"peer": ALL, "n": 200_000}, "the links between A, B and C began to lose 20 % of the messages."),
        ("duplicate", {"peer": "A > B", "n": 5000}, "the links between A and B began to deliver 0.5 % of the messages twice."),
        (
            "reorder",
            {"peer": ALL, "n": 5000},
            "the links between A, B and C began to let messages overtake each other, by up to 5 ms.",
        ),
        ("skew", {"node": "A", "n": 300_000}, "A's clock was set 300 ms ahead."),
        ("skew", {"node": "A", "n": -4000}, "A's clock was set 4 ms behind."),
        ("skew", {"node": "A"}, "A's clock was set right."),
        ("drift", {"node": "A", "n": 1000}, "A's clock began to run 0.1 % too fast."),
        ("drift", {"node": "A", "n": -20_000}, "A's clock began to run 2 % too slow."),
        ("drift", {"node": "A"}, "A's clock began to run at the right rate."),
        ("fsync_lies", {"node": "A"}, "A's disk began to say that writes are durable when they are not."),
        ("fsync_fails", {"node": "A"}, "the next fsync on A was bound to fail."),
        ("disk_slow", {"node": "A", "n": 50_000}, "each fsync on A began to take 50 ms longer."),
        ("disk_full", {"node": "A"}, "A's disk was full."),
        (
            "corrupt",
            {"node": "A"},
            "a record in the middle of A's disk was damaged; nobody notices before the next restart.",
        ),
        ("promote", {"node": "B"}, "an operator called for B to be promoted."),
        ("demote", {"node": "A"}, "an operator told A to stand down."),
        ("campaign", {"node": "B"}, "an operator told B to stand for election."),
        (
            "cancel_client",
            {"node": "A"},
            "an operator told A to wait no longer for the acks of the write that had waited longest.",
        ),
        ("cancel_client", {"node": "A", "peer": "c2/5"}, "an operator told A to wait no longer for the acks of c2/5."),
    ],
)
def test_a_strike_has_its_sentence(verb: str, event: dict[str, Any], text: str) -> None:
    run = Run()
    run.event(1, "fault", event.pop("node", ""), text=verb, **event)
    assert told(run) == text


@pytest.mark.parametrize(
    ("verb", "event", "text"),
    [
        ("cut", {"peer": "A | B, C"}, "the links of A to B and C worked again."),
        ("isolate", {"node": "A"}, "A was no longer cut off."),
        ("slow", {"peer": ALL}, "the links between A, B and C were as quick as before."),
        ("lossy", {"peer": ALL}, "the links between A, B and C lost no more messages."),
        ("duplicate", {"peer": ALL}, "the links between A, B and C delivered each message once again."),
        ("reorder", {"peer": ALL}, "the links between A, B and C kept the order of their messages again."),
        ("skew", {"node": "A"}, "A's clock was set right."),
        ("drift", {"node": "A"}, "A's clock ran at the right rate again."),
        ("fsync_lies", {"node": "A"}, "A's disk told the truth again."),
        ("disk_slow", {"node": "A"}, "fsyncs on A took as long as before."),
        ("disk_full", {"node": "A"}, "A's disk had room again."),
    ],
)
def test_the_end_of_a_fault_has_its_sentence(verb: str, event: dict[str, Any], text: str) -> None:
    run = Run()
    run.event(1, "mended", event.pop("node", ""), text=verb, **event)
    assert told(run) == text
    assert text.rstrip(".") in drawn(run)


def test_no_verb_is_forgotten() -> None:
    assert set(FAULTS) == set(VERBS) - TOLD_BY_WHAT_FOLLOWS
    ends = {verb for verb, row in VERBS.items() if row.lasts}
    assert ends - set(OVER) == {"kill", "power_cut", "disk_loss", "pause", "fsync_fails"}


@pytest.mark.parametrize(
    ("what", "event", "text", "mark"),
    [
        ("halted", {"text": "an fsync failed"}, "B ended itself: an fsync failed.", "X ended itself"),
        ("powered_off", {"peer": "controller"}, "the controller switched B off.", "X switched off"),
    ],
)
def test_a_machine_that_ends_otherwise_is_down(what: str, event: dict[str, Any], text: str, mark: str) -> None:
    run = Run()
    run.event(1, "received", "B", "w", n=1)
    number = run.event(2, what, "B", **event)
    book = Logbook(run.trace, run.history)
    assert book.is_down("B", number)
    assert book.copies["w"][0].fate == "memory"
    assert told(run) == text
    assert mark in drawn(run)


def test_a_machine_that_dies_twice_is_still_down() -> None:
    run = Run()
    run.strike(1, "kill")
    number = run.strike(2, "power_cut")
    assert Logbook(run.trace, run.history).is_down("A", number)


def test_what_a_lost_disk_and_a_damaged_one_take() -> None:
    run = Run()
    for at, node in enumerate("AB", 1):
        run.event(at, "received", node, "w", n=1)
    run.write("w", ok=3)
    run.event(3, "reply_sent", "A", "w", peer="c1")
    run.event(4, "lost_unsynced", "A", "w", n=1, text="disk")
    run.event(5, "corrupt", "B", "w", n=1)
    assert [copy.fate for copy in Logbook(run.trace, run.history).copies["w"]] == ["disk", "damaged"]
    texts = [sentence.text for sentence in tell(run.trace, run.history, {}, {})]
    assert texts[:2] == [
        "4.0 ms: #1, acknowledged, is gone with A's disk.",
        "5.0 ms: B found a damaged record and gave up #1 (an acknowledged write).",
    ]
    assert "gone with A's disk: #1" in drawn(run)
    assert "damaged on B's disk: #1" in drawn(run)


def test_a_fault_that_found_nobody_is_in_the_timeline_and_in_the_story() -> None:
    run = play({}, {"at_ms": 5, "do": "kill", "node": "middle:4"}, at_write(9, "pause", "follower", for_ms=1))
    rows = [str(line).strip() for line in timeline(run.trace, run.history, run.findings)]
    assert any("missed: kill: nobody is middle:4" in row for row in rows)
    assert rows[-1] == "the kill never struck: nobody is middle:4"
    texts = [sentence.text for sentence in tell(run.trace, run.history, run.findings, run.measures)]
    why = "(nobody is middle:4), so this run proves nothing."
    assert f"The kill at place 1 of the schedule never struck {why}" in texts


@pytest.mark.parametrize(("ppm", "text"), [(200_000, "20 %"), (1000, "0.1 %"), (25, "0.0025 %"), (1_000_000, "100 %")])
def test_shares_in_percent(ppm: int, text: str) -> None:
    assert percent(ppm) == text
