"""Recorded histories of real systems, and sequential models of what was recorded: a register, and the strings of a store."""

from __future__ import annotations

import os
import re
from collections import defaultdict
from pathlib import Path

import pytest

from sim.checks.linearization import Call, Model, Operation, Result

ROOT = Path(__file__).resolve().parents[3]
FOLDER = Path(os.environ.get("QUIZKIT_HISTORIES") or ROOT.parent / "shared" / "histories")

ETCD = re.compile(r"- (?P<process>\d+)\s+:(?P<type>\w+)\s+:(?P<f>\w+)\s+(?P<value>.+)")
KV = re.compile(
    r':process (?P<process>\d+), :type :(?P<type>\w+), :f :(?P<f>\w+), :key "(?P<key>.*)", :value "?(?P<value>.*?)"?}'
)


def verdicts() -> dict[str, str]:
    """What is known of each recorded history, by its path in the folder; nothing if there is no folder."""
    table = FOLDER / "verdicts.tsv"
    rows = table.read_text(encoding="utf-8").splitlines()[1:] if table.is_file() else []
    return dict(row.split("\t") for row in rows)


def need_histories() -> None:
    """Skip the test where there are no recorded histories; on the build server that is a failure."""
    if not verdicts():
        tell = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        tell(f"no recorded histories in {FOLDER}; QUIZKIT_HISTORIES names another folder")


def step_register(state: str, call: Call) -> str | None:
    """read v; write v; cas a b (it did match); no_cas a (it did not)."""
    kind, value, *rest = call
    if kind == "write":
        return value
    fits = (state != value) if kind == "no_cas" else (state == value)
    return (rest[0] if kind == "cas" else state) if fits else None


def step_kv(state: str, call: Call) -> str | None:
    """get v; put v; append v."""
    kind, value = call
    if kind == "get":
        return state if state == value else None
    return value if kind == "put" else state + value


REGISTER = Model("nil", step_register, frozenset({"read", "no_cas"}))
STRINGS = Model("", step_kv, frozenset({"get"}))


def model_of(name: str) -> Model[str]:
    return REGISTER if name.startswith("etcd") else STRINGS


def read_history(name: str) -> dict[str, list[Operation]]:
    """The operations of each key; an instant is the number of a line."""
    found: defaultdict[str, list[Operation]] = defaultdict(list)
    waiting: dict[str, tuple[int, re.Match[str]]] = {}
    pattern = ETCD if name.startswith("etcd") else KV
    for line, text in enumerate((FOLDER / name).read_text(encoding="utf-8").splitlines(), 1):
        entry = pattern.search(text)
        assert entry, f"{name}:{line}: {text}"
        if entry["type"] == "invoke":
            waiting[entry["process"]] = (line, entry)
        else:
            add(found, *waiting.pop(entry["process"]), line, entry["type"], entry["value"])
    for line, entry in waiting.values():
        add(found, line, entry, line, "info", "")
    return found


def add(found: defaultdict[str, list[Operation]], at: int, asked: re.Match[str], until: int, outcome: str, answer: str) -> None:
    """Add what was asked for in line `at` and answered in line `until`, unless it says nothing."""
    kind, operands = asked["f"], asked["value"].strip("[]").split() if asked["f"] == "cas" else [asked["value"]]
    if kind in ("read", "get"):
        operands = [answer]
    if (kind, outcome) == ("cas", "fail"):
        kind, operands, outcome = "no_cas", operands[:1], "ok"
    if outcome == "ok" or (outcome == "info" and kind not in ("read", "get")):
        key = asked.groupdict().get("key", "")
        found[key].append(Operation(f"line {at}", (kind, *operands), at, until if outcome == "ok" else None))


def replays(model: Model[str], result: Result) -> bool:
    """Whether the witness is one: the model explains it step by step, and nothing stands after what it precedes."""
    state: str | None = model.init
    for place, op in enumerate(result.order):
        if any(later.completed is not None and later.completed < op.invoked for later in result.order[place:]):
            return False
        if state is not None:
            state = model.step(state, op.call)
    return state is not None and len(set(result.order)) == len(result.order)
