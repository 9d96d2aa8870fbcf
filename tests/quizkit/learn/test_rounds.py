"""What came of a round: outcomes over its shots, cards that wrong predictions make due, and the version of a scenario."""

from __future__ import annotations

from dataclasses import replace

import pytest

from quizkit.home import Home
from quizkit.learn.asker import Prediction
from quizkit.learn.rounds import (
    MOST_NUDGED,
    Chosen,
    ShotResult,
    attempt_payload,
    cards_to_nudge,
    cause_of,
    outcome_of,
    prediction_context,
    scenario_version,
)
from quizkit.library.play import play_scenario
from tests.quizkit.bank import BANK, CARDS, NEVER, expect, load_bank


def shoot(home: Home, design: str, shot: str, predictions: dict[str, Prediction], text: str = BANK) -> ShotResult:
    _, scenario = load_bank(home, text)
    return ShotResult(shot, play_scenario(scenario, scenario.designs[design].raw_knobs, shot, 1), predictions)


def test_a_shot_is_held_broken_or_unknown(home: Home) -> None:
    assert shoot(home, "semi-sync", "crash", {}).outcome == "held"
    assert shoot(home, "async", "crash", {}).outcome == "broken"
    assert shoot(home, "async", "crash", {}, NEVER).outcome == "unknown"


def test_predictions_are_held_against_the_run(home: Home) -> None:
    shot = shoot(home, "async", "crash", expect("held", "held"))
    assert {one.name: one.right for one in shot.scores} == {"lost_acked_writes": False, "unavailable_ms": True}
    assert [one.name for one in shot.wrong] == ["lost_acked_writes"]


def test_what_a_run_does_not_tell_makes_no_prediction_wrong(home: Home) -> None:
    assert shoot(home, "async", "crash", expect("held", "broken"), NEVER).wrong == []


def test_one_broken_shot_breaks_the_round_and_doubt_is_not_survival(home: Home) -> None:
    held, broken = shoot(home, "semi-sync", "crash", {}), shoot(home, "async", "crash", {})
    unknown = shoot(home, "async", "crash", {}, NEVER)
    assert outcome_of((held, held)) == "held"
    assert outcome_of((held, unknown)) == "unknown"
    assert outcome_of((held, unknown, broken)) == "broken"


def test_a_wrong_prediction_makes_the_first_few_linked_cards_due(home: Home) -> None:
    known = dict.fromkeys(CARDS[1:])
    wrong = (shoot(home, "async", "crash", expect("held")),)
    assert cards_to_nudge(CARDS, known, wrong) == CARDS[1 : 1 + MOST_NUDGED]


def test_right_predictions_make_nothing_due(home: Home) -> None:
    assert cards_to_nudge(CARDS, dict.fromkeys(CARDS), (shoot(home, "async", "crash", expect("broken")),)) == ()
    assert cards_to_nudge(CARDS, dict.fromkeys(CARDS), (shoot(home, "async", "crash", {}),)) == ()


@pytest.mark.parametrize(
    ("said", "design", "cause"),
    [
        ("held", "async", "The Bank: you expected lost_acked_writes to hold under crash, and it broke"),
        ("broken", "semi-sync", "The Bank: you expected lost_acked_writes to break under crash, and it held"),
    ],
)
def test_the_cause_is_the_first_wrong_prediction(home: Home, said: str, design: str, cause: str) -> None:
    _, scenario = load_bank(home)
    assert cause_of(scenario, (shoot(home, design, "crash", expect(said)),)) == cause


def test_the_facts_say_what_they_are_about(home: Home) -> None:
    _, scenario = load_bank(home)
    shot = shoot(home, "async", "crash", expect("broken"))
    design = Chosen("async", "Asynchronous", "It is fast.", scenario.designs["async"].raw_knobs)
    about = prediction_context(design, shot.played)
    assert (about["scenario"], about["design"], about["shot"], about["seed"]) == ("bank", "async", "crash", 1)
    assert about["met"] == {"lost_acked_writes": False, "unavailable_ms": True}
    attempt = attempt_payload(scenario, design, 1, (shot,), ("ack-1",))
    assert (attempt["scenario"], attempt["design"], attempt["outcome"]) == ("bank", "async", "broken")
    assert (attempt["shots"], attempt["nudged"]) == ({"crash": "broken"}, ["ack-1"])


def test_the_version_follows_what_is_asked_and_simulated_and_nothing_else(home: Home) -> None:
    _, scenario = load_bank(home)
    version = scenario_version(scenario)
    assert scenario_version(replace(scenario, title="Other", debrief="Other", cards=())) == version
    assert scenario_version(replace(scenario, raw_setup={})) != version
    assert scenario_version(replace(scenario, raw_requirements={})) != version
    assert scenario_version(replace(scenario, kill_shots={})) != version
    assert scenario_version(replace(scenario, designs={})) != version
    assert scenario_version(replace(scenario, follow_ups=())) != version
