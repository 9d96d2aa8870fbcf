"""Chance is a function of the seed and of what is drawn, never of what was drawn before."""

from __future__ import annotations

from collections import Counter

from sim.luck import Luck


def test_the_same_name_always_gives_the_same_draw_whatever_was_drawn_before() -> None:
    one, other = Luck(1), Luck(1)
    other.bits("something that only this run draws")
    assert one.bits("A>B append c1/1 0") == other.bits("A>B append c1/1 0")


def test_another_seed_and_another_name_give_other_draws() -> None:
    draws = {Luck(seed).bits(f"think c1/{n}") for seed in range(50) for n in range(50)}
    assert len(draws) == 2500


def test_a_range_includes_both_ends_and_nothing_else() -> None:
    draws = {Luck(seed).between(3, 6, "delay") for seed in range(200)}
    assert draws == {3, 4, 5, 6}


def test_a_range_of_one_value_is_that_value() -> None:
    assert Luck(1).between(7, 7, "delay") == 7


def test_draws_are_even() -> None:
    counts = Counter(Luck(1).index(8, f"reader c1/{n}") for n in range(8000))
    assert sorted(counts) == list(range(8))
    assert all(900 < count < 1100 for count in counts.values())


def test_neighbouring_seeds_do_not_follow_each_other() -> None:
    """A seed that only shifted the draws would make twenty seeds one experiment."""
    agree = sum(Luck(seed).index(2, "coin") == Luck(seed + 1).index(2, "coin") for seed in range(2000))
    assert 900 < agree < 1100
