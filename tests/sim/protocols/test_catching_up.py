"""A replica keeps `retain` entries: who needs older ones gets a snapshot, and state and operations survive it."""

from __future__ import annotations

from typing import Any

import pytest

from sim.node import Request
from sim.protocols.messages import Ack, Append, Behind, Install, Lead
from sim.records import Entry, Epoch, Snapshot
from sim.run import Run
from tests.sim.helpers import at_write, broken, events, load, log_of, play, sent
from tests.sim.protocols.desk import Desk, messages, notes, replies

FEW: dict[str, Any] = {"wait_for": 1, "retain": 8}
LONG: dict[str, Any] = {"workload": load(clients=3, ops=150)}
CUT_OFF = {"after": {"ok_received": {"nth": 20}}, "do": "cut", "between": [["C"], ["rest"]], "for_ms": 150}


def c_comes_back(design: dict[str, Any], verb: str = "kill") -> Run:
    """C misses about a hundred writes."""
    return play(design, CUT_OFF if verb == "cut" else at_write(20, verb, "C", for_ms=150), **LONG)


@pytest.mark.parametrize("verb", ["kill", "power_cut", "cut"])
def test_one_that_was_away_too_long_gets_a_snapshot_and_then_entries(verb: str) -> None:
    run = c_comes_back(FEW, verb)
    (installed,) = events(run, "installed", node="C")
    assert installed.peer == "A"
    assert installed.n > 40
    assert len(sent(run, "install")) == 1
    assert len(log_of(run, "C")) == 150
    assert broken(run) == []


def test_with_all_entries_retained_there_is_no_snapshot() -> None:
    run = c_comes_back({**FEW, "retain": "unlimited"})
    assert [events(run, what) for what in ("snapshot", "trimmed", "installed")] == [[], [], []]
    assert broken(run) == []


def test_one_that_missed_less_than_is_retained_gets_entries() -> None:
    run = c_comes_back({**FEW, "retain": 140})
    assert events(run, "installed") == []
    assert broken(run) == []


def test_a_log_keeps_as_many_entries_as_retain_says_and_a_few_more() -> None:
    run = play(FEW, **LONG)
    for node in run.trace.replicas:
        trims = [event.n for event in events(run, "trimmed", node=node)]
        states = [event.n for event in events(run, "snapshot", node=node)]
        assert trims == sorted({*trims})
        assert len(trims) > 20
        assert [state - trim for state, trim in zip(states, trims, strict=True)] == [8] * len(trims)


def test_a_snapshot_weighs_as_much_as_the_operations_in_it() -> None:
    run = c_comes_back(FEW)
    (install,) = sent(run, "install")
    assert len(install.ops) == events(run, "installed")[0].n


@pytest.mark.parametrize("verb", ["kill", "power_cut"])
@pytest.mark.parametrize("node", ["leader", "follower"])
def test_a_replica_starts_again_from_its_snapshot_and_what_it_wrote_after_it(node: str, verb: str) -> None:
    for seed in range(5):
        run = play({**FEW, "retain": 1}, at_write(60, verb, node, for_ms=20), seed=seed, **LONG)
        assert broken(run) == []
        for name in run.trace.replicas:
            assert len({*log_of(run, name)}) == len(log_of(run, name)) >= 145


@pytest.mark.parametrize("retain", [1, 8, 100, "unlimited"])
def test_a_leader_that_returns_with_an_abandoned_tail_that_it_cannot_undo_gets_a_snapshot(retain: int | str) -> None:
    """Asynchronous: A goes on alone, applies and trims; the others elect B."""
    isolated = {"at_ms": 30, "do": "cut", "between": [["leader", "c1"], ["rest"]], "for_ms": 600}
    run = play({"retain": retain}, isolated, workload=load(clients=3, ops=300, think_ms=[0, 10]))
    assert "converged" not in broken(run)
    discarded = {op for event in events(run, "discarded", node="A") for op in event.ops}
    assert discarded, "A wrote nothing alone"
    assert discarded.isdisjoint(log_of(run, "A"))
    assert len(events(run, "installed", node="A")) == (retain in (1, 8))


# By hand


def entries(first: int, last: int, epoch: int = 1) -> tuple[Entry, ...]:
    return tuple(Entry(n, epoch, f"c{epoch}/{n}", "c1", ("deposit", "a1", 1)) for n in range(first, last + 1))


def state_of(n: int, epoch: int = 1, sessions: bool = False) -> Snapshot:
    """The state after `n` entries of one epoch, as another replica has it."""
    desk = Desk({}, "C", sessions)
    desk.hear("A", Lead(epoch, (), 0, 0))
    desk.hear("A", Append(epoch, 0, entries(1, n, epoch)))
    desk.flush()
    return desk.node.snapshot()


def install(n: int, epoch: int = 1) -> Install:
    return Install(epoch, state_of(n, epoch), ())


def follower(applied: int, design: dict[str, Any] | None = None, sessions: bool = False) -> Desk:
    """B has applied so many entries of A's."""
    desk = Desk(design or FEW, "B", sessions)
    for n in range(1, applied + 1):
        desk.hear("A", Append(1, n - 1, entries(n, n)))
        desk.flush()
    return desk


