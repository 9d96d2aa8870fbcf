"""What an operator may order, and when a controller does nothing by itself, as `controllers.failover` promises it."""

from __future__ import annotations

from typing import Any

import pytest

from sim.run import Run
from tests.sim.helpers import at_write, broken, events, load, log_of, play, sent

LONG: dict[str, Any] = {"workload": load(clients=3, ops=200, think_ms=[0, 10])}
MANUAL: dict[str, Any] = {"wait_for": 1, "failover": "manual"}
AUTOMATIC: dict[str, Any] = {"wait_for": 1}
FIVE: dict[str, Any] = {"wait_for": "majority", "replicas": 5}
SINGLE: dict[str, Any] = {"topology": "single"}
TO_C = {"at_ms": 0, "do": "slow", "from": ["A", "B"], "to": ["C"], "egress_ms": 40}  # C is the laggard
UNHEARD = {"do": "cut", "between": [["C"], ["controller"]], "for_ms": 2000}
FINITE = {"horizon_ms": 2000}


def order(verb: str, node: str, at_ms: int = 100) -> dict[str, Any]:
    return {"at_ms": at_ms, "do": verb, "node": node}


def leaders(run: Run) -> list[str]:
    return [event.node for event in events(run, "role", text="leader")]


def notes(run: Run) -> list[tuple[str, str]]:
    return [(event.peer, event.text) for event in events(run, "note")]


# Promote


@pytest.mark.parametrize("controllers", [1, 3])
def test_silence_promotes_nobody_and_an_order_does(controllers: int) -> None:
    design = {**MANUAL, "controllers": controllers}
    run = play(design, {"at_ms": 30, "do": "power_cut", "node": "A"}, order("promote", "C", 900), **LONG)
    assert events(run, "suspected", peer="A")[0].at < 500_000
    assert [(event.node, event.n) for event in events(run, "promoted")] == [("C", 2)]
    assert events(run, "promoted")[0].at > 900_000
    assert broken(run) == []


@pytest.mark.parametrize("design", [MANUAL, AUTOMATIC, {**AUTOMATIC, "controllers": 3}], ids=str)
def test_a_planned_switchover_fences_a_leader_that_lives(design: dict[str, Any]) -> None:
    run = play(design, order("promote", "C"), **LONG)
    assert leaders(run) == ["A", "C"]
    assert [(event.peer, event.n) for event in events(run, "elected")] == [("C", 2)]
    assert run.trace.final["A"].role == "follower"
    assert run.history.ops[next(reversed(run.history.ops))].ok
    assert broken(run) == []


def test_a_switchover_cuts_the_power_of_the_old_leader_where_that_is_the_fence() -> None:
    run = play({**AUTOMATIC, "fencing": "stonith"}, order("promote", "C"), **LONG)
    assert leaders(run) == ["A", "C"]
    assert not run.trace.final["A"].up


def test_an_operator_may_promote_one_that_has_not_got_everything() -> None:
    """The rule would have taken B."""
    run = play(AUTOMATIC, TO_C, order("promote", "C"), **LONG)
    assert leaders(run) == ["A", "C"]
    assert "lost_acked_writes" in broken(run)


@pytest.mark.parametrize("design", [MANUAL, AUTOMATIC], ids=["manual", "automatic"])
def test_one_that_is_held_for_dead_is_not_promoted(design: dict[str, Any]) -> None:
    run = play(design, {**UNHEARD, "at_ms": 10}, order("promote", "C", 900), **LONG)
    assert leaders(run) == ["A"]
    assert notes(run) == [("C", "cannot be promoted: it is not heard from")]
    assert broken(run) == []


def test_who_leads_already_is_not_promoted_again() -> None:
    run = play(AUTOMATIC, order("promote", "A"), **LONG)
    assert leaders(run) == ["A"]
    assert sent(run, "fence") == []


@pytest.mark.parametrize(("design", "then"), [(MANUAL, "A"), (AUTOMATIC, "AB")], ids=["manual", "automatic"])
def test_an_order_for_one_that_does_not_answer_is_dropped(design: dict[str, Any], then: str) -> None:
    """A leads again where only an operator may decide, else whom the rule names."""
    run = play(design, {**UNHEARD, "at_ms": 99}, order("promote", "C"), **LONG)
    assert notes(run) == [("C", "cannot be promoted: it does not answer")]
    assert leaders(run)[-1] in then
    assert events(run, "promoted")[0].n == 2
    assert broken(run) == []


