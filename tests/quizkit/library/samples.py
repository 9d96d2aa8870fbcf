"""Small content files that are right, for tests to break in one place."""

from __future__ import annotations

from pathlib import Path

import pytest

from quizkit.library import check, load

SOURCES = "[{title: Paper, url: https://example.org/paper, seen: primary}]"

DECK = f"""\
deck: acks
title: What an ack means
cards:
  - id: ack-async
    q: When does an asynchronous leader answer?
    a: At once.
    level: 2
    tags: [acks, async]
    see: async-trap
    sources: {SOURCES}
  - id: ack-majority
    q: How many of five?
    a: Three.
    sources: {SOURCES}
"""

SCENARIO = f"""\
id: async-trap
title: The Async Trap
level: 1
topics: [acks, failover]
interviewer: Design a ledger.
clarify: [{{ask: How far behind?, answer: Five milliseconds.}}]
requirements: {{lost_acked_writes: 0, unavailable_ms: {{max: 5000}}}}
workload: {{kind: ledger, clients: 4, ops: 60}}
network: {{delay_ms: [0.3, 0.8]}}
kill_shots:
  - id: crash
    say: It died.
    faults:
      - {{at_ms: 0, do: slow, links: replicas, egress_ms: 5}}
      - {{after: {{ok_received: {{nth: 17}}}}, delay_ms: 1, do: power_cut, node: acker, by_ms: 2000}}
designs:
  async:
    label: Asynchronous
    candidate: MySQL, asynchronous.
    set: {{wait_for: none}}
    expect: {{crash: {{lost_acked_writes: broken}}}}
  semi-sync:
    label: Semi-synchronous
    candidate: One follower has it.
    set: {{wait_for: k, k: 1}}
    expect: {{crash: {{lost_acked_writes: holds, unavailable_ms: holds}}}}
debrief: Wait for someone.
follow_ups: [{{ask: And then?, listen_for: [fencing]}}]
cards: [ack-async]
sources: {SOURCES}
"""


def ship(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a folder and let it pass for the shipped content."""
    folder.mkdir()
    for module in (load, check):
        monkeypatch.setattr(module, "find_shipped", lambda: folder)
    return folder


def write(root: Path, deck: str = "", scenario: str = "") -> Path:
    """Put a deck and a scenario into a content folder; returns the folder."""
    for folder, name, text in (("decks", "acks", deck), ("scenarios", "async-trap", scenario)):
        if text:
            file = root / folder / f"{name}.yaml"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
    return root


def changed(text: str, old: str, new: str) -> str:
    """The text with its only occurrence of `old` replaced."""
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times"
    return text.replace(old, new)
