"""A round as the journal keeps it: nothing gets lost on the way there and back."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from quizkit.home import Home
from quizkit.learn.asker import Prediction
from quizkit.learn.round_record import Judged, from_payload, record_round, to_payload
from quizkit.learn.rounds import Chosen, Reply, RoundResult, ShotResult
from quizkit.library.load import load_library
from quizkit.library.play import play_scenario
from tests.quizkit.interviews import ROUND, a_round, judged
from tests.quizkit.library.samples import DECK, SCENARIO, ship, write


def test_there_and_back_through_json() -> None:
    assert from_payload(json.loads(json.dumps(to_payload(ROUND)))) == ROUND


@pytest.mark.parametrize(("met", "predicted", "right"), [(True, "holds", True), (True, "broken", False), (None, "holds", None)])
def test_a_prediction_is_right_wrong_or_untold(met: bool | None, predicted: str, right: bool | None) -> None:
    assert judged(met, predicted).right is right


def test_what_went_wrong_in_a_round() -> None:
    foreseen, surprise = judged(False, "broken"), judged(False, "holds")
    assert (a_round(foreseen).wrong, a_round(foreseen).broken) == ([], True)
    assert a_round(surprise, judged(None, "holds")).wrong == [surprise]
    assert not a_round(judged(True, "broken")).broken


def test_a_played_round_is_recorded_with_words_and_numbers(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(ship(tmp_path / "shipped", monkeypatch), DECK, SCENARIO)
    scenario = load_library(home)[0].scenarios["async-trap"]
    design = Chosen("async", "Asynchronous", "MySQL, asynchronous.", {"wait_for": "none"})
    predictions = {"lost_acked_writes": Prediction("holds", 90), "unavailable_ms": Prediction("holds", 70)}
    shot = ShotResult("crash", play_scenario(scenario, design.knobs, "crash", 1), predictions)
    follow_ups = (Reply("And then?", "Fence it.", ("fencing",), "well"),)
    result = RoundResult(scenario, design, 1, ("How far behind?",), (shot,), follow_ups, ("ack-async",))
    record = record_round(result)
    lost, down = record.shots[0].judged
    assert replace(lost, measured="n") == Judged("lost_acked_writes", "acked writes lost", "0", "n", False, "holds", 90)
    assert int(lost.measured) > 0
    assert (down.label, down.required, down.met) == ("unavailable", "<= 5000 ms", True)
    assert record.clarified == (Reply("How far behind?", "Five milliseconds."),)
    assert record.follow_ups == (Reply("And then?", "Fence it.", ("fencing",), "well"),)
    assert (record.title, record.shots[0].say, record.knobs, record.nudged) == (
        "The Async Trap",
        "It died.",
        {"wait_for": "none"},
        ("ack-async",),
    )
