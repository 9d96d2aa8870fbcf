"""A chain grows back at its end (van Renesse & Schneider, OSDI 2004, section 3.2, "Extending a chain"), a fault a step."""

from __future__ import annotations

from typing import Any

import pytest

from sim.node import Effects
from sim.protocols import TOPOLOGIES
from sim.protocols.chain.chain import ChainReplica
from sim.protocols.controllers.configuration import ConfigurationService
from sim.protocols.messages import Lead
from sim.run import Run
from tests.sim.helpers import BACKLOG, at_write, broken, events, load, log_of, ops_of, play, sent

CHAIN: dict[str, Any] = {"topology": "chain"}
LONG: dict[str, Any] = {"workload": load(clients=6, ops=450, kind="register", keys=2, reads_percent=40, think_ms=[0, 2])}
WRITES: dict[str, Any] = {"workload": load(clients=6, ops=400, think_ms=[0, 2])}
TO_C = {"at_ms": 0, "do": "slow", "from": ["A", "B"], "to": ["C"], "egress_ms": 20}  # copying to C takes its time
BACK = at_write(40, "kill", "tail", for_ms=20)
COPYING = {"after": {"delivered": {"kind": "extend"}}, "delay_ms": 20}  # the tail has begun to copy; with TO_C it is not done


def one(run: Run, what: str, **where: Any) -> int:
    """When the only such event happened (us)."""
    (event,) = events(run, what, **where)
    return event.at


def members_at(run: Run, number: int) -> list[str]:
    """The chain as the service had decided it by this event."""
    members = list(run.trace.replicas)
    for event in run.trace.events[:number]:
        if event.what == "removed":
            members.remove(event.peer)
        elif event.what == "joined":
            members.append(event.peer)
    return members


# The way back


def test_the_newcomer_is_put_at_the_end_and_ends_up_like_all_others() -> None:
    run = play(CHAIN, at_write(40, "kill", "head", for_ms=20), **LONG)
    assert [event.peer for event in events(run, "joined")] == ["A"]
    assert {name: final.role for name, final in run.trace.final.items()} == {"B": "head", "C": "middle", "A": "tail"}
    assert len({log_of(run, node) for node in "ABC"}) == 1
    assert broken(run) == []


def test_the_tail_sends_it_what_it_has_not_and_no_more() -> None:
    run = play(CHAIN, BACK, **LONG)
    returned = one(run, "up", node="C")
    had = {op for event in events(run, "written", node="C") if event.at < returned for op in event.ops}
    copied = [event for event in sent(run, "append", peer="C") if event.at > returned]
    assert {event.node for event in copied} == {"B"}
    assert had.isdisjoint(copied[0].ops)
    assert len(copied[0].ops) > 10


def test_the_tail_serves_updates_and_queries_while_it_copies() -> None:
    run = play(CHAIN, TO_C, BACK, **LONG)
    begun, joined = sent(run, "extend")[0].at, one(run, "joined")
    meanwhile = [op for op in run.history if op.ok and begun < (op.completed_at or 0) < joined]
    assert {op.node for op in meanwhile} == {"B"}
    assert {op.is_read for op in meanwhile} == {True, False}
    assert {op.outcome for op in run.history if op.invoked_at > begun} == {"ok"}


def test_where_the_log_was_trimmed_the_newcomer_gets_the_tails_state() -> None:
    run = play({**CHAIN, "retain": 3}, at_write(20, "kill", "middle", for_ms=60), **LONG)
    (installed,) = events(run, "installed")
    assert (installed.node, installed.peer) == ("B", "C")
    assert run.trace.final["B"].role == "tail"
    assert broken(run) == []


def test_what_a_newcomer_has_of_an_abandoned_history_is_cut_off_first() -> None:
    run = play(CHAIN, BACKLOG, at_write(40, "power_cut", "head", for_ms=50), **WRITES)
    discarded = events(run, "discarded", node="A")
    assert discarded, "the old head had nothing for itself"
    assert {run.history[op].outcome for op in ops_of(discarded)} == {"info"}
    assert discarded[-1].at < one(run, "joined")
    assert broken(run) == []


