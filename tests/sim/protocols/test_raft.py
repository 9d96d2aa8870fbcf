"""Raft under faults: who leads, what is confirmed, what is read, and what clients learn."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from sim.run import Run
from tests.sim.helpers import at_write, broken, events, load, log_of, ops_of, play, sent, verdicts

RAFT: dict[str, Any] = {"topology": "raft"}
FIVE = {**RAFT, "replicas": 5}
LONG = {"workload": load(clients=3, ops=200, reads_percent=30, keys=2, kind="register")}
STILL: dict[str, Any] = {"network": {"delay_ms": 1}, "disk": {"fsync_ms": 1, "apply_ms": 0.1}}
ELECTION = 150  # ms
BEFORE_C1_ASKS = {"after": {"invoked": {"op": "c1/9"}}}
CUT_OFF = {**BEFORE_C1_ASKS, "do": "cut", "between": [["A", "c1"], ["rest"]], "for_ms": 500}  # the leader and one client
PAUSED = {"at_ms": 30, "do": "pause", "node": "A", "for_ms": 500}
STALE = ["stale_reads", "read_your_writes", "monotonic_reads", "linearizable"]


def leaders(run: Run) -> list[str]:
    """Who led, in order."""
    return [event.node for event in events(run, "role", text="leader")]


# Without faults


@pytest.mark.parametrize("reads", ["read-index", "lease", "leader", "follower", "any", "sticky", "token"])
@pytest.mark.parametrize("replicas", [2, 3, 5, 7])
def test_everything_holds(replicas: int, reads: str) -> None:
    run = play({**RAFT, "replicas": replicas, "reads": reads}, workload=load(clients=3, ops=40, reads_percent=25))
    fresh = reads in ("read-index", "lease", "leader")
    assert [check for check in broken(run) if fresh or check not in STALE] == []
    assert {op.outcome for op in run.history} == {"ok"}
    assert len({log_of(run, node) for node in run.trace.replicas}) == 1
    assert leaders(run) == ["A"]
    assert events(run, "discarded") + events(run, "dropped") + sent(run, "mismatch") == []


@pytest.mark.parametrize("replicas", [2, 3, 7])
def test_a_write_costs_an_entry_and_an_answer_a_follower(replicas: int) -> None:
    run = play({**RAFT, "replicas": replicas}, workload=load(clients=1, ops=20, think_ms=30), **STILL)
    assert run.measures["messages_per_write"].value == 2 + 2 * (replicas - 1)


@pytest.mark.parametrize("replicas", [2, 3, 7])
def test_a_write_takes_a_round_trip_and_the_followers_disk(replicas: int) -> None:
    """The leader's own fsync runs at the same time: request, append, fsync, answer, apply, reply."""
    run = play({**RAFT, "replicas": replicas}, workload=load(clients=1, ops=5), **STILL)
    assert {(op.completed_at or 0) - op.invoked_at for op in run.history} == {1000 + 1000 + 1000 + 1000 + 100 + 1000}


@pytest.mark.parametrize(("reads", "takes"), [("leader", 2000), ("lease", 2000), ("read-index", 4000)])
def test_what_a_read_takes(reads: str, takes: int) -> None:
    work = load(clients=1, ops=5, reads_percent=100, think_ms=60)
    run = play({**RAFT, "reads": reads}, workload=work, **STILL)
    assert {(op.completed_at or 0) - op.invoked_at for op in run.history} == {takes}


def test_there_is_no_controller() -> None:
    run = play(RAFT)
    assert run.trace.controllers == ()
    assert {event.node for event in run.trace.events if event.node} == {"A", "B", "C", "c1", "c2", "c3"}


# Elections


def test_a_dead_leader_is_replaced_within_two_time_outs() -> None:
    run = play(RAFT, at_write(30, "kill"), **LONG)
    (struck,), (promoted,) = events(run, "fault"), events(run, "promoted")
    assert ELECTION <= (promoted.at - struck.at) / 1000 <= 2 * ELECTION + 20
    assert leaders(run) == ["A", promoted.node]
    assert broken(run) == []
    assert run.measures["unavailable_ms"].value is not None
    assert run.measures["unavailable_ms"].value < 2 * ELECTION + 50


def test_a_vote_is_in_the_trace_with_its_term() -> None:
    run = play(RAFT, at_write(30, "kill"), **LONG)
    (elected,) = events(run, "elected")
    voters = [event.node for event in events(run, "voted", peer=elected.peer, n=elected.n)]
    assert sorted(voters) == ["B", "C"]
    assert elected.text == "votes of B, C"


