"""Controllers that decide by majority, as the electorate and the council of `sim.protocols.controllers` promise it."""

from __future__ import annotations

from typing import Any

import pytest

from sim.node import Fsync, Locate, Note, Timer, View, Write
from sim.protocols.controllers.failover import FailoverController
from sim.protocols.messages import Accept, Accepted, Beat, Campaign, Grant, Position, Report, Switchover, Vote
from sim.records import Decision, Epoch
from sim.run import Run
from tests.sim.helpers import at_write, broken, events, load, play, sent, verdicts
from tests.sim.protocols.lone_controller import controller, durable, said

THREE: dict[str, Any] = {"wait_for": 1, "controllers": 3}
CHAIN: dict[str, Any] = {"topology": "chain", "config_service": "majority"}
LONG: dict[str, Any] = {"workload": load(clients=3, ops=200, think_ms=[0, 10])}
CONTROLLERS = ("controller", "controller2", "controller3")
ALONE = {"do": "cut", "between": [["controller"], ["controller2"], ["controller3"]]}
both = pytest.mark.parametrize("design", [THREE, CHAIN], ids=["leader-follower", "chain"])


def promoted(run: Run) -> list[str]:
    return [event.node for event in events(run, "promoted")]


def before_the_end(run: Run, what: str) -> list[Any]:
    return [event for event in events(run, what) if event.at < run.trace.healed_at]


# In a running cluster


@both
def test_three_controllers_replace_a_dead_leader(design: dict[str, Any]) -> None:
    run = play(design, at_write(30, "kill", "head"), **LONG)
    assert run.trace.controllers == CONTROLLERS
    assert promoted(run) == ["B"]
    assert broken(run) == []


@both
def test_a_lone_controller_is_a_majority_of_itself(design: dict[str, Any]) -> None:
    one = {name: value for name, value in design.items() if value not in (3, "majority")}
    run = play(one, at_write(30, "kill", "head"), **LONG)
    assert run.trace.controllers == ("controller",)
    assert promoted(run) == ["B"]


@both
@pytest.mark.parametrize("dead", CONTROLLERS)
def test_any_one_controller_may_be_dead(design: dict[str, Any], dead: str) -> None:
    run = play(design, {"at_ms": 10, "do": "kill", "node": dead}, {"at_ms": 20, "do": "kill", "node": "A"}, **LONG)
    assert promoted(run) == ["B"]
    assert broken(run) == []


@both
@pytest.mark.parametrize("faults", [[{"do": "kill", "nodes": ["controller", "controller3"]}], [ALONE]], ids=["two dead", "cut"])
def test_a_controller_without_a_majority_decides_nothing(design: dict[str, Any], faults: list[dict[str, Any]]) -> None:
    lasting = [{"at_ms": 10, "for_ms": 3000, **fault} for fault in faults]
    run = play(design, *lasting, {"at_ms": 60, "do": "kill", "node": "A"}, limits={"horizon_ms": 2000}, **LONG)
    assert events(run, "suspected", node="controller2", peer="A")
    assert before_the_end(run, "promoted") == before_the_end(run, "voted") == []
    assert [event for event in sent(run, "fence") + sent(run, "chain") if event.at < run.trace.healed_at] == []
    assert verdicts(run)["lost_acked_writes"] != "broken"


def test_controllers_that_meet_again_decide_before_the_run_is_at_rest() -> None:
    """It takes them some time-outs: to stand for the chair, and to see that the leader, which has restarted, does not lead."""
    faults = ({**ALONE, "at_ms": 10, "for_ms": 5000}, {"at_ms": 200, "do": "kill", "node": "A", "for_ms": 20})
    limits = {"timeout_ms": 60, "horizon_ms": 800}
    for seed in range(8):
        brief = load(clients=3, ops=12, think_ms=[0, 60])
        run = play({**THREE, "detect_after_ms": 100}, *faults, seed=seed, workload=brief, limits=limits)
        assert before_the_end(run, "promoted") == []
        assert len(promoted(run)) == 1
        assert broken(run) == []


@both
def test_who_lost_only_its_own_link_to_the_leader_is_overruled(design: dict[str, Any]) -> None:
    deaf = {"at_ms": 10, "do": "cut", "between": [["A"], ["controller"]], "for_ms": 900}
    run = play(design, deaf, **LONG)
    assert [event.node for event in events(run, "suspected")] == ["controller"]
    assert promoted(run) == []
    assert {final.epoch for final in run.trace.final.values()} == {1}


