"""A scenario through the simulator: the same seed plays the same, and what cannot be is refused in words."""

from __future__ import annotations

import pytest

from quizkit.errors import QuizkitError, UsageError
from quizkit.library.catalog import Scenario
from quizkit.library.compile import compile_file
from quizkit.library.play import play_scenario
from tests.quizkit.library.samples import SCENARIO, changed


def scenario_of(text: str = SCENARIO) -> Scenario:
    return compile_file(text.encode(), "scenarios/async-trap.yaml").content.scenarios["async-trap"]


def test_the_attack_breaks_what_it_should_and_requirements_are_judged() -> None:
    played = play_scenario(scenario_of(), {"wait_for": "none"}, "crash", 1)
    assert played.verdict("lost_acked_writes") == "broken"
    assert played.verdict("unavailable_ms") == "holds"
    assert [outcome.name for outcome in played.outcomes] == ["lost_acked_writes", "unavailable_ms"]
    assert played.meets_requirements is False
    assert (played.scenario, played.shot, played.seed) == ("async-trap", "crash", 1)


def test_a_design_that_waits_survives() -> None:
    assert play_scenario(scenario_of(), {"wait_for": "1"}, "crash", 1).meets_requirements is True


def test_without_a_shot_nothing_strikes() -> None:
    played = play_scenario(scenario_of(), {"wait_for": "none"}, None, 1)
    assert played.run.trace.shots == []
    assert played.verdict("lost_acked_writes") == "holds"


def test_a_shot_that_never_strikes_leaves_the_requirements_open() -> None:
    played = play_scenario(scenario_of(changed(SCENARIO, "{nth: 17}", "{nth: 1700}")), {}, "crash", 1)
    assert played.run.unfired
    assert played.meets_requirements is None


def test_what_is_neither_checked_nor_required_has_no_verdict() -> None:
    assert play_scenario(scenario_of(), {}, "crash", 1).verdict("write_p99_ms") is None


def test_the_same_seed_plays_the_same_run() -> None:
    runs = [play_scenario(scenario_of(), {}, "crash", seed).run.trace.events for seed in (3, 3, 4)]
    assert runs[0] == runs[1] != runs[2]


def test_an_unknown_shot() -> None:
    with pytest.raises(UsageError) as caught:
        play_scenario(scenario_of(), {}, "crush", 1)
    assert (caught.value.message, caught.value.hint) == ("async-trap has no kill shot crush", "did you mean `crash`?")


def test_a_knob_that_is_not_there() -> None:
    with pytest.raises(UsageError, match="unknown knob: wait_four") as caught:
        play_scenario(scenario_of(), {"wait_four": "1"}, "crash", 1)
    assert "wait_for" in caught.value.hint


def test_a_scenario_that_the_simulator_refuses_names_the_next_step() -> None:
    with pytest.raises(QuizkitError, match="the scenario async-trap is broken: unknown kind: legder") as caught:
        play_scenario(scenario_of(changed(SCENARIO, "kind: ledger", "kind: legder")), {}, "crash", 1)
    assert caught.value.hint == "see what is wrong with: quizkit content check scenarios/async-trap.yaml"
    assert not isinstance(caught.value, UsageError)
