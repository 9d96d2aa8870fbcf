"""What `sim.protocols.leader_follower.leader_follower` promises, a test a sentence."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from sim.run import Run
from sim.trace import Event
from tests.sim.helpers import BACKLOG, at_write, broken, events, load, log_of, ops_of, play, sent, verdicts

SEEDS = range(10)
TO_C = {"at_ms": 0, "do": "slow", "from": ["A", "B"], "to": ["C"], "egress_ms": 40}  # C is far behind
LONG: dict[str, Any] = {"workload": load(clients=3, ops=150)}


# An ack means what ack_when says


def lost(run: Run) -> int:
    assert not run.unfired
    return run.findings["lost_acked_writes"].count


def leader_and_acker_die(ack_when: str, verb: str, seed: int) -> Run:
    """A dies for good when a client gets its 30th ok; B, whose ack that was, dies too and comes back. C has nothing."""
    faults = (TO_C, at_write(30, "power_cut", "A"), at_write(30, verb, "B", for_ms=50))
    design = {"wait_for": 1, "ack_when": ack_when}
    return play(design, *faults, seed=seed, disk={"fsync_ms": [4, 8]})


@pytest.mark.parametrize("ack_when", ["received", "written"])
def test_an_ack_before_the_fsync_does_not_survive_a_power_cut_of_both(ack_when: str) -> None:
    losses = [lost(leader_and_acker_die(ack_when, "power_cut", seed)) for seed in SEEDS]
    assert sum(count > 0 for count in losses) >= 5


def test_a_durable_ack_survives_a_power_cut_of_both() -> None:
    assert [lost(leader_and_acker_die("durable", "power_cut", seed)) for seed in SEEDS] == [0] * 10


def test_what_is_written_survives_the_death_of_the_process() -> None:
    assert [lost(leader_and_acker_die("written", "kill", seed)) for seed in SEEDS] == [0] * 10


def acker_dies_at_its_ack(ack_when: str) -> Run:
    """B's process dies at the very boundary at which it has acked; A follows as soon as the client knows."""
    boundary = {"after": {"sent": {"op": "c1/8", "node": "B"}}, "do": "kill", "node": "B", "for_ms": 50}
    victim = {"after": {"ok_received": {"op": "c1/8"}}, "do": "power_cut", "node": "A"}
    return play({"wait_for": 1, "ack_when": ack_when}, TO_C, boundary, victim)


def test_what_is_only_received_does_not_survive_the_death_of_the_process() -> None:
    run = acker_dies_at_its_ack("received")
    assert run.findings["lost_acked_writes"].ops == ("c1/8",)


def test_what_is_written_first_does() -> None:
    assert lost(acker_dies_at_its_ack("written")) == 0


# The leader makes a write durable, ships it, waits, applies it, and answers


def instants(run: Run, what: str, node: str) -> dict[str, int]:
    """The number of the first event of this kind for each op on a node."""
    found: dict[str, int] = {}
    for number, event in run.trace.of(what):
        for op in event.ops if event.node == node else ():
            found.setdefault(op, number)
    return found


@pytest.mark.parametrize(("design", "copies"), [({}, 0), ({"wait_for": 1}, 1), ({"wait_for": "all"}, 2)], ids=str)
def test_no_answer_before_the_leader_and_enough_followers_have_it_on_disk(design: dict[str, Any], copies: int) -> None:
    run = play(design, BACKLOG)
    leader = instants(run, "durable", "A")
    followers = [instants(run, "durable", node) for node in ("B", "C")]
    answered = instants(run, "reply_sent", "A")
    assert len(answered) == 60
    for op, reply in answered.items():
        assert leader[op] < reply
        assert sum(durable.get(op, reply) < reply for durable in followers) >= copies


def test_nothing_is_shipped_before_it_is_durable_at_the_leader() -> None:
    run = play({"wait_for": "all"})
    durable = instants(run, "durable", "A")
    shipped = [(number, event) for number, event in run.trace.of("sent") if event.text == "append"]
    assert all(durable[op] < number for number, event in shipped for op in event.ops)


def test_a_write_is_visible_at_the_leader_before_its_client_hears_and_not_before_enough_acks() -> None:
    run = play({"wait_for": 1}, BACKLOG)
    applied, committed = instants(run, "applied", "A"), instants(run, "committed", "A")
    assert all(committed[op] < applied[op] < reply for op, reply in instants(run, "reply_sent", "A").items())


# Gaps and catch-up


def appended(run: Run, to: str) -> list[Event]:
    return sent(run, "append", peer=to)


def test_a_gap_is_repaired_from_the_leaders_log_without_a_storm() -> None:
    cut = {"at_ms": 20, "do": "cut", "from": ["A"], "to": ["B"], "for_ms": 30}
    run = play({}, cut, **LONG)
    assert ops_of(events(run, "dropped", node="B")), "the cut hit nothing"
    assert broken(run) == []
    assert len(sent(run, "behind", node="B")) <= 2
    assert max(Counter(ops_of(appended(run, "B"))).values()) <= 2


def test_entries_enter_a_log_without_holes() -> None:
    """Property over the trace: what a follower receives is always the entry after its last one."""
    cuts = [{"at_ms": at, "do": "cut", "between": [["B"], ["rest"]], "for_ms": 12} for at in (10, 40, 70)]
    run = play({}, BACKLOG, *cuts, **LONG)
    assert broken(run) == []
    for node in run.trace.replicas:
        assert [event.n for event in events(run, "received", node=node)] == [*range(1, 151)]