def test_a_lone_controller_that_lost_its_link_to_the_leader_replaces_a_leader_that_lives() -> None:
    run = play({"wait_for": 1}, {"at_ms": 10, "do": "cut", "between": [["A"], ["controller"]], "for_ms": 900}, **LONG)
    assert promoted(run) == ["B"]


def test_the_side_with_most_controllers_goes_on() -> None:
    halves = {"at_ms": 30, "do": "cut", "between": [["A", "controller", "c1"], ["rest"]], "for_ms": 1500}
    run = play(THREE, halves, **LONG)
    (elected,) = events(run, "elected")
    assert elected.node != "controller"
    assert elected.at < 450_000, "with the chair's loss its suspicion need not begin anew"
    assert broken(run) == []


@pytest.mark.parametrize("verb", ["kill", "power_cut", "pause"])
@pytest.mark.parametrize("point", ["suspected", "elected", "promoted"])
@pytest.mark.parametrize("node", CONTROLLERS)
def test_a_failover_outlives_the_controller_that_began_it(node: str, point: str, verb: str) -> None:
    run = play(THREE, at_write(30, "power_cut", "A"), {"after": {point: {}}, "do": verb, "node": node, "for_ms": 900}, **LONG)
    epochs = [event.n for event in events(run, "elected")]
    assert epochs == sorted(set(epochs)), "an epoch was given twice"
    assert run.history.ops[next(reversed(run.history.ops))].ok
    assert broken(run) == []


@both
def test_decisions_outlive_all_controllers(design: dict[str, Any]) -> None:
    all_die = {"after": {"promoted": {}}, "delay_ms": 50, "do": "power_cut", "node": "controllers", "for_ms": 20}
    dies = {"after": {"promoted": {}}, "delay_ms": 900, "do": "power_cut", "node": "B"}
    five = {**design, "replicas": 5, **({} if "topology" in design else {"wait_for": "majority"})}
    run = play(five, at_write(30, "kill", "A"), all_die, dies, workload=load(clients=3, ops=400, think_ms=[0, 10]))
    epochs = [event.n for event in events(run, "promoted")]
    assert epochs == sorted(set(epochs))
    assert run.trace.final["A"].role == "down"
    assert broken(run) == []


def test_equal_candidates_do_not_duel_for_ever() -> None:
    """Both remaining controllers miss the chair at the same time."""
    for seed in range(20):
        run = play(
            THREE, {"at_ms": 10, "do": "kill", "node": "controller"}, {"at_ms": 20, "do": "kill", "node": "A"}, seed=seed
        )
        assert promoted(run) == ["B"]
        assert events(run, "promoted")[0].at < 2_000_000


@pytest.mark.parametrize("others", [["rest"], ["controller"]], ids=["all", "the chair"])
def test_who_is_out_of_reach_does_not_unseat_the_chair_when_it_is_back(others: list[str]) -> None:
    run = play(THREE, {"at_ms": 10, "do": "cut", "between": [["controller3"], others], "for_ms": 2000}, **LONG)
    assert len(run.history.ops) == 200
    assert events(run, "voted") == []


@both
def test_a_chair_that_can_talk_but_not_listen_makes_room(design: dict[str, Any]) -> None:
    deaf = {"at_ms": 10, "do": "cut", "from": ["controller2", "controller3"], "to": ["controller"], "for_ms": 8000}
    for seed in range(4):
        run = play(design, deaf, {"at_ms": 400, "do": "kill", "node": "A"}, seed=seed, **LONG)
        assert "controller" not in {event.peer for event in events(run, "voted")} != set()
        assert promoted(run) == ["B"]
        assert events(run, "promoted")[0].at < 2_500_000
        assert broken(run) == []


@both
@pytest.mark.parametrize("to", [["controller"], ["controller2", "controller3"]], ids=["answers", "questions"])
def test_what_the_network_lost_between_controllers_is_said_again(design: dict[str, Any], to: list[str]) -> None:
    lost = {"at_ms": 421, "do": "cut", "from": ["controllers"], "to": to, "for_ms": 40}
    run = play({**design, "detect_after_ms": 360}, {"at_ms": 10, "do": "kill", "node": "A"}, lost, **LONG)
    kind = "accepted" if to == ["controller"] else "accept"
    assert {event.n for event in sent(run, kind)} & {event.n for event in events(run, "dropped")}
    assert events(run, "voted") == []
    assert promoted(run) == ["B"]
    assert events(run, "promoted")[0].at < 600_000


