"""Counts, capitals, and what a mistyped word was meant to be."""

from __future__ import annotations

import pytest

from quizkit.words import capital, did_you_mean, inflected, near, plural

DESIGNS = ("async", "semi-sync", "sync-all", "chain")


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("asink", "async"),
        ("Asink", "async"),
        ("semisync", "semi-sync"),
        ("syncall", "sync-all"),
        ("chian", "chain"),
        ("bchain", "chain"),
        ("basync", "async"),
        ("raft", ""),
        ("", ""),
    ],
)
def test_the_nearest_word_is_really_near(word: str, meant: str) -> None:
    assert near(word, DESIGNS) == meant


def test_a_word_that_only_shares_letters_is_not_near() -> None:
    assert near("asink", ["chain"]) == ""
    assert near("chian", ["chain"]) == "chain"


def test_the_hint_names_the_nearest_or_what_there_is() -> None:
    assert did_you_mean("chian", DESIGNS) == "did you mean `chain`?"
    assert did_you_mean("raft", ["async", "chain", "async"]) == "known: async, chain"
    assert did_you_mean("raft", []) == "there are none"
    assert did_you_mean("raft", DESIGNS, "ask somebody") == "ask somebody"
    assert did_you_mean("raft", DESIGNS, "") == ""


def test_counts_and_capitals() -> None:
    assert [plural(count, "card") for count in (0, 1, 2, "1", "2.5")] == ["0 cards", "1 card", "2 cards", "1 card", "2.5 cards"]
    assert (inflected("seed", 1), inflected("seed", 2)) == ("seed", "seeds")
    assert (capital("the leader of A"), capital("")) == ("The leader of A", "")
