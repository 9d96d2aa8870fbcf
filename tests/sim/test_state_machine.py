"""What the writes of all workloads do to the state, and what they answer."""

from __future__ import annotations

import pickle
from typing import Any

import pytest

from sim.records import NOW, Command, Entry, Result, stamped
from sim.state_machine import KeyValues, OnceOnly


class Machine:
    """A state machine with a log in front of it."""

    def __init__(self, state: KeyValues | None = None, last: int = 0) -> None:
        self.state = state or KeyValues({"a1": 10, "a2": 0})
        self.last = last

    def do(self, op: str, *command: str | int) -> Result | None:
        """The next entry of the log."""
        self.last += 1
        return self.state.apply(Entry(self.last, 1, op, op.partition("/")[0], command))

    def copy(self) -> Machine:
        """Another replica that goes on from the image, as it comes over the wire."""
        return Machine(type(self.state)({}, pickle.loads(pickle.dumps(self.state.image()))), self.last)


def test_a_state_knows_who_wrote_each_value_last() -> None:
    machine = Machine()
    machine.do("c1/1", "transfer", "a1", "a2", 15)
    machine.do("c2/1", "deposit", "a1", 1)
    machine.do("c2/2", "write", "x1", 3)
    assert machine.state.read("a1") == (-4, "c2/1")
    assert machine.state.read("a2") == (15, "c1/1")
    assert machine.state.read("a3") == (None, "")
    assert machine.state.ops == ["c1/1", "c2/1", "c2/2"]
    assert machine.state.items() == (("a1", -4), ("a2", 15), ("x1", 3))


def test_a_compare_and_set_sets_only_what_it_expects() -> None:
    machine = Machine()
    machine.do("c1/1", "write", "k1", 3)
    assert machine.do("c2/1", "cas", "k1", 4, 5) == (3, "c1/1")
    assert machine.do("c2/2", "cas", "k1", 3, 5) == (5, "c2/2")
    assert machine.do("c2/3", "cas", "k2", 3, 5) == (None, "")
    assert machine.state.ops == ["c1/1", "c2/2"], "what was refused is not in the state"


def test_a_post_has_a_place_in_its_feed() -> None:
    machine = Machine()
    assert [machine.do(f"c1/{n}", "append", "f1") for n in (1, 2)] == [(1, "c1/1"), (2, "c1/2")]
    assert machine.do("c2/1", "append", "f2") == (1, "c2/1")
    assert machine.state.read("f1") == (2, "c1/2")


# Locks


def locked() -> Machine:
    """c1 has got the lock at 1000 us for 500 us, as the fourth entry of the log."""
    machine = Machine(last=3)
    assert machine.do("c1/1", "acquire", "l1", "c1", 500, 1000) == (4, "c1/1")
    return machine


def test_a_lock_is_refused_to_others_until_its_time_is_over() -> None:
    machine = locked()
    assert machine.do("c2/1", "acquire", "l1", "c2", 500, 1499) == (None, "c1/1")
    assert machine.do("c2/2", "acquire", "l1", "c2", 500, 1500) == (6, "c2/2")
    assert machine.do("c1/2", "acquire", "l1", "c1", 500, 1600) == (None, "c2/2")


def test_its_token_is_its_place_in_the_log_so_it_grows() -> None:
    machine = locked()
    machine.do("c3/1", "write", "x1", 1)
    assert machine.do("c2/1", "acquire", "l1", "c2", 500, 9000) == (6, "c2/1")
    assert machine.do("c2/2", "acquire", "l2", "c2", 500, 9000) == (7, "c2/2")


def test_a_holder_that_asks_again_gets_a_new_grant() -> None:
    """It may not have heard of the first one."""
    machine = locked()
    assert machine.do("c1/1~2", "acquire", "l1", "c1", 500, 1400) == (5, "c1/1~2")
    assert machine.do("c2/1", "acquire", "l1", "c2", 500, 1600) == (None, "c1/1~2")


def test_a_released_lock_is_free_at_once() -> None:
    machine = locked()
    assert machine.do("c1/2", "release", "l1", "c1", 4) == (None, "c1/2")
    assert machine.state.read("l1") == (None, "c1/2")
    assert machine.do("c2/1", "acquire", "l1", "c2", 500, 1001) == (6, "c2/1")


