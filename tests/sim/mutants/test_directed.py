"""A wrong protocol changes one decision of a right one; a check must catch it under an attack that the right one survives."""

from __future__ import annotations

import pytest

from sim.checks import CHECKS
from tests.sim.helpers import verdicts
from tests.sim.mutants.catalogue import FAMILIES, MUTANTS
from tests.sim.mutants.mutant import Mutant, injected

each = pytest.mark.parametrize("mutant", MUTANTS.values(), ids=str)


@each
def test_the_right_protocol_survives_the_attack(mutant: Mutant) -> None:
    with injected(*mutant.beside):
        found = verdicts(mutant.attack())
    assert {check: found[check] for check in mutant.caught_by if found[check] != "holds"} == {}, mutant.again()


@each
def test_the_wrong_one_is_caught(mutant: Mutant) -> None:
    with injected(*mutant.wrong):
        run = mutant.attack()
    assert {check for check, verdict in verdicts(run).items() if verdict == "broken"} >= mutant.caught_by, mutant.again()
    for check in mutant.caught_by:
        evidence = run.findings[check].evidence
        assert evidence, f"{check} points at nothing: {mutant.again()}"
        assert all(0 <= number < len(run.trace.events) for number in evidence)


def test_every_check_catches_something() -> None:
    assert set[str]().union(*(mutant.caught_by for mutant in MUTANTS.values())) == {*CHECKS}


def test_no_two_mutants_have_one_name() -> None:
    assert len(MUTANTS) == sum(len(family.MUTANTS) for family in FAMILIES) >= 25


@each
def test_a_mutant_says_which_decision_it_changes(mutant: Mutant) -> None:
    for wrong in mutant.wrong:
        assert wrong.__doc__
