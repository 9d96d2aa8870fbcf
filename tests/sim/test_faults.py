"""A fault schedule as a person writes it: what each row means, and what is said of one that cannot be."""

from __future__ import annotations

from typing import Any

import pytest

from sim.errors import SetupError
from sim.faults import Fault, Trigger, read_fault, read_faults
from sim.setup import read_setup
from sim.trace import __doc__ as vocabulary
from sim.verbs import POINTS, VERBS

NEEDS: dict[str, dict[str, Any]] = {
    "slow": {"egress_ms": 5},
    "lossy": {"percent": 20},
    "duplicate": {"percent": 20},
    "reorder": {"ms": 5},
    "skew": {"ms": -300},
    "drift": {"ppm": 2000},
    "disk_slow": {"ms": 50},
}
TARGETS: dict[str, dict[str, Any]] = {"nodes": {"node": "leader"}, "links": {"links": "replicas"}, "none": {}}


def row(verb: str, **rest: Any) -> dict[str, Any]:
    return {"do": verb, **TARGETS[VERBS[verb].targets], **NEEDS.get(verb, {}), **rest}


# What a row means


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_can_be_asked_for_with_what_it_needs(verb: str) -> None:
    assert read_fault(row(verb)).verb == verb


@pytest.mark.parametrize(
    ("raw", "settings"),
    [
        (row("slow", egress_ms=0.3, delay_ms=2), {"egress_us": 300, "delay_us": 2000}),
        (row("lossy"), {"loss_ppm": 200_000}),
        (row("duplicate", percent="0.5"), {"duplicate_ppm": 5000}),
        (row("reorder"), {"reorder_us": 5000}),
        (row("skew"), {"amount": -300_000}),
        (row("drift"), {"amount": 2000}),
        (row("disk_slow"), {"amount": 50_000}),
        (row("power_cut"), {"tail": "drawn"}),
        (row("power_cut", tail="torn"), {"tail": "torn"}),
        (row("cancel_client"), {"about": ""}),
        (row("cancel_client", op="c2/5"), {"about": "c2/5"}),
        (row("kill"), {}),
    ],
)
def test_parameters_are_kept_in_microseconds_and_parts_in_a_million(raw: dict[str, Any], settings: dict[str, Any]) -> None:
    assert read_fault(raw).settings == settings


def test_a_trigger_names_a_point_and_which_of_its_events() -> None:
    after = {"sent": {"nth": 3, "node": "follower:2", "kind": "append", "op": "c2/5"}}
    fault = read_fault(row("kill", after=after, delay_ms=2, by_ms=100))
    assert fault.after == Trigger("sent", nth=3, op="c2/5", node="follower:2", text="append")
    assert (fault.delay, fault.by) == (2000, 100_000)


def test_links_lie_within_a_group_between_groups_or_from_one_to_another() -> None:
    assert read_fault(row("cut")).sides == (("replicas",), ("replicas",))
    between = read_fault({"do": "cut", "between": [["leader", "c1"], "rest", "C"]})
    assert (between.sides, between.one_way) == ((("leader", "c1"), ("rest",), ("C",)), False)
    one_way = read_fault({"do": "cut", "from": "A", "to": ["B", "C"]})
    assert (one_way.sides, one_way.one_way) == ((("A",), ("B", "C")), True)


def test_a_name_means_something_in_later_rows_only() -> None:
    faults = read_faults([row("kill", **{"as": "victim"}), {"do": "restart", "node": "victim"}])
    assert faults[1].nodes == (faults[0].binds,)
    with pytest.raises(SetupError, match="no machine, role or group is called victim"):
        read_faults([{"do": "restart", "node": "victim"}, row("kill", **{"as": "victim"})])


def test_a_rack_is_a_group() -> None:
    assert read_faults([{"do": "power_cut", "node": "east"}], racks=("east",))[0].nodes == ("east",)


@pytest.mark.parametrize("verb", VERBS)
def test_what_is_there_from_the_first_instant_is_how_the_world_is(verb: str) -> None:
    kind = VERBS[verb].kind
    assert read_fault(row(verb)).harms is (kind == "attack")
    assert read_fault(row(verb, at_ms=5)).harms is (kind != "help")
    assert Fault(verb, after=Trigger("promoted")).harms is (kind != "help")


@pytest.mark.parametrize("point", POINTS)
def test_every_point_is_a_word_of_the_trace(point: str) -> None:
    event = Trigger(point).event
    named = [line.split("|")[1].split(", ") for line in (vocabulary or "").splitlines() if line.startswith("|")]
    assert event in [word.strip() for words in named for word in words]


# What cannot be

