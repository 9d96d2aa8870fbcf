"""What `--json` prints: any data, and runs as plain objects."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from quizkit.learn.rounds import RoundResult, ShotResult
    from quizkit.library.play import ScenarioRun


def print_json(data: object) -> None:
    """One line of JSON on stdout, letters of any script as they are."""
    print(json.dumps(data, ensure_ascii=False))


def replay_object(design: str, played: ScenarioRun) -> dict[str, Any]:
    """One run: findings with the events that prove them, measures, and what became of each requirement.

    What a requirement `measured` is text such as ">= 9922 ms" where the run ended before the thing that was measured did; the
    measure itself is always a number, or null.
    """
    run = played.run
    return {
        "scenario": played.scenario,
        "design": design,
        "shot": played.shot,
        "seed": played.seed,
        "knobs": played.design.knobs(),
        "findings": {
            name: {
                "verdict": finding.verdict,
                "count": finding.count,
                "evidence": [_event(played, number) for number in finding.evidence],
            }
            for name, finding in run.findings.items()
        },
        "measures": {name: one.value for name, one in run.measures.items()},
        "requirements": {
            one.name: {"required": one.requirement.raw, "measured": one.text if one.is_bound else one.measured, "met": one.met}
            for one in played.outcomes
        },
        "meets_requirements": played.meets_requirements,
    }


def round_object(result: RoundResult) -> dict[str, Any]:
    """A whole round: a replay for each shot, with what was predicted of it and whether that was right."""
    return {
        "scenario": result.scenario.id,
        "design": result.design.id,
        "seed": result.seed,
        "outcome": result.outcome,
        "replays": [
            replay_object(result.design.id, shot.played) | {"predictions": _predictions(shot)} for shot in result.shots
        ],
        "cards_due": list(result.nudged),
    }


def _predictions(shot: ShotResult) -> dict[str, Any]:
    return {
        one.name: {"verdict": one.prediction.verdict, "confidence": one.prediction.confidence, "right": one.right}
        for one in shot.scores
    }


def _event(played: ScenarioRun, number: int) -> dict[str, Any]:
    event = played.run.trace.events[number]
    where = {"node": event.node, "peer": event.peer, "ops": list(event.ops), "text": event.text}
    return {"event": number, "at_ms": event.at / 1000, "what": event.what, **{k: v for k, v in where.items() if v}}
