"""The timeline and the story on the screen: every style is known, and nothing is wider than the screen."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from quizkit.home import Home
from quizkit.library.play import ScenarioRun, play_scenario
from quizkit.screen.timeline import STYLES, story_text, timeline_text
from sim.render.lanes import timeline
from tests.quizkit.bank import load_bank


@pytest.fixture
def played(home: Home) -> ScenarioRun:
    _, scenario = load_bank(home)
    return play_scenario(scenario, scenario.designs["async"].raw_knobs, "crash", 1)


def test_every_style_of_the_diagram_has_a_look(played: ScenarioRun) -> None:
    run = played.run
    lines = timeline(run.trace, run.history, run.findings, 80, True)
    used = {style for line in lines for _, style in line.spans}
    assert used - {"", "plain"} <= set(STYLES)
    assert {"fault", "reply", "lost"} <= used


@pytest.mark.parametrize("width", [60, 80, 120])
def test_the_text_is_that_of_the_diagram(played: ScenarioRun, width: int) -> None:
    run = played.run
    lines = [str(line).rstrip() for line in timeline(run.trace, run.history, run.findings, width)]
    shown = [line.rstrip() for line in timeline_text(played, width).plain.splitlines()]
    assert shown == lines
    assert max(map(len, shown)) <= width


def test_sentences_are_numbered_and_hang_below_their_numbers(played: ScenarioRun) -> None:
    lines = story_text(played, 60).plain.splitlines()
    assert max(map(len, lines)) <= 60
    numbers = [int(found[1]) for line in lines if (found := re.match(r"([ \d]\d)\. ", line))]
    assert numbers == list(range(1, len(numbers) + 1))
    assert all(re.match(r"( \d|\d\d)\. |    \S", line) for line in lines)


def test_only_the_screen_knows_rich() -> None:
    root = Path(__file__).parents[3] / "quizkit"
    importers = {
        path.parent.name for path in root.rglob("*.py") if re.search(r"^\s*(from|import) rich", path.read_text(), re.M)
    }
    assert importers == {"screen"}
