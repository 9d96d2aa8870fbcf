"""Who leads and who belongs, told from a few events written by hand."""

from __future__ import annotations

import pytest

from sim.render.lanes import timeline
from sim.render.story import tell
from tests.sim.checks.build import Run
from tests.sim.render.runs import lines_of, texts_of

THREE = ("controller", "controller2", "controller3")


def council() -> Run:
    run = Run()
    run.trace.controllers = THREE
    return run


def told(run: Run) -> list[str]:
    return [sentence.text for sentence in tell(run.trace, run.history, {}, {})]


def drawn(run: Run, width: int = 80) -> list[str]:
    return [str(line) for line in timeline(run.trace, run.history, {}, width)]


def test_controllers_that_find_out_one_after_the_other_share_a_sentence_and_a_row() -> None:
    run = council()
    for at, node in enumerate(THREE, 1):
        run.event(at, "suspected", node, peer="A")
    assert told(run) == ["1.0 ms: the controllers held A for dead."]
    assert sum("A is dead" in line for line in drawn(run)) == 1


def test_what_is_found_out_again_is_told_again() -> None:
    run = council()
    run.event(1, "suspected", "controller", peer="A")
    run.event(2, "suspected", "controller", peer="A")
    run.event(300, "suspected", "controller2", peer="A")
    assert [text.partition(": ")[0] for text in told(run)] == ["1.0 ms", "2.0 ms", "300.0 ms"]


def test_many_controllers_have_one_column_and_name_themselves_when_they_fail() -> None:
    run = council()
    run.event(1, "suspected", "controller2", peer="A")
    run.event(2, "fault", "controller3", text="kill")
    lines = drawn(run)
    assert lines[0].split()[-1] == "controllers"
    assert "controller3: X killed" in "\n".join(lines)
    run.event(3, "removed", "controller", peer="A")
    assert "3.0 ms: the controllers took A out; the others go on without it." in told(run)


def election(*votes: tuple[str, str], elected: str = "") -> Run:
    run = Run()
    run.trace.controllers = ()
    for at, (voter, candidate) in enumerate(votes, 1):
        run.event(at, "voted", voter, peer=candidate, n=2)
    if elected:
        run.event(9, "elected", elected, peer=elected, n=2, text="votes of B, C")
        run.event(9, "promoted", elected, n=2)
        run.event(9, "role", elected, n=2, text="leader")
    return run


def test_an_election_is_one_sentence_with_its_term_and_its_votes() -> None:
    run = election(("C", "C"), ("B", "C"), elected="C")
    assert told(run) == ["9.0 ms: C was elected leader of term 2 with an empty log (votes of B, C)."]
    lines = "\n".join(drawn(run))
    assert lines.index("stands in term 2") < lines.index("votes for C") < lines.index("leads term 2")


def test_candidates_that_nobody_elected_are_told_once() -> None:
    run = election(("C", "C"), ("B", "B"))
    assert told(run) == ["1.0 ms: C and B stood for election in epoch 2, and nobody was elected."]


def test_the_vote_that_makes_a_majority_gives_controllers_their_chair() -> None:
    run = council()
    for at, node in enumerate(THREE, 1):
        run.event(at, "voted", node, peer="controller2", n=2)
    assert told(run) == ["2.0 ms: the controllers made controller2 the one that decides."]


@pytest.mark.parametrize(
    ("before", "after", "n", "text"),
    [
        ("leader", "follower", 2, "A learnt of epoch 2 and stepped down."),
        ("leader", "follower", 1, "A stepped down."),
        ("tail", "spare", 2, "A learnt that it had been taken out."),
        ("middle", "tail", 2, ""),
        ("follower", "leader", 2, ""),
    ],
)
def test_who_gives_up_a_role_is_told(before: str, after: str, n: int, text: str) -> None:
    run = Run()
    run.event(0, "role", "A", n=1, text=before)
    run.event(1, "role", "A", n=n, text=after)
    assert told(run) == ([f"1.0 ms: {text}"] if text else [])


def test_a_restart_gives_up_nothing_and_what_is_discarded_tells_the_rest() -> None:
    run = Run()
    run.event(0, "role", "A", n=1, text="leader")
    run.event(1, "up", "A")
    run.event(1, "role", "A", n=2, text="follower")
    assert not [text for text in told(run) if "stepped down" in text]
    run = Run()
    run.event(0, "role", "A", n=1, text="leader")
    run.event(1, "role", "A", n=2, text="follower")
    run.event(2, "discarded", "A", "w", n=1)
    assert not [text for text in told(run) if "stepped down" in text]


def test_the_in_sync_set_is_told_when_it_changes_and_by_whom_it_was_decided() -> None:
    run = Run()
    for at, (node, members) in enumerate(
        [("controller", "A B C"), ("controller", "A C"), ("A", "A C"), ("controller", "A C"), ("controller", "A B C")], 1
    ):
        run.event(at, "in_sync", node, n=at, text=members)
    assert told(run) == [
        "2.0 ms: the controller took B out of the in-sync set; A and C are in it now.",
        "5.0 ms: the controller let B into the in-sync set; A, B and C are in it now.",
    ]
    assert sum("in sync:" in line for line in drawn(run)) == 2


def test_a_tail_that_comes_back_is_told_once() -> None:
    assert [text for text in texts_of("chain-tail") if "tail" in text] == [
        "68.0 ms: B became the tail, with its log up to #6.",
        "107.8 ms: the controller let C in again, at the tail.",
    ]
    assert any("tail now" in str(line) for line in lines_of("chain-tail"))
