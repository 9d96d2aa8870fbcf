"""Wrong leaders and followers."""

from __future__ import annotations

from typing import Any

from sim.node import Effects, Reply, Request, Send
from sim.protocols.leader_follower.leader_follower import LeaderFollower
from sim.protocols.messages import Append, Fence, Position, Promote
from sim.records import Record, Snapshot
from tests.sim.helpers import BACKLOG, at_write
from tests.sim.mutants.mutant import (
    APART,
    BACK,
    BOOKS,
    FAILED,
    FORKS,
    ISOLATED,
    LAGGARD,
    LONG,
    LOSS,
    ORDER,
    OWN,
    PHANTOMS,
    QUICK,
    READS,
    SLOW_DISK,
    STALE,
    Mutant,
    cut,
)


class AnswersAtOnce(LeaderFollower):
    """The leader answers when a write is in its memory, before any disk and any follower."""

    def accept(self, request: Request, client: str) -> Effects:
        yield from super().accept(request, client)
        yield Send(client, Reply(request.op, True))


class CountsItsMemory(LeaderFollower):
    """The leader counts its own copy before it is durable."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.counts_durable = False


class AcksFromMemory(LeaderFollower):
    """A follower acks what it has received, although the design says durable."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.acks_received, self.acks_durable = True, False


class IgnoresGaps(LeaderFollower):
    """A follower puts whatever comes at the end of its log."""

    def on_append(self, leader: str, message: Append) -> Effects:
        numbered = enumerate(message.entries, self.log.last + 1)
        yield from self.store([entry._replace(n=n) for n, entry in numbered])


class KeepsItsFork(LeaderFollower):
    """A returning leader does not discard what the new leader has not."""

    def discard_after(self, keep: int) -> Effects:
        return iter(())


class KeepsItsState(LeaderFollower):
    """A follower that cuts its log leaves in its state what it had applied of it."""

    def load(self) -> None:
        if not self.applied:
            super().load()


