"""Drafts are content that the strict loader accepts, word for word what the note says."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizkit.library.catalog import Card, Library, Scenario
from quizkit.library.compile import compile_file
from quizkit.library.notes.note import Note, Question
from quizkit.library.notes.read import read_note
from quizkit.library.notes.write import NO_SCENARIO, drafts, to_yaml
from quizkit.library.problems import ERROR, Problem
from quizkit.library.strict_yaml import read_yaml
from tests.quizkit.library.notes.fixtures import NOTES, read_file


def compiled(note: Note) -> tuple[Library, list[Problem]]:
    """The drafts of a note as the program loads them, and every error in them."""
    library, errors = Library(), []
    for path, text in drafts(note).items():
        part = compile_file(text.encode(), f"/{path}")
        library.cards.update(part.content.cards)
        library.decks.update(part.content.decks)
        library.scenarios.update(part.content.scenarios)
        errors += [problem for problem in part.problems if problem.severity == ERROR]
    return library, errors


@pytest.mark.parametrize("name", [file.name for file in NOTES])
def test_the_loader_accepts_every_draft_as_unreviewed(name: str) -> None:
    note = read_file(name)
    library, errors = compiled(note)
    assert errors == []
    assert [(one.q, one.a) for one in library.cards.values()] == [(one.q, one.a) for one in note.questions]
    assert len(library.scenarios) == len(note.traps)
    content: list[Card | Scenario] = [*library.cards.values(), *library.scenarios.values()]
    assert all(not one.reviewed for one in content)
    assert {(source.title, source.url, source.seen) for one in content for source in one.sources} == {
        (note.title, name, "secondary")
    }


def test_the_seed_gives_three_cards_and_one_scenario() -> None:
    library, _ = compiled(read_file("leader-and-follower.md"))
    assert list(library.cards) == [
        "leader-and-follower-what-is-split-brain",
        "leader-and-follower-how-do-you-fix-replication-lag",
        "leader-and-follower-what-happens-if-a-follower-falls-dd95d9",
    ]
    assert all(card.tags == ("replication", "consistency") for card in library.cards.values())
    (scenario,) = library.scenarios.values()
    assert (scenario.id, scenario.title, scenario.level) == ("leader-and-follower-async-trap", "The Async Trap", 1)
    assert scenario.designs["candidate"].says.startswith("I'll use MySQL")
    assert scenario.kill_shots["kill-shot"].raw_faults == ()
    assert scenario.debrief.startswith("For financial/critical data, you **must**")


def test_the_form_of_a_deck() -> None:
    note = Note("q.md", "Q & A", facts={"Category": "Acks and Logs"}, questions=[Question(1, "no", "1\n\n  - *2*")])
    assert drafts(note) == {
        PurePosixPath("decks/q.yaml"): (
            "# Category: Acks and Logs\n"
            "deck: q\ntitle: Q & A\nreviewed: false\ncards:\n- id: q-no\n  q: 'no'\n  a: |-\n    1\n\n      - *2*\n"
            "  tags: [acks, logs]\n  sources: [{title: Q & A, url: q.md, seen: secondary}]\n"
        )
    }


def test_two_answers_are_two_designs_and_two_shots() -> None:
    library, _ = compiled(read_file("two-answers.md"))
    (scenario,) = library.scenarios.values()
    assert list(scenario.designs) == ["let-the-database-count-up", "roll-a-random-128-bit-number"]
    assert list(scenario.kill_shots) == ["kill-shot-1", "kill-shot-2"]


def test_a_missing_scenario_is_asked_for_in_the_draft() -> None:
    library, errors = compiled(read_file("doubtful.md"))
    assert library.scenarios["doubtful-vague-trap"].interviewer == NO_SCENARIO
    assert errors == []


def test_two_interviews_are_two_files() -> None:
    text = "# T\n## Post-Mortem: A\n**Candidate**: a\n## Post-Mortem: A\n**Candidate**: b\n## Post-Mortem: C\n**Fix**: c\n"
    files = drafts(read_note(text, "n.md"))
    assert [str(path) for path in files] == ["scenarios/n.yaml", "scenarios/n-a-2.yaml", "scenarios/n-c.yaml"]
    ids = [read_yaml(text.encode(), "x").value["id"] for text in files.values()]
    assert ids == ["n-a", "n-a-2", "n-c"]


def test_equal_labels_give_different_designs() -> None:
    library, _ = compiled(read_note("## The Trap\n**Candidate**: a\n**Candidate**: b\n", "n.md"))
    assert list(library.scenarios["n-trap"].designs) == ["candidate", "candidate-2"]


def test_tabs_of_a_note_become_spaces() -> None:
    library, errors = compiled(read_note("## Flashcards\n-\tQ: a\tb?\n\t- A: c:\n\t\t- d\n", "n.md"))
    assert errors == []
    assert [(card.q, card.a) for card in library.cards.values()] == [("a    b?", "c:\n- d")]


def test_nothing_to_say_is_no_file() -> None:
    assert drafts(read_note("# T\n\nwords\n", "n.md")) == {}


@given(st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from(" \n:#*-&|>'\"\\$\u2028\x85\x07")))
def test_any_text_survives_yaml(text: str) -> None:
    value = {"a": text, "b": [{"c": text}]}
    document = read_yaml(to_yaml(value).encode(), "x")
    assert document.problems == []
    assert document.value == value


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_fact_is_a_comment(text: str) -> None:
    note = Note("n.md", text, facts={text: text}, questions=[Question(1, "q", "a")])
    (draft,) = drafts(note).values()
    assert read_yaml(draft.encode(), "x").value["cards"][0]["q"] == "q"