def restarted(desk: Desk, sessions: bool = False) -> Desk:
    """The same replica after a kill, on all that was written."""
    return Desk(FEW, "B", sessions, restart=tuple(desk.disk))


def test_a_leader_sends_the_state_once_and_what_follows_it() -> None:
    desk = Desk({**FEW, "retain": 2})
    for n in range(1, 21):
        desk.write(f"c1/{n}")
        desk.flush()
        desk.hear("B", Ack(1, n))
        desk.execute()
    desk.write("c1/21")
    desk.flush()
    told = desk.hear("C", Behind(1, 3), at=1)
    ((to, message),) = messages(told, Install)
    assert (to, message.snapshot.n, len(message.ops)) == ("C", 20, 20)
    assert [(to, append.prev, len(append.entries)) for to, append in messages(told, Append)] == [("C", 20, 1)]
    assert messages(desk.hear("C", Behind(1, 3), at=51), Install) == [], "it is on its way"
    assert len(messages(desk.hear("C", Behind(1, 3), at=400), Install)) == 1


def test_an_installed_state_is_acked_when_it_is_durable_and_read_at_once() -> None:
    desk = follower(2, {**FEW, "reads": "any"})
    assert messages(desk.hear("A", install(9)), Ack) == []
    assert replies(desk.read()) == [("c2/9", "ok")]
    assert [ack.n for _, ack in messages(desk.flush(), Ack)] == [9]


@pytest.mark.parametrize("ack_when", ["received", "written", "applied"])
def test_an_installed_state_is_acked_at_once_where_no_fsync_is_awaited(ack_when: str) -> None:
    desk = follower(2, {**FEW, "ack_when": ack_when})
    assert [ack.n for _, ack in messages(desk.hear("A", install(9)), Ack)] == [9]


def test_a_snapshot_of_its_own_makes_nothing_less_durable() -> None:
    """Written behind an entry that it does not hold yet, and synced together with it."""
    desk = follower(12)
    desk.hear("A", Append(1, 12, entries(13, 14)))
    desk.written.append(state_of(12))
    desk.flush()
    assert desk.node.durable == 14


def test_a_tail_that_is_in_the_snapshot_cannot_be_cut_off_so_the_state_is_asked_for() -> None:
    """The new leader still has the entries; but this state machine cannot go back."""
    desk = follower(20, {**FEW, "retain": 1})
    lead = Lead(2, ((1, 5), (2, 6)), 6, 0)
    assert [(to, ask.last) for to, ask in messages(desk.hear("A", lead, at=0), Behind)] == [("A", -1)]
    assert messages([*desk.flush(), *desk.hear("A", Append(2, 5, entries(6, 6, 2)))], Ack) == []
    assert desk.node.log.last == 20, "it gave up what it has before it had anything better"
    told = desk.hear("A", install(6, epoch=2))
    assert [(note.n, note.ops) for note in notes(told, "discarded")] == [(1, tuple(entry.op for entry in entries(1, 20)))]
    assert [ack.n for _, ack in messages(desk.flush(), Ack)] == [6]


def test_a_tail_that_is_not_in_the_snapshot_is_cut_off() -> None:
    desk = follower(18)
    assert desk.node.base_n == 16
    desk.hear("A", Lead(2, ((1, 17), (2, 18)), 18, 0))
    desk.flush()
    assert (desk.node.log.last, desk.node.applied) == (17, 17)


def test_a_leader_asked_for_the_state_sends_it_though_it_has_the_entries() -> None:
    desk = Desk(FEW)
    desk.write("c1/1")
    assert len(messages(desk.hear("B", Behind(1, -1)), Install)) == 1


@pytest.mark.parametrize(("n", "epoch"), [(6, 2), (5, 1)], ids=["of the new epoch", "of the old one, cut short"])
def test_after_a_restart_an_installed_state_is_all_there_is(n: int, epoch: int) -> None:
    desk = follower(20, {**FEW, "retain": 1})
    desk.hear("A", Lead(2, ((1, 5), (2, 6)), 6, 0))
    desk.hear("A", Install(2, state_of(n, epoch)._replace(known=Epoch(9)), ()))
    again = restarted(desk)
    assert (again.node.log.last, again.node.applied, again.node.epoch) == (n, n, 2)
    assert [*again.node.state.ops] == [entry.op for entry in entries(1, n, epoch)]


def test_an_installed_state_is_read_though_the_disk_had_more() -> None:
    desk = Desk({**FEW, "reads": "any"}, "B", restart=tuple(follower(18).disk))
    desk.hear("A", Lead(2, ((1, 5), (2, 6)), 6, 0))
    assert replies(desk.read()) == [("c2/9", "refused")], "it is still rebuilding"
    desk.hear("A", install(6, epoch=2))
    assert replies(desk.read()) == [("c2/9", "ok")]


def test_an_operation_in_a_snapshot_is_recognised_after_a_restart() -> None:
    desk = Desk(FEW, "B", sessions=True)
    desk.hear("A", Install(1, state_of(9, sessions=True), ()))
    again = restarted(desk, sessions=True)
    place = again.node.log.find("c1/9")
    assert place == 0
    told = list(again.node.repeated(place, Request("c1/9", ("deposit", "a1", 1)), "c1"))
    assert [note.ops for note in notes(told, "duplicate")] == [("c1/9",)]
    assert replies(told) == [("c1/9", "ok")]
