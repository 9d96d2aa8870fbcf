"""A challenge at a real terminal: played to its end, interrupted at every kind of prompt, and gone on with."""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Callable, Iterable

import pexpect
import pytest

from quizkit.home import Home
from quizkit.learn.attempts import unfinished
from quizkit.learn.journal import open_journal
from tests.e2e.terminals import ANSI, end, forks, quizkit_terminal
from tests.quizkit.bank import write_bank

pytestmark = forks
Terminal = pexpect.spawn
Step = Callable[["Terminal[str]"], None]
UP, DOWN, ENTER, CTRL_C, CTRL_D = "\x1b[A", "\x1b[B", "\r", "\x03", "\x04"


def kinds(home: Home) -> list[str]:
    """The kinds of the facts in the journal, but for those that only say what was begun."""
    with open_journal(home) as journal:
        return [fact.kind for fact in journal.facts() if fact.kind != "progress"]


def see(terminal: Terminal[str], text: str, answer: str) -> None:
    terminal.expect_exact(text)
    terminal.send(answer)


# Each step answers one prompt.
def ask_nothing(terminal: Terminal[str]) -> None:
    see(terminal, "no more questions", UP + ENTER)


def choose_first(terminal: Terminal[str]) -> None:
    see(terminal, "build your own ...", ENTER)


def predict_loss(terminal: Terminal[str]) -> None:
    see(terminal, "Enter: done", "b3jh4jh4" + ENTER)


def press_on(what: str) -> Step:
    return lambda terminal: see(terminal, f"Enter: {what}", ENTER)


def say(words: str) -> Step:
    def answer(terminal: Terminal[str]) -> None:
        terminal.expect_exact("(in your own words; empty if you said it aloud)")
        see(terminal, "Ctrl-O opens your editor", words + ENTER)

    return answer


def grade_well(terminal: Terminal[str]) -> None:
    see(terminal, "How was your answer?", DOWN + DOWN + ENTER)


BANK: dict[str, Step] = {
    "clarify": ask_nothing,
    "design": choose_first,
    "predict": predict_loss,
    "timeline": press_on("what happened"),
    "compare": press_on("the other designs"),
    "debrief": press_on("the debrief"),
    "first follow-up": say("Fence it."),
    "first grade": grade_well,
    "second follow-up": say(""),
    "second grade": grade_well,
}


def play(terminal: Terminal[str], steps: Iterable[str]) -> None:
    for step in steps:
        BANK[step](terminal)


@pytest.mark.parametrize("columns", [60, 80])
def test_the_async_trap_from_the_prompt_to_the_cards(home: Home, columns: int) -> None:
    terminal = quizkit_terminal("challenge", "async-trap", columns=columns)
    shown = ""
    for step in list(BANK)[:6]:
        BANK[step](terminal)
        shown += terminal.before or ""
    while True:
        terminal.expect(["Ctrl-O opens your editor", "How was your answer", "Where that leaves you"])
        shown += (terminal.before or "") + (terminal.after if isinstance(terminal.after, str) else "")
        if shown.endswith("leaves you"):
            break
        terminal.send(ENTER)
    status, rest = end(terminal)
    assert (status, "Traceback" in shown + rest) == (0, False)
    plain = ANSI.sub("", shown)
    for part in ("Kill shot 1 of", "X power cut", "What happened", "BROKEN", "broken, 90 %: right", "Side by side", "Debrief"):
        assert part in plain
    with open_journal(home) as journal:
        (attempt,) = journal.facts("attempt")
        assert (attempt.payload["design"], attempt.payload["outcome"]) == ("async", "broken")
        assert unfinished(journal) == []


LEFT = [  # a list, the form, a pause, words; tests/e2e/test_ask.py has both keys at each, test_round.py every place
    ("design", CTRL_C, 60),
    ("predict", CTRL_D, 80),
    ("compare", CTRL_C, 80),
    ("first follow-up", CTRL_D, 60),
]


@pytest.mark.parametrize(("stop", "key", "columns"), LEFT)
def test_a_round_that_was_left_goes_on_where_it_was(home: Home, stop: str, key: str, columns: int) -> None:
    write_bank(home)
    done = list(BANK)[: list(BANK).index(stop)]
    terminal = quizkit_terminal("challenge", "bank", columns=columns)
    play(terminal, done)
    see(terminal, PROMPTS[stop], key)
    status, shown = end(terminal)
    assert status == 130
    assert "every answer is saved\n  hint: quizkit challenge bank goes on where you were\n" in shown
    again = quizkit_terminal("challenge", "bank", columns=columns)
    see(again, "You were in the middle", ENTER)
    again.expect_exact("Going on where you were")
    play(again, [step for step in BANK if step not in done])
    again.expect_exact("Where that leaves you")
    assert end(again)[0] == 0
    assert Counter(kinds(home)) == {"choice": 5, "prediction": 1, "attempt": 1, "follow_up": 2, "grade": 2}


