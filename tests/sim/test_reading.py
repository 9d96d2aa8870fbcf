"""Raw setups: what is read, and where an error points."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sim.design import override, read_design
from sim.errors import SetupError
from sim.faults import read_faults
from sim.reading import Reader
from sim.setup import read_setup


@pytest.mark.parametrize(
    ("read", "raw", "message", "where"),
    [
        (read_setup, {"workload": {"ops": "ten"}}, "ops must be a number, found 'ten'", ("workload", "ops")),
        (read_setup, {"workload": {"ops": "10.5"}}, "ops must be a whole number, found 10.5", ("workload", "ops")),
        (read_setup, {"workload": {"ops": "0"}}, "ops must be at least 1, found 0", ("workload", "ops")),
        (read_setup, {"workload": {"clients": 65}}, "clients must be at most 64, found 65", ("workload", "clients")),
        (read_setup, {"workload": {"kind": "bank"}}, "unknown kind: bank", ("workload", "kind")),
        (read_setup, {"network": {"delay_ms": [2, 1]}}, "delay_ms has its low end above its high end", ("network", "delay_ms")),
        (read_setup, {"network": {"delay_ms": [1]}}, "delay_ms must be a number or [low, high]", ("network", "delay_ms")),
        (read_setup, {"disk": []}, "expected a mapping, found a list", ("disk",)),
        (read_setup, {"limits": {"timeout": 5}}, "unknown key: timeout", ("limits", "timeout")),
        (read_faults, [{"do": "explode", "node": "A"}], "unknown do: explode", (0, "do")),
        (read_faults, [{"do": "kill"}], "node is missing", (0,)),
        (read_faults, [{"do": "kill", "node": "boss"}], "no machine, role or group is called boss", (0, "node")),
        (read_faults, [{"do": "slow", "links": "replicas"}], "slow needs egress_ms or delay_ms above 0", (0, "do")),
        (read_faults, [{"do": "cut", "between": [["A"]]}], "between needs two or more groups", (0, "between")),
        (
            read_faults,
            [{"do": "kill", "node": "A", "at_ms": 1, "after": {"promoted": {}}}],
            "a fault strikes at a time or after an event, not both",
            (0, "after"),
        ),
        (read_faults, [{"do": "kill", "node": "A", "after": {"acked": {}}}], "unknown key: acked", (0, "after")),
    ],
)
def test_an_error_names_the_place(read: Callable[[Any], Any], raw: Any, message: str, where: tuple[str | int, ...]) -> None:
    with pytest.raises(SetupError) as caught:
        read(raw)
    assert (caught.value.message, caught.value.where) == (message, where)


@pytest.mark.parametrize(
    ("knobs", "message", "hint"),
    [
        ({"wait": "all"}, "unknown knob: wait", "did you mean `wait_for`?"),
        ({"wait_for": "some"}, "wait_for cannot be some", "choose one of: none, k, majority, all, in-sync"),
        ({"replicas": "9"}, "replicas cannot be 9", "choose a whole number from 1 to 7"),
        ({"replicas": "²"}, "replicas cannot be ²", "choose a whole number from 1 to 7"),
        (
            {"wait_for": "none", "promote_quorum": "safe"},
            "promote_quorum=safe cannot be: with wait_for=none a confirmed write may be on the leader alone, "
            "so no set of followers is safe",
            "set promote_quorum=reachable (it may lose the tail), or wait_for=k",
        ),
        (
            {"wait_for": "3"},
            "k=3 cannot be: the leader would wait for more followers than there are",
            "set k lower, or replicas higher",
        ),
        ({"topology": "chain", "wait_for": "all"}, "wait_for means nothing in a chain design", "remove wait_for"),
        ({"topology": "chain", "replicas": 1}, "replicas=1 cannot be: a chain of one is no chain", "set replicas=3"),
        (
            {"topology": "chain", "reads": "any"},
            "reads=any cannot be: only the tail of a chain has exactly the confirmed writes",
            "set reads=tail, or topology=craq",
        ),
        ({"reads": "tail"}, "reads=tail cannot be: only a chain has a tail", "set reads=leader, or topology=chain"),
    ],
)
def test_an_impossible_design_is_refused_with_a_reason(knobs: dict[str, Any], message: str, hint: str) -> None:
    with pytest.raises(SetupError) as caught:
        read_design(knobs)
    assert (caught.value.message, caught.value.hint) == (message, hint)


def test_a_number_for_wait_for_is_short_for_k() -> None:
    assert read_design({"wait_for": "2"}) == read_design({"wait_for": "k", "k": "2"})


def test_safe_promotion_is_the_default_wherever_it_can_be() -> None:
    assert read_design({"wait_for": "majority"}).promote_quorum == "safe"
    assert read_design({"wait_for": "none"}).promote_quorum == "reachable"


def test_overriding_the_topology_drops_the_knobs_it_has_no_use_for() -> None:
    base = {"topology": "leader-follower", "wait_for": "k", "k": "1"}
    assert read_design(override(base, {"topology": "chain"})).topology == "chain"
    with pytest.raises(SetupError):
        read_design(override(base, {"topology": "chain", "wait_for": "all"}))


def test_overriding_drops_what_cannot_stay_beside_the_change_and_nothing_else() -> None:
    base = {"wait_for": "majority", "promote_quorum": "safe", "replicas": "5", "promote": "any"}
    changed = override(base, {"wait_for": "none"})
    assert changed == {"wait_for": "none", "replicas": "5", "promote": "any"}
    assert override({"wait_for": "k", "k": "4", "replicas": "5"}, {"replicas": "3"}) == {"wait_for": "k", "replicas": "3"}


@pytest.mark.parametrize("changes", [{"k": "2"}, {"failover": "manual", "promote": "any"}])
def test_a_knob_that_changes_nothing_is_refused(changes: dict[str, str]) -> None:
    with pytest.raises(SetupError, match="changes nothing here"):
        read_design(override({"wait_for": "all"}, changes))


def test_an_untouched_key_is_refused() -> None:
    row = Reader({"a": 1, "b": 2})
    row.number("a", 0)
    with pytest.raises(SetupError, match="unknown key: b"):
        row.done()
