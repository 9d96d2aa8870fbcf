from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.checks.linearization import Call, Model, Operation, Search, State, linearize
from tests.sim.checks.recorded import REGISTER, STRINGS, replays

PLENTY = 1_000_000

REGISTER_CALLS = [("read", "nil"), *((kind, v) for kind in ("read", "write", "no_cas") for v in "12")]
REGISTER_CALLS += [("cas", "1", "2"), ("cas", "2", "1"), ("cas", "1", "1")]
STRING_CALLS = [("put", "a"), ("append", "a"), ("append", "b"), *(("get", v) for v in ("", "a", "b", "ab", "ba", "aa"))]


def op(id: str, call: str, invoked: int, completed: int | None) -> Operation:
    return Operation(id, tuple(call.split()), invoked, completed)


def slow_key(width: int = 16) -> list[Operation]:
    """Concurrent writes, each seen by a concurrent read, and then a read of the initial value: only all orders refute it."""
    writes = [op(f"w{n}", f"write {n}", 0, 100) for n in range(width)]
    reads = [op(f"r{n}", f"read {n}", 0, 100) for n in range(width)]
    return [*writes, *reads, op("r", "read nil", 200, 300)]


BROKEN_KEY = [op("w", "write 1", 1, 2), op("r", "read nil", 3, 4)]


# The twin: every order that there is


def explained(model: Model[State], state: State, left: list[Operation]) -> bool:
    """Whether some order of what is left that real time allows explains all answers; what was not answered may be missing."""
    if all(op.completed is None for op in left):
        return True
    deadline = min(op.completed for op in left if op.completed is not None)
    steps = ((op, model.step(state, op.call)) for op in left if op.invoked <= deadline)
    return any(after is not None and explained(model, after, [o for o in left if o != op]) for op, after in steps)


def twin(model: Model[State], operations: list[Operation]) -> str:
    return "holds" if explained(model, model.init, operations) else "broken"


@st.composite
def histories(draw: st.DrawFn, calls: list[Call]) -> list[Operation]:
    """Few instants, so that much overlaps and many ends are ties; a quarter of the outcomes is unknown."""
    found = []
    for number in range(draw(st.integers(1, 8))):
        invoked, took = draw(st.integers(0, 6)), draw(st.sampled_from([0, 1, 1, 2, 3, 5, None, None]))
        call = draw(st.sampled_from(calls))
        found.append(Operation(f"op{number}", call, invoked, None if took is None else invoked + took))
    return found


def compare(model: Model[str], calls: list[Call]) -> None:
    """The search and its twin agree, the witness is one, and both verdicts occur often enough to mean something."""
    seen: Counter[str] = Counter()

    @settings(deadline=None, max_examples=1500)
    @given(histories(calls))
    def agree(operations: list[Operation]) -> None:
        result = linearize(model, {"x": operations}, PLENTY)["x"]
        seen[result.verdict] += 1
        assert result.verdict == twin(model, operations)
        assert replays(model, result)
        answered = {operation for operation in operations if operation.completed is not None}
        assert result.verdict == "broken" or answered <= set(result.order)

    agree()
    assert min(seen["holds"], seen["broken"]) > 100, seen


def test_a_register_is_judged_as_by_trying_every_order() -> None:
    compare(REGISTER, REGISTER_CALLS)


def test_strings_are_judged_as_by_trying_every_order() -> None:
    compare(STRINGS, STRING_CALLS)


# The witness


def test_the_witness_of_a_history_that_holds_is_an_order_that_works() -> None:
    operations = [op("r", "read 2", 0, 9), op("w1", "write 1", 1, 2), op("w2", "write 2", 1, 3), op("r1", "read 1", 4, 5)]
    result = linearize(REGISTER, {"x": operations}, PLENTY)["x"]
    assert [operation.id for operation in result.order] == ["w2", "r", "w1", "r1"]
    assert (result.verdict, result.stuck) == ("holds", None)


def test_the_witness_of_a_broken_history_is_how_far_it_could_be_explained_and_what_could_not() -> None:
    operations = [op("w", "write 1", 1, 2), op("r1", "read 1", 3, 4), op("r2", "read nil", 5, 6), op("r3", "read nil", 7, 8)]
    result = linearize(REGISTER, {"x": operations}, PLENTY)["x"]
    assert [operation.id for operation in result.order] == ["w", "r1"]
    assert result.stuck == operations[2]


