"""`content check`: problems across files, and those that only the simulator can tell."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from quizkit.errors import UsageError
from quizkit.home import Home
from quizkit.library.check import Report, check_content
from tests.quizkit.library.samples import DECK, SCENARIO, SOURCES, changed, write


def first_lines(report: Report) -> list[str]:
    """Each problem without its hint, the file by its name."""
    return [f"{Path(one.place.file).name}:{one.place.line}:{one.place.column}: {one.message}" for one in report.problems]


def check_scenario(shipped: Path, home: Home, old: str, new: str, prove: bool = False) -> Report:
    write(shipped, DECK, changed(SCENARIO, old, new))
    return check_content(None, home, prove=prove)


def test_right_content_has_no_problems_and_is_counted(shipped: Path, home: Home) -> None:
    write(shipped, DECK, SCENARIO)
    assert check_content(None, home) == Report(decks=1, cards=2, scenarios=1, proved=3)


def test_without_proof_nothing_counts_as_proved(shipped: Path, home: Home) -> None:
    write(shipped, DECK, SCENARIO)
    assert check_content(None, home, prove=False).proved == 0


def test_the_learners_own_content_is_checked_as_well(shipped: Path, home: Home) -> None:
    write(home.content, deck=changed(DECK, "level: 2", "level: 4"), scenario=SCENARIO)
    assert first_lines(check_content(None, home, prove=False)) == ["acks.yaml:7:12: `level` must be at most 3, not 4"]


def test_ids_must_be_unique_across_files(shipped: Path, home: Home) -> None:
    write(shipped, DECK, SCENARIO)
    write(home.content, scenario=SCENARIO)
    report = check_content(None, home, prove=False)
    assert [str(problem) for problem in report.problems] == [
        f"{home.content}/scenarios/async-trap.yaml:1:5: error: the scenario id `async-trap` is taken: "
        f"the first stands in {shipped}/scenarios/async-trap.yaml:1\n    hint: choose another id"
    ]


DANGLING = [
    ("see: async-trap", "see: asinc-trap", "acks.yaml:9:10: there is no scenario `asinc-trap` to see"),
    ("cards: [ack-async]", "cards: [ack-async, ack-asink]", "async-trap.yaml:29:20: there is no card `ack-asink`"),
]


@pytest.mark.parametrize(("old", "new", "expected"), DANGLING, ids=["see", "cards"])
def test_links_that_lead_nowhere(shipped: Path, home: Home, old: str, new: str, expected: str) -> None:
    write(shipped, DECK.replace(old, new), SCENARIO.replace(old, new))
    report = check_content(None, home, prove=False)
    assert first_lines(report) == [expected]
    assert report.problems[0].hint.startswith("did you mean `a")


BROKEN = [
    (DECK, changed(SCENARIO, "level: 1", "level: 9")),
    (changed(DECK, "level: 2", "level: 9"), SCENARIO),
]


@pytest.mark.parametrize(("deck", "scenario"), BROKEN, ids=["scenario", "card"])
def test_a_link_to_something_broken_is_right(shipped: Path, home: Home, deck: str, scenario: str) -> None:
    write(shipped, deck, scenario)
    assert [problem.message for problem in check_content(None, home, prove=False).problems] == [
        "`level` must be at most 3, not 9"
    ]


def test_reviewed_content_needs_sources(shipped: Path, home: Home) -> None:
    write(shipped, DECK, changed(SCENARIO, f"sources: {SOURCES}\n", ""))
    report = check_content(None, home, prove=False)
    assert list(map(str, report.problems)) == [
        f"{shipped}/scenarios/async-trap.yaml:1:5: error: `async-trap` names no source\n"
        "    hint: add `sources: [{title: ..., url: ..., seen: primary}]`"
    ]


def test_no_error_of_a_card_hides_another(shipped: Path, home: Home) -> None:
    deck = changed(DECK, "    level: 2\n", "    level: 9\n    kind: basics\n    hint: x\n").replace(SOURCES, "[]", 1)
    write(shipped, deck, SCENARIO)
    assert first_lines(check_content(None, home, prove=False)) == [
        "acks.yaml:4:9: `ack-async` names no source",
        "acks.yaml:7:12: `level` must be at most 3, not 9",
        "acks.yaml:8:11: unknown kind of card `basics`",
        "acks.yaml:9:5: unknown key `hint`",
    ]


def test_a_draft_only_warns(shipped: Path, home: Home) -> None:
    unsourced = DECK.replace(f"    sources: {SOURCES}\n", "")
    write(shipped, changed(unsourced, "cards:\n", "reviewed: false\ncards:\n"), SCENARIO)
    report = check_content(None, home, prove=False)
    assert (report.errors, report.warnings) == (0, 3)
    assert str(report.problems[0]) == (
        f"{shipped}/decks/acks.yaml:3:1: warning: `acks` is a draft\n    hint: review it, then set `reviewed: true`"
    )


REFUSED = {
    "workload": ("kind: ledger", "kind: legder", "async-trap.yaml:8:12: unknown kind: legder"),
    "network": ("delay_ms: [0.3, 0.8]", "delay: [0.3, 0.8]", "async-trap.yaml:9:11: unknown key: delay"),
    "fault": ("do: power_cut", "do: powercut", "async-trap.yaml:15:56: unknown do: powercut"),
    "knob": ("{wait_for: none}", "{wait_four: none}", "async-trap.yaml:20:11: unknown knob: wait_four"),
    "knob value": ("{wait_for: k, k: 1}", "{wait_for: one, k: 1}", "async-trap.yaml:25:11: wait_for cannot be one"),
    "requirement": (
        "unavailable_ms: {max: 5000}",
        "unavailable_ms: 5000",
        "async-trap.yaml:7:38: unavailable_ms needs a bound, not 5000",
    ),
}


@pytest.mark.parametrize(("old", "new", "expected"), REFUSED.values(), ids=REFUSED)
def test_what_the_simulator_refuses_has_its_place(shipped: Path, home: Home, old: str, new: str, expected: str) -> None:
    assert first_lines(check_scenario(shipped, home, old, new)) == [expected]


VICTIM = """\
      - {after: {ok_received: {nth: 17}}, delay_ms: 1, do: power_cut, node: acker, as: victim, by_ms: 2000}
      - {after: {after_fault: {do: power_cut}}, delay_ms: 300, do: restart, node: victim}
      - {at_ms: 2, do: slow, from: [A], to: [far], delay_ms: 3, for_ms: 100}