def test_an_order_given_in_the_middle_of_a_failover_begins_a_new_epoch() -> None:
    hears = {"at_ms": 0, "do": "slow", "from": ["controller"], "to": ["replicas"], "delay_ms": 30}
    run = play(
        {**AUTOMATIC, "promote": "any"}, hears, {"at_ms": 30, "do": "kill", "node": "A"}, order("promote", "C", 375), **LONG
    )
    assert events(run, "suspected")[0].at < 375_000
    assert leaders(run)[-1] == "C"
    assert events(run, "promoted")[-1].n >= 3


# Demote


@pytest.mark.parametrize("controllers", [1, 3])
def test_a_demoted_leader_is_replaced_by_another(controllers: int) -> None:
    """Or else the most caught-up would be the leader that was just told to stand down."""
    for seed in range(5):
        run = play({**AUTOMATIC, "controllers": controllers}, order("demote", "A"), seed=seed, **LONG)
        assert leaders(run)[0] == "A"
        assert leaders(run)[1] in "BC"
        assert events(run, "promoted")[0].at < 150_000
        assert broken(run) == []


def test_a_demoted_leader_leads_again_if_nobody_else_can() -> None:
    run = play({"wait_for": "none", "replicas": 2}, {"at_ms": 10, "do": "kill", "node": "B"}, order("demote", "A"), **LONG)
    assert leaders(run) == ["A", "A"]
    assert broken(run) == []


def test_where_failover_is_manual_nobody_leads_after_a_demotion_until_the_operator_says_who() -> None:
    run = play(MANUAL, order("demote", "A"), order("promote", "B", 900), **LONG)
    assert [(event.node, event.n) for event in events(run, "promoted")] == [("B", 2)]
    assert events(run, "promoted")[0].at > 900_000
    assert broken(run) == []


def test_a_demotion_outlives_the_controller_that_should_act_on_it() -> None:
    run = play({**AUTOMATIC, "controllers": 3}, {"at_ms": 95, "do": "kill", "node": "controller"}, order("demote", "A"), **LONG)
    assert leaders(run)[1] in "BC"
    assert broken(run) == []


def test_a_demoted_leader_is_not_shot() -> None:
    run = play({**AUTOMATIC, "fencing": "stonith"}, order("demote", "A"), **LONG)
    assert leaders(run)[1] in "BC"
    assert events(run, "powered_off") == []


def test_a_demotion_is_forgotten_with_the_next_promotion() -> None:
    restart = {"at_ms": 500, "do": "kill", "node": "A", "for_ms": 20}
    run = play(MANUAL, order("demote", "A"), order("promote", "A", 300), restart, **LONG)
    assert [(event.node, event.n) for event in events(run, "promoted")] == [("A", 2), ("A", 3)]


def test_a_demoted_leader_that_restarts_is_still_demoted() -> None:
    run = play(MANUAL, order("demote", "A"), {"at_ms": 200, "do": "kill", "node": "A", "for_ms": 20}, limits=FINITE, **LONG)
    assert leaders(run) == ["A"]
    assert events(run, "promoted") == []


def test_a_leader_that_restarts_leads_again_where_failover_is_manual() -> None:
    run = play(MANUAL, at_write(30, "kill", for_ms=20), **LONG)
    assert [(event.node, event.n) for event in events(run, "promoted")] == [("A", 2)]
    assert broken(run) == []


def test_a_chair_that_is_new_promotes_nobody_but_the_leader_that_was_to_lead_again() -> None:
    """A restarts, and its new epoch begins; then it dies for good, and so does the controller that had raised the epoch."""
    faults = (
        {"at_ms": 30, "do": "kill", "node": "A", "for_ms": 20},
        {"at_ms": 53, "do": "kill", "nodes": ["A", "controller"]},
    )
    run = play({**MANUAL, "controllers": 3}, *faults, limits=FINITE, **LONG)
    assert {event.node for event in sent(run, "fence")} >= {"controller"} != set()
    assert events(run, "voted")
    assert events(run, "elected") == []


def test_where_failover_is_manual_a_promotion_that_failed_waits_for_the_next_order() -> None:
    dies = {"after": {"elected": {}}, "do": "power_cut", "node": "C"}
    run = play({**FIVE, "failover": "manual"}, order("promote", "C"), dies, order("promote", "B", 1500), **LONG)
    assert [(event.peer, event.n) for event in events(run, "elected")] == [("C", 2), ("B", 3)]
    assert sent(run, "fence")[-1].at > 1_500_000
    assert broken(run) == []


