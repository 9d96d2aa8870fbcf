"""The verdict sheet: it fits, and it says everything without colour."""

from __future__ import annotations

import pytest
from rich.console import Console

from quizkit.home import Home
from quizkit.learn.asker import Prediction
from quizkit.learn.predictions import score
from quizkit.learn.scenes import Verdict
from quizkit.library.play import ScenarioRun, play_scenario
from quizkit.screen.sheet import sheet
from tests.quizkit.bank import BANK, NEVER, expect, load_bank


def run(home: Home, design: str, text: str = BANK) -> ScenarioRun:
    _, scenario = load_bank(home, text)
    return play_scenario(scenario, scenario.designs[design].raw_knobs, "crash", 1)


def verdict(played: ScenarioRun, predictions: dict[str, Prediction], following: bool = False) -> Verdict:
    scores = score(predictions, {outcome.name: outcome.met for outcome in played.outcomes})
    return Verdict(played, tuple(scores), following)


def lines(scene: Verdict, width: int = 80) -> list[str]:
    console = Console(width=width)
    with console.capture() as drawn:
        console.print(sheet(scene, console))
    return [line.strip() for line in drawn.get().splitlines() if line.strip()]


def test_each_requirement_stands_with_its_prediction(home: Home) -> None:
    assert lines(verdict(run(home, "async"), expect("held", "held", 70))) == [
        "requirement        required    measured  outcome  you said",
        "acked writes lost  0           9         BROKEN   held, 70 %: wrong",
        "unavailable        <= 5000 ms  361 ms    held     held, 70 %: right",
        "Broken: 1 of 2 requirements.",
    ]


def test_where_it_is_narrow_the_predictions_stand_below(home: Home) -> None:
    shown = lines(verdict(run(home, "async"), expect("broken")), width=60)
    assert shown == [
        "requirement        required    measured  outcome",
        "acked writes lost  0           9         BROKEN",
        "unavailable        <= 5000 ms  361 ms    held",
        "you said",
        "acked writes lost  broken, 90 %: right",
        "unavailable        held, 90 %: right",
        "Broken: 1 of 2 requirements.",
    ]


def test_what_was_not_predicted_is_told(home: Home) -> None:
    predictions = {"lost_acked_writes": Prediction("broken", 99)}
    assert lines(verdict(run(home, "async"), predictions), 100)[2].endswith("held     nothing")


@pytest.mark.parametrize(
    ("design", "following", "sentence"),
    [
        ("semi-sync", True, "It survived this attack. The interviewer is not done."),
        ("semi-sync", False, "It keeps everything that it must."),
        ("sync-all", False, "Broken: 1 of 2 requirements."),
    ],
)
def test_the_last_line_says_where_that_leaves_the_design(home: Home, design: str, following: bool, sentence: str) -> None:
    assert lines(verdict(run(home, design), {}, following))[-1] == sentence


def test_an_attack_that_never_happened_is_not_survived(home: Home) -> None:
    shown = lines(verdict(run(home, "async", NEVER), expect("held")), 100)
    assert [line.split()[-1] for line in shown[1:3]] == ["told", "told"]
    assert shown[-2:] == [
        "The fault at place 2 of the schedule (power_cut) never struck: its event did not come by 2000 ms.",
        "Unknown: surviving an attack that never happened proves nothing.",
    ]


def test_colour_is_only_added(home: Home) -> None:
    scene = verdict(run(home, "async"), {})
    coloured = Console(width=80, force_terminal=True, color_system="standard", no_color=False)
    plain = Console(width=80)
    with coloured.capture() as with_colour, plain.capture() as without:
        coloured.print(sheet(scene, coloured))
        plain.print(sheet(scene, plain))
    assert "\x1b[" in with_colour.get()
    assert "\x1b[" not in without.get()
    assert "BROKEN" in without.get()
