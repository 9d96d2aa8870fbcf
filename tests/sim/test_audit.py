"""A handler that is not deterministic is named."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from sim.audit import NotDeterministicError, first_difference
from sim.protocols import TOPOLOGIES
from tests.sim.audited import FIVE, RollsItsOwnDice, calls

ROOT = Path(__file__).resolve().parents[2]


def elsewhere(hash_seed: str, *wrong: str) -> list[str]:
    """The log of a run in another process."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.sim.audited", *wrong],
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return done.stdout.splitlines()


@pytest.mark.parametrize("design", [FIVE, *({"topology": topology} for topology in TOPOLOGIES)], ids=str)
def test_every_handler_asks_for_the_same_twice(design: dict[str, str]) -> None:
    assert len(calls(design)) > 100


def test_one_that_rolls_its_own_dice_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(TOPOLOGIES, "leader-follower", (RollsItsOwnDice, TOPOLOGIES["leader-follower"][1]))
    with pytest.raises(NotDeterministicError, match=r"^A: RollsItsOwnDice.on_boot asks for Send"):
        calls(FIVE)


def test_two_processes_agree_on_every_call() -> None:
    assert first_difference(elsewhere("1"), elsewhere("2")) == ""


def test_one_that_iterates_a_set_is_named_by_two_processes() -> None:
    assert "IteratesASet.on_" in first_difference(elsewhere("1", "wrong"), elsewhere("2", "wrong"))


def test_a_log_that_ends_early_differs_there() -> None:
    assert first_difference(["a", "b"], ["a"]) == "call 2: b here, nothing there"