def test_what_cannot_be_cut_off_because_a_snapshot_has_it_is_replaced_by_the_tails_state() -> None:
    """A CRAQ head executes, and so may put into a snapshot, what is not committed yet."""
    hasty = {"topology": "craq", "retain": 1}
    run = play(hasty, BACKLOG, at_write(40, "power_cut", "head", for_ms=50), **WRITES)
    assert [event.node for event in events(run, "installed")] == ["A"]
    assert {run.history[op].outcome for op in ops_of(events(run, "discarded", node="A"))} == {"info"}
    assert broken(run) == []


def test_two_newcomers_come_in_one_after_the_other() -> None:
    both = {"after": {"ok_received": {"nth": 40}}, "do": "kill", "nodes": ["A", "B"], "for_ms": 20}
    run = play(CHAIN, both, **LONG)
    assert sorted(event.peer for event in events(run, "joined")) == ["A", "B"]
    assert len({log_of(run, node) for node in "ABC"}) == 1
    assert broken(run) == []


# The hand-over


@pytest.mark.parametrize("stage", [[], [TO_C], [BACKLOG]], ids=["quick", "slow to C", "slow"])
def test_the_old_tail_stops_before_the_new_one_answers(stage: list[Any]) -> None:
    for seed in range(3):
        run = play(CHAIN, *stage, BACK, seed=seed, **LONG)
        stopped, began = one(run, "role", node="B", text="middle", n=3), one(run, "role", node="C", text="tail", n=3)
        assert stopped < began
        answers = [op for op in run.history if op.is_read and op.ok and (op.completed_at or 0) > began]
        assert {op.node for op in answers if op.invoked_at > began} == {"C"}
        assert broken(run) == []


def test_every_update_is_answered_once() -> None:
    """The old tail answers for what it has committed, the new one for what follows."""
    for seed in range(3):
        run = play(CHAIN, BACK, seed=seed, disk={"apply_ms": 0.5}, **LONG)
        since = one(run, "removed") + 5_000
        answered = [op for event in events(run, "reply_sent") if event.at > since for op in event.ops]
        assert len(answered) == len({*answered}) > 300
        assert {op.outcome for op in run.history if op.invoked_at > since and not op.is_read} == {"ok"}


@pytest.mark.parametrize("stage", [[], [TO_C], [BACKLOG]], ids=["quick", "slow to C", "slow"])
def test_whoever_is_a_member_holds_every_confirmed_write_at_every_instant(stage: list[Any]) -> None:
    run = play(CHAIN, *stage, BACK, **WRITES)
    holds: dict[str, set[str]] = {name: set() for name in "ABC"}
    confirmed: set[str] = set()
    for number, event in enumerate(run.trace.events):
        if event.what == "durable":
            holds[event.node].update(event.ops)
        elif event.what == "reply_sent":
            confirmed.update(event.ops)
        if event.what in ("reply_sent", "joined"):
            assert all(holds[name] >= confirmed for name in members_at(run, number + 1)), event
    assert len(confirmed) > 300


# A fault in each step


STEPS = [({"received": {"nth": nth, "node": "C"}}, delay) for nth, delay in ((30, 0), (40, 0.4), (60, 1.2), (80, 0))] + [
    ({"durable": {"nth": 45, "node": "C"}}, 0),
    ({"sent": {"kind": "caughtup"}}, 0),
    ({"joined": {}}, 0),
    ({"joined": {}}, 0.4),
    ({"promoted": {"nth": 2}}, 0),
    ({"promoted": {"nth": 2}}, 1.2),
]