class IgnoresEpochs(LeaderFollower):
    """A follower obeys whoever sends, in whatever epoch."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.fenced = False


class PromisesNothing(LeaderFollower):
    """A follower that is asked for its position goes on obeying the old leader until it hears from the new one."""

    def on_fence(self, controller: str, message: Fence) -> Effects:
        yield Send(controller, Position(message.epoch, self.log.last_epoch, self.log.last))

    def on_promote(self, controller: str, message: Promote) -> Effects:
        if message.epoch > self.epoch:
            yield from self.follow(message.epoch, "")
        yield from super().on_promote(controller, message)


class ForgetsItsEpoch(LeaderFollower):
    """A restart forgets which epoch was promised."""

    def on_restart(self, records: tuple[Record, ...]) -> Effects:
        yield from super().on_restart(records)
        self.epoch = 0


class Degrades(LeaderFollower):
    """A leader that hears no acks for a heartbeat goes on without them, and tells nobody."""

    def on_tick(self) -> Effects:
        if self.role == "leader" and self.committed < self.durable:
            self.count.positions = dict.fromkeys(self.peers, self.durable)
            yield from self.commit()
        yield from super().on_tick()


class ShrinksAlone(LeaderFollower):
    """A leader puts laggards out of the in-sync set without asking the controllers."""

    def review(self) -> Effects:
        self.in_sync = tuple(name for name in self.cluster.replicas if name == self.name or self.belongs(name))
        self.count_in_sync()
        yield from self.commit()


class IgnoresTheMinimum(LeaderFollower):
    """A leader takes and confirms writes however few are in the in-sync set."""

    def count_in_sync(self) -> None:
        super().count_in_sync()
        self.count.enough_in_sync = True


class AppliesTwice(LeaderFollower):
    """A new leader executes the end of its log again, to be on the safe side."""

    def lead(self) -> Effects:
        for entry in self.log.between(self.log.last - 1, self.log.last):
            self.state.apply(entry)
            self.state.ops.pop()
        yield from super().lead()


class ShowsItsRecovery(LeaderFollower):
    """A leader answers reads while it still rebuilds its state."""

    def answer_read(self, request: Request, client: str) -> Effects:
        self.reads_from = 0
        yield from super().answer_read(request, client)


class ShowsAtOnce(LeaderFollower):
    """A leader applies what is on its own disk, so its readers see it before any follower has it."""

    def commit(self) -> Effects:
        yield from super().commit()
        yield from self.apply_to(self.durable)


class SaysNo(LeaderFollower):
    """A leader that accepts a write and says that it did not."""

    def accept(self, request: Request, client: str) -> Effects:
        yield from super().accept(request, client)
        yield from self.refuse(request, client)


class IgnoresTokens(LeaderFollower):
    """A replica answers a read with a token from whatever state it has."""

    def has_seen(self, token: tuple[int, int]) -> bool:
        return True


class SnapshotsTooFar(LeaderFollower):
    """A snapshot is said to go to the end of the log, although the state does not."""

    def snapshot(self) -> Snapshot:
        last = self.log.last
        return super().snapshot()._replace(n=last, ends=self.log.ends_upto(last))


AWAY = cut(30, ["A", "c1"], ["B", "controller"], 1500)  # a leader that its controller does not see
IN_SYNC = {"wait_for": "in-sync", "promote": "in-sync-only"}

MUTANTS = [
    Mutant((AnswersAtOnce,), [at_write(30, "power_cut", "A")], {LOSS, BOOKS}, "acks", setup=SLOW_DISK),
    Mutant(
        (CountsItsMemory,),
        [
            LAGGARD,
            {"at_ms": 25, "do": "disk_slow", "node": "A", "ms": 20},
            at_write(30, "power_cut", "A", tail="lost", for_ms=50),
            at_write(30, "power_cut", "B"),
        ],
        {LOSS, BOOKS},
        "ships early",
        {"wait_for": 1, "ship_when": "received"},
    ),
    Mutant(
        (AcksFromMemory,),
        [LAGGARD, at_write(30, "power_cut", "A"), at_write(30, "power_cut", "B", for_ms=50)],
        {LOSS, BOOKS},
        "acks",
        setup=SLOW_DISK,
    ),
    Mutant((IgnoresGaps,), [{"at_ms": 20, "do": "cut", "from": ["A"], "to": ["B"], "for_ms": 20}], {APART}, "acks", setup=LONG),
    Mutant((KeepsItsFork,), [ISOLATED], {APART}, "acks", setup=LONG),
    Mutant((KeepsItsState,), [ISOLATED], {APART}, "shown early", {"wait_for": 1, "visible": "before-wait"}, LONG),
    Mutant((IgnoresEpochs,), [{**AWAY, "for_ms": 900}], {FORKS, APART, BOOKS}, "acks", setup=LONG),
    Mutant(
        (PromisesNothing,),
        [
            {"at_ms": 0, "do": "slow", "from": ["B"], "to": ["C"], "delay_ms": 60},
            cut(30, ["A", "c1"], ["controller"], 900),
            {"after": {"suspected": {}}, "do": "cut", "between": [["A"], ["B"]], "for_ms": 300},
        ],
        {LOSS, FORKS, BOOKS},
        "acks",
        setup=LONG,
    ),
    Mutant(
        (ForgetsItsEpoch,),
        [
            AWAY,
            cut(30, ["A", "c1"], ["C"], 500),
            {"at_ms": 490, "do": "kill", "node": "C", "for_ms": 1},
            cut(490, ["B", "controller"], ["C"], 400),
        ],
        {LOSS, FORKS, BOOKS},
        "acks",
        setup=QUICK,
    ),
    Mutant((Degrades,), [ISOLATED], {LOSS, FORKS}, "acks", setup=LONG),
    Mutant((ShrinksAlone,), [ISOLATED], {LOSS, FORKS, BOOKS}, "in sync", IN_SYNC, LONG),
    Mutant(
        (IgnoresTheMinimum,),
        [cut(30, ["A"], ["B", "C"], 400), {"at_ms": 400, "do": "power_cut", "node": "A"}],
        {LOSS, BOOKS},
        "minimum",
        {"wait_for": "in-sync", "min_in_sync": 2},
        LONG,
    ),
    Mutant((AppliesTwice,), [at_write(30, "power_cut", "A")], {BOOKS}, "acks"),
    Mutant(
        (ShowsItsRecovery,),
        [at_write(60, "kill", for_ms=50)],
        {STALE, ORDER},
        "reads",
        setup={**READS, "limits": {"timeout_ms": 40}, "disk": {"apply_ms": 2}},
    ),
    Mutant((ShowsAtOnce,), [BACKLOG, at_write(40, "power_cut")], {PHANTOMS}, "reads", setup=READS),
    Mutant((SaysNo,), [cut(40, ["A"], ["B", "C"], 100)], {FAILED}, "acks", setup={**LONG, "limits": {"timeout_ms": 40}}),
    Mutant((IgnoresTokens,), [LAGGARD], {OWN, BACK}, "tokens", {"wait_for": 1, "reads": "token"}, READS),
    Mutant((SnapshotsTooFar,), [cut(10, ["C"], ["A", "B"], 60)], {APART}, "snapshots", {"wait_for": 1, "retain": 4}),
]
