"""The shipped content is right, and every outcome that it claims is what the simulator finds."""

from __future__ import annotations

from pathlib import Path

import pytest

from quizkit.home import Home
from quizkit.library.check import check_content
from quizkit.library.load import content_files, find_shipped, load_library

SHIPPED = find_shipped()
FILES = [str(file.relative_to(SHIPPED)) for file in content_files(SHIPPED)]
SCENARIOS = [file for file in FILES if file.startswith("scenarios")]


def test_nothing_is_wrong_or_unfinished(home: Home) -> None:
    assert "\n".join(map(str, check_content(None, home, prove=False).problems)) == ""


@pytest.mark.parametrize("file", SCENARIOS)
def test_every_claim_comes_true(home: Home, file: str) -> None:
    report = check_content(SHIPPED / file, home)
    assert "\n".join(map(str, report.problems)) == ""
    assert report.proved > 0


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
