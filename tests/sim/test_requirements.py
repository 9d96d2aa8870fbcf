from __future__ import annotations

import pickle
from typing import Any

import pytest

from sim.checks.finding import Finding
from sim.checks.measure import Measure
from sim.errors import SetupError, within
from sim.requirements import Outcome, Requirement, judge, read_requirements


def one(name: str, raw: Any) -> Requirement:
    (requirement,) = read_requirements({name: raw})
    return requirement


@pytest.mark.parametrize(
    ("name", "raw", "required", "text"),
    [
        ("lost_acked_writes", 0, "0", "acked writes lost: 0"),
        ("lost_acked_writes", "0", "0", "acked writes lost: 0"),
        ("converged", "holds", "0", "replicas that differ: 0"),
        ("stale_reads", {"max": "3"}, "<= 3", "stale reads <= 3"),
        ("unavailable_ms", {"max": 5000}, "<= 5000 ms", "unavailable <= 5000 ms"),
        ("write_p99_ms", {"max": "1.5"}, "<= 1.5 ms", "write p99 <= 1.5 ms"),
        ("writes_per_s", {"min": "100"}, ">= 100 writes/s", "throughput >= 100 writes/s"),
    ],
)
def test_requirements_read_well(name: str, raw: Any, required: str, text: str) -> None:
    requirement = one(name, raw)
    assert (requirement.name, requirement.required, requirement.text) == (name, required, text)


def test_they_keep_the_order_of_the_file() -> None:
    raw = {"write_p99_ms": {"max": 20}, "lost_acked_writes": "0"}
    assert [requirement.kind for requirement in read_requirements(raw)] == ["measure", "check"]


@pytest.mark.parametrize(
    ("raw", "message", "hint", "where"),
    [
        (["x"], "requirements must name checks and measures", "write for example {lost_acked_writes: 0}", ()),
        (
            {"lost_acked_write": "0"},
            "there is no check or measure named lost_acked_write",
            "did you mean `lost_acked_writes`?",
            ("lost_acked_write",),
        ),
        (
            {"converged": "1"},
            "converged cannot be required to be 1",
            "write 0, holds, or {max: N} with a whole number",
            ("converged",),
        ),
        (
            {"stale_reads": {"min": "1"}},
            "stale_reads cannot be required to be {min: 1}",
            "write 0, holds, or {max: N} with a whole number",
            ("stale_reads",),
        ),
        (
            {"stale_reads": {"max": "0.5"}},
            "stale_reads cannot be required to be {max: 0.5}",
            "write 0, holds, or {max: N} with a whole number",
            ("stale_reads",),
        ),
        (
            {"unavailable_ms": "5000"},
            "unavailable_ms needs a bound, not 5000",
            "write {max: N} or {min: N}",
            ("unavailable_ms",),
        ),
        (
            {"unavailable_ms": {"max": "5", "min": "1"}},
            "{max: 5, min: 1} is not a bound",
            "write {max: N} or {min: N}",
            ("unavailable_ms",),
        ),
        (
            {"unavailable_ms": {"most": "5"}},
            "{most: 5} is not a bound",
            "write {max: N} or {min: N}",
            ("unavailable_ms",),
        ),
        (
            {"unavailable_ms": {"max": "5s"}},
            "5s is not a number",
            "write a plain number that is not negative, such as 20 or 0.5",
            ("unavailable_ms", "max"),
        ),
    ],
)
def test_errors_name_place_cause_and_next_step(raw: Any, message: str, hint: str, where: tuple[str, ...]) -> None:
    with pytest.raises(SetupError) as caught:
        read_requirements(raw)
    assert (caught.value.message, caught.value.hint, caught.value.where) == (message, hint, where)


@pytest.mark.parametrize("number", ["-1", "nan", "inf", "1e3", "1_000", "", True, None, -1, ["5"]])
def test_only_plain_numbers_are_numbers(number: Any) -> None:
    with pytest.raises(SetupError, match="is not a number"):
        one("unavailable_ms", {"max": number})


def test_a_check_is_held_to_its_count() -> None:
    lost_none, lost_two = one("lost_acked_writes", 0), one("lost_acked_writes", {"max": 2})
    finding = {"lost_acked_writes": Finding("lost_acked_writes", "broken", 2)}
    assert judge(lost_none, finding, {}) == Outcome(lost_none, 2, False, "2")
    assert (lost_none.label, lost_none.required, lost_none.raw) == ("acked writes lost", "0", 0)
    assert judge(lost_two, finding, {}).met is True


def test_unknown_is_neither_met_nor_broken() -> None:
    finding = {"lost_acked_writes": Finding("lost_acked_writes", "unknown", reason="nobody leads")}
    required = one("lost_acked_writes", 0)
    assert judge(required, finding, {}) == Outcome(required, None, None, "unknown", "nobody leads")


def test_a_check_that_does_not_apply_is_not_met() -> None:
    outcome = judge(one("ledger_balances", "holds"), {}, {})
    assert (outcome.met, outcome.reason) == (None, "the check does not apply to this workload")


@pytest.mark.parametrize(
    ("bound", "value", "at_least", "met"),
    [
        ("max", 20.0, False, True),
        ("max", 20.001, False, False),
        ("max", 21.0, True, False),
        ("max", 19.0, True, None),
        ("min", 20.0, False, True),
        ("min", 19.0, False, False),
        ("min", 19.0, True, None),
        ("min", 21.0, True, True),
        ("max", None, False, None),
    ],
)
def test_a_measure_is_held_to_its_bound(bound: str, value: float | None, at_least: bool, met: bool | None) -> None:
    measures = {"unavailable_ms": Measure("unavailable_ms", value, "ms", at_least)}
    assert judge(one("unavailable_ms", {bound: 20}), {}, measures).met is met


def test_an_open_measure_is_shown_as_such() -> None:
    measures = {"unavailable_ms": Measure("unavailable_ms", 3000.0, "ms", at_least=True)}
    required = one("unavailable_ms", {"max": 5000})
    outcome = judge(required, {}, measures)
    assert outcome == Outcome(required, 3000.0, None, ">= 3000 ms")
    assert (outcome.name, outcome.label, outcome.required) == ("unavailable_ms", "unavailable", "<= 5000 ms")
    assert required.raw == {"max": 5000}


def test_a_measure_of_an_attack_that_never_happened_proves_nothing() -> None:
    measures = {"unavailable_ms": Measure("unavailable_ms", 3.0, "ms", reason="never struck")}
    outcome = judge(one("unavailable_ms", {"max": 5000}), {}, measures)
    assert (outcome.measured, outcome.met, outcome.reason) == (3.0, None, "never struck")


def test_places_compose_outermost_first() -> None:
    with pytest.raises(SetupError) as caught, within("scenarios", 2), within("requirements"):
        one("rto_ms", {"max": "soon"})
    assert caught.value.where == ("scenarios", 2, "requirements", "rto_ms", "max")


def test_an_error_survives_the_way_back_from_another_process() -> None:
    error = pickle.loads(pickle.dumps(SetupError("what", "next", ("a", 1))))
    assert (error.message, error.hint, error.where) == ("what", "next", ("a", 1))
