"""The shipped content is right, and every outcome that it claims is what the simulator finds."""

from __future__ import annotations

from pathlib import Path

import pytest

from quizkit.home import Home
from quizkit.library.check import check_content
from quizkit.library.load import content_files, find_shipped, load_library
from quizkit.library.trial import Result, Trial, run_trial, trials

SHIPPED = find_shipped()
FILES = [str(file.relative_to(SHIPPED)) for file in content_files(SHIPPED)]
SCENARIOS = [Path(file).stem for file in FILES if file.startswith("scenarios")]
FEW_SEEDS = range(1, 3)  # `quizkit content check` plays all of them, and CI runs it


def test_nothing_is_wrong_or_unfinished(home: Home) -> None:
    assert "\n".join(map(str, check_content(None, home, prove=False).problems)) == ""


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_claim_comes_true_with_the_first_seeds(home: Home, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(Trial, "seeds", FEW_SEEDS)
    claims = trials(load_library(home)[0].scenarios[name])
    results = [(trial, run_trial(trial)) for trial in claims]
    assert {
        (trial.design, trial.shot): result.refusal or result.unfired for trial, result in results if not played(result)
    } == {}
    wrong = [
        (trial.command(seed), name, claim, verdicts[name])
        for trial, result in results
        for seed, verdicts in result.verdicts.items()
        for name, claim in trial.claims.items()
        if not isinstance(claim, dict) and verdicts[name] != claim  # a rate counts over more seeds
    ]
    assert wrong == []
    assert claims


def played(result: Result) -> bool:
    return not result.refusal and not result.unfired


@pytest.mark.parametrize("file", FILES)
def test_editors_find_the_schema(file: str) -> None:
    kind = Path(file).parent.name.removesuffix("s")
    first = (SHIPPED / file).read_text(encoding="utf-8").splitlines()[0]
    assert first == f"# yaml-language-server: $schema=../schema/{kind}.json"


def test_there_is_enough_to_start_with(home: Home) -> None:
    library, problems = load_library(home)
    assert problems == []
    assert len(library.cards) >= 40
    assert {"async-trap", "sync-stall", "chain-middle"} <= set(library.scenarios)
    assert all(len(scenario.designs) >= 4 for scenario in library.scenarios.values())


def test_every_scenario_names_cards_that_it_makes_due(home: Home) -> None:
    library, _ = load_library(home)
    assert [scenario.id for scenario in library.scenarios.values() if not scenario.cards] == []
