"""Files to records: what is right is loaded, and each mistake is told in its place, letter by letter."""

from __future__ import annotations

import pytest

from quizkit.library.catalog import Source
from quizkit.library.compile import compile_file
from tests.quizkit.library.samples import DECK, SCENARIO, SOURCES, changed


def deck_problems(text: str) -> str:
    return "\n".join(map(str, compile_file(text.encode(), "decks/acks.yaml").problems))


def scenario_problems(text: str) -> str:
    return "\n".join(map(str, compile_file(text.encode(), "scenarios/async-trap.yaml").problems))


def test_a_deck_becomes_records() -> None:
    compiled = compile_file(DECK.encode(), "decks/acks.yaml")
    assert compiled.problems == []
    deck, card = compiled.content.decks["acks"], compiled.content.cards["ack-async"]
    assert (deck.title, deck.cards, deck.reviewed) == ("What an ack means", ("ack-async", "ack-majority"), True)
    assert (card.q, card.a, card.level) == ("When does an asynchronous leader answer?", "At once.", 2)
    assert (card.kind, card.tags, card.see, card.deck) == ("basic", ("acks", "async"), "async-trap", "acks")
    assert card.sources == (Source("Paper", "https://example.org/paper", "primary"),)
    assert str(card.place) == "decks/acks.yaml:4:9"


def test_a_scenario_becomes_a_record_whose_simulator_parts_stay_raw() -> None:
    compiled = compile_file(SCENARIO.encode(), "scenarios/async-trap.yaml")
    assert compiled.problems == []
    scenario = compiled.content.scenarios["async-trap"]
    assert scenario.raw_setup["workload"] == {"kind": "ledger", "clients": "4", "ops": "60"}
    assert scenario.raw_requirements == {"lost_acked_writes": "0", "unavailable_ms": {"max": "5000"}}
    assert scenario.kill_shots["crash"].raw_faults[0]["at_ms"] == "0"
    assert scenario.designs["semi-sync"].raw_knobs == {"wait_for": "k", "k": "1"}
    assert scenario.designs["semi-sync"].says == "One follower has it."
    assert scenario.follow_ups[0].listen_for == ("fencing",)
    assert scenario.reviewed is True


def test_a_draft_deck_makes_draft_cards() -> None:
    draft = changed(DECK, "cards:\n", "reviewed: false\ncards:\n")
    assert not any(card.reviewed for card in compile_file(draft.encode(), "decks/a.yaml").content.cards.values())


def version(q: str) -> str:
    text = changed(DECK, "When does an asynchronous leader answer?", q)
    return compile_file(text.encode(), "decks/acks.yaml").content.cards["ack-async"].version


def test_the_version_changes_with_the_words_and_not_with_white_space_or_tags() -> None:
    assert version("When does it answer?") == version("|\n      When does\n      it answer?")
    assert version("When does it answer?") != version("When does she answer?")
    retagged = changed(DECK, "[acks, async]", "[acks]").encode()
    assert compile_file(retagged, "decks/a.yaml").content.cards["ack-async"].version == version(
        "When does an asynchronous leader answer?"
    )


