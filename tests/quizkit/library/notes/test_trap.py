"""The interview section: every part optional, every part under any of its names."""

from __future__ import annotations

import pytest

from quizkit.library.notes.note import Answer, Trap
from quizkit.library.notes.read import read_note
from tests.quizkit.library.notes.fixtures import doubts_of, read_file


def trap_of(text: str) -> Trap:
    """The trap of a note that is nothing but an interview section."""
    (trap,) = read_note(f"# T\n\n## Interview Post-Mortem\n\n### The Trap\n{text}", "t.md").traps
    return trap


def test_the_seed() -> None:
    (trap,) = read_file("leader-and-follower.md").traps
    assert trap.title == "The Async Trap"
    assert trap.interviewer == "Designing a Banking Ledger."
    assert trap.answers == [Answer("Candidate", "I'll use MySQL with Asynchronous Replication to ensure low latency.")]
    (shot,) = trap.shots
    assert shot.startswith("The Leader crashes 1ms after")
    assert shot.endswith("The user just lost $1000. Is that acceptable?")
    assert trap.debrief.startswith("For financial/critical data, you **must** use")
    assert trap.debrief.endswith("use **Chain Replication** (Write goes to Head -> Middle -> Tail -> Ack).")


@pytest.mark.parametrize(
    "label",
    [
        "**Candidate**:",
        "**Candidate:**",
        "__The Candidate__:",
        "*   **Candidate**:",
        "> **Candidate**:",
        "> **Candidate**:\n>",
        "**You answer**:",
        "You answer:",
        "You confidently say:",
        "**The Amateur Answer**:",
        "**Naïve answer**:",
        "**Junior Candidate Answer**:",
        "**First Answer** —",
        "#### The Naive Answer:",
        "**Candidate (junior)**:",
    ],
)
def test_the_names_of_a_naive_answer(label: str) -> None:
    trap = trap_of(f'**Scenario**: A shop.\n{label} *"Redis."*\n**Kill Shot**: "And then?"')
    assert [one.says for one in trap.answers] == ["Redis."]
    assert (trap.interviewer, trap.shots) == ("A shop.", ["And then?"])


def test_emphasis_around_label_and_text() -> None:
    trap = trap_of("*Scenario: A `*` shop.*\n**Candidate: *Redis*, always.**\n_Kill Shot: Why?_ Really")
    assert trap.interviewer == "A `*` shop."
    assert trap.answers == [Answer("Candidate", "*Redis*, always.")]
    assert trap.shots == ["Why? Really"]


def test_an_interviewer_who_speaks_again_shoots() -> None:
    trap = trap_of('Interviewer: "A shop."\nCandidate: "Redis."\nInterviewer: "It died."')
    assert (trap.interviewer, trap.shots) == ("A shop.", ["It died."])


def test_an_answer_in_the_middle_of_a_line() -> None:
    trap = trap_of('**Scenario**: The interviewer asks: *"How?"* You answer: *"With a cache."*')
    assert trap.interviewer == 'The interviewer asks: *"How?"*'
    assert trap.answers == [Answer("You answer", "With a cache.")]


def test_two_answers_with_a_kill_shot_each() -> None:
    (trap,) = read_file("two-answers.md").traps
    assert trap.title == "A counter or a dice roll"
    assert [one.says for one in trap.answers] == ["Let the database count up!", "Roll a random 128-bit number!"]
    assert [shot.partition(".")[0] for shot in trap.shots] == ["Three regions take writes", "Your key is a **clustered** index"]
    assert "**Roll a random 128-bit number!**: Every insert touches another page." in trap.debrief
    (trap,) = read_file("doubtful.md").traps
    assert trap.answers == [Answer("Naive Answer 1", "Ask any node."), Answer("Naive Answer 2 (cached)", "Ask the cache.")]
    assert trap.shots == ["It lags.", "It lags more."]


def test_a_list_where_others_have_a_sentence_is_one_answer() -> None:
    (trap,) = read_file("lists.md").traps
    assert trap.interviewer == "We want fast writes. $N=3$."
    assert trap.answers == [Answer("Candidate", "*   Write to *any* one node.\n*   Read from _any_ one node.")]
    assert trap.shots == ['> "Node A took the write.\n> The reader asks node C. What does it see?"\n\n> Both are up.']


def test_a_list_of_answers_is_several() -> None:
    trap = trap_of('**Naive Answers**:\n1. **Cache**: *"Redis."*\n2. Shard it\n   by user.\n\n**Kill Shots**:\n- one?\n- two?')
    assert trap.answers == [Answer("Cache", "Redis."), Answer("Candidate", "Shard it\nby user.")]
    assert trap.shots == ["one?", "two?"]