@pytest.mark.parametrize("victim", ["A", "B", "C", "controller"])
@pytest.mark.parametrize("step", STEPS, ids=str)
def test_any_machine_may_die_in_any_step(victim: str, step: tuple[dict[str, Any], float]) -> None:
    after, delay = step
    fault = {"after": after, "delay_ms": delay, "do": "power_cut", "node": victim, "for_ms": 150}
    run = play(CHAIN, at_write(25, "kill", "tail", for_ms=20), fault, **LONG)
    assert not run.unfired
    assert broken(run) == []
    assert sorted(final.role for final in run.trace.final.values()) == ["head", "middle", "tail"]


@pytest.mark.parametrize("verb", ["kill", "pause"])
def test_a_newcomer_that_falls_silent_is_given_up_and_holds_nothing_up(verb: str) -> None:
    dies = {"after": {"received": {"nth": 60, "node": "C"}}, "do": verb, "node": "C", "for_ms": 300}
    run = play({**CHAIN, "detect_after_ms": 60}, TO_C, BACK, dies, **WRITES)
    assert sent(run, "append", peer="C")[-1].at > events(run, "fault", text=verb)[-1].at, "nobody had begun with it"
    assert {op.outcome for op in run.history if op.invoked_at > one(run, "removed") + 5_000} == {"ok"}
    stopped = run.measures["unavailable_ms"].value
    assert stopped is not None
    assert stopped < 150
    assert broken(run) == []


def test_whenever_a_newcomer_falls_silent_updates_wait_no_longer_than_its_detection() -> None:
    """Above all while the tail waits for its acks, and has not yet told the service that it is ready."""
    for delay in range(40, 66, 5):
        dies = {"after": {"delivered": {"kind": "extend"}}, "delay_ms": delay, "do": "kill", "node": "C", "for_ms": 600}
        run = play({**CHAIN, "detect_after_ms": 60}, TO_C, BACK, dies, **WRITES)
        stopped = run.measures["unavailable_ms"].value
        assert stopped is not None
        assert stopped < 250
        assert broken(run) == []


def test_a_newcomer_may_take_longer_to_catch_up_than_others_may_be_silent() -> None:
    """As long as the service hears it, the tail goes on with it."""
    far = {"at_ms": 0, "do": "slow", "from": ["A", "B"], "to": ["C"], "egress_ms": 90}
    run = play({**CHAIN, "detect_after_ms": 60}, far, {"at_ms": 300, "do": "kill", "node": "C", "for_ms": 20}, **LONG)
    begun = events(run, "delivered", text="extend")[0].at
    assert one(run, "joined") > begun + 120_000
    assert [op for op in run.history if op.invoked_at > one(run, "joined") + 50_000], "it came in when the load was over"
    assert broken(run) == []


def test_a_spare_that_restarts_unheard_asks_again_where_it_belongs() -> None:
    soon = {"after": {"delivered": {"kind": "extend"}}, "delay_ms": 5}
    again = {**soon, "do": "kill", "node": "C", "for_ms": 20}
    deaf = {**soon, "do": "cut", "from": ["C"], "to": ["controller"], "for_ms": 30}
    run = play(CHAIN, TO_C, BACK, again, deaf, **LONG)
    assert events(run, "dropped", peer="C", node="controller"), "its hello was heard"
    assert run.trace.final["C"].role == "tail"
    assert broken(run) == []


def test_a_newcomer_that_has_lost_its_disk_when_it_is_let_in_does_not_act_before_it_has_everything() -> None:
    late = {"at_ms": 0, "do": "slow", "from": ["B"], "to": ["controller"], "egress_ms": 90}
    empty = {"after": {"sent": {"kind": "caughtup"}}, "delay_ms": 1, "do": "disk_loss", "node": "C", "for_ms": 2}
    for seed in range(4):
        run = play(CHAIN, TO_C, late, BACK, empty, seed=seed, **LONG)
        assert broken(run) == []


