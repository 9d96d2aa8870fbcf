"""Wrong clients, sessions, locks, and a wrong storage behind a lock."""

from __future__ import annotations

from sim.client import Client
from sim.lock_client import LOOK_US, LockClient
from sim.node import Effects, Reply, Timer
from sim.records import Entry, Image, Record, Result
from sim.state_machine import KeyValues, OnceOnly
from sim.store import Guarded, Store
from tests.sim.helpers import load
from tests.sim.mutants.mutant import (
    APART,
    BACK,
    BOOKS,
    EXCLUSION,
    FAILED,
    ISOLATED,
    LAGGARD,
    LONG,
    LOSS,
    NO_ANSWERS,
    OWN,
    QUICK,
    READS,
    TWICE,
    Mutant,
)


class HopesForTheBest(Client):
    """A time-out is taken for success."""

    def finish(self, outcome: str, result: Result | None, replica: str) -> Effects:
        yield from super().finish("ok" if outcome == "info" else outcome, result, replica)


class FearsTheWorst(Client):
    """A time-out is taken for failure."""

    def finish(self, outcome: str, result: Result | None, replica: str) -> Effects:
        yield from super().finish("fail" if outcome == "info" else outcome, result, replica)


class RetriesBlindly(Client):
    """A time-out is answered by sending the same operation again."""

    def on_patience(self) -> Effects:
        if self.request is not None:
            yield from self.attempt()


class Wanders(Client):
    """A session that should stay with one replica reads from another one each time."""

    def stay(self, readers: tuple[str, ...]) -> str:
        self.home = ""
        self.moves += 1
        return super().stay(readers)


class ForgetsItsPosition(Client):
    """A session does not remember how far it has seen."""

    def on_reply(self, replica: str, reply: Reply) -> Effects:
        yield from super().on_reply(replica, reply)
        self.seen = (0, 0)


class DoesItAgain(OnceOnly):
    """The state machine executes an operation as often as it comes."""

    def apply(self, entry: Entry) -> Result | None:
        return KeyValues.apply(self, entry)


class ImagesWithoutSessions(OnceOnly):
    """A snapshot has the values and not what the sessions had done."""

    def image(self) -> Image:
        return (*super().image()[:-1], ())


class WorksOn(LockClient):
    """The holder of a lock does not look at the clock before it writes."""

    def on_worked(self) -> Effects:
        yield Timer("write", LOOK_US)


class TakesAnyToken(Store):
    """The storage looks at no fencing token."""

    def on_guarded(self, client: str, message: Guarded) -> Effects:
        self.checks_tokens = False
        yield from super().on_guarded(client, message)


class ForgetsTokens(Store):
    """The storage does not remember across a restart which tokens it has seen."""

    def on_restart(self, records: tuple[Record, ...]) -> Effects:
        yield from super().on_restart(records)
        self.highest.clear()


AGAIN = load(clients=3, ops=100, think_ms=[0, 10], retry="idempotent")
LOCKS = load(clients=3, ops=60, kind="lock", hold_ms=[10, 10])
FIRST = {"after": {"ok_received": {"op": "c2/1"}}}
ASLEEP = {**FIRST, "delay_ms": 10.5, "do": "pause", "node": "c2", "for_ms": 300}  # it is about to write

MUTANTS = [
    Mutant((HopesForTheBest,), [ISOLATED], {LOSS, BOOKS}, "acks", setup=QUICK),
    Mutant((FearsTheWorst,), [NO_ANSWERS], {FAILED, BOOKS}, "acks", setup={**LONG, "limits": {"timeout_ms": 40}}),
    Mutant((RetriesBlindly,), [NO_ANSWERS], {BOOKS, TWICE}, "acks", setup=QUICK),
    Mutant(
        (DoesItAgain,),
        [NO_ANSWERS],
        {BOOKS, TWICE, APART},
        "sessions",
        setup={"workload": AGAIN, "limits": {"timeout_ms": 40}},
    ),
    Mutant(
        (ImagesWithoutSessions,),
        [
            {**NO_ANSWERS, "at_ms": 60, "for_ms": 600},
            {"at_ms": 100, "do": "power_cut", "node": "A"},
            {"at_ms": 200, "do": "kill", "node": "B", "for_ms": 1},
        ],
        {BOOKS, TWICE, APART},
        "sessions",
        {"wait_for": 1, "retain": 1},
        {"workload": AGAIN, "limits": {"timeout_ms": 150}},
    ),
    Mutant((Wanders,), [LAGGARD], {BACK}, "sticky", {"wait_for": 1, "reads": "sticky"}, READS),
    Mutant((ForgetsItsPosition,), [LAGGARD], {OWN, BACK}, "tokens", {"wait_for": 1, "reads": "token"}, READS),
    Mutant((TakesAnyToken,), [ASLEEP], {EXCLUSION}, "lock", setup={"workload": LOCKS}),
    Mutant(
        (ForgetsTokens,),
        [ASLEEP, {**FIRST, "delay_ms": 310, "do": "power_cut", "node": "store", "for_ms": 0.2}],
        {EXCLUSION},
        "lock",
        setup={"workload": LOCKS},
    ),
    Mutant(
        (WorksOn,), [{**ASLEEP, "delay_ms": 1}], {EXCLUSION}, "clocks", setup={"workload": {**LOCKS, "checks_tokens": "no"}}
    ),
]
