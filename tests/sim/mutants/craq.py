"""Wrong members of a CRAQ chain."""

from __future__ import annotations

from sim.node import Effects, Request, Send
from sim.protocols.chain.craq import CraqReplica, Query
from sim.protocols.messages import VersionQuery, VersionReply
from tests.sim.helpers import BACKLOG
from tests.sim.mutants.mutant import BACK, ORDER, OWN, READS, STALE, Mutant


class AnswersDirty(CraqReplica):
    """A member answers with its newest version, committed or not."""

    def read(self, client: str, request: Request) -> Effects:
        yield from self.answer(client, request, self.state.read(str(request.command[1])), self.applied)


class AnswersClean(CraqReplica):
    """A member answers with the newest version that it knows to be committed, without asking the tail."""

    def read(self, client: str, request: Request) -> Effects:
        yield from self.read_version(Query(client, request, self.committed))


class AsksTheHead(CraqReplica):
    """A member asks the head which version is committed."""

    def read(self, client: str, request: Request) -> Effects:
        for effect in super().read(client, request):
            wrong = isinstance(effect, Send) and isinstance(effect.message, VersionQuery)
            yield Send(self.members[0], effect.message) if wrong else effect

    def on_versionquery(self, member: str, message: VersionQuery) -> Effects:
        yield Send(member, VersionReply(message.epoch, message.op, self.committed))


CRAQ = {"topology": "craq"}

MUTANTS = [
    Mutant((AnswersDirty,), [BACKLOG], {ORDER, BACK}, "craq", CRAQ, READS),
    Mutant((AnswersClean,), [BACKLOG], {STALE, ORDER, OWN, BACK}, "craq", CRAQ, READS),
    Mutant((AsksTheHead,), [BACKLOG], {STALE, ORDER, OWN, BACK}, "craq", CRAQ, READS),
]