@pytest.mark.parametrize("verb", ["kill", "pause"])
def test_while_the_service_is_down_the_chain_goes_on_as_it_is(verb: str) -> None:
    run = play(CHAIN, TO_C, BACK, {**COPYING, "do": verb, "node": "controller", "for_ms": 200}, **WRITES)
    down, up = events(run, "fault", node="controller")[0].at, events(run, "mended", node="controller")[0].at
    assert down < sent(run, "caughtup")[0].at < up - 50_000, "the newcomer was ready while nobody could let it in"
    assert one(run, "joined") >= up
    assert {op.outcome for op in run.history if op.invoked_at > one(run, "removed") + 5_000} == {"ok"}
    assert broken(run) == []


def test_a_tail_that_the_service_cannot_reach_hears_from_its_neighbours_that_it_is_the_tail_no_more() -> None:
    run = play(CHAIN, TO_C, BACK, {**COPYING, "do": "cut", "from": ["controller"], "to": ["B"], "for_ms": 400}, **LONG)
    joined, healed = one(run, "joined"), events(run, "mended")[-1].at
    told = [event for event in events(run, "delivered", node="B", text="chain") if event.at > joined]
    assert told[0].peer in ("A", "C")
    assert one(run, "role", node="B", text="middle", n=3) < healed
    assert broken(run) == []


# Without these rules


class AnswersAtOnce(ChainReplica):
    """A newcomer acts as the tail as soon as the service has named it."""

    def take_place(self, epoch: int, members: tuple[str, ...]) -> Effects:
        yield from super().take_place(epoch, members)
        if self.role == "joining":
            yield from self.play("tail")
            self.take_office(self.committed)
            yield from self.commit_at_tail()


class CommitsOn(ChainReplica):
    """A tail that has announced a newcomer goes on committing without it."""

    def commit_at_tail(self) -> Effects:
        if self.newcomer and self.newcomer.announced and self.durable > self.committed:
            yield from self.commit_to(self.durable)
        yield from super().commit_at_tail()


class KeepsItsFork(ChainReplica):
    """A newcomer keeps what its predecessor has not."""

    def on_lead(self, predecessor: str, message: Lead) -> Effects:
        self.aligned = self.aligned or message.epoch == self.epoch
        yield from super().on_lead(predecessor, message)


class AnnouncesTooEarly(ChainReplica):
    """The tail proposes a newcomer that lacks committed writes."""

    def on_tick(self) -> Effects:
        if self.newcomer and not self.newcomer.announced:
            self.newcomer.announced = True
        yield from super().on_tick()


OTHERS_DIE = {"after": {"joined": {}}, "delay_ms": 0.8, "do": "power_cut", "nodes": ["A", "B"]}
LATE_NEWS = [  # to the old tail, and to the readers that know no other
    {"at_ms": 0, "do": "slow", "from": ["controller", "C"], "to": ["B"], "egress_ms": 20},
    {"at_ms": 0, "do": "slow", "from": ["controller"], "to": ["c1", "c2"], "egress_ms": 20},
]


@pytest.mark.parametrize(
    ("wrong", "faults", "caught_by"),
    [
        (AnswersAtOnce, [*LATE_NEWS, BACK], "stale_reads"),
        (CommitsOn, [TO_C, BACK, OTHERS_DIE], "lost_acked_writes"),
        (AnnouncesTooEarly, [TO_C, BACK, OTHERS_DIE], "lost_acked_writes"),
        (KeepsItsFork, [BACKLOG, at_write(40, "power_cut", "head", for_ms=50)], "converged"),
    ],
)
def test_a_rule_is_missed_where_it_is_not_kept(
    wrong: type[ChainReplica], faults: list[Any], caught_by: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def caught() -> bool:
        return any(caught_by in broken(play(CHAIN, *faults, seed=seed, **LONG)) for seed in range(4))

    assert not caught()
    monkeypatch.setitem(TOPOLOGIES, "chain", (wrong, ConfigurationService))
    assert caught()
