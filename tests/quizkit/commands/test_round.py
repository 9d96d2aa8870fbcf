"""A round from the prompt to the cards, against a script of answers: what is asked, shown and kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from quizkit.commands import build
from quizkit.commands.round import conduct_round
from quizkit.errors import Interrupted
from quizkit.home import Home
from quizkit.learn.asker import Prediction
from quizkit.learn.journal import Journal
from quizkit.learn.reviews import card_states
from quizkit.learn.rounds import RoundOptions, RoundResult
from quizkit.learn.scenes import Comparison, Refused, Replied, Stands, Verdict
from quizkit.library.catalog import Library, Scenario
from tests.quizkit.bank import NEVER, Audience, Script, expect, load_bank

Answers = list[str | Mapping[str, Prediction]]
FOLLOW_UPS: Answers = ["Fence it.", "well", "", "partly"]
BROKEN: Answers = ["done", "async", expect("broken"), *FOLLOW_UPS]
SURVIVED: Answers = ["clarify-2", "done", "semi-sync", expect("broken"), expect("held"), *FOLLOW_UPS]


@pytest.fixture
def bank(home: Home) -> tuple[Library, Scenario]:
    return load_bank(home)


class Round:
    """One attempt that can be conducted again and again."""

    def __init__(self, journal: Journal, bank: tuple[Library, Scenario]) -> None:
        self.journal, (self.library, self.scenario) = journal, bank
        self.script, self.audience, self.attempt = Script([]), Audience(), "attempt-1"

    def play(self, answers: Answers, options: RoundOptions | None = None) -> RoundResult:
        self.script, self.audience = Script(list(answers)), Audience()
        where = (self.script, self.audience, self.journal, self.library, self.scenario)
        return conduct_round(*where, self.attempt, 1, options or RoundOptions())


@pytest.fixture
def game(journal: Journal, bank: tuple[Library, Scenario]) -> Round:
    return Round(journal, bank)


def test_a_design_that_breaks_meets_no_further_shot(game: Round) -> None:
    result = game.play(BROKEN)
    assert (result.outcome, [shot.shot for shot in result.shots]) == ("broken", ["crash"])
    assert game.script.asked == [
        "bank/ask",
        "bank/design",
        "bank/crash/predict",
        "bank/follow-up/1",
        "bank/follow-up/1/grade",
        "bank/follow-up/2",
        "bank/follow-up/2/grade",
    ]
    assert game.audience.names == [
        *("Brief", "Stands", "Shot", "Timeline", "Story", "Verdict", "Comparison", "Debrief"),
        *("StrongAnswer", "StrongAnswer", "Ended"),
    ]


def test_a_design_that_survives_meets_the_next_shot(game: Round) -> None:
    result = game.play(SURVIVED)
    assert (result.outcome, [shot.shot for shot in result.shots]) == ("held", ["crash", "idle"])
    assert [scene.next for scene in game.audience.seen if isinstance(scene, Verdict)] == [True, False]
    assert result.clarified == ("Who promotes?",)
    assert Replied("A controller.") in game.audience.seen


def test_answers_to_follow_ups_come_back_with_their_grades(game: Round) -> None:
    answers = [(one.answer, one.grade, one.listen_for) for one in game.play(BROKEN).follow_ups]
    assert answers == [("Fence it.", "well", ("Fence it", "Rebuild it")), ("", "partly", ("Lag",))]


def test_a_wrong_prediction_nudges_five_cards_and_says_why(game: Round) -> None:
    result = game.play(SURVIVED)
    assert result.nudged == ("ack-1", "ack-2", "ack-3", "ack-4", "ack-5")
    states = card_states(game.journal)
    assert {states[card].cause for card in result.nudged} == {
        "The Bank: you expected lost_acked_writes to break under crash, and it held"
    }
    assert set(states) == set(result.nudged)


def test_right_predictions_nudge_nothing(game: Round) -> None:
    assert game.play(BROKEN).nudged == ()
    assert game.journal.facts("nudge") == []


def test_the_attempt_and_the_prediction_are_facts(game: Round) -> None:
    game.play(BROKEN)
    (attempt,), (prediction,) = game.journal.facts("attempt"), game.journal.facts("prediction")
    assert (attempt.subject, attempt.payload["scenario"], attempt.payload["outcome"]) == ("attempt-1", "bank", "broken")
    assert prediction.payload["value"]["lost_acked_writes"] == {"verdict": "broken", "confidence": 90}
    assert prediction.payload["met"] == {"lost_acked_writes": False, "unavailable_ms": True}
    assert len(attempt.version) == 12


def test_the_comparison_is_over_the_shot_that_decided(game: Round) -> None:
    game.play(BROKEN)
    (scene,) = (scene for scene in game.audience.seen if isinstance(scene, Comparison))
    assert {row.played.shot for row in scene.rows} == {"crash"}
    assert [row.design.id for row in scene.rows] == ["async", "semi-sync", "sync-all", "chain"]
    assert scene.yours is not None
    assert scene.yours.id == "async"


def test_what_was_survived_is_not_compared(game: Round) -> None:
    shots = game.scenario.kill_shots
    game.scenario = replace(game.scenario, kill_shots={"idle": shots["idle"], "crash": shots["crash"]})
    result = game.play(["done", "async", expect("held"), expect("broken"), *FOLLOW_UPS])
    assert [(shot.shot, shot.outcome) for shot in result.shots] == [("idle", "held"), ("crash", "broken")]
    (scene,) = (scene for scene in game.audience.seen if isinstance(scene, Comparison))
    assert {row.played.shot for row in scene.rows} == {"crash"}


def test_a_design_that_survived_everything_is_compared_under_everything(game: Round) -> None:
    game.play(SURVIVED)
    (scene,) = (scene for scene in game.audience.seen if isinstance(scene, Comparison))
    assert [(row.played.shot, row.design.id) for row in scene.rows[:2]] == [("crash", "async"), ("crash", "semi-sync")]
    assert len(scene.rows) == 8


def test_options_leave_things_out(game: Round) -> None:
    nothing = RoundOptions(clarify=False, build=False, compare=False, debrief=False, follow_ups=False)
    result = game.play(["async", expect("broken")], nothing)
    assert result.follow_ups == ()
    assert game.audience.names == ["Brief", "Stands", "Shot", "Timeline", "Story", "Verdict", "Ended"]


def test_a_changed_design_is_another_one(game: Round) -> None:
    result = game.play(
        [*BROKEN[:2], expect("held"), expect("held"), *FOLLOW_UPS], RoundOptions(changes={"wait_for": "majority"})
    )
    assert (result.outcome, result.design.changed) == ("held", ("wait_for",))
    (scene,) = (scene for scene in game.audience.seen if isinstance(scene, Comparison))
    assert [row.design.id for row in scene.rows[:2]] == ["async", "async"]
    assert [row.design == scene.yours for row in scene.rows[:2]] == [True, False]


def test_a_shot_that_never_strikes_is_not_survived(journal: Journal, home: Home) -> None:
    game = Round(journal, load_bank(home, NEVER))
    result = game.play(["done", "async", expect("held"), expect("held"), *FOLLOW_UPS])
    assert (result.outcome, [shot.outcome for shot in result.shots]) == ("unknown", ["unknown", "unknown"])
    assert result.nudged == ()


OWN: Answers = ["done", "own", "leader-follower", "2", "none", "manual", "leader", "take", expect("broken", "broken")]


def test_build_your_own_asks_only_for_knobs_that_matter(game: Round) -> None:
    game.play([*OWN, *FOLLOW_UPS])
    asked = [key.removeprefix("bank/knob/") for key in game.script.asked if "/knob/" in key]
    assert asked == ["topology", "replicas", "wait_for", "failover", "reads"]
    result = game.journal.facts("attempt")[0].payload
    assert (result["design"], result["knobs"]["replicas"]) == ("own", "2")


def test_a_chain_has_few_knobs(game: Round) -> None:
    game.play(["done", "own", "chain", "3", "300", "take", expect("held"), expect("held"), *FOLLOW_UPS])
    asked = [key.removeprefix("bank/knob/") for key in game.script.asked if "/knob/" in key]
    assert asked == ["topology", "replicas", "detect_after_ms"]


def test_a_finer_knob_is_set_by_those_who_look_for_it(game: Round) -> None:
    own = [*OWN[:-2], "more", "leader_fsync", "never", "take"]
    result = game.play([*own, OWN[-1], *FOLLOW_UPS])
    assert result.design.knobs["leader_fsync"] == "never"
    *_, stated = (scene.knobs for scene in game.audience.seen if isinstance(scene, Stands))
    assert stated["leader_fsync"] == "never"
    assert "apply" not in stated


@pytest.mark.parametrize("impossible", [["1", "k"], ["3", "k", "3"], ["3", "none", "manual", "tail"]], ids="/".join)
def test_what_would_be_refused_is_not_offered(game: Round, impossible: Answers) -> None:
    with pytest.raises(AssertionError, match=f"'{impossible[-1]}' is not offered"):
        game.play(["done", "own", "leader-follower", *impossible])


def test_an_impossible_combination_is_refused_in_words_and_asked_again(game: Round, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build, "_possible", lambda knob, raw: build._values(knob))  # as if it was answered under other rules
    lf: Answers = ["leader-follower", "3", "k", "3", "1", "durable", "manual", "leader", "take"]
    result = game.play(["done", "own", *lf, expect("held", "broken"), *FOLLOW_UPS])
    (refusal,) = (scene for scene in game.audience.seen if isinstance(scene, Refused))
    assert refusal.message == "k=3 cannot be: the leader would wait for more followers than there are"
    assert "set k lower" in refusal.hint
    assert game.script.asked.count("bank/knob/k") == 2
    assert result.design.knobs["k"] == "1"


def test_the_builder_can_begin_again_or_go_back_to_the_candidates(game: Round) -> None:
    short: Answers = ["leader-follower", "1"]
    game.play(["done", "own", *short, "again", *short, "candidates", *BROKEN[1:]])
    assert [scene.design.id for scene in game.audience.seen if isinstance(scene, Stands)] == ["own", "own", "async"]


ALL: dict[str, Answers] = {"broken": BROKEN, "survived": SURVIVED, "own": [*OWN, *FOLLOW_UPS]}


@pytest.mark.parametrize("name", ALL)
def test_interrupted_anywhere_a_round_goes_on_and_ends_the_same(game: Round, name: str) -> None:
    answers = ALL[name]
    whole = game.play(answers)
    for given in range(len(answers)):
        game.attempt = f"cut after {given}"
        with pytest.raises(Interrupted):
            game.play(answers[:given])
        result = game.play(answers[given:])
        assert (result.outcome, result.design, result.nudged) == (whole.outcome, whole.design, whole.nudged)
        assert (result.clarified, result.follow_ups) == (whole.clarified, whole.follow_ups)
        assert len(game.journal.facts("attempt", game.attempt)) == 1


def test_going_on_after_the_end_of_the_shots_nudges_nothing_twice(game: Round) -> None:
    with pytest.raises(Interrupted):
        game.play(SURVIVED[:-4])
    assert len(game.journal.facts("nudge")) == 5
    assert game.play(FOLLOW_UPS).nudged == ("ack-1", "ack-2", "ack-3", "ack-4", "ack-5")
    assert len(game.journal.facts("nudge")) == 5
    assert len(game.journal.facts("attempt")) == 1


def test_whoever_watches_and_leaves_has_been_scored(game: Round) -> None:
    with pytest.raises(Interrupted):
        game.play(BROKEN[:3])
    (prediction,) = game.journal.facts("prediction")
    assert prediction.payload["met"]["lost_acked_writes"] is False