def test_the_whole_note_is_an_interview() -> None:
    (trap,) = read_file("you-answer.md").traps
    assert trap.title == "Where did that number come from?"
    assert trap.interviewer == "A news site reads far more than it writes.\n\nHow fresh must a page be?"
    assert trap.answers[0].says == (
        "I'll keep every page for 60 seconds.\n\n$$ \\text{hits} = \\frac{R - W}{R} \\times 100\\,\\% $$"
    )
    assert "**The Failure**: You guessed." in trap.debrief
    assert "### 💥 The arithmetic of the disaster" in trap.debrief
    assert "Start from the promise\n\nSay first what a reader may see.\n\n1.  **Invalidate** on write." in trap.debrief


def test_code_and_headings_inside_the_solution_stay() -> None:
    (trap,) = read_file("lists.md").traps
    assert trap.debrief == (
        "**Failure**: $1 + 1 \\ngtr 3$\n\n"
        "1.  Pick $W + R > N$.\n    ```text\n    **Candidate**: this is code\n    # and this\n    ```\n2.  Repair on read.\n\n"
        "#### Why it works\nThe sets overlap."
    )
    (trap,) = read_file("two-answers.md").traps
    assert "| bits | field |\n| :--- | :---- |\n| 41   | milliseconds since the epoch |" in trap.debrief


@pytest.mark.parametrize("part", ["**Scenario**: s", "**Candidate**: c", "**Kill Shot**: k", "**The Solution**: f"])
def test_every_part_may_be_the_only_one(part: str) -> None:
    trap = trap_of(part)
    assert [trap.interviewer, *(one.says for one in trap.answers), *trap.shots, trap.debrief] != ["", ""]
    assert doubts_of(f"## Interview Post-Mortem: X\n{part}\n") == []


def test_a_note_without_a_trap_has_none() -> None:
    assert read_note("# T\n\n## Interview Post-Mortem\n\n## Flashcards\n", "t.md").traps == []
    assert read_file("cards-only.md").traps == []


def test_what_has_no_known_name_is_listed_line_by_line() -> None:
    assert [(one.line, one.text, one.why) for one in read_file("lists.md").doubts][:5] == [
        (7, "People stumble here.", "stands before any part of the trap"),
        (22, "**Constraints**: two data centres.", "no part of a trap is called “Constraints”"),
        (23, "They are far apart.", "no part of a trap is called “Constraints”"),
        (38, "### Reading list", "no part of a trap has this heading"),
        (39, "*   A paper.", "no part of a trap has this heading"),
    ]
    assert doubts_of("## The Trap\n**Kill Shot**:\n") == [
        (1, "## The Trap", "no part of a trap stands below it"),
        (2, "**Kill Shot**:", "nothing follows it"),
    ]


def test_a_solution_elsewhere_in_the_note_is_not_that_of_the_trap() -> None:
    note = read_note("## The Trap\n**Candidate**: c\n## The Fix\nf\n## Other\n### The Solution\nx\n## Solution\ny\n", "t.md")
    assert note.traps[0].debrief == "f"
    assert [(one.first, one.last) for one in note.unused] == [(5, 7), (8, 9)]
    text = "# Post-Mortem: P\n## The Trap\nYou answer: a\n## Realities\n### The Fix\nx\n## The Fix\nf\n"
    note = read_note(text, "t.md")
    assert note.traps[0].debrief == "f"
    assert [(one.first, one.last) for one in note.unused] == [(4, 6)]


def test_a_list_of_answers_ends_with_its_section() -> None:
    answers = "## Post-Mortem\n### The Trap\n**Wrong Answers**:\n* a\n* b\n"
    note = read_note(f"{answers}### Sources\n* x\n", "t.md")
    assert [one.says for one in note.traps[0].answers] == ["a", "b"]
    assert [one.line for one in note.doubts] == [6, 7]
    (trap,) = read_note(f"{answers}### The Solution\n* c\n* d\n", "t.md").traps
    assert ([one.says for one in trap.answers], trap.debrief) == (["a", "b"], "* c\n* d")


@pytest.mark.parametrize(
    ("headings", "title"),
    [
        ("## Interview Post-Mortem: “The Async Trap”", "The Async Trap"),
        ("## 2. Interview Postmortem - *Lost writes*", "Lost writes"),
        ("## Post-Mortem\n### 🛑 The Trap: Acks", "Acks"),
        ("## Interview Post Mortem: A\n### The Trap: B", "A: B"),
        ("## Interview Post-Mortem", "T"),
    ],
)
def test_the_title(headings: str, title: str) -> None:
    (trap,) = read_note(f"# T\n{headings}\n**Candidate**: c\n", "t.md").traps
    assert trap.title == title
