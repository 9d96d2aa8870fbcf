"""Detection, fencing, promotion and the return of an old leader, as `sim.protocols.controllers.failover` promises them."""

from __future__ import annotations

from typing import Any

import pytest

from sim.run import Run
from tests.sim.helpers import BACKLOG, at_write, broken, events, load, log_of, ops_of, play, sent, verdicts
from tests.sim.protocols.lone_controller import controller

SEEDS = range(10)
SYNC: dict[str, Any] = {"wait_for": 1}
LONG: dict[str, Any] = {"workload": load(clients=3, ops=200, think_ms=[0, 10])}
TO_C = {"at_ms": 0, "do": "slow", "from": ["A", "B"], "to": ["C"], "egress_ms": 40}  # C is the laggard
ISOLATED = {"at_ms": 30, "do": "cut", "between": [["leader", "c1"], ["rest"]], "for_ms": 700}
PAUSED = {"at_ms": 30, "do": "pause", "node": "leader", "for_ms": 700}


def lost(run: Run) -> int:
    assert not run.unfired
    return run.findings["lost_acked_writes"].count


def leaders(run: Run) -> list[str]:
    """All who ever took the office, in order."""
    return [event.node for event in events(run, "role", text="leader")]


# Detection


@pytest.mark.parametrize("detect_ms", [60, 300, 900])
def test_a_silent_leader_is_held_for_dead_after_the_detection_time(detect_ms: int) -> None:
    run = play({**SYNC, "detect_after_ms": detect_ms}, at_write(10, "kill"), **LONG)
    struck = events(run, "fault")[0].at
    (suspected, *_) = events(run, "suspected")
    heartbeat = detect_ms / 6
    assert suspected.peer == "A"
    assert detect_ms - heartbeat <= (suspected.at - struck) / 1000 <= detect_ms + 2 * heartbeat


def test_a_leader_that_lives_is_not_replaced() -> None:
    run = play(SYNC, {"at_ms": 30, "do": "pause", "node": "leader", "for_ms": 150}, **LONG)
    assert events(run, "suspected") == []
    assert leaders(run) == ["A"]


def test_a_dead_follower_is_suspected_and_nobody_is_promoted() -> None:
    run = play(SYNC, at_write(10, "kill", "C"), **LONG)
    assert [event.peer for event in events(run, "suspected")] == ["C"]
    assert leaders(run) == ["A"]


# The epoch is raised first


def test_a_follower_promises_the_new_epoch_durably_before_it_tells_its_position() -> None:
    """The promise costs an fsync, here of exactly 5 ms."""
    run = play(SYNC, at_write(10, "kill"), disk={"fsync_ms": 5})
    asked = {event.node: event.at for event in events(run, "delivered", text="fence")}
    told = {event.node: event.at for event in sent(run, "position")}
    assert told
    assert all(told[node] >= asked[node] + 5000 for node in told)


def test_positions_are_read_after_the_old_epoch_is_over() -> None:
    """Once a follower has told its position it takes nothing more from the old leader."""
    run = play(SYNC, ISOLATED, TO_C, **LONG)
    told = {event.node: event.at for event in sent(run, "position")}
    promoted = events(run, "promoted")[0].at
    assert {"B", "C"} <= {*told}
    assert not [event for node in "BC" for event in events(run, "received", node=node) if told[node] < event.at < promoted]


# Fencing


@pytest.mark.parametrize("fault", [PAUSED, ISOLATED], ids=["paused", "isolated"])
@pytest.mark.parametrize("design", [SYNC, {"wait_for": "majority", "replicas": 5}], ids=str)
def test_an_old_leader_cannot_get_an_ack_for_anything_new(design: dict[str, Any], fault: dict[str, Any]) -> None:
    run = play(design, fault, **LONG)
    assert len(leaders(run)) == 2
    suspected = events(run, "suspected")[0].at
    assert [event for event in events(run, "reply_sent", node="A") if event.at > suspected] == []
    assert broken(run) == []


def test_a_paused_leader_wakes_with_its_old_beliefs_and_is_told_better() -> None:
    run = play(SYNC, PAUSED, **LONG)
    assert sent(run, "stale", peer="A")
    roles = [(event.text, event.n) for event in events(run, "role", node="A")]
    assert roles == [("leader", 1), ("follower", 2)]
    assert run.trace.final["A"].role == "follower"


def test_writes_that_only_an_old_leader_has_are_unknown_to_their_clients() -> None:
    run = play(SYNC, ISOLATED, **LONG)
    discarded = ops_of(events(run, "discarded", node="A"))
    assert discarded, "the isolated leader took nothing"
    assert {run.history[op].outcome for op in discarded} == {"info"}


def test_without_waiting_the_old_leader_confirms_doomed_writes() -> None:
    """Asynchronous replication and a false suspicion: the textbook split brain."""
    run = play({}, ISOLATED, **LONG)
    assert {"lost_acked_writes", "split_brain"} <= {*broken(run)}
    assert set(run.findings["lost_acked_writes"].ops) <= {*ops_of(events(run, "discarded", node="A"))}


