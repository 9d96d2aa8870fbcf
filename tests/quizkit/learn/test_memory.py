"""The memory of an attempt: every answer is a fact, and a fact is never asked for again."""

from __future__ import annotations

import pytest

from quizkit.errors import Interrupted
from quizkit.learn.asker import Option
from quizkit.learn.journal import Journal
from quizkit.learn.memory import Memory
from quizkit.learn.scenes import Debrief, Refused, Remembered, Replied
from tests.quizkit.bank import Audience, Script, expect

YES_NO = [Option("y", "Yes, please"), Option("n", "No")]
CONTEXT = {"scenario": "bank", "knobs": {}, "shot": "crash", "met": {}}


def remember(journal: Journal, *answers: str, version: str = "v1") -> tuple[Memory, Script, Audience]:
    script, audience = Script(list(answers)), Audience()
    return Memory(script, audience, journal, "attempt-1", version), script, audience


def test_every_answer_is_a_fact_of_its_kind(journal: Journal) -> None:
    memory, script, _ = remember(journal)
    script.answers = ["y", expect("broken"), "my words", "n"]
    memory.select("one", "One?", YES_NO)
    memory.predict("two", "Two?", [Option(name, name) for name in expect("held")], CONTEXT)
    memory.text("three", "Three?")
    memory.grade("four", "Four?", YES_NO)
    facts = journal.facts(subject="attempt-1")
    assert [(fact.kind, fact.payload["key"], fact.version) for fact in facts] == [
        ("choice", "one", "v1"),
        ("prediction", "two", "v1"),
        ("follow_up", "three", "v1"),
        ("grade", "four", "v1"),
    ]
    assert facts[0].payload["value"] == "y"
    assert facts[1].payload["value"]["lost_acked_writes"] == {"verdict": "broken", "confidence": 90}
    assert facts[1].payload["shot"] == "crash"
    assert facts[2].payload["value"] == "my words"


def test_the_fact_is_there_before_the_next_question(journal: Journal) -> None:
    memory, _, _ = remember(journal, "y")
    memory.select("one", "One?", YES_NO)
    with pytest.raises(Interrupted):
        memory.select("two", "Two?", YES_NO)
    assert [fact.payload["key"] for fact in journal.facts(subject="attempt-1")] == ["one"]


def test_what_is_known_is_not_asked_again(journal: Journal) -> None:
    first, _, _ = remember(journal, "y", "n")
    first.select("one", "One?", YES_NO)
    first.select("one", "One, again?", YES_NO)
    memory, script, _ = remember(journal, "y")
    said = [
        memory.select("one", "One?", YES_NO),
        memory.select("one", "One, again?", YES_NO),
        memory.select("two", "Two?", YES_NO),
    ]
    assert said == ["y", "n", "y"]
    assert script.asked == ["two"]
    assert len(journal.facts(subject="attempt-1")) == 3


def test_predictions_come_back_as_they_were_given(journal: Journal) -> None:
    rows = [Option(name, name) for name in expect("held")]
    first, script, _ = remember(journal)
    script.answers = [expect("broken", "held", 70)]
    given = first.predict("p", "What?", rows, CONTEXT)
    again, _, _ = remember(journal)
    assert again.predict("p", "What?", rows, CONTEXT) == given == expect("broken", "held", 70)


def test_going_on_shows_what_lasts_the_answers_and_what_came_after_the_last_one(journal: Journal) -> None:
    def play(memory: Memory) -> None:
        memory.show(Refused("only for a moment", ""))
        memory.show(Replied("this lasts"))
        memory.select("one", "One?", YES_NO)
        memory.pause("p", "Enter")
        memory.show(Debrief("gone by"))
        memory.select("hidden", "Hidden?", YES_NO, recap=False)
        memory.pause("q", "Enter")
        memory.show(Debrief("the present"))
        memory.select("two", "Two?", YES_NO)

    first, _, _ = remember(journal, "y", "n")
    with pytest.raises(Interrupted):
        play(first)
    memory, script, audience = remember(journal, "y")
    play(memory)
    assert audience.seen == [Replied("this lasts"), Remembered("One?", "Yes, please"), Debrief("the present")]
    assert (script.asked, script.pauses) == (["two"], 0)


def test_whoever_went_on_once_is_not_held_up_again(journal: Journal) -> None:
    remember(journal)[0].pause("on", "Enter")
    memory, script, audience = remember(journal, "y")
    memory.show(Debrief("read already"))
    memory.pause("on", "Enter")
    memory.select("one", "One?", YES_NO)
    assert (script.pauses, audience.seen) == (0, [])


def test_answers_to_another_version_do_not_count(journal: Journal) -> None:
    remember(journal, "y")[0].select("one", "One?", YES_NO)
    memory, script, _ = remember(journal, "n", version="v2")
    assert (memory.select("one", "One?", YES_NO), script.asked) == ("n", ["one"])


def test_a_round_that_takes_another_way_is_not_left_in_the_dark(journal: Journal) -> None:
    first, _, _ = remember(journal, "y", "y")
    first.select("one", "One?", YES_NO)
    first.select("two", "Two?", YES_NO)
    memory, script, audience = remember(journal, "n", "n")
    memory.select("other", "Other?", YES_NO)
    memory.show(Debrief("seen"))
    memory.select("two", "Two?", YES_NO)
    assert audience.seen == [Debrief("seen")]
    assert script.asked == ["other", "two"]


def test_words_said_aloud_are_an_answer_too(journal: Journal) -> None:
    remember(journal, "")[0].text("why", "Why?")
    memory, script, audience = remember(journal)
    assert memory.text("why", "Why?") == ""
    assert script.asked == []
    assert audience.seen == [Remembered("Why?", "(said aloud)")]
