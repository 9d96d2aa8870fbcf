"""Flashcards in every form that notes use; what is none is listed."""

from __future__ import annotations

import pytest

from tests.quizkit.library.notes.fixtures import cards_of, doubts_of, read_file

CARD = [("What is a *lease*?", "A lock that ends.")]


@pytest.mark.parametrize(
    "text",
    [
        "1.  **Q: What is a *lease*?**\n    *   *A: A lock that ends.*",
        "* **Q: What is a *lease*?**\n* *A: A lock that ends.*",
        "- __Q: What is a *lease*?__\n  - _A: A lock that ends._",
        "***Q: What is a *lease*?***\n\n***A: A lock that ends.***",
        "**Q:** What is a *lease*?\n**A:** A lock that ends.",
        "**Q**: What is a *lease*?\n*A*: *A lock that ends.*",
        "Q: What is a *lease*?\nA: A lock that ends.",
        "Q1: What is a *lease*?\nA1: A lock that ends.",
        "- [ ] **Question: What is a *lease*?**\n    - Answer: A lock that ends.",
        "### Q: What is a *lease*?\n\nA: A lock that ends.",
        "1. **Q: What is a *lease*?**\n    * A lock that ends.",
        "1. **Q: What is a *lease*?** *A: A lock that ends.*",
        "1. **Q: What is a *lease*?** — A: A lock that ends.",
    ],
)
def test_every_way_to_mark_question_and_answer(text: str) -> None:
    assert cards_of(text) == CARD
    assert doubts_of(f"# T\n\n## 🧠 Flashcards\n{text}\n") == []


def test_the_cards_of_a_note_of_paragraphs() -> None:
    cards = {one.q: one.a for one in read_file("cards-only.md").questions}
    assert cards["What is\nRTO?"] == "How long it takes\nuntil writes work again."
    assert cards["Compare them."] == (
        'As a table:\n\n| name | of |\n|------|----|\n| RPO  | data |\n| RTO  | time |\n\n> *"Both are promises."*'
    )
    assert cards["Who says `**kwargs**`?"] == "Python, with **two** stars."
    assert cards['Was ist ein "Quórum" für π?'] == "- **Mehr** als die Hälfte.\n- Oder *gewichtet*.\n\nGehört das dazu?"


def test_the_cards_of_a_note_of_lists() -> None:
    cards = {one.q: one.a for one in read_file("lists.md").questions}
    assert cards["What does $W = N$ cost?"] == "Availability: one dead node stops\nall writes."
    assert cards["Who repairs?"] == (
        "The coordinator:\n1. reads all,\n2. writes the newest back.\n\n```sql\n-- **Q: not a card**\nSELECT * FROM t;\n```"
    )


def test_emphasis_code_and_formulas_inside_an_answer_stay() -> None:
    cards = dict(cards_of("1. **Q: `a*b`?**\n   * *A: Use *nested* emphasis, `x * y`, $a_1 * b$ and **bold***\n"))
    assert cards == {"`a*b`?": "Use *nested* emphasis, `x * y`, $a_1 * b$ and **bold**"}
    assert cards_of("1. **Q: x?** (hard)\n   * *A: yes* and *no*") == [("x? (hard)", "yes and *no*")]
    assert cards_of("- Q: x?\n- A: **so** and *so*") == [("x?", "**so** and *so*")]
    assert cards_of("- Q: x?\n- _A: snake_case_name stays_") == [("x?", "snake_case_name stays")]


def test_emphasis_that_is_never_closed_takes_nothing_away() -> None:
    assert cards_of("Q: x?\n*A: it is **bold**") == [("x?", "it is **bold**")]
    assert cards_of("**Q: *x*\nA: b") == [("*x*", "b")]


def test_labels_inside_an_answer_are_its_text() -> None:
    text = (
        "1. **Q: Which nodes?**\n    * *A: Three:*\n        * A: the leader\n        * Q: a witness\n2. **Q: b?**\n    * A: c"
    )
    assert cards_of(text) == [("Which nodes?", "Three:\n* A: the leader\n* Q: a witness"), ("b?", "c")]


def test_several_answers_are_all_kept() -> None:
    assert cards_of("- **Q: How?**\n  - *A: So.*\n  - *A: Or so.*") == [("How?", "So.\n\nOr so.")]


@pytest.mark.parametrize(
    ("text", "doubt"),
    [
        ("1. **Q: Alone?**\n", (2, "1. **Q: Alone?**", "a question without an answer")),
        ("1. **Q: Alone?**\n2. **Q: b?**\n   * A: c", (2, "1. **Q: Alone?**", "a question without an answer")),
        ("* *A: b*\n", (2, "* *A: b*", "an answer without a question")),
        ("### Easy\n**Q: a?**\n*A: b*\n", (2, "### Easy", "a heading among the flashcards")),
        ("1. **Q: a?**\n   * *A: b*\n\nstray\n", (5, "stray", "neither a question (**Q: ...**) nor an answer (*A: ...*)")),
        ("**Q: a?**\n*A: b*\n---\nstray\n", (5, "stray", "neither a question (**Q: ...**) nor an answer (*A: ...*)")),
        ("<!-- **Q: a?** -->\n**Q: c?**\n*A: d*\n", (2, "<!-- **Q: a?** -->", "a comment")),
    ],
)
def test_what_is_no_card_is_listed_with_its_line(text: str, doubt: tuple[int, str, str]) -> None:
    assert doubts_of(f"## Flashcards\n{text}") == [doubt]


def test_all_lines_of_half_a_card_are_listed() -> None:
    why = "a question without an answer"
    assert doubts_of("## Flashcards\n**Q: So\nwhat?**\n*A:*\n") == [
        (2, "**Q: So", why),
        (3, "what?**", why),
        (4, "*A:*", why),
    ]
    assert doubts_of("## Flashcards\n**Q: So?**\n\nwords\n") == [
        (2, "**Q: So?**", why),
        (4, "words", "neither a question (**Q: ...**) nor an answer (*A: ...*)"),
    ]
    why = "a question without text"
    assert doubts_of("## Flashcards\n**Q:**\n*A: b*\n") == [(2, "**Q:**", why), (3, "*A: b*", why)]


def test_the_same_question_makes_one_card() -> None:
    note = read_file("cards-only.md")
    assert [one.a for one in note.questions if one.q == "What is RPO?"] == ["How much may be lost."]
    assert [(one.line, one.why) for one in note.doubts] == [(n, "line 7 asks the same") for n in (38, 39)]