DECK_CASES = {
    "unknown key": (
        ("    level: 2\n", "    levle: 2\n"),
        "decks/acks.yaml:7:5: error: unknown key `levle`\n    hint: did you mean `level`?",
    ),
    "missing key": (
        ("    a: At once.\n", ""),
        "decks/acks.yaml:4:5: error: missing key `a`\n    hint: add `a:`, the answer, in Markdown",
    ),
    "wrong type": (
        ("[acks, async]", "acks"),
        "decks/acks.yaml:8:11: error: `tags` must be a list, not `acks`\n    hint: topics, such as [failover, fencing]",
    ),
    "text is a mapping": (
        ("q: How many of five?", "q: {n: 5}"),
        "decks/acks.yaml:12:8: error: `q` must be text, not `{n: 5}`\n    hint: the question, in Markdown",
    ),
    "id with capitals": (
        ("id: ack-async", "id: Ack_Async"),
        "decks/acks.yaml:4:9: error: `id` must be lower-case letters, digits and dashes, not `Ack_Async`\n"
        "    hint: write `ack-async`",
    ),
    "level that is no number": (
        ("level: 2", "level: hard"),
        "decks/acks.yaml:7:12: error: `level` must be a whole number, not `hard`\n"
        "    hint: 1 basic, 2 working knowledge, 3 expert",
    ),
    "level with a zero before it": (
        ("level: 2", "level: 02"),
        "decks/acks.yaml:7:12: error: `level` must be a whole number, not `02`\n"
        "    hint: 1 basic, 2 working knowledge, 3 expert",
    ),
    "level out of range": (
        ("level: 2", "level: 7"),
        "decks/acks.yaml:7:12: error: `level` must be at most 3, not 7\n    hint: 1 basic, 2 working knowledge, 3 expert",
    ),
    "kind that is not there": (
        ("    level: 2\n", "    kind: clozee\n"),
        "decks/acks.yaml:7:11: error: unknown kind of card `clozee`\n    hint: known: basic",
    ),
    "empty text": (
        ("a: At once.", "a:"),
        "decks/acks.yaml:6:7: error: `a` is empty\n    hint: the answer, in Markdown",
    ),
    "truth in other words": (
        ("title: What an ack means\n", "title: What an ack means\nreviewed: no\n"),
        "decks/acks.yaml:3:11: error: `reviewed` must be true or false, not `no`\n"
        "    hint: false keeps the cards of a draft out of drills",
    ),
    "one id twice": (
        ("id: ack-majority", "id: ack-async"),
        "decks/acks.yaml:11:9: error: the card id `ack-async` is taken: the first stands in line 4\n"
        "    hint: choose another id",
    ),
}


@pytest.mark.parametrize(("change", "expected"), DECK_CASES.values(), ids=DECK_CASES)
def test_the_words_for_each_mistake_in_a_deck(change: tuple[str, str], expected: str) -> None:
    assert deck_problems(changed(DECK, *change)) == expected


SCENARIO_CASES = {
    "unknown key": (
        ("topics:", "topcis:"),
        "scenarios/async-trap.yaml:4:1: error: unknown key `topcis`\n    hint: did you mean `topics`?",
    ),
    "unknown key of a design": (
        ("    label: Asynchronous\n", "    label: Asynchronous\n    sett: {wait_for: none}\n"),
        "scenarios/async-trap.yaml:19:5: error: unknown key `sett`\n    hint: did you mean `set`?",
    ),
    "design id with capitals": (
        ("  semi-sync:\n", "  SemiSync:\n"),
        "scenarios/async-trap.yaml:22:3: error: `SemiSync` must be lower-case letters, digits and dashes, "
        "not `SemiSync`\n    hint: write `semisync`",
    ),
    "verdict that is none": (
        ("{lost_acked_writes: broken}", "{lost_acked_writes: lost}"),
        "scenarios/async-trap.yaml:21:41: error: `lost_acked_writes` must be holds, broken, unknown or "
        "{broken: 14/20}, not `lost`\n    hint: what comes of each shot, proved by `check`",
    ),
    "rate above one": (
        ("{lost_acked_writes: broken}", "{lost_acked_writes: {broken: 21/20}}"),
        "scenarios/async-trap.yaml:21:41: error: `lost_acked_writes` must be holds, broken, unknown or "
        "{broken: 14/20}, not `{broken: 21/20}`\n    hint: what comes of each shot, proved by `check`",
    ),
    "a clarification that is text": (
        ("[{ask: How far behind?, answer: Five milliseconds.}]", "[How far behind?]"),
        "scenarios/async-trap.yaml:6:11: error: entry 1 of `clarify` must be a mapping, not `How far behind?`\n"
        "    hint: it has the keys ask, answer",
    ),
    "how a source was seen": (
        ("seen: primary", "seen: yes"),
        "scenarios/async-trap.yaml:30:64: error: `seen` must be primary, docs or secondary, not `yes`\n"
        "    hint: primary, docs or secondary: how it was seen",
    ),
}


@pytest.mark.parametrize(("change", "expected"), SCENARIO_CASES.values(), ids=SCENARIO_CASES)
def test_the_words_for_each_mistake_in_a_scenario(change: tuple[str, str], expected: str) -> None:
    assert scenario_problems(changed(SCENARIO, *change)) == expected


