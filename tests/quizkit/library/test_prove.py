"""Claims against runs: every seed of a plain claim must agree, and a rate must be met exactly."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import pytest

from quizkit.library import trial as trials_module
from quizkit.library.compile import compile_file
from quizkit.library.prove import judge_trial
from quizkit.library.trial import Result, Trial, run_trial, run_trials, trials
from tests.quizkit.library.samples import SCENARIO, changed

COMPILED = compile_file(SCENARIO.encode(), "scenarios/async-trap.yaml")


def trial_of(claim: str) -> Trial:
    text = changed(SCENARIO, "{crash: {lost_acked_writes: broken}}", f"{{crash: {{lost_acked_writes: {claim}}}}}")
    scenario = compile_file(text.encode(), "scenarios/async-trap.yaml").content.scenarios["async-trap"]
    return Trial(scenario, "async", "crash")


def problems(trial: Trial, verdicts: Sequence[str | None]) -> list[str]:
    by_seed = {seed: {"lost_acked_writes": verdict} for seed, verdict in zip(trial.seeds, verdicts, strict=True)}
    return [problem.message for problem in judge_trial(trial, Result(by_seed), COMPILED.document).problems]


def test_a_plain_claim_is_tried_with_five_seeds_and_a_rate_with_twenty() -> None:
    assert list(trial_of("broken").seeds) == [1, 2, 3, 4, 5]
    assert list(trial_of("{broken: 3/20}").seeds) == list(range(1, 21))


def test_a_plain_claim_needs_every_seed() -> None:
    trial = trial_of("broken")
    assert problems(trial, ["broken"] * 5) == []
    assert problems(trial, ["broken", "broken", "holds", "broken", "unknown"]) == [
        "design `async`, shot `crash`: lost_acked_writes: claimed broken, found holds or unknown with seeds 3, 5"
    ]


def test_a_rate_is_counted_exactly() -> None:
    trial = trial_of("{broken: 3/20}")
    assert problems(trial, ["broken"] * 3 + ["holds"] * 17) == []
    assert problems(trial, ["broken"] * 4 + ["holds"] * 16) == [
        "design `async`, shot `crash`: lost_acked_writes: claimed broken with 3/20 seeds, found 4/20"
    ]


def test_a_check_that_does_not_apply_proves_nothing() -> None:
    assert problems(trial_of("holds"), [None] * 5) == [
        "design `async`, shot `crash`: lost_acked_writes: not judged under this workload"
    ]


def test_what_the_simulator_refuses_to_play_is_told() -> None:
    verdict = judge_trial(trial_of("holds"), Result({}, refusal="there is no node D", hint="name A"), COMPILED.document)
    assert [(one.message, one.hint) for one in verdict.problems] == [
        ("design `async`, shot `crash`: there is no node D", "name A")
    ]
    assert verdict.proved == 0


def test_every_design_and_shot_with_claims_is_a_trial() -> None:
    scenario = COMPILED.content.scenarios["async-trap"]
    assert [(trial.design, trial.shot) for trial in trials(scenario)] == [("async", "crash"), ("semi-sync", "crash")]


def test_the_simulator_finds_what_the_scenario_claims() -> None:
    result = run_trial(trial_of("broken"))
    assert result == Result({seed: {"lost_acked_writes": "broken"} for seed in range(1, 6)})


def test_many_trials_are_played_by_other_processes_which_find_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    todo = trials(COMPILED.content.scenarios["async-trap"])
    alone = list(run_trials(todo))
    pools: list[int] = []

    class Pool(ProcessPoolExecutor):
        def __init__(self, workers: int, *rest: Any, **extra: Any) -> None:
            pools.append(workers)
            super().__init__(workers, *rest, **extra)

    monkeypatch.setattr("concurrent.futures.ProcessPoolExecutor", Pool)
    monkeypatch.setattr(trials_module, "FEW_RUNS", 0)
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    assert list(run_trials(todo)) == alone
    assert pools == [2]
