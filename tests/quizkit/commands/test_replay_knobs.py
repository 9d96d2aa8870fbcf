"""Every value of every knob through the command: it runs, or it is refused with a reason and what would work."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

from quizkit.home import Home
from quizkit.library import load
from sim.knobs import KNOBS
from tests.quizkit.bank import BANK, write_bank
from tests.sim.protocols.knob_matrix import values_of

SHORT = BANK.replace("ops: 60", "ops: 20").replace("by_ms: 2000", "by_ms: 300")
BESIDE = {  # what gives a knob something to do
    "k": "replicas=7",
    "min_in_sync": "replicas=7",
    "in_sync_lag_ms": "min_in_sync=2",
    "wait_timeout_ms": "on_wait_timeout=degrade",
    "fsync_every_ms": "follower_fsync=every-n-ms",
    "lease_ms": "fencing=lease",
    "max_drift_ppm": "fencing=lease",
    "config_service": "topology=chain",
    "election_ms": "topology=raft",
}


@pytest.mark.parametrize("name", KNOBS)
def test_a_knob_runs_with_any_value_or_says_why_it_cannot(
    quizkit: Callable[..., Result], home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(load, "find_shipped", lambda: tmp_path / "nothing-shipped")
    write_bank(home, SHORT)
    beside = ("--set", BESIDE[name]) if name in BESIDE else ()
    ran = 0
    for value in values_of(KNOBS[name]):
        result = quizkit("replay", "bank", "--design", "semi-sync", *beside, "--set", f"{name}={value}")
        if result.exit_code == 0:
            ran += 1
            assert f"{name}={value}" in result.stdout or value == KNOBS[name].default
            assert result.stderr == ""
        else:
            assert (result.exit_code, result.stdout) == (2, "")
            reason, hint = result.stderr.splitlines()[:2]
            assert " cannot be" in reason
            assert hint.strip()
    assert ran > 1, "a knob that cannot be turned is none"
