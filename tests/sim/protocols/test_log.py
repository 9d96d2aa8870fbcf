"""What `sim.protocols.log` promises: a log that can be cut, trimmed, compared, and read back from a disk."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.protocols.log import IndexedLog, Log, recover
from sim.records import Cut, Entry, Epoch, Record, Snapshot


def entry(n: int, epoch: int = 1) -> Entry:
    return Entry(n, epoch, f"e{epoch}/{n}", "c1", ("deposit", "a1", 1))


def log_of(*epochs: int) -> Log:
    """A log with an entry of each of these epochs."""
    log = Log()
    for n, epoch in enumerate(epochs, 1):
        log.append(entry(n, epoch))
    return log


def numbers(log: Log) -> list[tuple[int, int]]:
    return [(one.n, one.epoch) for one in log.entries]


def snapshot(n: int, *ends: tuple[int, int], known: int = 1) -> Snapshot:
    return Snapshot(n, ends, (), Epoch(known))


# In memory


def test_a_cut_forgets_the_end_and_says_what_it_was() -> None:
    log = log_of(1, 1, 2, 3)
    assert [one.n for one in log.cut(2)] == [3, 4]
    assert (log.last, log.last_epoch, log.ends) == (2, 1, {1: 2})


def test_a_trim_forgets_the_beginning_and_keeps_what_it_takes_to_compare() -> None:
    log = log_of(1, 1, 2, 2, 3)
    log.trim(3)
    assert numbers(log) == [(4, 2), (5, 3)]
    assert (log.first, log.last, log.ends_tuple()) == (4, 5, ((1, 2), (2, 4), (3, 5)))
    assert [log.epoch_at(n) for n in range(6)] == [0, 1, 1, 2, 2, 3]
    assert (log.op_at(3), log.op_at(4)) == ("", "e2/4")
    assert [one.n for one in log.between(0, 4)] == [4]


def test_an_entry_at_a_trimmed_place_is_trusted_and_one_of_another_epoch_is_not() -> None:
    log = log_of(1, 1, 2)
    log.trim(1)
    assert log.holds(entry(1))
    assert log.holds(entry(2))
    assert not log.holds(entry(2, epoch=2))
    assert not log.holds(entry(4, epoch=2))


@given(st.lists(st.integers(0, 1), max_size=8), st.integers(0, 8), st.integers(0, 8))
def test_the_common_prefix_is_what_comparing_entry_by_entry_finds(steps: list[int], split: int, extra: int) -> None:
    """Two logs that share a prefix, after which each goes on in epochs of its own leaders."""
    epochs = [1 + sum(steps[: i + 1]) for i in range(len(steps))]
    split = min(split, len(epochs))
    ours, theirs = log_of(*epochs), log_of(*epochs[:split], *([20] * extra))
    agreed = 0
    while agreed < min(ours.last, theirs.last) and ours.at(agreed + 1) == theirs.at(agreed + 1):
        agreed += 1
    assert ours.common_prefix(theirs.ends_tuple()) == agreed


def test_an_indexed_log_finds_the_first_of_each_operation() -> None:
    log = IndexedLog()
    for n, op in enumerate(("x", "y", "x"), 1):
        log.append(Entry(n, 1, op, "c1", ("deposit", "a1", 1)))
    assert [log.find(op) for op in ("x", "y", "z")] == [1, 2, None]
    log.trim(1)
    log.cut(1)
    assert [log.find(op) for op in ("x", "y")] == [1, None]
    log.know(["w", "x"])
    assert [log.find(op) for op in ("w", "x")] == [0, 1]


# From a disk


def recovered(*records: Record) -> tuple[list[tuple[int, int]], int, int]:
    found = recover(records, Log())
    assert found.log.last == (found.log.entries[-1].n if found.log.entries else found.log.first - 1)
    return numbers(found.log), found.log.last, found.known.n


def test_entries_and_cuts_come_back_in_their_order() -> None:
    records = (Epoch(1), entry(1), entry(2), entry(3), Epoch(2), Cut(1), entry(2, 2))
    assert recovered(*records) == ([(1, 1), (2, 2)], 2, 2)


def test_a_snapshot_stands_for_what_is_not_there() -> None:
    assert recovered(snapshot(7, (1, 5), (3, 7), known=4), entry(8, 4)) == ([(8, 4)], 8, 4)


def test_a_snapshot_of_its_own_leaves_the_entries_after_it() -> None:
    records = (*map(entry, range(1, 6)), snapshot(3, (1, 3)), entry(6))
    assert recovered(*records)[0][-3:] == [(4, 1), (5, 1), (6, 1)]


@pytest.mark.parametrize("ends", [((1, 2), (2, 3)), ((1, 3),)], ids=["another history", "the same, then cut"])
def test_an_installed_snapshot_and_its_cut_leave_nothing_of_an_abandoned_tail(ends: tuple[tuple[int, int], ...]) -> None:
    records = (*map(entry, range(1, 6)), snapshot(3, *ends), Cut(3), entry(4, 3))
    assert recovered(*records)[0][-1] == (4, 3)
    assert recovered(*records)[1] == 4


def test_a_snapshot_of_another_history_leaves_nothing_even_without_its_cut() -> None:
    """The process died between the two writes."""
    assert recovered(*map(entry, range(1, 6)), snapshot(3, (1, 2), (2, 3))) == ([], 3, 1)


def test_the_log_begins_anew_behind_a_snapshot_of_nothing() -> None:
    """A leader that has applied nothing yet sends one to a replica that has applied what nobody else has."""
    assert recovered(snapshot(0), Cut(0), entry(1, 2)) == ([(1, 2)], 1, 1)
