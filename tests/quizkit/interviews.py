"""A small rubric, and rounds of mock interviews as their records keep them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from quizkit.learn.round_record import Judged, RoundRecord, ShotRecord
from quizkit.learn.rounds import Reply
from quizkit.library.rubric import Rubric, read_rubric

RUBRIC = """\
dimensions:
  - id: mechanism
    title: Mechanism
    asks: Who has the write?
    tags: [acks]
    anchors: [a word, the idea, every step, also the election]
  - id: failure-analysis
    title: Failure analysis
    asks: What breaks it?
    anchors: [nothing, a crash, the old leader too, the worst schedule]
caps:
  - {id: zero-loss-claimed, ask: Did you claim zero loss?, when: yes, dimension: mechanism, at_most: 1}
  - {id: old-leader, ask: Did you say what the old leader does?, when: no, dimension: failure-analysis, at_most: 1}
band_caps:
  - {id: nothing-known, dimensions: [mechanism, failure-analysis], equal: 0, band_at_most: lean-no}
bands:
  - {id: no-hire, title: No hire, from: 0}
  - {id: lean-no, title: Lean no, from: 2}
  - {id: hire, title: Hire, from: 3}
sources: [{title: A rubric, url: https://example.org/rubric, seen: secondary}]
"""


def small_rubric(folder: Path, text: str = RUBRIC) -> Rubric:
    """Two dimensions with a cap each: six points, hire from three."""
    file = folder / "rubric.yaml"
    file.write_text(text, encoding="utf-8")
    rubric, problems = read_rubric(file)
    assert rubric is not None, "\n".join(map(str, problems))
    return rubric


def judged(met: bool | None, predicted: str, confidence: int = 70, name: str = "lost_acked_writes") -> Judged:
    """A requirement under a shot."""
    return Judged(name, "acked writes lost", "0", "3" if met is False else "0", met, predicted, confidence)


ROUND = RoundRecord(
    scenario="async-trap",
    title="The Async Trap",
    interviewer="Design a ledger.",
    design="Asynchronous",
    says="MySQL, asynchronous.",
    knobs={"wait_for": "none"},
    seed=1,
    clarified=(Reply("How far behind?", "Five milliseconds."),),
    shots=(ShotRecord("crash", "It died.", (judged(False, "holds", 90), judged(True, "holds", name="unavailable_ms"))),),
    follow_ups=(Reply("And then?", "# Fence *it*", ("an epoch",), "partly"), Reply("And later?", "", (), "well")),
    nudged=("ack-1",),
)


def a_round(*outcomes: Judged, scenario: str = "async-trap") -> RoundRecord:
    """The round with one shot that had these outcomes."""
    return replace(ROUND, scenario=scenario, title=f"About {scenario}", shots=(ShotRecord("crash", "It died.", outcomes),))