def test_going_on_tells_what_was_answered_and_asks_none_of_it(home: Home) -> None:
    write_bank(home)
    terminal = quizkit_terminal("challenge", "bank")
    play(terminal, ["clarify", "design", "predict", "timeline", "compare", "debrief", "first follow-up"])
    see(terminal, "How was your answer?", CTRL_C)
    assert end(terminal)[0] == 130
    again = quizkit_terminal("challenge", "bank")
    see(again, "You were in the middle", ENTER)
    again.expect_exact("How was your answer?")
    shown = ANSI.sub("", again.before or "")
    for part in (
        "Design a ledger.",
        "Asynchronous",
        "You predicted for crash",
        "BROKEN",
        "Fence it.",
        "A strong answer mentions",
    ):
        assert part in shown
    for part in ("Enter: what happened", "no more questions", "Side by side", "X power cut"):
        assert part not in shown
    again.send(CTRL_C)
    assert end(again)[0] == 130


@pytest.mark.parametrize("anew", ["Begin anew", "--again"])
def test_a_round_can_begin_anew(home: Home, anew: str) -> None:
    write_bank(home)
    terminal = quizkit_terminal("challenge", "bank")
    play(terminal, ["clarify"])
    see(terminal, PROMPTS["design"], CTRL_C)
    assert end(terminal)[0] == 130
    flags = ["--again"] if anew == "--again" else []
    again = quizkit_terminal("challenge", "bank", *flags)
    if not flags:
        see(again, "Begin anew", DOWN + ENTER)
    see(again, PROMPTS["clarify"], CTRL_C)
    assert end(again)[0] == 130
    with open_journal(home) as journal:
        assert len(unfinished(journal)) == 1


@pytest.mark.parametrize("key", [CTRL_C, CTRL_D])
def test_leaving_before_anything_was_asked(home: Home, key: str) -> None:
    write_bank(home)
    terminal = quizkit_terminal("challenge")
    see(terminal, "The Bank (draft)", key)
    assert end(terminal)[0] == 130
    begun = quizkit_terminal("challenge", "bank")
    play(begun, ["clarify"])
    see(begun, PROMPTS["design"], key)
    assert end(begun)[0] == 130
    asked = quizkit_terminal("challenge", "bank")
    see(asked, "You were in the middle", key)
    assert end(asked)[0] == 130


@pytest.mark.parametrize("answered", range(1, 5))
def test_kill_9_loses_nothing_that_was_answered(home: Home, answered: int) -> None:
    write_bank(home)
    steps = list(BANK)
    terminal = quizkit_terminal("challenge", "bank")
    play(terminal, steps[:answered])
    terminal.expect_exact(PROMPTS[steps[answered]])
    terminal.kill(signal.SIGKILL)
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert kinds(home)[:answered] == ["choice", "choice", "prediction", "choice"][:answered]
    again = quizkit_terminal("challenge", "bank")
    see(again, "You were in the middle", ENTER)
    play(again, steps[answered:])
    assert end(again)[0] == 0


def test_the_list_says_how_it_went(home: Home) -> None:
    write_bank(home)
    terminal = quizkit_terminal(
        "challenge", "bank", "--design", "async", "--predict", "lost_acked_writes=broken:90", "--no-input"
    )
    assert end(terminal)[0] == 0
    choosing = quizkit_terminal("challenge")
    choosing.expect_exact("The Async Trap (level 1)")
    choosing.expect_exact("not played yet")
    choosing.expect_exact("The Bank (draft)")
    choosing.expect_exact("async: broken, today at 09:00")
    choosing.send(CTRL_C)
    assert end(choosing)[0] == 130


def test_flags_answer_in_advance_and_the_rest_is_asked(home: Home) -> None:
    write_bank(home)
    flags = ("--design", "semi-sync", "--set", "reads=follower", "--predict", "lost_acked_writes=held:99")
    terminal = quizkit_terminal("challenge", "bank", *flags)
    play(terminal, ["clarify"])
    terminal.expect_exact("reads=follower*")
    see(terminal, "Enter: done", "h4" + ENTER)
    see(terminal, "Enter: what happened", ENTER)
    see(terminal, "Enter: the next attack", CTRL_C)
    assert end(terminal)[0] == 130
    with open_journal(home) as journal:
        (prediction,) = journal.facts("prediction")
        assert [one["confidence"] for one in prediction.payload["value"].values()] == [99, 99]


def test_a_design_of_ones_own_is_asked_for_only_what_it_can_be(home: Home) -> None:
    write_bank(home)
    terminal = quizkit_terminal("challenge", "bank", columns=60)
    play(terminal, ["clarify"])
    see(terminal, "build your own ...", UP + ENTER)
    see(terminal, "topology:", ENTER)
    see(terminal, "replicas:", DOWN + ENTER)  # 1
    see(terminal, "Is that it?", CTRL_D)  # nobody to wait for, to promote or to read from
    assert end(terminal)[0] == 130


PROMPTS = {
    "clarify": "no more questions",
    "design": "build your own ...",
    "predict": "Enter: done",
    "timeline": "Enter: what happened",
    "compare": "Enter: the other designs",
    "debrief": "Enter: the debrief",
    "first follow-up": "Ctrl-O opens",
    "first grade": "How was your answer",
    "second follow-up": "Ctrl-O opens",
    "second grade": "How was your answer",
}