def test_the_term_of_every_leader_is_its_own() -> None:
    faults = [{"at_ms": 60 * n, "do": "power_cut", "node": "leader", "for_ms": 40} for n in range(1, 8)]
    run = play({**FIVE, "election_ms": 20}, *faults, **LONG)
    terms = Counter(event.n for event in events(run, "role", text="leader"))
    assert len(terms) > 4
    assert set(terms.values()) == {1}
    assert broken(run) == []


def test_without_a_majority_nobody_is_elected_and_nothing_confirmed() -> None:
    run = play(FIVE, {"at_ms": 60, "do": "kill", "nodes": ["leader", "follower:1", "follower:2"]}, **LONG)
    assert events(run, "promoted") == []
    late = [event for event in events(run, "reply_sent") if event.at > 60_000]
    assert late == []
    assert verdicts(run)["lost_acked_writes"] == "unknown", "nobody claims to lead"


def test_the_smaller_side_of_a_partition_confirms_nothing() -> None:
    cut = {"at_ms": 60, "do": "cut", "between": [["A", "B", "c1"], ["C", "D", "E", "c2", "c3"]], "for_ms": 700}
    run = play(FIVE, cut, **LONG)
    assert leaders(run)[0] == "A"
    assert leaders(run)[1] in "CDE"
    assert [event for event in events(run, "reply_sent", node="A") if 62_000 < event.at < 760_000] == []
    assert {"C", "D", "E"} & {event.node for event in events(run, "reply_sent") if event.at < 760_000}
    assert broken(run) == []


def test_who_returns_from_isolation_disturbs_nobody() -> None:
    """Pre-vote: its term has not grown, so the leader need not step down."""
    run = play(RAFT, {"at_ms": 20, "do": "isolate", "node": "B", "for_ms": 900}, workload=load(ops=100, think_ms=[0, 40]))
    assert leaders(run) == ["A"]
    assert run.trace.final["B"].epoch == 1
    assert log_of(run, "B") == log_of(run, "A")


def test_one_that_cannot_hear_the_leader_does_not_bring_it_down() -> None:
    """Cloudflare, November 2020: a switch that let etcd's members reach each other only in part made elections flap."""
    run = play(FIVE, {"at_ms": 20, "do": "cut", "from": ["A"], "to": ["B"], "for_ms": 900}, **LONG)
    assert sent(run, "requestvote", node="B")
    assert leaders(run) == ["A"]
    assert broken(run) == []


def test_a_leader_that_is_cut_off_steps_down_and_says_that_it_does_not_know() -> None:
    run = play(RAFT, CUT_OFF, workload=load(clients=3, ops=200))
    cut, down = events(run, "fault")[0], events(run, "role", node="A", text="follower")[0]
    assert ELECTION - 2 <= (down.at - cut.at) / 1000 <= ELECTION * 4 / 3
    unsure = [op for op in run.history.unknown_writes if op.process == "c1"]
    assert unsure
    assert all((op.completed_at or 0) - down.at < 1000 for op in unsure), "the client need not wait for its own time-out"
    assert broken(run) == []


@pytest.mark.parametrize("fault", ["kill", "power_cut"])
def test_all_machines_may_fail_at_once_and_come_back(fault: str) -> None:
    run = play(FIVE, at_write(60, fault, "replicas", for_ms=50), **LONG)
    assert len(events(run, "up")) == 5
    assert broken(run) == []
    assert len(run.history.acked_writes) > 60


def test_what_an_old_leader_has_alone_is_discarded() -> None:
    run = play(RAFT, CUT_OFF, workload=load(clients=3, ops=200))
    discarded = ops_of(events(run, "discarded", node="A"))
    assert discarded
    assert {run.history[op].outcome for op in discarded} == {"info"}
    assert log_of(run, "A") == log_of(run, leaders(run)[-1])


def test_it_is_discarded_though_the_new_leader_has_no_entries_and_no_clients() -> None:
    alone = {"at_ms": 0, "do": "cut", "between": [["A"], ["B", "C"]], "for_ms": 600}
    run = play(RAFT, alone, workload=load(clients=3, ops=3), limits={"timeout_ms": 50})
    assert len(events(run, "received")) == 3
    assert [event.ops for event in events(run, "discarded")] == [tuple(ops_of(events(run, "received")))]
    assert run.findings["converged"].verdict == "holds"


# Orders