def test_what_was_never_answered_may_take_effect_later_or_never() -> None:
    early, late = op("r1", "read nil", 5, 6), op("r2", "read 1", 7, 8)
    for reads in ([], [early], [late], [early, late]):
        assert linearize(REGISTER, {"x": [op("w", "write 1", 1, None), *reads]}, PLENTY)["x"].verdict == "holds"
    wrong_way_round = [op("w", "write 1", 1, None), op("r1", "read 1", 5, 6), op("r2", "read nil", 7, 8)]
    assert linearize(REGISTER, {"x": wrong_way_round}, PLENTY)["x"].verdict == "broken"


def test_what_else_was_used_up_matters() -> None:
    """The cas from 1 to 2 must do what the unanswered write could do too, for only that write can do it from 3."""
    doubtful = [op("w", "write 2", 0, None), op("c", "cas 1 2", 0, None)]
    steps = ("write 1", "read 2", "write 3", "read 2")
    answered = [op(f"a{n}", call, 2 * n + 1, 2 * n + 2) for n, call in enumerate(steps)]
    for operations in ([*doubtful, *answered], [*reversed(doubtful), *answered]):
        assert linearize(REGISTER, {"x": operations}, PLENTY)["x"].verdict == "holds"


def test_to_have_used_up_less_is_better() -> None:
    """The search first meets the order a x w c z, which uses up the unanswered write, and then a c x z, which does not."""
    operations = [op("w", "write 2", 3, None), op("a", "write 2", 1, 2), op("x", "write 1", 3, 10), op("c", "cas 2 3", 3, 11)]
    operations += [op("z", "write 9", 12, 13), op("r", "read 2", 14, 15)]
    result = linearize(REGISTER, {"x": operations}, PLENTY)["x"]
    assert "".join(operation.id for operation in result.order) == "acxzwr"


# The budget


def test_the_order_of_the_answers_is_tried_first() -> None:
    """Of concurrent writes whose readers leave them but one order, one configuration each is enough."""
    writes = [op(f"w{n}", f"write {n}", 0, 10 * n + 10) for n in range(12)]
    reads = [
        op(f"{name}{n}", f"read {n}", 10 * n + 11, 10 * n + end) for n in range(12) for name, end in (("s", 14), ("r", 13))
    ]
    search = Search(REGISTER, [*reversed(writes), *reads])
    assert search.advance(PLENTY) == len(writes) + 1
    names = [operation.id for operation in search.result.order]
    assert names == [f"{name}{n}" for n in range(12) for name in "wrs"]


def test_a_search_that_runs_out_of_budget_says_unknown() -> None:
    result = linearize(REGISTER, {"x": slow_key()}, 1000)["x"]
    assert (result.verdict, result.stuck) == ("unknown", None)
    assert replays(REGISTER, result)


def test_a_search_can_be_continued_to_the_same_end() -> None:
    whole, parts = Search(REGISTER, slow_key(8)), Search(REGISTER, slow_key(8))
    visited = whole.advance(PLENTY)
    assert sum(parts.advance(7) for _ in range(visited)) == visited
    assert whole.result == parts.result
    assert whole.verdict == "broken"


def test_a_broken_key_among_slow_ones_is_found_on_a_small_budget() -> None:
    """Forty keys that would need half a million configurations each: one turn of each is enough to find the broken one."""
    keys = {f"slow {number}": slow_key() for number in range(40)}
    results = linearize(REGISTER, {**keys, "broken": BROKEN_KEY}, 12_000)
    assert results["broken"].verdict == "broken"
    assert {results[key].verdict for key in keys} == {"unknown"}


def test_a_broken_key_that_takes_a_while_is_found_before_slower_ones() -> None:
    keys = {f"slow {number}": slow_key() for number in range(10)}
    assert linearize(REGISTER, {**keys, "broken": slow_key(8)}, 25_000)["broken"].verdict == "broken"


EQUAL = [op(f"w{n}", "write 1", 0, 100 + n) for n in range(30)]
UNANSWERED = [op(f"w{n}", f"write {n % 2}", n, None) for n in range(60)]
READS = [op("w", "write 0", 0, 100), *(op(f"r{n}", f"no_cas {n + 1}", 0, 100) for n in range(30))]


@pytest.mark.parametrize("operations", [EQUAL, UNANSWERED, READS])
def test_neither_equal_calls_nor_unanswered_ones_nor_reads_multiply_the_work(operations: list[Operation]) -> None:
    """Without the rule for it each of these needs more than two to the thirtieth configurations."""
    search = Search(REGISTER, [*operations, op("r", "read 77", 200, 300)])
    assert search.advance(1000) < 1000
    assert search.verdict == "broken"