def test_every_controller_tells_clients_who_serves() -> None:
    """c1 hears controller3 only, which has decided nothing itself."""
    deaf = {"at_ms": 10, "do": "cut", "between": [["c1"], ["controller", "controller2"]], "for_ms": 5000}
    run = play(THREE, deaf, at_write(30, "kill", "A"), limits={"timeout_ms": 100}, **LONG)
    late = [op for op in run.history if op.process == "c1" and op.invoked_at > events(run, "promoted")[0].at + 300_000]
    assert {op.outcome for op in late} == {"ok"}


@both
def test_nobody_hears_of_a_decision_before_two_disks_have_it(design: dict[str, Any]) -> None:
    """An fsync takes 5 ms here; the first decision is the raised epoch, or the shorter chain."""
    run = play(design, at_write(10, "kill", "A"), disk={"fsync_ms": 5}, **LONG)
    asked = sent(run, "accept")[0].at
    (kept, *_) = events(run, "delivered", node="controller", text="accepted")
    (heard, *_) = sent(run, "fence") + sent(run, "chain")
    assert asked + 5_000 < kept.at <= heard.at


# One controller, message by message


def first() -> FailoverController:
    return controller("controller", **THREE)


def third() -> FailoverController:
    return controller("controller3", **THREE)


B_LEADS = Decision(2, 7, 2, 2, ("B",))


def test_a_vote_is_durable_before_it_is_told() -> None:
    node = third()
    effects = list(node.on_campaign("controller2", Campaign(2)))
    assert effects == [Write(Epoch(2, "controller2")), Fsync()]
    assert durable(node, iter(effects)) == [Vote(2, node.accepted)]


def test_who_has_just_voted_does_not_stand() -> None:
    node = third()
    list(node.on_campaign("controller2", Campaign(2)))
    assert "stand" not in [effect.name for effect in node.on_check() if isinstance(effect, Timer)]


def test_a_vote_tells_what_was_accepted_though_it_may_not_be_decided() -> None:
    node = third()
    list(node.on_accept("controller2", Accept(B_LEADS)))
    node.now *= 2
    assert durable(node, node.on_campaign("controller", Campaign(3))) == [Vote(3, B_LEADS)]


def test_one_vote_a_ballot_even_after_a_restart() -> None:
    node = third()
    (written, _) = node.on_campaign("controller2", Campaign(2))
    assert list(node.on_campaign("controller", Campaign(2))) == []
    assert isinstance(written, Write)
    reborn = third()
    list(reborn.on_restart((written.record,)))
    assert list(reborn.on_campaign("controller", Campaign(2))) == []
    assert list(reborn.on_campaign("controller", Campaign(3))) != []


def test_no_vote_while_the_chair_is_heard() -> None:
    node = third()
    list(node.on_report("controller", Report(1, True, node.decided, ())))
    assert list(node.on_campaign("controller2", Campaign(2))) == []


def test_nothing_of_an_older_ballot_is_kept_after_a_vote() -> None:
    node = third()
    list(node.on_campaign("controller2", Campaign(3)))
    assert list(node.on_accept("controller", Accept(B_LEADS))) == []
    assert durable(node, node.on_accept("controller2", Accept(B_LEADS._replace(ballot=3)))) == [Accepted(3, 7, 0)]


def take_chair(node: FailoverController, *votes: Vote) -> list[Any]:
    """Hear a peer, ask for votes, get some; what it says when its own vote is durable."""
    list(node.on_report("controller2", Report(2, False, None, ())))
    list(node.campaign())
    effects = [effect for vote in votes for effect in node.on_vote("controller2", vote)]
    return durable(node, iter(effects))


def test_the_winner_goes_on_from_the_newest_decision_of_its_voters() -> None:
    node = third()
    first, second = take_chair(node, Vote(3, B_LEADS))
    assert first == second == Accept(B_LEADS._replace(ballot=3, version=8))


def test_who_voted_for_another_meanwhile_does_not_vote_for_itself() -> None:
    node = third()
    list(node.campaign())
    list(node.on_campaign("controller", Campaign(3)))
    assert list(node.on_vote("controller2", Vote(2, B_LEADS))) == []


def test_a_late_vote_for_an_earlier_ballot_does_not_count() -> None:
    node = third()
    list(node.campaign())
    list(node.on_report("controller2", Report(2, False, None, ())))
    list(node.campaign())
    assert list(node.on_vote("controller2", Vote(2, B_LEADS))) == []
    assert list(node.on_vote("controller2", Vote(3, B_LEADS))) != []


def test_a_decision_counts_when_a_majority_has_it_and_not_before() -> None:
    node = third()
    (proposal, _) = take_chair(node, Vote(3, B_LEADS))
    list(node.on_accepted("controller2", Accepted(3, 7, 0)))
    list(node.on_accepted("controller", Accepted(2, 8, 0)))
    list(node.on_durable((proposal.decision,)))
    assert node.decided.version == 0, "an older version or ballot says nothing of this one"
    answers = said(node.on_accepted("controller2", Accepted(3, 8, 0)))
    assert node.decided == proposal.decision
    assert Report(3, True, proposal.decision, ()) in answers, "the others learn it at once"