WHOLE: list[tuple[dict[str, Any], str, str, tuple[str | int, ...]]] = [
    ({"do": "isolte"}, "unknown do: isolte", "did you mean `isolate`?", ("do",)),
    ({"do": "kill"}, "node is missing", "add `node:`", ()),
    ({"do": "kill", "nodes": []}, "nodes is empty", "name machines, roles or groups", ("nodes",)),
    (
        row("kill", tial="lost"),
        "unknown key: tial",
        "known: do, after, at_ms, delay_ms, by_ms, for_ms, nodes, node, as",
        ("tial",),
    ),
    (row("kill", node="boss"), "no machine, role or group is called boss", "known: {known}", ("node",)),
    (row("kill", node="folower"), "no machine, role or group is called folower", "did you mean `follower`?", ("node",)),
    (row("kill", node="follower:0"), "no machine, role or group is called follower:0", "did you mean `follower`?", ("node",)),
    (row("kill", node="acker"), "acker is who gave the answer that the fault waits for", "add {ok}", ("node",)),
    (
        row("kill", node="rest"),
        "rest is everybody on no other side",
        "use it in between, from or to; all is everybody",
        ("node",),
    ),
    (row("kill", at_ms=-1), "at_ms must be at least 0, found -1", "", ("at_ms",)),
    (row("kill", delay_ms=5), "delay_ms is for a fault that waits for an event with `after`", "add it to at_ms", ("delay_ms",)),
    (row("kill", by_ms=5), "by_ms is for a fault that waits for an event with `after`", "remove by_ms", ("by_ms",)),
    (row("promote", for_ms=5), "promote is not undone by itself", "remove for_ms", ("for_ms",)),
    (row("corrupt", for_ms=5), "corrupt is not undone by itself", "remove for_ms", ("for_ms",)),
    (row("power_cut", tail="half"), "unknown tail: half", "known: drawn, lost, kept, torn", ("tail",)),
    ({"do": "skew", "node": "A"}, "skew needs ms: how far the wall clock is ahead; below 0: behind", "add `ms:`", ("do",)),
    (row("lossy", percent=101), "percent must be at most 100, found 101", "", ("percent",)),
    (row("lossy", percent=0), "lossy needs percent above 0", "for example percent: 5", ("do",)),
    (
        {"do": "slow", "links": "all"},
        "slow needs egress_ms or delay_ms above 0",
        "for example egress_ms: 5",
        ("do",),
    ),
    (row("drift", ppm=-1_000_000), "ppm must be at least -900000, found -1000000", "", ("ppm",)),
    ({"do": "cut"}, "cut needs links", "say `links:`, `between:`, or `from:` and `to:`", ("do",)),
    ({"do": "cut", "from": "A"}, "cut needs links", "say `links:`, `between:`, or `from:` and `to:`", ("do",)),
    (
        {"do": "cut", "between": [["A"]]},
        "between needs two or more groups",
        "for example between: [[leader], [rest]]",
        ("between",),
    ),
    (
        {"do": "cut", "between": [["A"], ["Z"]]},
        "no machine, role or group is called Z",
        "known: {known}",
        ("between",),
    ),
    (row("kill", **{"as": "leader"}), "as cannot be leader: that means something already", "choose another name", ("as",)),
    (row("kill", **{"as": "east"}), "as cannot be east: that means something already", "choose another name", ("as",)),
    (
        row("kill", at_ms=5, after={"promoted": {}}),
        "a fault strikes at a time or after an event, not both",
        "remove at_ms or after",
        ("after",),
    ),
    (row("kill", after={"promotd": {}}), "unknown key: promotd", "did you mean `promoted`?", ("after",)),
    (row("kill", after={"promoted": {"nth": 0}}), "nth must be at least 1, found 0", "", ("after", "promoted", "nth")),
    (
        row("kill", after={"durable": {"kind": "append"}}),
        "unknown key: kind",
        "known: nth, op, node",
        ("after", "durable", "kind"),
    ),
    (
        row("kill", after={"durable": {"node": "boss"}}),
        "no machine, role or group is called boss",
        "known: {known}",
        ("after", "durable", "node"),
    ),
    (
        row("kill", after={"after_fault": {"do": "slo"}}),
        "unknown do: slo",
        "did you mean `slow`?",
        ("after", "after_fault", "do"),
    ),
]
KNOWN = "leader, acker, head, follower, middle, tail, controller, replicas, clients, controllers, all, east"


@pytest.mark.parametrize(("raw", "message", "hint", "where"), WHOLE)
def test_an_error_says_what_is_wrong_where_and_what_to_do(
    raw: dict[str, Any], message: str, hint: str, where: tuple[str | int, ...]
) -> None:
    with pytest.raises(SetupError) as caught:
        read_faults([row("heal"), raw], racks=("east",))
    error = caught.value
    hint = hint.format(known=KNOWN, ok="`after: {ok_received: {nth: 1}}`")
    assert (error.message, error.hint, error.where) == (message, hint, (1, *where))


@pytest.mark.parametrize(
    ("racks", "message", "hint", "where"),
    [
        ({"tail": ["A"]}, "a rack cannot be called tail", "choose a name that is no machine, role or group", "tail"),
        ({"east": ["A", "Z"]}, "Z is no machine", "machines are A to G, c1, c2, ... and controller", "east"),
        ({"east": ["A"], "west": ["B", "A"]}, "A stands in east already", "a machine stands in one rack", "west"),
    ],
)
def test_a_rack_that_cannot_be(racks: dict[str, Any], message: str, hint: str, where: str) -> None:
    with pytest.raises(SetupError) as caught:
        read_setup({"racks": racks})
    assert (caught.value.message, caught.value.hint, caught.value.where) == (message, hint, ("racks", where))
