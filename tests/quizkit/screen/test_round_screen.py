"""What is said in a round, word by word."""

from __future__ import annotations

from dataclasses import replace

import pytest

from quizkit.home import Home
from quizkit.learn import scenes
from quizkit.learn.asker import Prediction
from quizkit.learn.predictions import Calibration
from quizkit.learn.rounds import Chosen, RoundResult, ShotResult
from quizkit.library.play import play_scenario
from quizkit.screen import round as round_text
from quizkit.screen.style import Style
from tests.quizkit.bank import BANK, NEVER, expect, load_bank

PLAIN = Style(60, colour=False, ansi=False)


def lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def test_the_brief_has_the_prompt_and_what_it_must_keep(home: Home) -> None:
    _, scenario = load_bank(home)
    assert lines(round_text.brief(PLAIN, scenes.Brief(scenario, ("acked writes lost: 0",)))) == [
        "── The Bank ────────────────────────────── level 1 · acks ──",
        "Interviewer",
        "Design a ledger.",
        "It must keep",
        "acked writes lost: 0",
    ]


def test_a_refusal_is_a_sentence_and_a_way_out() -> None:
    shown = lines(round_text.refused(PLAIN, scenes.Refused("k=2 cannot be: too many", "set k lower")))
    assert shown == ["k=2 cannot be: too many.", "Set k lower."]


def test_a_design_stands_with_its_knobs_and_marks_the_changed_ones() -> None:
    design = Chosen("async", "asynchronous", "", {}, ("k",))
    assert lines(round_text.stands(PLAIN, scenes.Stands(design, {"wait_for": "k", "k": 2}))) == [
        "Asynchronous (changed)",
        "wait_for=k k=2*",
    ]


@pytest.mark.parametrize(
    ("question", "shown"), [("Your design", "- Your design: chain"), ("Anything else?", "- Anything else? chain")]
)
def test_a_remembered_answer_is_one_line(question: str, shown: str) -> None:
    assert lines(round_text.remembered(PLAIN, scenes.Remembered(question, "chain"))) == [shown]


@pytest.mark.parametrize(("total", "title"), [(1, "── Kill shot ──"), (3, "── Kill shot 2 of 3 ──")])
def test_the_kill_shot_is_quoted(home: Home, total: int, title: str) -> None:
    _, scenario = load_bank(home)
    shown = round_text.shot(PLAIN, scenes.Shot(scenario.kill_shots["crash"], 2, total))
    assert title in shown
    assert "“It died after an ack.”" in shown


def test_a_strong_answer_is_a_list_and_nothing_if_there_is_none() -> None:
    shown = lines(round_text.strong_answer(PLAIN, scenes.StrongAnswer(("Fence it", "Rebuild it"))))
    assert shown == ["A strong answer mentions", "- Fence it", "- Rebuild it"]
    assert lines(round_text.strong_answer(PLAIN, scenes.StrongAnswer(()))) == []


def ending(home: Home, design: str, said: dict[str, Prediction], text: str = BANK, *cards: str) -> list[str]:
    library, scenario = load_bank(home, text)
    candidate = scenario.designs[design]
    chosen = Chosen(design, candidate.label, "", candidate.raw_knobs)
    shots = []
    for shot in scenario.kill_shots:
        shots.append(ShotResult(shot, play_scenario(scenario, candidate.raw_knobs, shot, 1), said))
        if shots[-1].outcome == "broken":
            break
    result = RoundResult(scenario, chosen, 1, (), tuple(shots), (), cards)
    return lines(round_text.ended(PLAIN, scenes.Ended(result, tuple(library.cards[card] for card in cards))))


def test_the_end_of_a_design_that_broke(home: Home) -> None:
    assert ending(home, "async", expect("held"), BANK, "ack-1")[1:] == [
        "Your design, async, broke under crash.",
        "You predicted 1 of 2 outcomes right.",
        "Due now because of it",
        "- What is ack-1?",
        "The cards that are due:",
        "quizkit drill",
        "Another design:",
        "quizkit challenge bank",
        "That run again, every event of it:",
        "quizkit replay bank --design async --shot crash --all",
    ]


def test_the_end_of_a_design_that_survived_or_is_in_doubt(home: Home) -> None:
    assert ending(home, "chain", {})[1:3] == [
        "Your design, chain, survived all of it (2 kill shots).",
        "You predicted nothing.",
    ]
    assert ending(home, "chain", {}, NEVER)[1].startswith("Your design, chain, was not broken, but the runs do not")


def test_the_end_tells_how_good_the_predictions_were_so_far(home: Home) -> None:
    _, scenario = load_bank(home)
    played = play_scenario(scenario, {"wait_for": "all"}, "idle", 1)
    result = RoundResult(scenario, Chosen("sync-all", "", "", {}), 1, (), (ShotResult("idle", played, {}),), (), ())
    shown = lines(round_text.ended(replace(PLAIN, width=90), scenes.Ended(result, (), Calibration(8, 0.1375))))
    assert "Your predictions so far: 8, Brier score 0.14 (0.25 is a coin, 0 is perfect)." in shown
    assert "Brier" not in round_text.ended(PLAIN, scenes.Ended(result, ()))


def test_a_changed_design_can_be_seen_again(home: Home) -> None:
    _, scenario = load_bank(home)
    chosen = Chosen("async", "", "", {"wait_for": "all"}, ("wait_for",))
    played = play_scenario(scenario, chosen.knobs, "idle", 4)
    result = RoundResult(scenario, chosen, 4, (), (ShotResult("idle", played, {}),), (), ())
    shown = lines(round_text.ended(PLAIN, scenes.Ended(result, ())))
    assert shown[-1] == "quizkit replay bank --design async --set wait_for=all --shot idle --seed 4 --all"
    built = replace(result, design=replace(chosen, id="own"))
    assert not any("replay" in line for line in lines(round_text.ended(PLAIN, scenes.Ended(built, ()))))
