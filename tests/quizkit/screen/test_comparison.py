"""Designs side by side: marks for the best and the worst, and where a table finds no room."""

from __future__ import annotations

from rich.console import Console

from quizkit.commands.comparing import candidates, play_all
from quizkit.home import Home
from quizkit.learn.rounds import Chosen
from quizkit.learn.scenes import Comparison
from quizkit.screen.comparison import comparison
from quizkit.screen.style import Style
from tests.quizkit.bank import BANK, load_bank

CHANGED = Chosen("async", "Asynchronous", "", {"wait_for": "majority"}, ("wait_for",))


def lines(home: Home, designs: list[Chosen], yours: Chosen | None = None, width: int = 80, text: str = BANK) -> list[str]:
    _, scenario = load_bank(home, text)
    scene = Comparison(scenario, play_all(scenario, designs, ["crash"], 1), yours)
    console = Console(width=width)
    with console.capture() as drawn:
        for part in comparison(scene, Style(width, colour=False, ansi=False), console):
            console.print(part)
    return [line.strip() for line in drawn.get().splitlines() if line.strip()]


def own(home: Home, *names: str, text: str = BANK) -> list[Chosen]:
    return [one for one in candidates(load_bank(home, text)[1]) if one.id in names]


def test_best_and_worst_of_each_column_are_marked(home: Home) -> None:
    shown = lines(home, own(home, "async", "semi-sync", "chain"))
    assert shown[3:6] == [
        "async      BROKEN 9 -         held 361 ms -",
        "semi-sync  held 0 +           held 350 ms",
        "chain      held 0 +           held 330 ms +",
    ]


def test_where_all_are_equal_nothing_is_marked(home: Home) -> None:
    shown = lines(home, own(home, "semi-sync", "chain"))
    assert [line.split()[:4] for line in shown[3:5]] == [["semi-sync", "held", "0", "held"], ["chain", "held", "0", "held"]]


def test_more_is_better_for_throughput(home: Home) -> None:
    text = BANK.replace("lost_acked_writes: 0, unavailable_ms: {max: 5000}", "writes_per_s: {min: 1}")
    shown = lines(home, own(home, "async", "sync-all", text=text), text=text)
    values = {line.split()[0]: float(line.split()[2]) for line in shown[3:5]}
    assert shown[3].endswith("+") == (values["async"] > values["sync-all"])
    assert shown[4].endswith("+") == (values["sync-all"] > values["async"])
    assert values["async"] != values["sync-all"]


def test_the_learners_design_and_its_changes_stand_out(home: Home) -> None:
    shown = lines(home, [CHANGED, *own(home, "async")], CHANGED)
    assert shown[3].startswith("async* (yours)  held 0")
    assert shown[4].startswith("async           BROKEN 9")
    assert shown[-2:] == ["- async* (wait_for=majority): Asynchronous", "- async: Asynchronous"]


def test_without_room_each_design_is_a_block(home: Home) -> None:
    text = BANK.replace("unavailable_ms: {max: 5000}", "unavailable_ms: {max: 5000}, write_p99_ms: {max: 20}")
    shown = lines(home, own(home, "async", "chain", text=text), width=60, text=text)
    assert shown[2].split() == ["async"]
    assert shown[3].split() == ["acked", "writes", "lost:", "0", "BROKEN", "9", "-"]
    assert max(map(len, shown)) <= 60


def test_what_is_unknown_is_neither_best_nor_worst(home: Home) -> None:
    missed = BANK.replace("nth: 17", "nth: 9999")
    assert missed != BANK
    shown = lines(home, own(home, "async", "chain", text=missed), text=missed)
    assert all("unknown" in line and not line.endswith(("+", "-")) for line in shown[3:5])