def test_a_follower_that_is_told_to_campaign_takes_over_at_once() -> None:
    """Of a follower whose log is not behind, that is: who campaigns under load may well lose."""
    run = play(RAFT, {"at_ms": 50, "do": "campaign", "node": "C"}, workload=load(ops=20, think_ms=20))
    (promoted,) = events(run, "promoted")
    assert (promoted.node, promoted.at < 55_000) == ("C", True)
    assert broken(run) == []


def test_a_leader_that_is_told_to_stand_down_is_replaced_after_a_time_out() -> None:
    run = play(RAFT, {"at_ms": 50, "do": "demote", "node": "leader"}, **LONG)
    (promoted,) = events(run, "promoted")
    assert promoted.at - 50_000 >= ELECTION * 1000 - 30_000
    assert broken(run) == []


# Reads

READERS = {"workload": load(clients=12, ops=1200, reads_percent=98, keys=1, kind="register", think_ms=[0, 10])}
OLD_SIDE = ["A", *[f"c{n}" for n in range(1, 9)]]
DIVIDED = {"at_ms": 60, "do": "cut", "between": [OLD_SIDE, ["rest"]], "for_ms": 400}
AT_ONCE = {"at_ms": 70, "do": "campaign", "node": "B"}  # the old leader believes in itself for another time-out
SLOW_CLOCK = {"at_ms": 0, "do": "drift", "node": "A", "ppm": -500_000}


@pytest.mark.parametrize(("reads", "expected"), [("leader", "broken"), ("read-index", "holds")])
def test_a_leader_that_asks_nobody_reads_stale_behind_a_partition(reads: str, expected: str) -> None:
    """Consul's `default` mode against its `consistent` one."""
    run = play({**RAFT, "reads": reads}, DIVIDED, AT_ONCE, **READERS)
    assert leaders(run) == ["A", "B"]
    assert verdicts(run)["stale_reads"] == verdicts(run)["linearizable"] == expected


@pytest.mark.parametrize("reads", ["read-index", "lease"])
@pytest.mark.parametrize("fault", [CUT_OFF, PAUSED], ids=["cut off", "paused"])
def test_linearizable_reads_are_fresh(reads: str, fault: dict[str, Any]) -> None:
    for seed in range(3):
        run = play({**RAFT, "reads": reads}, fault, seed=seed, **LONG)
        assert len(leaders(run)) > 1
        assert broken(run) == []


def lease(*faults: dict[str, Any], **design: Any) -> list[Run]:
    return [play({**RAFT, "reads": "lease", **design}, DIVIDED, *faults, seed=seed, **READERS) for seed in range(4)]


def test_a_lease_is_worth_what_the_clocks_are_worth() -> None:
    """A's clock runs at half the speed, so its lease outlives the silence after which the others vote."""
    assert "broken" in {verdicts(run)["stale_reads"] for run in lease(SLOW_CLOCK)}
    assert {verdicts(run)["stale_reads"] for run in lease(SLOW_CLOCK, max_drift_ppm=500_000)} == {"holds"}


def test_a_leader_whose_lease_has_run_out_says_so_and_asks() -> None:
    for run in lease():
        (lost,) = events(run, "lease_lost", node="A")
        assert 60_000 + ELECTION * 900 < lost.at < 60_000 + ELECTION * 1400
        assert [event for event in events(run, "reply_sent", node="A") if lost.at < event.at < 460_000] == []
        assert broken(run) == []


def test_nobody_campaigns_while_a_lease_may_hold() -> None:
    run = play({**RAFT, "reads": "lease"}, {"at_ms": 50, "do": "campaign", "node": "B"})
    assert leaders(run) == ["A"]
    assert run.unfired, "the order was not carried out"


@pytest.mark.parametrize(("reads", "stale"), [("follower", True), ("any", True), ("sticky", True), ("read-index", False)])
def test_a_replicas_own_state_may_be_old(reads: str, stale: bool) -> None:
    """etcd's serializable reads."""
    run = play({**RAFT, "reads": reads}, workload=load(clients=6, ops=300, reads_percent=60, keys=2, kind="register"))
    assert (verdicts(run)["stale_reads"] == "broken") is stale


def test_a_token_lets_a_client_read_its_own_writes_at_any_replica() -> None:
    work = load(clients=6, ops=300, reads_percent=60, keys=2, kind="register")
    run = play({**RAFT, "reads": "token"}, workload=work)
    assert {op.node for op in run.history if op.is_read} == {"A", "B", "C"}
    assert verdicts(run)["read_your_writes"] == verdicts(run)["monotonic_reads"] == "holds"
    careless = play({**RAFT, "reads": "any"}, workload=work)
    assert verdicts(careless)["read_your_writes"] == "broken"