def test_a_pause_shorter_than_the_suspicion_of_a_client_loses_nothing_even_without_waiting() -> None:
    run = play({}, {**PAUSED, "for_ms": 100}, **LONG)
    assert broken(run) == []


# The return of an old leader


def test_a_returning_leader_discards_what_was_not_chosen_and_converges() -> None:
    run = play({}, BACKLOG, at_write(30, "power_cut", "A", for_ms=600), **LONG)
    discarded = ops_of(events(run, "discarded", node="A"))
    assert {*run.findings["lost_acked_writes"].ops} <= {*discarded} != set()
    assert verdicts(run)["converged"] == "holds"
    assert log_of(run, "A") == log_of(run, leaders(run)[-1])


def test_a_killed_leader_has_nothing_to_discard_for_its_os_sent_what_it_was_given() -> None:
    run = play({}, BACKLOG, at_write(30, "kill", "A", for_ms=600), **LONG)
    assert events(run, "discarded") == []
    assert broken(run) == []


def test_a_returning_leader_keeps_what_was_chosen() -> None:
    run = play({"wait_for": "all"}, at_write(30, "kill", "A", for_ms=600), **LONG)
    acked_before = {op.id for op in run.history.acked_writes if (op.completed_at or 0) < events(run, "fault")[0].at}
    assert acked_before <= {*run.trace.final["A"].ops}
    assert acked_before.isdisjoint(ops_of(events(run, "discarded")))
    assert broken(run) == []


def test_an_unacked_write_of_the_old_leader_may_survive() -> None:
    """Only the ack was held back: the write outlives its leader, as on real servers."""
    held = {"after": {"durable": {"op": "c1/9", "node": "B"}}, "do": "cut", "from": ["B", "C"], "to": ["A"]}
    death = {"after": {"after_fault": {}}, "delay_ms": 5, "do": "power_cut", "node": "A"}
    run = play(SYNC, held, death)
    assert run.history["c1/9"].outcome == "info"
    assert "c1/9" in run.trace.final["B"].ops
    assert broken(run) == []


# Whom to promote


def laggard(design: dict[str, Any], seed: int) -> Run:
    """B has every confirmed write, C is 40 ms behind, A dies."""
    return play({"wait_for": 1, **design}, TO_C, at_write(30, "power_cut", "A"), seed=seed)


def test_the_most_caught_up_keeps_every_confirmed_write() -> None:
    runs = [laggard({}, seed) for seed in SEEDS]
    assert {leaders(run)[-1] for run in runs} == {"B"}
    assert [lost(run) for run in runs] == [0] * 10


def test_promoting_any_loses_when_the_lot_falls_on_the_laggard() -> None:
    runs = [laggard({"promote": "any"}, seed) for seed in range(20)]
    assert {leaders(run)[-1] for run in runs} == {"B", "C"}
    assert all((lost(run) > 0) == (leaders(run)[-1] == "C") for run in runs)


def cut_off(quorum: str) -> Run:
    """A dies; the controller cannot hear B, which alone has the last confirmed writes."""
    cut = at_write(30, "cut") | {"between": [["B"], ["controller"]]}
    del cut["node"]
    return play(
        {"wait_for": 1, "promote_quorum": quorum}, TO_C, cut, at_write(30, "power_cut", "A"), limits={"horizon_ms": 3000}
    )


def test_a_safe_promotion_blocks_rather_than_lose() -> None:
    run = cut_off("safe")
    assert [event for event in events(run, "elected") if event.at < run.trace.healed_at] == []
    assert run.measures["unavailable_ms"].at_least
    assert lost(run) == 0
    assert leaders(run)[-1] == "B", "once the link is healed, it is promoted"


def test_a_promotion_of_whoever_answers_is_available_and_loses() -> None:
    run = cut_off("reachable")
    assert leaders(run) == ["A", "C"]
    assert not run.measures["unavailable_ms"].at_least
    assert lost(run) > 0


def test_positions_compare_by_epoch_first() -> None:
    """A, isolated, has the longer log of the older epoch. When B dies too, C and its newer epoch must win over A."""
    faults = (
        {"at_ms": 30, "do": "cut", "between": [["A", "c1", "c2"], ["rest"]], "for_ms": 500},
        {"after": {"promoted": {}}, "delay_ms": 20, "do": "cut", "from": ["c1", "c2", "c3"], "to": ["B"], "for_ms": 100},
        {"at_ms": 531, "do": "power_cut", "node": "leader"},
    )
    setup: dict[str, Any] = {"workload": load(clients=3, ops=300, think_ms=0), "limits": {"timeout_ms": 25}}
    run = play(SYNC, *faults, **setup)
    assert leaders(run) == ["A", "B", "C"]
    assert broken(run) == []


