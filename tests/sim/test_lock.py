"""A lock service and the storage that its lock protects: what a late holder can do, and what stops it."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from sim.design import read_design
from sim.history import Op
from sim.luck import Luck
from sim.node import Cluster, Message, Note, Request, Send, Write
from sim.protocols.leader_follower.leader_follower import LeaderFollower
from sim.records import NOW, Epoch
from sim.run import Run
from sim.state_machine import KeyValues
from sim.store import Guarded, Guarding, Store
from tests.sim.helpers import BACKLOG, at_write, events, load, play
from tests.sim.session import Session

SYNC: dict[str, Any] = {"wait_for": 1}
HOLDS_10: dict[str, Any] = load(clients=3, ops=60, kind="lock", ttl_ms=50, hold_ms=10)
FIRST = "c2/1"  # the first operation that gets the lock under seed 1


def play_lock(*faults: dict[str, Any], design: dict[str, Any] = SYNC, **work: Any) -> Run:
    return play(design, *faults, workload={**HOLDS_10, **work})


def grants(run: Run) -> list[Op]:
    """The operations that got the lock, in the order of their tokens."""
    return sorted((op for op in run.history.acked_writes if op.kind == "acquire"), key=token)


def token(grant: Op) -> int:
    assert grant.result is not None
    return int(grant.result[0] or 0)


def tokens(run: Run, what: str = "stored") -> list[int]:
    return [event.n for event in events(run, what)]


def late(run: Run) -> list[int]:
    """Tokens with which the storage took a write after one with a larger token: two held the lock at once."""
    return [after for before, after in pairwise(tokens(run)) if after < before]


def after_the_first_grant(ms: float, do: str, **rest: Any) -> dict[str, Any]:
    """A fault so long after the first holder knew that it holds the lock."""
    return {"after": {"ok_received": {"op": FIRST}}, "delay_ms": ms, "do": do, **rest}


# Without faults


@pytest.mark.parametrize("design", [SYNC, {"topology": "chain"}, {"wait_for": "none"}], ids=str)
def test_one_client_at_a_time_holds_the_lock_and_writes_once(design: dict[str, Any]) -> None:
    run = play_lock(design=design)
    got = grants(run)
    assert tokens(run) == [token(op) for op in got]
    assert len(got) > 10
    assert tokens(run, "rejected") == []
    released = {op.args[2]: op.invoked_at for op in run.history if op.kind == "release"}
    assert all(released[token(before)] < (after.completed_at or 0) for before, after in pairwise(got))


def test_who_is_refused_waits_and_asks_again_as_a_new_operation() -> None:
    run = play_lock()
    refused = [op for op in run.history if op.kind == "acquire" and op.is_read]
    assert len(refused) > 10
    assert all(op.ok and op.result and op.result[0] is None for op in refused)
    assert sum(op.kind == "acquire" for op in run.history) == 60


def test_a_holder_works_before_it_writes() -> None:
    run = play_lock()
    asked = {event.ops[0]: event.at for event in events(run, "sent", text="guarded")}
    assert all(asked[op.id] - (op.completed_at or 0) == 11_000 for op in grants(run))


def test_a_run_ends_when_the_last_holder_has_given_the_lock_back() -> None:
    run = play(SYNC, workload=load(clients=2, ops=2, keys=2, kind="lock", ttl_ms=500, hold_ms=[100, 300]))
    released = [op.completed_at or 0 for op in run.history if op.kind == "release" and op.ok]
    assert len(released) == 2
    assert max(released) <= run.trace.healed_at < 400_000


def test_only_the_answer_to_this_write_ends_it() -> None:
    session = Session(kind="lock").reply(result=(4, "c1/1"))
    session.hear("on_worked").hear("on_write").hear("on_unanswered").reply(result=(None, "c1/2"))
    session.next().reply(result=(9, "c1/3")).hear("on_worked").hear("on_write")
    assert session.hear("on_guarding", "store", Guarding("c1/1", True)).effects == []
    assert session.hear("on_guarding", "store", Guarding("c1/3", True)).effects != []
    assert session.hear("on_guarding", "store", Guarding("c1/3", True)).effects == [], "it is being given back already"


# Holders that are late


@pytest.mark.parametrize(("checks_tokens", "harm"), [("no", True), ("yes", False)])
@pytest.mark.parametrize(
    "fault",
    [
        after_the_first_grant(10.5, "pause", node="c2", for_ms=90),
        {"at_ms": 0, "do": "slow", "from": ["c2"], "to": ["store"], "delay_ms": 90, "for_ms": 20},
    ],
    ids=["a pause after the look at the clock", "a slow way to the storage"],
)
def test_a_late_write_is_taken_unless_the_storage_checks_tokens(fault: dict[str, Any], checks_tokens: str, harm: bool) -> None:
    run = play_lock(fault, checks_tokens=checks_tokens)
    assert not run.unfired
    assert bool(late(run)) == harm
    assert bool(tokens(run, "rejected")) != harm


def test_a_holder_that_slept_through_its_time_does_not_write() -> None:
    run = play_lock(after_the_first_grant(5, "pause", node="c2", for_ms=90), checks_tokens="no")
    assert FIRST not in {op for event in events(run, "stored") for op in event.ops}
    assert [event.ops for event in events(run, "note")] == [(FIRST,)]
    assert late(run) == []


def test_the_time_counts_from_the_question_not_from_the_answer() -> None:
    """The answer takes 45 ms, so a holder that counted from it would be 35 ms late."""
    slow = {"at_ms": 0, "do": "slow", "from": ["replicas"], "to": ["c2"], "delay_ms": 45, "for_ms": 30}
    run = play_lock(slow, checks_tokens="no")
    assert FIRST not in {op for event in events(run, "stored") for op in event.ops}
    assert [event.ops for event in events(run, "note")] == [(FIRST,)]


def test_the_lock_of_a_dead_holder_is_free_when_its_time_is_over() -> None:
    run = play_lock(after_the_first_grant(1, "kill", node="c2"))
    first, second = grants(run)[:2]
    assert (second.completed_at or 0) - (first.completed_at or 0) > 45_000
    assert len(grants(run)) > 5


def test_a_holder_that_hears_nothing_from_the_storage_gives_the_lock_back() -> None:
    cut = {"at_ms": 0, "do": "cut", "from": ["store"], "to": ["c2"], "for_ms": 400}
    run = play(SYNC, cut, workload=HOLDS_10, limits={"timeout_ms": 40})
    asked = {event.ops[0]: event.at for event in events(run, "sent", text="guarded", node="c2")}
    released = [op for op in run.history if op.kind == "release" and op.process == "c2"]
    assert released[0].invoked_at - asked[FIRST] == 40_000
    assert released[0].args == ("l1", "c2", token(run.history[FIRST]))


def test_the_tokens_of_a_lock_service_that_loses_writes_go_back() -> None:
    """So fencing at the storage is worth no more than the replication of the lock: a holder in its time is rejected."""
    faults = (BACKLOG, at_write(9, "power_cut", "A"))
    for design, go_back in (({"wait_for": "none"}, True), (SYNC, False)):
        run = play_lock(*faults, design=design)
        assert not run.unfired
        in_time = [token(op) for op in sorted(grants(run), key=lambda op: op.completed_at or 0)]
        assert any(after < before for before, after in pairwise(in_time)) == go_back
        assert bool(tokens(run, "rejected")) == go_back


# The clock of the service


def test_the_replica_that_orders_the_write_puts_its_wall_clock_into_the_log() -> None:
    design = read_design(SYNC)
    replica = LeaderFollower("A", Cluster(design, (), ("c1",), Luck(1), lambda image: KeyValues({}, image)))
    replica.now, replica.skew = 7_000, 500
    effects = replica.accept(Request("c1/1", ("acquire", "l1", "c1", 100, NOW)), "c1")
    written = [effect.record for effect in effects if isinstance(effect, Write)]
    assert [entry.command for entry in written] == [("acquire", "l1", "c1", 100, 7_500)]  # type: ignore[union-attr]


def test_all_replicas_agree_on_who_holds_the_lock() -> None:
    run = play_lock(at_write(20, "power_cut", "A", for_ms=200))
    assert run.findings["converged"].verdict == "holds"
    assert len({final.state for final in run.trace.final.values()}) == 1


@pytest.mark.parametrize(
    ("ahead_ms", "checks_tokens", "harm"), [(60_000, "no", True), (60_000, "yes", False), (0, "no", False)]
)
def test_a_new_leader_whose_clock_is_ahead_takes_the_lock_from_a_holder_in_its_time(
    ahead_ms: int, checks_tokens: str, harm: bool
) -> None:
    """c2's write is 700 ms on its way, and its lock lasts 3 s; but by B's clock that is over when A dies."""
    faults = (
        {"at_ms": 0, "do": "skew", "nodes": ["B", "C"], "ms": ahead_ms},
        {"at_ms": 0, "do": "slow", "from": ["c2"], "to": ["store"], "delay_ms": 700, "for_ms": 300},
        after_the_first_grant(1, "power_cut", node="A"),
    )
    run = play_lock(*faults, ttl_ms=3000, hold_ms=100, ops=20, checks_tokens=checks_tokens)
    assert FIRST in {op for what in ("stored", "rejected") for event in events(run, what) for op in event.ops}
    assert bool(tokens(run, "rejected")) == (checks_tokens == "yes")
    assert (run.findings["mutual_exclusion"].verdict == "broken") == harm


@pytest.mark.parametrize(("checks_tokens", "harm"), [("no", True), ("yes", False)])
def test_a_holder_whose_clock_is_slow_is_late_and_does_not_know(checks_tokens: str, harm: bool) -> None:
    slow = {"at_ms": 0, "do": "drift", "node": "c2", "ppm": -900_000}
    run = play_lock(slow, ttl_ms=50, hold_ms=40, checks_tokens=checks_tokens)
    assert events(run, "note") == []
    assert bool(tokens(run, "rejected")) != harm
    assert (run.findings["mutual_exclusion"].verdict == "broken") == harm


# The storage


class Storage:
    """The storage on a machine that the test plays."""

    def __init__(self, checks_tokens: bool = True) -> None:
        self.store = Store("store", Luck(1), checks_tokens)
        self.disk: list[Epoch] = []
        self.durable = 0
        self.told: list[str] = []
        self.answers: list[Message] = []

    def write(self, token: int, lock: str = "l1", sync: bool = True) -> Storage:
        self._do(self.store.on_guarded("c1", Guarded(f"c1/{token}", lock, token)))
        return self.sync() if sync else self

    def sync(self) -> Storage:
        fresh, self.durable = self.disk[self.durable :], len(self.disk)
        self._do(self.store.on_durable(tuple(fresh)))
        return self

    def restart(self) -> Storage:
        self.store = Store("store", Luck(1), self.store.checks_tokens)
        self.durable = 0
        self._do(self.store.on_restart(tuple(self.disk)))
        return self

    def _do(self, effects: Any) -> None:
        for effect in effects:
            if isinstance(effect, Write):
                assert isinstance(effect.record, Epoch)
                self.disk.append(effect.record)
            elif isinstance(effect, Note):
                self.told.append(f"{effect.what} {effect.n}")
            elif isinstance(effect, Send):
                self.answers.append(effect.message)


def test_a_storage_rejects_a_smaller_token_than_it_has_seen() -> None:
    storage = Storage().write(5).write(8).write(7).write(8)
    assert storage.told == ["stored 5", "stored 8", "rejected 7", "stored 8"]
    assert [answer.taken for answer in storage.answers if isinstance(answer, Guarding)] == [True, True, False, True]


def test_tokens_of_different_locks_have_nothing_to_do_with_each_other() -> None:
    assert Storage().write(8, "l1").write(7, "l2").told == ["stored 8", "stored 7"]


def test_a_storage_that_does_not_check_takes_everything() -> None:
    assert Storage(checks_tokens=False).write(8).write(7).told == ["stored 8", "stored 7"]


def test_nothing_is_stored_before_it_is_durable() -> None:
    storage = Storage().write(5, sync=False).write(7, sync=False)
    assert (storage.told, storage.answers) == ([], [])
    assert storage.sync().told == ["stored 5", "stored 7"]


def test_a_token_counts_as_seen_before_it_is_durable() -> None:
    assert Storage().write(8, sync=False).write(7, sync=False).sync().told == ["rejected 7", "stored 8"]


def test_a_storage_that_dies_and_comes_back_goes_on() -> None:
    run = play_lock({"at_ms": 30, "do": "power_cut", "node": "store", "for_ms": 60})
    back = events(run, "up", node="store")[0].at
    assert any(event.at > back for event in events(run, "stored"))
    assert late(run) == []


def test_a_storage_remembers_its_tokens_over_a_restart() -> None:
    assert Storage().write(8).restart().write(7).write(9).told == ["stored 8", "rejected 7", "stored 9"]


def test_after_a_restart_the_first_fsync_tells_of_old_records_too() -> None:
    """It may have begun before the new write, which is not durable then."""
    storage = Storage().write(5).write(6).restart().write(8, sync=False)
    old, new = tuple(storage.disk[:2]), tuple(storage.disk[2:])
    storage._do(storage.store.on_durable(old))
    assert storage.told == ["stored 5", "stored 6"]
    storage._do(storage.store.on_durable(new))
    assert storage.told[2:] == ["stored 8"]