"""


def test_faults_may_name_racks_and_what_earlier_faults_found(shipped: Path, home: Home) -> None:
    shot = "      - {after: {ok_received: {nth: 17}}, delay_ms: 1, do: power_cut, node: acker, by_ms: 2000}\n"
    text = changed(SCENARIO, shot, VICTIM)
    write(shipped, DECK, changed(text, "kill_shots:", "racks: {near: [A, B], far: [C]}\nkill_shots:"))
    assert first_lines(check_content(None, home, prove=False)) == []
    write(shipped, DECK, changed(text, ", as: victim", ", as: dead"))
    assert first_lines(check_content(None, home, prove=False)) == [
        "async-trap.yaml:16:77: no machine, role or group is called victim",
        "async-trap.yaml:17:41: no machine, role or group is called far",
    ]


def test_all_that_the_simulator_refuses_comes_at_once(shipped: Path, home: Home) -> None:
    text = SCENARIO
    for old, new, _ in REFUSED.values():
        text = changed(text, old, new)
    write(shipped, DECK, text)
    assert sorted(first_lines(check_content(None, home))) == sorted(expected for _, _, expected in REFUSED.values())


CLAIMS = {
    "shot": (
        "{crash: {lost_acked_writes: broken}}",
        "{crush: {lost_acked_writes: broken}}",
        [
            "async-trap.yaml:17:3: design `async` claims nothing about kill shot `crash`",
            "async-trap.yaml:21:14: there is no kill shot `crush`",
        ],
    ),
    "name": (
        "{lost_acked_writes: broken}",
        "{lost_acked_write: broken}",
        ["async-trap.yaml:21:22: there is no check or measure `lost_acked_write`"],
    ),
    "measure": (
        "{lost_acked_writes: broken}",
        "{write_p99_ms: holds}",
        ["async-trap.yaml:21:22: the measure `write_p99_ms` is not required"],
    ),
    "nothing": (
        "    expect: {crash: {lost_acked_writes: broken}}\n",
        "",
        ["async-trap.yaml:17:3: design `async` claims nothing about kill shot `crash`"],
    ),
}


@pytest.mark.parametrize(("old", "new", "expected"), CLAIMS.values(), ids=CLAIMS)
def test_claims_that_nothing_can_prove(shipped: Path, home: Home, old: str, new: str, expected: list[str]) -> None:
    report = check_scenario(shipped, home, old, new)
    assert sorted(first_lines(report)) == expected
    assert report.errors == len(expected)


def test_a_draft_may_claim_nothing(shipped: Path, home: Home) -> None:
    silent = changed(SCENARIO, "    expect: {crash: {lost_acked_writes: broken}}\n", "")
    write(shipped, DECK, changed(silent, "level: 1\n", "level: 1\nreviewed: false\n"))
    report = check_content(None, home)
    assert (report.errors, report.warnings, report.proved) == (0, 2, 2)


def test_a_false_claim_tells_how_to_see_it(shipped: Path, home: Home) -> None:
    claimed = "{lost_acked_writes: holds, unavailable_ms: holds}"
    report = check_scenario(shipped, home, claimed, "{lost_acked_writes: broken, unavailable_ms: holds}", prove=True)
    assert list(map(str, report.problems)) == [
        f"{shipped}/scenarios/async-trap.yaml:26:41: error: design `semi-sync`, shot `crash`: lost_acked_writes: "
        "claimed broken, found holds with seeds 1, 2, 3, 4, 5\n"
        "    hint: see it: quizkit replay async-trap --design semi-sync --shot crash --seed 1"
    ]
    assert report.proved == 2


def test_a_shot_that_never_strikes_is_an_error(shipped: Path, home: Home) -> None:
    report = check_scenario(shipped, home, "{nth: 17}", "{nth: 1700}", prove=True)
    assert {problem.message.split(": ")[1] for problem in report.problems} == {
        "the shot does not strike with seeds 1, 2, 3, 4, 5; surviving that proves nothing"
    }
    assert (len(report.problems), report.proved) == (2, 0)


def test_a_scenario_with_errors_is_not_played(shipped: Path, home: Home) -> None:
    assert check_scenario(shipped, home, "{wait_for: none}", "{wait_fro: none}", prove=True).proved == 0


def test_a_link_that_leads_nowhere_keeps_nothing_from_being_proved(shipped: Path, home: Home) -> None:
    report = check_scenario(shipped, home, "cards: [ack-async]", "cards: [gone]", prove=True)
    assert (report.proved, report.errors) == (3, 1)


def test_progress_is_told_of_every_trial(shipped: Path, home: Home) -> None:
    write(shipped, DECK, SCENARIO)
    steps: list[object] = []

    @contextmanager
    def progress(title: str, total: int) -> Iterator[Callable[[], None]]:
        steps.append((title, total))
        yield lambda: steps.append("done")

    check_content(None, home, progress=progress)
    assert steps == [("proving claims", 2), "done", "done"]


def test_a_single_file_is_checked_among_its_neighbours(shipped: Path, home: Home, tmp_path: Path) -> None:
    root = write(tmp_path / "mine", changed(DECK, "level: 2", "level: 9"), SCENARIO)
    assert check_content(root / "scenarios" / "async-trap.yaml", home) == Report(scenarios=1, proved=3)


def test_duplicates_among_the_neighbours_are_not_told(shipped: Path, home: Home) -> None:
    write(shipped, DECK, SCENARIO)
    write(home.content, deck=DECK)
    assert check_content(shipped / "scenarios", home, prove=False).problems == []
    assert check_content(home.content / "decks", home, prove=False).errors == 3


def test_a_copy_of_the_shipped_content_is_no_duplicate(shipped: Path, home: Home, tmp_path: Path) -> None:
    write(shipped, DECK, SCENARIO)
    root = write(tmp_path / "checkout", DECK, SCENARIO)
    assert check_content(root, home, prove=False).problems == []


def test_a_file_of_ones_own_must_not_take_a_shipped_id(shipped: Path, home: Home) -> None:
    write(shipped, DECK, SCENARIO)
    write(home.content, scenario=SCENARIO)
    own = check_content(home.content / "scenarios" / "async-trap.yaml", home, prove=False)
    assert first_lines(own)[0].startswith("async-trap.yaml:1:5: the scenario id `async-trap` is taken")


def test_loose_files_of_a_folder_are_checked(shipped: Path, home: Home, tmp_path: Path) -> None:
    folder = tmp_path / "loose"
    folder.mkdir()
    (folder / "deck.yaml").write_text(DECK.replace("    see: async-trap\n", ""))
    (folder / "scenario.yaml").write_text(SCENARIO)
    assert check_content(folder, home) == Report(decks=1, cards=2, scenarios=1, proved=3)


def test_a_path_that_leads_nowhere(shipped: Path, home: Home, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no file or folder"):
        check_content(tmp_path / "gone", home)
    with pytest.raises(UsageError, match="there is no content in"):
        check_content(shipped, home)
