"""Which round goes on: the latest of the scenario that is not over, if its questions are still the same."""

from __future__ import annotations

from dataclasses import replace

from quizkit.learn.attempts import unfinished
from quizkit.learn.journal import Journal
from quizkit.learn.progress import begin, finish, interrupted, leave
from quizkit.learn.rounds import scenario_version
from tests.quizkit.builders import make_scenario

BANK = make_scenario("bank")


def test_a_round_that_was_begun_goes_on_with_its_seed_and_its_changes(journal: Journal) -> None:
    attempt = begin(journal, BANK, 7, {"k": "2"})
    journal.append("choice", attempt.id, {"key": "bank/design", "value": "async"}, scenario_version(BANK))
    found = interrupted(journal, BANK)
    assert found is not None
    assert (found.id, found.seed, found.changes, found.answers) == (attempt.id, 7, {"k": "2"}, 1)


def test_other_programs_can_tell_what_was_begun_and_how_to_go_on(journal: Journal) -> None:
    begin(journal, BANK, 1, {})
    (fact,) = unfinished(journal)
    assert (fact.payload["title"], fact.payload["resume"]) == ("About bank", "quizkit challenge bank")


def test_a_finished_round_does_not_go_on(journal: Journal) -> None:
    finish(journal, BANK, begin(journal, BANK, 1, {}))
    assert interrupted(journal, BANK) is None
    assert unfinished(journal) == []


def test_another_scenario_is_another_round(journal: Journal) -> None:
    begin(journal, BANK, 1, {})
    assert interrupted(journal, make_scenario("shop")) is None


def test_beginning_anew_leaves_the_older_round_behind(journal: Journal) -> None:
    begin(journal, BANK, 1, {})
    second = begin(journal, BANK, 2, {})
    found = interrupted(journal, BANK)
    assert found is not None
    assert found.id == second.id
    assert [fact.subject for fact in unfinished(journal)] == [second.id]
    leave(journal, BANK)
    assert interrupted(journal, BANK) is None


def test_a_scenario_that_was_changed_since_is_begun_anew(journal: Journal) -> None:
    begin(journal, BANK, 1, {})
    assert interrupted(journal, replace(BANK, raw_requirements={"rpo_ops": {"max": "0"}})) is None
    reworded = replace(BANK, title="The Bank", debrief="Reworded.")
    assert interrupted(journal, reworded) is not None


def test_a_mock_interview_in_progress_is_no_round(journal: Journal) -> None:
    journal.append("progress", "m", {"verb": "mock", "title": "Mock", "resume": "quizkit mock resume", "done": False})
    assert interrupted(journal, BANK) is None