def test_clients_learn_of_a_leader_whose_controller_died_before_it_could_tell_them() -> None:
    dies = {"after": {"promoted": {}}, "do": "kill", "node": "controller"}
    run = play({**AUTOMATIC, "controllers": 3}, at_write(30, "kill"), dies, limits={"timeout_ms": 5000}, **LONG)
    promoted = events(run, "promoted")[0].at
    assert min(event.at for event in events(run, "reply_sent", node="B")) < promoted + 1_000_000


def test_a_chair_that_is_new_deposes_nobody_where_failover_is_manual() -> None:
    """It does not hear from the leader, whose link to the controllers is cut; only an operator may act on that."""
    faults = (
        {"at_ms": 30, "do": "cut", "between": [["A"], ["controllers"]], "for_ms": 1500},
        {"at_ms": 40, "do": "kill", "node": "controller"},
    )
    run = play({**MANUAL, "controllers": 3}, *faults, **LONG)
    assert events(run, "voted")
    assert sent(run, "fence") == []
    assert broken(run) == []


# The cool-down


AGAIN = {"after": {"promoted": {}}, "delay_ms": 100, "do": "power_cut", "node": "leader"}


@pytest.mark.parametrize(("cooldown_ms", "earliest_ms"), [(0, 300), (1500, 1500)])
def test_a_second_failover_waits_for_the_cooldown(cooldown_ms: int, earliest_ms: int) -> None:
    run = play({**FIVE, "cooldown_ms": cooldown_ms}, at_write(30, "power_cut", "A"), AGAIN, **LONG)
    first, second = (event.at / 1000 for event in events(run, "elected"))
    assert earliest_ms < second - first < earliest_ms + 200
    assert broken(run) == []


def test_the_cooldown_is_remembered_by_whoever_has_the_chair() -> None:
    dies = {"after": {"promoted": {}}, "delay_ms": 10, "do": "kill", "node": "controller"}
    run = play({**FIVE, "cooldown_ms": 1500, "controllers": 3}, at_write(30, "power_cut", "A"), dies, AGAIN, **LONG)
    first, second = events(run, "elected")
    assert (first.node, second.node != "controller") == ("controller", True)
    assert second.at - first.at > 1_400_000
    assert broken(run) == []


def test_a_leader_that_restarts_during_the_cooldown_leads_again() -> None:
    """Nobody else may be promoted then; without a cool-down the lot decides."""
    back = {**AGAIN, "for_ms": 20}
    for seed in range(4):
        run = play(
            {**FIVE, "promote": "any", "promote_quorum": "reachable", "cooldown_ms": 5000},
            at_write(30, "kill", "A"),
            back,
            seed=seed,
            **LONG,
        )
        assert len(leaders(run)) == 3
        assert leaders(run)[1] == leaders(run)[2]


def test_a_leader_that_restarts_and_dies_again_is_replaced_when_the_cooldown_is_over() -> None:
    back = {**AGAIN, "for_ms": 20, "as": "victim"}
    forever = {"after": {"up": {}}, "delay_ms": 1, "do": "power_cut", "node": "victim"}
    run = play({**FIVE, "cooldown_ms": 1500}, at_write(30, "kill", "A"), back, forever, **LONG)
    assert [event.node for event in sent(run, "hello", peer="controller")] == [events(run, "elected")[0].peer]
    first, second = events(run, "elected")
    assert first.peer != second.peer
    assert second.at - first.at > 1_500_000
    assert broken(run) == []


def test_a_promotion_that_failed_is_tried_again_at_once() -> None:
    chosen = events(play(FIVE, at_write(30, "kill"), **LONG), "elected")[0].peer
    dies = {"after": {"elected": {}}, "do": "power_cut", "node": chosen}
    run = play({**FIVE, "cooldown_ms": 5000}, at_write(30, "kill"), dies, **LONG)
    first, second = events(run, "elected")
    assert second.at - first.at < 500_000


# A single node


def test_a_single_node_that_dies_is_not_replaced_and_nothing_is_raised() -> None:
    run = play(SINGLE, {"at_ms": 30, "do": "kill", "node": "A"}, limits=FINITE, **LONG)
    assert run.trace.replicas == ("A",)
    assert events(run, "suspected")
    assert sent(run, "fence") == []


def test_a_single_node_that_restarts_serves_again() -> None:
    run = play(SINGLE, at_write(30, "power_cut", for_ms=500), **LONG)
    assert [(event.node, event.n) for event in events(run, "promoted")] == [("A", 2)]
    assert len(log_of(run, "A")) >= 195
    assert broken(run) == []