def test_a_chosen_one_that_dies_at_once_is_replaced_in_a_new_epoch() -> None:
    design = {"wait_for": "majority", "replicas": 5}
    chosen = events(play(design, at_write(30, "kill"), **LONG), "elected")[0].peer
    run = play(design, at_write(30, "kill"), {"after": {"elected": {}}, "do": "power_cut", "node": chosen}, **LONG)
    first, second = events(run, "elected")
    assert (first.peer, first.n, second.n) == (chosen, 2, 3)
    assert second.peer not in ("A", chosen)
    assert broken(run) == []


def test_an_old_leader_that_discards_while_it_still_applies_converges() -> None:
    """With 20 ms to apply an entry, some of what it must discard is queued for its state machine."""
    setup: dict[str, Any] = {"workload": load(clients=8, ops=200, think_ms=[0, 10]), "disk": {"apply_ms": 20}}
    isolated = {"at_ms": 30, "do": "cut", "between": [["leader", "c1", "c2", "c3", "c4"], ["rest"]], "for_ms": 450}
    queued = 0
    for seed in SEEDS:
        run = play({}, isolated, seed=seed, **setup)
        discarded = events(run, "discarded", node="A")[0]
        applied = {op for event in events(run, "applied", node="A") if event.at <= discarded.at for op in event.ops}
        queued += len({*discarded.ops} - applied)
        assert verdicts(run)["converged"] == "holds"
    assert queued, "all of it was applied"


# Manual failover


def test_a_manual_failover_waits_for_the_old_leader_and_loses_nothing() -> None:
    design = {"wait_for": "none", "failover": "manual"}
    run = play(design, BACKLOG, at_write(30, "power_cut", "A", for_ms=2000), **LONG)
    assert leaders(run) == ["A", "A"]
    assert broken(run) == []
    unavailable = run.measures["unavailable_ms"].value
    assert unavailable is not None
    assert unavailable > 2000


def test_a_manual_failover_never_promotes_another() -> None:
    run = play({"wait_for": 1, "failover": "manual"}, at_write(30, "power_cut", "A"), limits={"horizon_ms": 3000})
    assert leaders(run) == ["A"]
    assert events(run, "elected") == []
    assert run.measures["unavailable_ms"].at_least


# The controller itself


@pytest.mark.parametrize("verb", ["kill", "power_cut"])
@pytest.mark.parametrize("point", ["suspected", "elected", "promoted"])
def test_a_controller_that_restarts_in_a_failover_ends_it(verb: str, point: str) -> None:
    dies = {"after": {point: {}}, "do": verb, "node": "controller", "for_ms": 30}
    run = play(SYNC, at_write(30, "power_cut", "A"), dies, **LONG)
    assert broken(run) == []
    assert run.history.ops[next(reversed(run.history.ops))].ok
    epochs = [event.n for event in events(run, "elected")]
    assert epochs == sorted(set(epochs)), "an epoch was given twice"


def test_a_leader_that_restarts_unheard_is_replaced() -> None:
    """It is back within the detection time, and the controller never gets its hello: only its heartbeats tell."""
    faults = (
        {"at_ms": 30, "do": "cut", "between": ["A", "controller"], "for_ms": 60},
        {"at_ms": 40, "do": "kill", "node": "A", "for_ms": 20},
    )
    run = play(SYNC, *faults, **LONG)
    assert events(run, "suspected") == []
    assert len(leaders(run)) == 2
    assert broken(run) == []


@pytest.mark.parametrize("failover", ["automatic", "manual"])
def test_a_controller_that_lost_its_disk_learns_from_the_leader_which_epochs_were_used(failover: str) -> None:
    faults = (
        {"at_ms": 50, "do": "promote", "node": "B"},
        {"at_ms": 100, "do": "disk_loss", "node": "controller", "for_ms": 20},
        {"at_ms": 600, "do": "power_cut", "node": "B", "for_ms": 20},
    )
    run = play({**SYNC, "failover": failover}, *faults, **LONG)
    assert [(event.node, event.n) for event in events(run, "promoted")][:2] == [("B", 2), ("B", 3)]
    assert [event.n for event in events(run, "promoted")][2:] == [4]
    assert broken(run) == []


def test_a_controller_that_lost_everything_starts_from_its_configuration() -> None:
    run = play(SYNC, {"at_ms": 0, "do": "power_cut", "node": "controller", "for_ms": 20}, at_write(30, "kill"), **LONG)
    assert leaders(run) == ["A", "B"]
    assert broken(run) == []


@pytest.mark.parametrize(
    ("reads", "readers"), [("leader", "A"), ("follower", "BC"), ("any", "ABC"), ("sticky", "ABC"), ("token", "ABC")]
)
def test_readers_are_sent_where_the_design_says_but_not_to_those_held_for_dead(reads: str, readers: str) -> None:
    node = controller(reads=reads)
    assert node.view().read_from == tuple(readers)
    node.suspected = ("A", "C")
    assert node.view().read_from == (tuple(name for name in readers if name == "B") or tuple(readers))
