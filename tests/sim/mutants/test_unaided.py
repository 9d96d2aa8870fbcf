"""Which mutants a search finds that knows nothing of them: crashes at every effect boundary, then random fault plans.

Every day some that are found at once; `pytest -m slow -s tests/sim/mutants/test_unaided.py` looks for all and prints a table.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from multiprocessing import get_context
from typing import NamedTuple

import pytest

from tests.sim.mutants.catalogue import MUTANTS
from tests.sim.mutants.grounds import GROUNDS
from tests.sim.mutants.mutant import injected
from tests.sim.search import Found, broken_promises, cases, hunt

SCANS, PLANS = 250, 350  # runs at most
SHARE, CPU_SECONDS = 18 / 25, 120
EASY = ("AnswersAtOnce", "IgnoresGaps", "PromotesTheLaggard", "DoesItAgain", "HeadAnswers", "AsksTheHead", "KeepsConflicts")
RULES = ("acks", "chain", "craq", "raft", "sessions")


class Task(NamedTuple):
    """A search as plain data; without a mutant it is for the right protocol."""

    mutant: str
    ground: str
    scans: int
    plans: int


class Result(NamedTuple):
    """What it found, and what that took."""

    task: Task
    found: Found
    cpu_s: float

    def again(self) -> str:
        """The call that shows it again."""
        case = self.found.case
        assert case is not None
        who = f"*MUTANTS[{self.task.mutant!r}].wrong" if self.task.mutant else ""
        return (
            f"with injected({who}): broken_promises(GROUNDS[{self.task.ground!r}], {list(case.faults)}, {case.seed}) "
            f"-> {', '.join(self.found.checks)}"
        )


def search(task: Task) -> Result:
    """Carry a task out, here or in another process."""
    began = time.process_time()
    with injected(*(MUTANTS[task.mutant].wrong if task.mutant else ())):
        found = hunt(GROUNDS[task.ground], task.scans, task.plans)
    return Result(task, found, time.process_time() - began)


def search_all(tasks: Iterable[Task], executor: Executor | None = None) -> Iterator[Result]:
    """Carry out many, in a pool of processes unless an executor is given."""
    with executor or ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        yield from pool.map(search, tasks)


def row(result: Result) -> str:
    """A line of the table."""
    case = result.found.case
    how = f"{case.how} {case.number}" if case else "-"
    checks = ", ".join(result.found.checks)
    return f"{result.task.mutant:22} {result.task.ground:20} {how:10} {result.found.runs:4} {result.cpu_s:6.2f}  {checks}"


@pytest.mark.parametrize("name", EASY)
def test_some_are_found_at_once(name: str) -> None:
    result = search(Task(name, MUTANTS[name].ground, 20, 0))
    assert result.found.case, f"{name} survives the first {result.found.runs} runs"
    case = result.found.case
    with injected(*MUTANTS[name].wrong):
        assert tuple(broken_promises(GROUNDS[result.task.ground], case.faults, case.seed)) == result.found.checks
    assert broken_promises(GROUNDS[result.task.ground], case.faults, case.seed) == []


@pytest.mark.parametrize("ground", RULES)
def test_the_right_protocols_survive_the_beginning_of_the_search(ground: str) -> None:
    result = search(Task("", ground, 15, 15))
    assert result.found.case is None, result.again()


def test_every_mutant_has_a_ground_on_which_its_design_stands() -> None:
    for mutant in MUTANTS.values():
        ground = GROUNDS[mutant.ground]
        assert ground.design.get("topology") == mutant.design.get("topology"), mutant


def test_a_search_goes_on_where_it_stopped() -> None:
    ground = GROUNDS["acks"]
    everything = [case.faults for case in cases(ground, 5, 5)]
    assert everything == [case.faults for case in cases(ground, 5, 5)]
    with injected(*MUTANTS["HearsTooFew"].wrong):
        whole = hunt(ground, SCANS, 0)
        assert whole.case
        assert hunt(ground, SCANS, 0, skip=whole.runs - 1) == whole
        assert hunt(ground, whole.runs - 1, 0) == Found(whole.runs - 1)


def spared(result: Result) -> bool:
    """Whether the right protocol survives what broke the mutant: otherwise nothing was found about the mutant."""
    case = result.found.case
    assert case is not None
    with injected(*MUTANTS[result.task.mutant].beside):
        return broken_promises(GROUNDS[result.task.ground], case.faults, case.seed) == []


@pytest.mark.slow
def test_most_mutants_are_found_in_two_minutes_of_one_processor() -> None:
    results = list(search_all(Task(name, mutant.ground, SCANS, PLANS) for name, mutant in MUTANTS.items()))
    found = [result for result in results if result.found.case]
    cpu_s = sum(result.cpu_s for result in results)
    print(*map(row, results), f"{len(found)} of {len(results)} mutants in {cpu_s:.0f} s of CPU", sep="\n")
    assert [result.again() for result in found if not spared(result)] == []
    assert len(found) >= SHARE * len(results)
    assert cpu_s <= CPU_SECONDS


@pytest.mark.slow
def test_the_same_search_finds_nothing_in_the_right_protocols() -> None:
    alarms = [result.again() for result in search_all(Task("", name, SCANS, PLANS) for name in GROUNDS) if result.found.case]
    assert alarms == []
