"""Answers from a file: what each question takes, and a clear error, with its place, for every answer that does not fit."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from quizkit.errors import UsageError
from quizkit.learn.asker import Option, Prediction
from quizkit.learn.scripted import ScriptedAsker, read_answers

DESIGNS = [Option("async", "Asynchronous"), Option("chain", "A chain")]
ROWS = [Option("lost", "nothing is lost"), Option("down", "back in 5 s")]
Answers = Callable[..., ScriptedAsker]


@pytest.fixture
def answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Answers:
    monkeypatch.chdir(tmp_path)

    def write(text: str, *asked: str) -> ScriptedAsker:
        Path("answers.yaml").write_text(text, encoding="utf-8")
        return read_answers(tmp_path / "answers.yaml", asked)

    return write


def refused(ask: Callable[[], Any]) -> str:
    with pytest.raises(UsageError) as caught:
        ask()
    return f"{caught.value.message} ({caught.value.hint})"


def test_each_kind_of_question(answers: Answers) -> None:
    asker = answers(
        "a/design: chain\n"
        "a/crash/predict:\n  down: broken:70\n  lost: holds:99\n"
        "a/follow-up/1: |\n  Fence it.\n  Then promote.\n"
        'a/follow-up/2: ""\n'
        "a/follow-up/3:\n"
    )
    asker.pause("Enter")
    assert asker.select("a/design", "Your design", DESIGNS) == "chain"
    assert asker.predict("a/crash/predict", ROWS) == {"lost": Prediction("holds", 99), "down": Prediction("broken", 70)}
    assert asker.text("a/follow-up/1", "And then?") == "Fence it.\nThen promote."
    assert [asker.text(f"a/follow-up/{number}", "And then?") for number in (2, 3)] == ["", ""]
    asker.finish()


def test_a_question_that_comes_again_takes_its_answers_in_order(answers: Answers) -> None:
    asker = answers("a/design: [chain, async]\n")
    assert [asker.select("a/design", "Your design", DESIGNS) for _ in range(2)] == ["chain", "async"]
    assert refused(lambda: asker.select("a/design", "Your design", DESIGNS)) == (
        "answers.yaml:1:11: `a/design` is asked once more, and its answers are used up"
        " (make it a list with one more answer: one of async, chain)"
    )


def test_what_was_answered_before_an_interruption_is_not_used_again(answers: Answers) -> None:
    asker = answers("a/design: [chain, async]\na/follow-up/1: said\n", "a/design", "a/follow-up/1", "gone")
    assert asker.select("a/design", "Your design", DESIGNS) == "async"
    asker.finish()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x: y", "answers.yaml:1:1: there is no answer to `a/design` (add `a/design:` with one of async, chain)"),
        ("", "answers.yaml:1:1: there is no answer to `a/design` (add `a/design:` with one of async, chain)"),
        (
            "x: y\na/desing: chain",
            "answers.yaml:1:1: there is no answer to `a/design`"
            " (add `a/design:` with one of async, chain; did you mean `a/desing`?)",
        ),
        ("a/design: chian", "answers.yaml:1:11: `a/design` cannot be `chian` (did you mean `chain`?)"),
        ("a/design:", "answers.yaml:1:10: `a/design` cannot be nothing (known: async, chain)"),
        ("a/design: {chain: yes}", "answers.yaml:1:11: `a/design` cannot be a mapping (known: async, chain)"),
        ("a/design: [[chain]]", "answers.yaml:1:12: `a/design` cannot be a list (known: async, chain)"),
    ],
)
def test_choices_that_do_not_fit(answers: Answers, text: str, expected: str) -> None:
    assert refused(lambda: answers(text).select("a/design", "Your design", DESIGNS)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("p: {lost: holds:90}", "answers.yaml:1:4: no prediction for `down` (add `down: holds:90` or `down: broken:70`)"),
        (
            "p: {lost: holds:90, down: holds:90, late: holds:90}",
            "answers.yaml:1:37: `p` asks nothing about `late` (known: lost, down)",
        ),
        (
            "p: {lost: maybe:90, down: holds:90}",
            "answers.yaml:1:11: lost cannot be predicted to be 'maybe' (say held or broken)",
        ),
        (
            "p: {lost: holds:20, down: holds:90}",
            "answers.yaml:1:11: lost: '20' is no confidence (choose a whole number of percent from 50 to 99)",
        ),
        ("p: holds", "answers.yaml:1:4: `p` must be a mapping, not `holds` (write `{lost: holds:90, down: holds:90}`)"),
    ],
)
def test_predictions_that_do_not_fit(answers: Answers, text: str, expected: str) -> None:
    assert refused(lambda: answers(text).predict("p", ROWS)) == expected


def test_words_must_be_text(answers: Answers) -> None:
    expected = "answers.yaml:1:4: `w` must be text, not a mapping (write `w: your words`)"
    assert refused(lambda: answers("w: {a: b}").text("w", "Why?")) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "a/design: chain\n\nextra: 1\nmore: 2\n",
            "answers.yaml:3:1: nothing asked for this answer to `extra` (and 1 more) (remove it)",
        ),
        ("a/design: [chain, async]\n", "answers.yaml:1:19: nothing asked for this answer to `a/design` (remove it)"),
    ],
)
def test_answers_that_nothing_asked_for(answers: Answers, text: str, expected: str) -> None:
    asker = answers(text)
    asker.select("a/design", "Your design", DESIGNS)
    assert refused(asker.finish) == expected


def test_files_that_cannot_be_read(answers: Answers, tmp_path: Path) -> None:
    assert refused(lambda: answers("- a\n- b\n")) == (
        "answers.yaml:1:1: a file of answers is a mapping (write lines of the form `key: answer`)"
    )
    assert refused(lambda: answers("a: 1\n\na: 2\n")) == (
        "answers.yaml:3:1: duplicate key `a`: the first is in line 1 (remove one of the two)"
    )
    missing = tmp_path / "none.yaml"
    assert refused(lambda: read_answers(missing)) == (
        f"cannot read the answers in {missing}: No such file or directory (name a YAML file of answers)"
    )
