"""Random fault plans within what a design is built to survive must break none of its promises.

Every day a few dozen plans each; `pytest -m sweep` plays 2,000 of each design, and `pytest -m "sweep or slow"` twenty times as
many. A failure is shrunk, and its message is the call that shows it again.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.sim.budgets import BUDGETS, WEAKER
from tests.sim.plans import attack, draw_plan, survive

DAILY, CHUNK, SWEEP, SLOW = 16, 250, 2_000, 40_000  # seeds: the first of these, in pieces that workers share


def chunks(first: int, last: int) -> list[Any]:
    """Every design with a piece of the seeds."""
    starts = range(first, last, CHUNK)
    return [pytest.param(name, range(one, one + CHUNK), id=f"{name}, from {one}") for name in BUDGETS for one in starts]


@pytest.mark.parametrize("name", BUDGETS)
def test_a_right_design_survives_what_it_is_built_for(name: str) -> None:
    survive(name, BUDGETS[name], range(DAILY))


@pytest.mark.sweep
@pytest.mark.parametrize(("name", "seeds"), chunks(0, SWEEP))
def test_a_right_design_survives_thousands_of_plans(name: str, seeds: range) -> None:
    survive(name, BUDGETS[name], seeds)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "seeds"), chunks(SWEEP, SLOW))
def test_a_right_design_survives_tens_of_thousands(name: str, seeds: range) -> None:
    survive(name, BUDGETS[name], seeds)


@pytest.mark.sweep
@pytest.mark.parametrize("name", BUDGETS)
def test_what_a_design_is_there_to_survive_does_happen(name: str) -> None:
    """Elections, promotions, leases that run out, and what else it names: a run in which nothing happens proves nothing."""
    budget, missing = BUDGETS[name], set(BUDGETS[name].sees)
    for seed in range(SWEEP):
        missing -= attack(budget, draw_plan(budget, seed)).seen.keys()
        if not missing:
            return
    raise AssertionError(f"{name}: none of the plans led to {sorted(missing)}")


@pytest.mark.sweep
@pytest.mark.parametrize(("name", "design", "promise"), WEAKER, ids=str)
def test_the_same_plans_do_break_a_weaker_design(name: str, design: dict[str, Any], promise: str) -> None:
    """Or else the plans would be too gentle to prove anything."""
    budget = BUDGETS[name]
    weaker = replace(budget, design=design)
    assert any(promise in attack(weaker, draw_plan(budget, seed)).broken for seed in range(SWEEP))