def test_what_was_counted_under_one_ballot_does_not_count_under_the_next() -> None:
    node = first()
    list(node.on_accepted("controller2", Accepted(1, 8, 0)))
    list(node.on_accept("controller3", Accept(B_LEADS)))
    node.now *= 2
    list(node.on_check())
    (proposal, _) = take_chair(node, Vote(3, B_LEADS))
    list(node.on_durable((proposal.decision,)))
    assert proposal.decision.version == 8
    assert node.decided.version == 0


def test_a_decision_waits_for_the_longest_lease_that_any_of_its_keepers_may_have_granted() -> None:
    node = third()
    (proposal, _) = take_chair(node, Vote(3, B_LEADS))
    list(node.on_accepted("controller2", Accepted(3, 8, 900)))
    timers = [effect for effect in node.on_durable((proposal.decision,)) if isinstance(effect, Timer)]
    assert [(timer.name, timer.after_us, timer.arg) for timer in timers] == [("leases_over", 900, 8)]
    assert list(node.on_leases_over(7)) == [], "of a decision that was replaced"
    assert not node.acts
    assert list(node.on_leases_over(8)) != []
    assert node.acts


def test_no_lease_is_granted_once_a_failover_is_asked_for() -> None:
    node = controller("controller", **THREE, fencing="lease")
    assert said(node.on_beat("A", Beat(1, "leader", 77))) == [Grant(1, 77)]
    list(node.begin())
    assert said(node.on_beat("A", Beat(1, "leader", 78))) == []
    list(node.on_durable((node.accepted,)))
    list(node.on_accepted("controller2", Accepted(1, 1, 500)))
    assert node.decided.epoch == 2
    assert not node.acts, "it looks on until the lease is over"


def test_a_restarted_controller_says_nothing_that_it_is_not_sure_of() -> None:
    node = third()
    list(node.on_restart((B_LEADS,)))
    assert said(node.on_locate("c1", Locate())) == []
    list(node.on_report("controller2", Report(2, True, B_LEADS, ())))
    assert said(node.on_locate("c1", Locate())) == [View(2, "B", ("B",))]


def test_a_chair_steps_down_for_a_higher_ballot() -> None:
    node = first()
    durable(node, node.decide(node.accepted))
    list(node.on_report("controller2", Report(2, False, None, ())))
    assert said(node.on_accepted("controller2", Accepted(1, 1, 0))) == []
    assert node.decided.version == 0


def test_an_order_reaches_the_chair_through_any_controller() -> None:
    assert said(controller("controller2", **THREE).on_order("promote", "C")) == [Switchover("C"), Switchover("C")]
    chair = first()
    list(chair.on_beat("C", Beat(1, "follower")))
    proposal, other = said(chair.on_switchover("controller2", Switchover("C")))
    assert proposal == other == Accept(chair.accepted)
    assert said(chair.on_switchover("controller3", Switchover("C"))) == [], "the same order again"


def test_a_chair_that_stepped_down_chooses_nobody() -> None:
    node = first()
    list(node.begin())
    list(node.on_durable((node.accepted,)))
    list(node.on_accepted("controller2", Accepted(1, 1, 0)))
    assert node.phase == "fencing"
    for replica in "ABC":
        node.poll.answers[replica] = Position(2, 1, 7)
    list(node.on_report("controller2", Report(2, False, None, ())))
    assert list(node.on_decide(2)) == []


def test_who_voted_for_another_meanwhile_does_not_take_the_chair() -> None:
    node = third()
    list(node.campaign())
    own = list(node.on_vote("controller2", Vote(2, B_LEADS)))
    other = list(node.on_campaign("controller", Campaign(3)))
    (vote,) = durable(node, iter(own + other))
    assert isinstance(vote, Vote)
    assert vote.ballot == 3


def test_what_is_voted_is_in_the_trace() -> None:
    node = third()
    list(node.on_campaign("controller2", Campaign(2)))
    assert Note("voted", n=2, peer="controller2") in list(node.on_durable((Epoch(2, "controller2"),)))


def test_who_lost_its_disk_raises_the_epoch_above_any_that_a_replica_shows() -> None:
    node = controller()
    durable(node, node.begin())
    assert node.phase == "fencing"
    list(node.on_beat("C", Beat(5, "follower")))
    assert node.accepted.epoch == 6
