"""Ids hang on the text alone, fit the schema, and tell different questions apart."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizkit.library.notes.ids import LONGEST, card_id, note_slug, scenario_id
from quizkit.library.schema import ID_PATTERN


def test_a_question_of_plain_words_gives_a_plain_id() -> None:
    assert card_id("quorum", 'What is "Split Brain"?') == "quorum-what-is-split-brain"
    assert card_id("quorum", "What is split-brain") == "quorum-what-is-split-brain"
    assert card_id("quorum", "Naïve?") == "quorum-naive"


@pytest.mark.parametrize(
    ("one", "other"),
    [("What is C?", "What is C++?"), ("$R+W > N$?", "$R+W < N$?"), ("π?", "φ?"), ("?", "!?="), ("a " * 60, "a " * 61)],
)
def test_questions_that_differ_in_what_a_slug_leaves_out(one: str, other: str) -> None:
    assert card_id("n", one) != card_id("n", other)


@given(st.text(max_size=LONGEST), st.text(min_size=1, max_size=LONGEST + 20))
def test_every_id_fits_the_schema(name: str, text: str) -> None:
    prefix = note_slug(f"{name}.md", text)
    for made in (prefix, card_id(prefix, text), scenario_id(prefix, text)):
        assert re.fullmatch(ID_PATTERN, made)
        assert len(made) <= LONGEST


def test_a_note_is_called_after_its_file_or_else_its_title() -> None:
    assert note_slug("Leader and Follower.v2.md", "T") == "leader-and-follower-v2"
    assert note_slug("заметка.md", "Quorum 🗳️") == "quorum"
    assert note_slug("заметка.md", "кворум") == note_slug("заметка.md", "кворум") != note_slug("другая.md", "кворум")


def test_a_scenario_is_called_after_note_and_trap() -> None:
    assert scenario_id("leader-and-follower", "The Async Trap") == "leader-and-follower-async-trap"
    assert scenario_id("quorum", "Quorum") == "quorum-trap"