def test_a_file_that_is_no_mapping() -> None:
    assert scenario_problems("- a\n") == (
        "scenarios/async-trap.yaml:1:1: error: the file must be a mapping, not a list\n"
        "    hint: it has the keys id, title, level, topics, interviewer, clarify, requirements, workload, network, "
        "disk, limits, racks, kill_shots, designs, debrief, follow_ups, cards, sources, reviewed"
    )
    assert "the file must be a mapping, not `x`" in deck_problems("x\n")


def test_all_mistakes_come_at_once_and_the_right_cards_are_kept() -> None:
    text = changed(changed(DECK, "level: 2", "level: 9"), "    a: At once.\n", "")
    text = changed(text, "\ntitle:", "\ntitel:") + f"  - {{id: ack-right, q: Why?, a: So., sources: {SOURCES}}}\n"
    compiled = compile_file(text.encode(), "decks/acks.yaml")
    assert [str(problem).split("\n")[0] for problem in compiled.problems] == [
        "decks/acks.yaml:1:1: error: missing key `title`",
        "decks/acks.yaml:2:1: error: unknown key `titel`",
        "decks/acks.yaml:4:5: error: missing key `a`",
        "decks/acks.yaml:6:12: error: `level` must be at most 3, not 9",
    ]
    right = compile_file(changed(text, "\ntitel:", "\ntitle:").encode(), "decks/acks.yaml").content
    assert list(right.cards) == ["ack-majority", "ack-right"] == list(right.decks["acks"].cards)


def test_what_follows_from_an_alias_is_not_told_as_well() -> None:
    assert "alias" in deck_problems(changed(DECK, "[acks, async]", "*all"))
    assert "list" not in deck_problems(changed(DECK, "[acks, async]", "*all"))


@pytest.mark.parametrize("kind", ["deck", "scenario"])
def test_outside_the_usual_folders_the_keys_tell_what_a_file_is(kind: str) -> None:
    text = DECK if kind == "deck" else SCENARIO
    compiled = compile_file(text.encode(), f"{kind}.yaml")
    assert compiled.problems == []
    assert bool(compiled.content.decks) == (kind == "deck")


INCOMPLETE = """\
id: half
title: Half a scenario
level: 1
interviewer: Design something.
kill_shots: [{id: crash, say: It died.}]
designs: {async: {label: Async, candidate: Async.}}
"""


def test_a_reviewed_scenario_must_be_complete() -> None:
    compiled = compile_file(INCOMPLETE.encode(), "scenarios/half.yaml")
    assert [str(problem).split("\n")[0] for problem in compiled.problems] == [
        "scenarios/half.yaml:1:1: error: a scenario needs `requirements`",
        "scenarios/half.yaml:1:1: error: a scenario needs `workload`",
        "scenarios/half.yaml:1:1: error: a scenario needs `debrief`",
        "scenarios/half.yaml:5:14: error: kill shot `crash` has no `faults`",
        "scenarios/half.yaml:6:10: error: a scenario needs at least 2 designs, this has 1",
        "scenarios/half.yaml:6:18: error: design `async` has no `set`",
    ]
    assert compiled.problems[3].hint == "say what breaks and when; or mark the draft with `reviewed: false`"
    assert compiled.content.scenarios == {}


def test_a_draft_may_be_incomplete() -> None:
    compiled = compile_file((INCOMPLETE + "reviewed: false\n").encode(), "scenarios/half.yaml")
    assert {problem.severity for problem in compiled.problems} == {"warning"}
    assert len(compiled.problems) == 6
    assert compiled.problems[3].hint == "say what breaks and when"
    assert compiled.content.scenarios["half"].designs["async"].raw_knobs == {}


def test_one_shot_id_twice_in_a_scenario() -> None:
    twice = changed(SCENARIO, "kill_shots:\n", "kill_shots:\n  - {id: crash, say: Again., faults: [{do: heal}]}\n")
    assert scenario_problems(twice) == (
        "scenarios/async-trap.yaml:12:9: error: kill shot `crash` stands twice\n    hint: rename one of them"
    )
