"""Wrong members of a chain, and wrong configuration services."""

from __future__ import annotations

from sim.node import Effects, Fsync, Reply, Request, Send
from sim.protocols.chain.chain import ChainReplica
from sim.protocols.controllers.configuration import ConfigurationService
from sim.protocols.messages import Append, Behind
from sim.records import Entry, Record
from tests.sim.helpers import BACKLOG, at_write, load
from tests.sim.mutants.mutant import (
    APART,
    BACK,
    BOOKS,
    FORKS,
    LOOKS,
    LOSS,
    ORDER,
    OWN,
    READS,
    SLOW_DISK,
    STALE,
    Mutant,
    after,
    cut,
)


class HeadAnswers(ChainReplica):
    """The head answers when a write is on its own disk."""

    def on_durable(self, records: tuple[Record, ...]) -> Effects:
        yield from super().on_durable(records)
        for record in records if self.is_head else ():
            if isinstance(record, Entry):
                yield Send(record.client, Reply(record.op, True))


class ForwardsFirst(ChainReplica):
    """A member forwards what it has only in memory, and the tail answers for it."""

    def receive(self, entries: list[Entry]) -> Effects:
        yield from super().receive(entries)
        self.durable = self.shipped = self.log.last
        yield from self.ship(self.successor, entries[0].n - 1)
        if self.is_tail:
            yield from self.commit_to(self.log.last)


class ForgetsTheSentList(ChainReplica):
    """What was sent before a failure is not sent again: the new successor goes on with what comes next."""

    def on_behind(self, peer: str, message: Behind) -> Effects:
        return iter(())

    def on_append(self, predecessor: str, message: Append) -> Effects:
        if self.obeys(predecessor, message.epoch):
            entries = [entry._replace(n=n) for n, entry in enumerate(message.entries, self.log.last + 1)]
            yield from self.receive(entries)
            yield from self.write(entries)
            yield Fsync()


class AnswersAnywhere(ChainReplica):
    """Every member answers reads from what it has committed."""

    def on_request(self, client: str, request: Request) -> Effects:
        if request.command[0] == "read":
            yield from self.answer_read(request, client)
        else:
            yield from super().on_request(client, request)


class ReadsAnywhere(ConfigurationService):
    """The service sends readers to every member."""

    def readers(self) -> tuple[str, ...]:
        return self.serving


class KeepsItsOffice(ChainReplica):
    """A tail acts as one after a newcomer has been put behind it."""

    def change_office(self, answered: int) -> None:
        if not self.is_tail:
            super().change_office(answered)


class ServesWhenRemoved(ChainReplica):
    """A tail that was taken out, and cannot know it, answers reads although its lease is over."""

    @property
    def serves(self) -> bool:
        return True


CHAIN = {"topology": "chain"}
TWO = {**CHAIN, "replicas": 2}
BOTH = {"after": {"ok_received": {"nth": 30}}, "do": "power_cut", "nodes": ["A", "B"], "for_ms": 20}
LATE = {"do": "slow", "from": ["B"], "to": ["C"]}

MUTANTS = [
    Mutant((HeadAnswers,), [BACKLOG, at_write(30, "power_cut", "head")], {LOSS, FORKS, BOOKS}, "chain", CHAIN),
    Mutant((ForwardsFirst,), [BOTH], {LOSS, BOOKS}, "chain", TWO, SLOW_DISK),
    Mutant((ForgetsTheSentList,), [BACKLOG, at_write(30, "power_cut", "B")], {APART}, "chain", CHAIN),
    Mutant((AnswersAnywhere, ReadsAnywhere), [BACKLOG], {STALE, ORDER, OWN, BACK}, "chain", CHAIN, READS),
    Mutant(
        (KeepsItsOffice,),
        [
            at_write(20, "power_cut", "C", for_ms=400),
            {"at_ms": 0, **LATE, "egress_ms": 2},
            after("joined", **LATE, egress_ms=20),
        ],
        {STALE, ORDER, OWN},
        "chain",
        CHAIN,
        {
            "workload": load(clients=6, ops=600, kind="register", keys=1, reads_percent=50, think_ms=[0, 10]),
            "limits": {"timeout_ms": 200},
        },
    ),
    Mutant(
        (ServesWhenRemoved,),
        [cut(30, ["C", "c1"], ["rest"], 1500)],
        {STALE, ORDER},
        "chain leases",
        {**CHAIN, "fencing": "lease", "lease_ms": 300},
        LOOKS,
    ),
]
