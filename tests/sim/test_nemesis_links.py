"""What each fault does to the links between machines, and how it ends."""

from __future__ import annotations

from typing import Any

import pytest

from sim.node import Effect
from sim.run import Run
from sim.trace import MS
from tests.sim.helpers import BACKLOG, events, load, play
from tests.sim.scene import Scene, pings

SYNC = {"wait_for": 1}
MANY: dict[Any, list[Effect]] = {ms: pings("B", ms) for ms in range(10, 210, 2)}  # one hundred, 2 ms apart


def on_links(verb: str, **rest: Any) -> dict[str, Any]:
    return {"at_ms": 5, "do": verb, "links": "replicas", **rest}


def heard(*faults: dict[str, Any]) -> list[float]:
    """The numbers of the pings that B heard, in order."""
    return [n for _, n in Scene({"A": MANY}, *faults).got("B", "ping")]


def links_cut(run: Run) -> set[tuple[str, str]]:
    """(from, to) of everything that a cut dropped."""
    return {(event.peer, event.node) for event in events(run, "dropped") if event.text == "the link was cut"}


def test_a_cut_separates_groups_in_both_directions_and_nobody_within_them() -> None:
    run = play({"wait_for": "all"}, {"at_ms": 5, "do": "cut", "between": [["B"], ["rest"]], "for_ms": 200})
    assert {("A", "B"), ("B", "A"), ("B", "controller")} <= links_cut(run)
    assert all("B" in link for link in links_cut(run))


def test_a_one_way_cut() -> None:
    run = play({"wait_for": "all"}, {"at_ms": 5, "do": "cut", "from": ["B"], "to": ["rest"], "for_ms": 200})
    assert links_cut(run) == {("B", "A"), ("B", "controller")}


def test_a_cut_among_the_members_of_a_group() -> None:
    run = play(SYNC, {"at_ms": 5, "do": "cut", "links": "replicas", "for_ms": 100})
    assert {("A", "B"), ("A", "C")} <= links_cut(run)
    assert not any("controller" in link for link in links_cut(run))


def test_a_cut_ends_after_its_time() -> None:
    run = play(SYNC, {"at_ms": 5, "do": "cut", "from": ["A"], "to": ["B"], "for_ms": 100}, workload=load(3, 200))
    drops = [event.at for event in events(run, "dropped")]
    assert drops
    assert all(5_000 <= at <= 105_000 for at in drops)


def test_two_slow_faults_add_up_and_end_one_by_one() -> None:
    faults = ({**BACKLOG, "for_ms": 40}, {**BACKLOG, "at_ms": 20})
    run = play({}, *faults, workload=load(1, 100, think_ms=0))
    waits = [(event.at, event.until - event.at) for event in events(run, "sent", node="A", peer="B", text="append")]
    assert {wait for at, wait in waits if at < 20_000} == {5000}
    assert {wait for at, wait in waits if 20_000 < at < 40_000} == {10_000}
    assert min(wait for at, wait in waits if at > 50_000) == 5000


# Loss, doubles, detours


def test_a_lossy_link_loses_about_its_share() -> None:
    got = heard(on_links("lossy", percent=30))
    assert 55 <= len(got) <= 85
    assert got == sorted(got)
    assert heard(on_links("lossy", percent=100)) == []


def test_what_was_lost_is_in_the_trace() -> None:
    found = Scene({"A": MANY}, on_links("lossy", percent=30))
    assert len(found.what("dropped")) == 100 - len(found.got("B", "ping"))
    assert {event.text for event in found.what("dropped")} == {"the link lost it"}


def test_two_shares_of_loss_add_up_and_end_one_by_one() -> None:
    got = heard(on_links("lossy", percent=60), on_links("lossy", percent=40, for_ms=95))
    assert [n for n in got if n < 100] == []
    assert 10 <= len(got) <= 40


def test_duplicated_messages_arrive_twice() -> None:
    got = heard(on_links("duplicate", percent=100))
    assert got == sorted([*MANY, *MANY])
    assert len(heard(on_links("duplicate", percent=30))) in range(115, 146)


def test_a_detour_lets_later_messages_overtake() -> None:
    got = heard(on_links("reorder", ms=10))
    assert got != sorted(got)
    assert sorted(got) == list(MANY)
    assert heard() == list(MANY), "without it they keep their order"


@pytest.mark.parametrize(
    "fault",
    [
        on_links("lossy", percent=100),
        on_links("duplicate", percent=100),
        on_links("reorder", ms=30),
        on_links("slow", delay_ms=7),
        on_links("cut"),
    ],
    ids=lambda fault: str(fault["do"]),
)
def test_each_is_over_after_its_time_or_with_a_heal(fault: dict[str, Any]) -> None:
    quiet = Scene({"A": MANY}).got("B", "ping")[60:]
    mended = Scene({"A": MANY}, {**fault, "for_ms": 50})
    healed = Scene({"A": MANY}, {**fault, "for_ms": 150}, {"at_ms": 55, "do": "heal"})
    assert mended.got("B", "ping")[-40:] == healed.got("B", "ping")[-40:] == quiet
    assert [(event.at, event.text) for event in mended.what("mended")] == [(55 * MS, fault["do"])]
    assert healed.what("mended") == [], "it was over already"


def test_links_are_hurt_in_the_direction_that_is_named() -> None:
    one_way = {"at_ms": 5, "do": "lossy", "from": "A", "to": "B", "percent": 100}
    found = Scene({"A": {10: pings("B", 1)}, "B": {10: pings("A", 2)}}, one_way)
    assert (found.got("A", "ping"), found.got("B", "ping")) == ([(11, 2)], [])


def test_a_slow_link_sets_the_stage_where_there_is_none() -> None:
    """One scenario serves a design of one machine too."""
    assert play({"topology": "single"}, BACKLOG).unfired == []
    (shot,) = play({"topology": "single"}, {**BACKLOG, "at_ms": 5}).unfired
    assert shot.missed == "there is no link between them"
