from __future__ import annotations

import pytest

from sim.render import words
from sim.trace import Trace


@pytest.mark.parametrize(
    ("labels", "text"),
    [
        (["#3"], "#3"),
        (["#4", "#3"], "#3 and #4"),
        (["#15", "#16", "#17"], "#15 to #17"),
        (["#11", "#3", "#5", "#9", "#10", "#10"], "#3, #5 and #9 to #11"),
        (["#9'", "#9", "#10'", "#11'"], "#9 and #9' to #11'"),
        (["c2/5", "#2", "#1"], "#1, #2 and c2/5"),
        (["c2/5", "c2/6", "c2/7"], "c2/5, c2/6 and c2/7"),
        (["#1", "#3", "#5", "#7", "#9", "#11", "#12", "#13"], "#1, #3, #5, #7, #9 and three more"),
        ([], "nothing"),
    ],
)
def test_neighbours_are_drawn_together(labels: list[str], text: str) -> None:
    assert words.ranges(labels) == text


@pytest.mark.parametrize(
    ("n", "text"), [(0, "no entries"), (1, "one entry"), (2, "two entries"), (12, "twelve entries"), (1234, "1,234 entries")]
)
def test_counts_are_in_words_up_to_twelve(n: int, text: str) -> None:
    assert words.count(n, "entry", "entries") == text


@pytest.mark.parametrize(
    ("us", "text"),
    [(400, "0.4 ms"), (3_000, "3 ms"), (3_780, "3.8 ms"), (360_606, "361 ms"), (1_500_000, "1.5 s"), (9_979_000, "10 s")],
)
def test_durations_are_as_exact_as_one_cares(us: int, text: str) -> None:
    assert words.duration(us) == text


def test_lists_and_clauses() -> None:
    assert [words.listing(list(names)) for names in ("A", "AB", "ABC")] == ["A", "A and B", "A, B and C"]
    assert words.clauses(["it fell", "it broke", "nobody saw it"]) == "it fell, it broke, and nobody saw it"


def test_a_sentence_begins_with_a_capital_unless_a_client_begins_it() -> None:
    assert [words.capital(text) for text in ("the end", "c1 waits", "#3 is lost")] == ["The end", "c1 waits", "#3 is lost"]


def test_a_large_rest_is_all_others() -> None:
    trace = Trace(1, ("A", "B", "C"), ("controller",), ("c1",))
    assert words.groups(trace, [["A", "c1"], ["B", "C", "controller"]]) == ["A and c1", "all others"]
    assert words.groups(trace, [["A"], ["B", "C", "controller"]]) == ["A", "B, C and the controller"]
    assert words.groups(trace, [["A", "B", "C"]]) == ["A, B and C"]