@pytest.mark.parametrize(("holder", "token"), [("c2", 4), ("c1", 3)])
def test_only_the_present_grant_can_be_released(holder: str, token: int) -> None:
    machine = locked()
    assert machine.do(f"{holder}/2", "release", "l1", holder, token) == (4, "c1/1")
    assert machine.do("c3/1", "acquire", "l1", "c3", 500, 1001) == (None, "c1/1")


def test_a_lock_is_not_released_twice() -> None:
    machine = locked()
    machine.do("c1/2", "release", "l1", "c1", 4)
    assert machine.do("c1/3", "release", "l1", "c1", 4) == (None, "c1/2")


def test_the_time_is_put_into_the_log_by_who_orders_the_write() -> None:
    assert stamped(("acquire", "l1", "c1", 500, NOW), 1234) == ("acquire", "l1", "c1", 500, 1234)
    assert stamped(("write", "x1", 3), 1234) == ("write", "x1", 3)


# Images


COMMANDS: list[tuple[str, Command]] = [
    ("c1/1", ("deposit", "a1", 3)),
    ("c2/1", ("acquire", "l1", "c2", 500, 1000)),
    ("c1/2", ("append", "f1")),
    ("c1/2", ("append", "f1")),
    ("c3/1", ("acquire", "l1", "c3", 500, 1400)),
    ("c2/2", ("release", "l1", "c2", 2)),
    ("c3/2", ("cas", "k1", 1, 2)),
]


@pytest.mark.parametrize("kind", [KeyValues, OnceOnly])
@pytest.mark.parametrize("at", range(len(COMMANDS)))
def test_whoever_goes_on_from_an_image_goes_on_the_same(kind: type[KeyValues], at: int) -> None:
    machine = Machine(kind({"a1": 10}))
    for op, command in COMMANDS[:at]:
        machine.do(op, *command)
    other = machine.copy()
    for op, command in COMMANDS[at:]:
        assert other.do(op, *command) == machine.do(op, *command)
    assert other.state.items() == machine.state.items()
    assert other.state.ops == machine.state.ops
    assert other.state.image() == machine.state.image()


def test_an_image_does_not_change_with_the_state_it_was_made_of() -> None:
    machine = Machine()
    machine.do("c1/1", "write", "x1", 1)
    image = machine.state.image()
    machine.do("c1/2", "write", "x1", 2)
    old = KeyValues({}, image)
    assert (old.ops, old.read("x1")) == (["c1/1"], (1, "c1/1"))


# Sessions


def once() -> Machine:
    machine = Machine(OnceOnly({"a1": 10}))
    machine.do("c1/1", "append", "f1")
    return machine


def test_with_sessions_a_repeated_operation_changes_nothing_and_returns_the_same() -> None:
    machine = once()
    machine.do("c2/1", "append", "f1")
    assert machine.do("c1/1", "append", "f1") == (1, "c1/1")
    assert machine.state.ops == ["c1/1", "c2/1"]


def test_without_sessions_it_is_done_again() -> None:
    machine = Machine()
    machine.do("c1/1", "append", "f1")
    assert machine.do("c1/1", "append", "f1") == (2, "c1/1")
    assert machine.state.ops == ["c1/1", "c1/1"]


def test_an_operation_that_comes_after_a_later_one_of_its_client_is_not_done() -> None:
    machine = once()
    machine.do("c1/10", "append", "f1")
    assert machine.do("c1/9", "append", "f1") is None
    assert machine.state.read("f1") == (2, "c1/10")


def test_a_refused_operation_stays_refused_when_it_is_repeated() -> None:
    machine = once()
    machine.do("c2/1", "acquire", "l1", "c2", 500, 1000)
    refused: Any = machine.do("c1/2", "acquire", "l1", "c1", 500, 1200)
    assert refused == machine.do("c1/2", "acquire", "l1", "c1", 500, 9000) == (None, "c2/1")


def test_a_session_keeps_one_result_a_client() -> None:
    """Or else a state would grow with every write that it ever had."""
    machine = once()
    for number in range(2, 2000):
        machine.do(f"c1/{number}", "append", "f1")
    *_, sessions = machine.state.image()
    assert sessions == (("c1", (1999, (1999, "c1/1999"))),)