@pytest.mark.parametrize(("reads", "answered"), [("any", True), ("read-index", False)])
def test_the_last_of_three_answers_only_those_who_do_not_mind_old_data(reads: str, answered: bool) -> None:
    """etcd 3.5, two of three dead: linearizable reads time out, serializable ones are answered."""
    dead = {"at_ms": 50, "do": "kill", "nodes": ["A", "B"]}
    run = play({**RAFT, "reads": reads}, dead, workload=load(clients=3, ops=90, reads_percent=80), limits={"timeout_ms": 50})
    late = [op for op in run.history if op.is_read and op.ok and op.invoked_at > 51_000]
    assert bool(late) is answered


# Snapshots and sessions


def test_a_follower_that_missed_too_much_gets_the_state() -> None:
    run = play({**RAFT, "retain": 5}, {"at_ms": 20, "do": "power_cut", "node": "C", "for_ms": 200}, workload=load(ops=120))
    (installed, *_) = events(run, "installed", node="C")
    assert installed.peer == "A"
    assert log_of(run, "C") == log_of(run, "A")
    assert broken(run) == []


def test_a_restart_goes_on_from_its_own_snapshot() -> None:
    run = play({**RAFT, "retain": 5}, at_write(40, "power_cut", "replicas", for_ms=20), workload=load(ops=120))
    assert events(run, "installed") == []
    assert {event.node for event in events(run, "snapshot")} == {"A", "B", "C"}
    assert len(run.history.acked_writes) > 110
    assert broken(run) == []


def test_the_state_takes_its_time_on_a_narrow_link() -> None:
    def takes(bytes_per_ms: int) -> int:
        fault = {"at_ms": 300, "do": "power_cut", "node": "C", "for_ms": 200}
        work = load(clients=1, ops=100, think_ms=[1, 10])
        run = play({**RAFT, "retain": 1}, fault, workload=work, network={"bytes_per_ms": bytes_per_ms, "delay_ms": 1})
        (message, *_) = sent(run, "install", peer="C")
        return message.until - message.at

    assert takes(100) > 10 * takes(2000) > 0


@pytest.mark.parametrize(("retry", "twice"), [("idempotent", False), ("blind", True)])
def test_an_operation_that_is_tried_again_with_another_leader_is_done_once_in_a_session(retry: str, twice: bool) -> None:
    """The replies of the old leader are lost; what it had replicated, the new one commits."""
    deaf = {"at_ms": 60, "do": "cut", "from": ["A"], "to": ["clients"], "for_ms": 300}
    death = {"at_ms": 100, "do": "power_cut", "node": "A", "for_ms": 300}
    work = load(clients=6, ops=120, retry=retry)
    run = play(RAFT, deaf, death, workload=work, limits={"timeout_ms": 100})
    assert (verdicts(run)["applied_twice"] == "broken") is twice
    assert bool(events(run, "duplicate")) is not twice
    assert verdicts(run)["lost_acked_writes"] == "holds"


# Clients


def test_nobody_waits_for_ever_when_the_leader_is_not_known() -> None:
    """c1 hears of no election; what it asks the old leader is refused, and it asks around until somebody leads."""
    faults = (
        {"at_ms": 20, "do": "pause", "node": "A", "for_ms": 400},
        {"at_ms": 20, "do": "cut", "from": ["B", "C"], "to": ["c1"], "for_ms": 600},
    )
    run = play(RAFT, *faults, workload=load(clients=3, ops=90))
    assert all(op.completed_at is not None for op in run.history)
    last = run.history.acked_writes[-1]
    assert [op.node for op in run.history.acked_writes if op.process == "c1"][-1] == last.node != "A"
    assert broken(run) == []


def test_readers_hear_which_replicas_are_silent() -> None:
    run = play({**RAFT, "reads": "any"}, at_write(5, "kill", "C"), workload=load(ops=200, reads_percent=50, think_ms=[0, 10]))
    told = max(event.at for event in events(run, "delivered", text="view"))
    assert told > events(run, "fault")[0].at + ELECTION * 900
    assert [event for event in events(run, "sent", text="request", peer="C") if event.at > told] == []
    assert [event for event in events(run, "sent", text="request", peer="B") if event.at > told]
