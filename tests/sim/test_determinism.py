"""One seed, one run: in another process, under other hash seeds, on other interpreters. And the same luck for every design."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from sim.run import Run
from tests.sim.fingerprint import DESIGNS, FAULTS, MIXED, fingerprint
from tests.sim.helpers import broken, digest, events, play, sent

ROOT = Path(__file__).resolve().parents[2]
INSTALLED = Path.home().glob(".pyenv/versions/3.1[2-9].*/bin/python3")


def runs(interpreter: str | None) -> bool:
    """Whether a program of this name is there and starts: a version manager puts names on the path that do not."""
    return interpreter is not None and not subprocess.run([interpreter, "-c", ""], capture_output=True, check=False).returncode


NEWER = [*map(str, sorted(INSTALLED)), *filter(runs, (shutil.which(f"python3.{minor}") for minor in range(12, 20)))]


def elsewhere(interpreter: str, hash_seed: str = "random") -> str:
    """The fingerprint in a fresh process; the simulator needs the standard library only."""
    done = subprocess.run(
        [interpreter, "-m", "tests.sim.fingerprint"],
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return done.stdout.strip()


def test_the_same_run_twice_in_one_process() -> None:
    assert fingerprint() == fingerprint()


@pytest.mark.parametrize("hash_seed", ["0", "1", "4242"])
def test_the_same_run_in_another_process_under_another_hash_seed(hash_seed: str) -> None:
    assert elsewhere(sys.executable, hash_seed) == fingerprint()


@pytest.mark.skipif(not NEWER, reason="no later Python is installed here")
@pytest.mark.parametrize("interpreter", NEWER)
def test_the_same_run_on_a_later_python(interpreter: str) -> None:
    assert elsewhere(interpreter) == fingerprint()


def test_the_faults_of_these_runs_did_strike_and_hurt() -> None:
    """Or else the fingerprints would compare quiet runs."""
    runs = [play(design, *FAULTS, **MIXED) for design in DESIGNS]
    assert not any(run.unfired for run in runs)
    assert all(events(run, "dropped") for run in runs)
    assert any(broken(run) for run in runs)


def test_another_seed_is_another_run() -> None:
    assert len({digest(play(DESIGNS[0], seed=seed)) for seed in range(20)}) == 20


# The same luck for every design


def commands(run: Run) -> dict[str, tuple[str, tuple[str | int, ...]]]:
    return {op.id: (op.kind, op.args) for op in run.history}


def request_delays(run: Run) -> dict[str, int]:
    """How long each first request to A flew."""
    arrived = {event.n: event.at for event in events(run, "delivered", node="A", text="request")}
    return {event.ops[0]: arrived[event.n] - event.until for event in sent(run, "request", peer="A") if event.n in arrived}


def test_every_design_gets_the_same_work() -> None:
    first, *others = (play(design, workload=MIXED["workload"]) for design in DESIGNS)
    for other in others:
        assert commands(other) == commands(first)


def test_every_design_meets_the_same_delays_although_it_sends_other_messages() -> None:
    asynchronous, semi_sync, _, chain = (request_delays(play(design)) for design in DESIGNS)
    assert len(set(asynchronous.values())) > 20, "the delays do not vary"
    assert asynchronous == semi_sync == chain