@pytest.mark.parametrize("verb", ["kill", "power_cut"])
def test_a_restarted_follower_catches_up_from_the_leaders_log(verb: str) -> None:
    run = play({"wait_for": 1}, at_write(20, verb, "C", for_ms=40), disk={"fsync_ms": [4, 8]}, **LONG)
    missed = max(appended(run, "C"), key=lambda event: len(event.ops))
    assert len(missed.ops) > 3, "it was not behind"
    assert len(sent(run, "behind", node="C")) <= 2
    assert broken(run) == []
    assert len(log_of(run, "C")) == 150


def test_an_ack_that_was_lost_is_repeated_at_the_next_heartbeat() -> None:
    """The only client waits for the very write whose acks are lost: no later write will bring a later ack."""
    cut = {
        "after": {"durable": {"op": "c1/10", "node": "follower"}},
        "do": "cut",
        "from": ["B", "C"],
        "to": ["A"],
        "for_ms": 120,
    }
    run = play({"wait_for": "all"}, cut, workload=load(clients=1, ops=20))
    assert "c1/10" in ops_of(events(run, "dropped", node="A"))
    assert {op.outcome for op in run.history} == {"ok"}
    heartbeat_ms = 50
    assert 120 < (run.history["c1/10"].completed_at or 0) / 1000 - run.history["c1/10"].invoked_at / 1000 < 125 + heartbeat_ms


# Who is waited for


def stalled(run: Run) -> bool:
    """Whether writes stopped until the end of the load."""
    return run.measures["unavailable_ms"].at_least


LIMITS = {"horizon_ms": 3000}


@pytest.mark.parametrize(
    ("design", "dead", "stalls"),
    [
        ({"wait_for": "all"}, ["C"], True),
        ({"wait_for": 1}, ["C"], False),
        ({"wait_for": 1}, ["B", "C"], True),
        ({"wait_for": 2}, ["C"], True),
        ({"wait_for": "none"}, ["B", "C"], False),
        ({"wait_for": "majority", "replicas": 5}, ["D", "E"], False),
        ({"wait_for": "majority", "replicas": 5}, ["C", "D", "E"], True),
        ({"wait_for": "majority", "replicas": 4}, ["D"], False),
        ({"wait_for": "majority", "replicas": 4}, ["C", "D"], True),
    ],
    ids=str,
)
def test_dead_followers_block_exactly_those_who_wait_for_them(design: dict[str, Any], dead: list[str], stalls: bool) -> None:
    run = play(design, {"after": {"ok_received": {"nth": 10}}, "do": "power_cut", "nodes": dead}, limits=LIMITS)
    assert stalled(run) == stalls
    assert run.findings["lost_acked_writes"].verdict == "holds"


def test_a_blocked_write_is_unknown_to_its_client_and_not_visible_at_the_leader() -> None:
    run = play({"wait_for": "all"}, at_write(10, "power_cut", "C"), limits=LIMITS)
    unknown = {op.id for op in run.history.unknown_writes}
    assert unknown
    assert unknown.isdisjoint(run.trace.final["A"].ops)
    assert unknown & {*run.trace.final["A"].pending}


# Reads of a replica in recovery


@pytest.mark.parametrize("design", [{"wait_for": 1, "failover": "manual"}, {"wait_for": 1}], ids=str)
def test_a_leader_that_restarts_shows_no_state_that_it_is_still_rebuilding(design: dict[str, Any]) -> None:
    """With 2 ms to apply an entry it takes longer to rebuild the state than to lead again."""
    setup: dict[str, Any] = {
        "workload": load(clients=8, ops=300, kind="register", keys=2, reads_percent=50, think_ms=[0, 1]),
        "limits": {"timeout_ms": 40},
        "disk": {"apply_ms": 2},
    }
    for seed in SEEDS:
        run = play(design, at_write(60, "kill", for_ms=50), seed=seed, **setup)
        assert verdicts(run)["stale_reads"] == "holds"


def test_a_new_leader_shows_no_state_that_lags_behind_what_it_took_over() -> None:
    """B has just got all that it missed, but applying takes 2 ms an entry, and A dies."""
    cut = {"at_ms": 20, "do": "cut", "between": [["B"], ["rest"]], "for_ms": 200}
    death = {"at_ms": 240, "do": "power_cut", "node": "A"}
    setup: dict[str, Any] = {
        "workload": load(clients=8, ops=400, kind="register", keys=2, reads_percent=30, think_ms=[0, 1]),
        "limits": {"timeout_ms": 40},
        "disk": {"apply_ms": 2},
    }
    for seed in SEEDS:
        run = play({"wait_for": 1, "detect_after_ms": 20}, cut, death, seed=seed, **setup)
        promoted = events(run, "promoted")[-1]
        lag = [event for event in events(run, "applied", node=promoted.node) if event.at > promoted.at + 2_000]
        assert promoted.node == "B"
        assert {int(promoted.text)} <= {event.n for event in lag}, "it had applied everything"
        assert verdicts(run)["stale_reads"] == "holds"


def test_a_follower_that_restarts_shows_nothing_older_than_the_log_on_its_disk() -> None:
    """With one register the state after n entries is the one that entry n wrote."""
    mixed = load(clients=6, ops=400, kind="register", keys=1, reads_percent=50)
    run = play({"wait_for": 1, "reads": "any"}, at_write(60, "kill", "B", for_ms=50), workload=mixed, disk={"apply_ms": 2})
    died, back = events(run, "fault")[0].at, events(run, "up")[0].at
    on_disk = max(event.n for event in events(run, "written", node="B") if event.at <= died)
    place = {op: n for n, op in enumerate(log_of(run, "A"), start=1)}
    seen = [place.get(op.result[1], 0) for op in run.history if op.node == "B" and op.result and op.invoked_at > back]
    assert seen
    assert min(seen) >= on_disk
