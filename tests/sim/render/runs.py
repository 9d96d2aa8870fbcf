"""Runs that are worth telling, each played once."""

from __future__ import annotations

from functools import cache
from typing import Any

from sim.render.lanes import Line, timeline
from sim.render.story import Sentence, tell
from sim.run import Run
from tests.sim.helpers import BACKLOG, at_write, play
from tests.sim.render.textbook import TEXTBOOK, Staged

LEDGER = {"kind": "ledger", "clients": 4, "ops": 200}
REGISTER = {"kind": "register", "clients": 4, "ops": 200, "reads_percent": 50}


def shot(verb: str, node: str, nth: int = 17, **rest: Any) -> dict[str, Any]:
    """The kill shot: a fault 1 ms after a client has got its `nth` ok."""
    return {"delay_ms": 1, "by_ms": 2000, **at_write(nth, verb, node, **rest)}


def cut(*sides: list[str], **rest: Any) -> dict[str, Any]:
    return {"after": {"ok_received": {"nth": 17}}, "by_ms": 2000, "do": "cut", "between": list(sides), **rest}


PLAIN: dict[str, tuple[dict[str, Any], list[dict[str, Any]], dict[str, Any]]] = {
    "quiet": ({}, [], LEDGER),
    "async": ({"wait_for": "none"}, [BACKLOG, shot("power_cut", "acker")], LEDGER),
    "async-idle": ({"wait_for": "none"}, [shot("power_cut", "acker")], LEDGER),
    "async-kill": ({"wait_for": "none"}, [BACKLOG, shot("kill", "acker")], LEDGER),
    "async-back": ({"wait_for": "none"}, [BACKLOG, shot("power_cut", "acker", for_ms=700)], LEDGER),
    "semi-sync": ({"wait_for": 1}, [BACKLOG, shot("power_cut", "acker")], LEDGER),
    "sync-stall": ({"wait_for": "all"}, [shot("kill", "follower")], LEDGER),
    "one-of-two": ({"wait_for": 1}, [shot("kill", "follower")], LEDGER),
    "chain-middle": ({"topology": "chain"}, [shot("power_cut", "middle")], REGISTER),
    "chain-head": ({"topology": "chain"}, [BACKLOG, shot("power_cut", "head")], LEDGER),
    "chain-tail": ({"topology": "chain"}, [shot("power_cut", "tail")], LEDGER),
    "chain-of-5": ({"topology": "chain", "replicas": 5}, [shot("power_cut", "middle"), shot("kill", "tail", 100)], LEDGER),
    "cut-off": ({}, [cut(["leader", "c1"], ["rest"])], LEDGER),
    "two-leaders": ({"replicas": 5}, [cut(["leader", "c1"], ["rest"], for_ms=600)], {**LEDGER, "ops": 2000}),
    "paused": ({}, [shot("pause", "leader", for_ms=700)], LEDGER),
    "stale": ({"reads": "follower"}, [BACKLOG], REGISTER),
    "nobody-left": ({"wait_for": 1}, [shot("kill", "leader"), shot("kill", "follower")], LEDGER),
    "missed": ({}, [shot("power_cut", "acker", 1000)], LEDGER),
    "alone": ({"replicas": 1}, [shot("power_cut", "leader", for_ms=50)], {**LEDGER, "clients": 1, "ops": 50}),
    "seven": ({"replicas": 7, "wait_for": "majority"}, [BACKLOG, shot("power_cut", "acker")], {**LEDGER, "clients": 12}),
}
RUNS: dict[str, Staged] = {**{name: (*run, {}) for name, run in PLAIN.items()}, **TEXTBOOK}


@cache
def run_of(name: str) -> Run:
    design, faults, workload, world = RUNS[name]
    return play(design, *faults, workload=workload, network={"delay_ms": [0.3, 0.8]}, **world)


def lines_of(name: str, width: int = 80, everything: bool = False) -> list[Line]:
    run = run_of(name)
    return timeline(run.trace, run.history, run.findings, width, everything)


def story_of(name: str) -> list[Sentence]:
    run = run_of(name)
    return tell(run.trace, run.history, run.findings, run.measures)


def texts_of(name: str) -> list[str]:
    return [sentence.text for sentence in story_of(name)]
