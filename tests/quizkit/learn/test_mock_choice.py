"""What an interview asks by default, and what it leaves to drill."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from quizkit.errors import QuizkitError, UsageError
from quizkit.learn.grading import Result, grade
from quizkit.learn.mock_choice import named_scenarios, pick_cards, pick_scenarios, to_drill
from quizkit.learn.queue import Queue
from quizkit.library.catalog import Scenario
from tests.quizkit.builders import make_card, make_library, make_scenario
from tests.quizkit.interviews import ROUND, a_round, judged, small_rubric

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)


def on(*topics: str, scenario: str, level: int = 1) -> Scenario:
    return replace(make_scenario(scenario, level), topics=topics)


def pick(*scenarios: Scenario, seed: str = "2026-03-01/1", **days_ago: int) -> tuple[str, ...]:
    played = {name: NOW - timedelta(days=days) for name, days in days_ago.items()}
    return pick_scenarios({one.id: one for one in scenarios}, played, NOW, seed)


A, B, C = (on("acks", scenario=name) for name in "abc")
D = on("chain", scenario="d", level=3)


def test_due_cards_come_before_new_ones() -> None:
    queue = Queue(learning=("l",), reviews=("r1", "r2"), new=("n1", "n2"), soon=("s",), next_due=None)
    assert pick_cards(queue, 4) == ("l", "r1", "r2", "n1")
    assert pick_cards(queue, 9) == ("l", "r1", "r2", "n1", "n2", "s")
    assert pick_cards(queue, 0) == ()


def test_two_scenarios_on_different_topics_the_easier_first() -> None:
    for seed in "1234":
        chosen = pick(A, B, C, D, seed=seed)
        assert len(chosen) == 2
        assert chosen[1] == "d"


def test_what_was_played_recently_waits() -> None:
    assert pick(A, B, C, a=3, b=15) == ("b", "c")
    assert pick(A, B, C, a=15, b=3) == ("a", "c")
    assert pick(A, B, a=1, b=1) == ("a", "b")  # better than nothing
    assert pick(A, B, C, D, d=1) != ("a", "d")


def test_the_choice_hangs_on_the_seed_alone() -> None:
    choices = {seed: pick(A, B, C, seed=seed) for seed in "123456789"}
    assert choices == {seed: pick(C, B, A, seed=seed) for seed in choices}
    assert len(set(choices.values())) > 1


def test_drafts_are_not_picked_and_one_scenario_is_enough() -> None:
    assert pick(A, replace(B, reviewed=False)) == ("a",)
    with pytest.raises(QuizkitError, match="there is no scenario to play"):
        pick(replace(A, reviewed=False))


@pytest.mark.parametrize(
    ("names", "message", "hint"),
    [
        (["async-trab"], "no such scenario: 'async-trab'", "did you mean `async-trap`?"),
        (["async-trap", "async-trap"], "the scenario async-trap is named twice", "name each one once"),
        (["draft"], "the scenario draft is a draft", "finish it; see: quizkit content check deck.yaml"),
    ],
)
def test_scenarios_that_cannot_be_asked_for(names: list[str], message: str, hint: str) -> None:
    known = {"async-trap": make_scenario("async-trap"), "draft": replace(make_scenario("draft"), reviewed=False)}
    with pytest.raises(UsageError) as caught:
        named_scenarios(names, known)
    assert (caught.value.message, caught.value.hint) == (message, hint)


def test_named_scenarios_keep_their_order() -> None:
    assert named_scenarios(["b", "a"], {"a": A, "b": B}) == ("b", "a")


LIBRARY = make_library(
    make_card("ack-1", tags=("acks",)),
    make_card("ack-2", tags=("acks",)),
    make_card("ack-3", tags=("acks", "lag")),
    make_card("ack-4", tags=("acks",)),
    make_card("ack-0-draft", tags=("acks",), reviewed=False),
    make_card("other", tags=("chain",)),
    *(make_card(f"card-{number:02}") for number in range(12)),
    scenarios=[replace(make_scenario("async-trap"), cards=("ack-4",), topics=("lag",))],
)


def result(folder: Path, mechanism: int, failures: int) -> Result:
    points = {"mechanism": mechanism, "failure-analysis": failures}
    return grade(small_rubric(folder), points, {"zero-loss-claimed": "no", "old-leader": "yes"})


def test_cards_of_wrong_predictions_come_first_then_those_of_weak_dimensions(tmp_path: Path) -> None:
    drill = to_drill(result(tmp_path, 1, 2), [ROUND], LIBRARY)
    assert [(one.card, one.nudged) for one in drill] == [
        ("ack-1", True),
        ("ack-4", False),  # linked by the scenario
        ("ack-3", False),  # on its topic
    ]
    assert [one.cause for one in drill[:2]] == [
        "a prediction for The Async Trap was wrong",
        "Mechanism counted 1 of 3 in a mock interview",
    ]


def test_a_good_interview_leaves_nothing_to_drill(tmp_path: Path) -> None:
    good = replace(a_round(judged(True, "holds")), nudged=())
    assert to_drill(result(tmp_path, 2, 2), [good], LIBRARY) == []


def test_ten_cards_are_enough_and_lost_ones_are_left_out(tmp_path: Path) -> None:
    rounds = [
        replace(ROUND, nudged=("gone", *(f"card-{number:02}" for number in range(6)))),
        replace(ROUND, nudged=tuple(f"card-{number:02}" for number in range(4, 12))),
    ]
    drill = [one.card for one in to_drill(result(tmp_path, 0, 0), rounds, LIBRARY)]
    assert drill == [f"card-{number:02}" for number in range(10)]
