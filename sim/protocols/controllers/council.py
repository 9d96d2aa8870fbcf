"""How controllers decide: what the chair proposes is decided once a majority of the controllers has it on disk.

This is Paxos for one value that is replaced again and again. A decision holds all that was decided (the epoch, who serves,
the in-sync set), so only the newest is kept. Whoever takes the chair goes on from the newest decision of its voters, one
of which has accepted whatever was decided before. Nobody outside hears of a decision before it is decided.
"""

from __future__ import annotations

from sim.node import Cluster, Effects, Fsync, Send, Timer, Write
from sim.protocols.controllers.electorate import Electorate
from sim.protocols.controllers.lease_book import LeaseBook
from sim.protocols.messages import Accept, Accepted, Beat, Grant
from sim.records import Decision, Record


class Council(Electorate):
    """The chair calls `decide`; `enact` follows at the chair when a majority has it and old leases have run out."""

    def __init__(self, name: str, cluster: Cluster) -> None:
        super().__init__(name, cluster)
        self.leases = LeaseBook(cluster.design)
        self.leases_end = 0  # when all leases of older epochs are over, as far as the chair was told; on its own clock
        self.kept: dict[str, int] = {}  # which version of this ballot each controller is known to have on its disk
        self.before = self.durable = self.decided

    def on_restart(self, records: tuple[Record, ...]) -> Effects:
        """A grantor that has forgotten its grants must think of all that it may have given."""
        self.leases.forget(self.now)
        yield from super().on_restart(records)

    # Deciding

    def open_session(self, newest: Decision) -> Effects:
        """Decide the newest decision again, under this ballot: it may not have reached a majority before."""
        self.kept = {}
        self.took_over()
        yield from self.decide(newest)

    def decide(self, wanted: Decision) -> Effects:
        """Ask all controllers to keep this; a newer decision, made from this one, may follow before it is decided."""
        decision = wanted._replace(ballot=self.ballot, version=wanted.version + 1)
        yield from self.keep(decision)
        for peer in self.peers:
            yield Send(peer, Accept(decision))

    def keep(self, decision: Decision) -> Effects:
        """Put a decision on the disk; it ends the leases of those whom it replaces."""
        self.leases.close(self.ousted(decision))
        self.accepted = decision
        yield Write(decision)
        yield Fsync()

    def on_accept(self, chair: str, message: Accept) -> Effects:
        """Keep it, unless a newer ballot was promised to somebody else."""
        decision = message.decision
        if decision.ballot >= self.ballot:
            self.follow(chair, decision.ballot)
            if decision > self.accepted:
                yield from self.keep(decision)
            elif decision == self.durable:
                yield from self.confirm()

    def on_durable(self, records: tuple[Record, ...]) -> Effects:
        """A decision is on this disk."""
        yield from super().on_durable(records)
        kept = max((record for record in records if isinstance(record, Decision)), default=self.durable)
        if kept > self.durable:
            self.durable = kept
            yield from self.confirm()

    def confirm(self) -> Effects:
        """Tell the chair what is on this disk."""
        if self.chair:
            accepted = Accepted(self.durable.ballot, self.durable.version, self.leases.left(self.now))
            yield from self.on_accepted(self.name, accepted) if self.chairs else iter((Send(self.chair, accepted),))

    def on_accepted(self, controller: str, message: Accepted) -> Effects:
        """Count who has it; what a majority has is decided."""
        if not self.chairs or message.ballot != self.ballot:
            return
        self.kept[controller] = message.version
        self.leases_end = max(self.leases_end, self.now + message.lease_left)
        have = sum(version == self.accepted.version for version in self.kept.values())
        if have >= self.majority and self.decided != self.accepted:
            self.before = self.decided if self.known else self.accepted
            self.learn(self.accepted)
            yield from self.report()
            yield from self.wait_for_leases()

    def learn(self, decision: Decision) -> None:
        """Believe the newest."""
        if decision > self.decided or not self.known:
            self.known, self.decided = True, decision
            self.epoch, self.serving = decision.elected, decision.serving

    def wait_for_leases(self) -> Effects:
        """No decision takes effect while somebody may still hold a lease of an epoch that is over."""
        wait = self.leases_end - self.now
        if wait <= 0:
            yield from self.act()
        else:
            self.acts = False
            yield Timer("leases_over", wait, self.decided.version)

    def on_leases_over(self, version: int) -> Effects:
        """Now it may take effect, unless it has been replaced."""
        if self.chairs and self.decided.version == version:
            yield from self.act()

    def act(self) -> Effects:
        """Let the decision take effect, and see what else there is to decide."""
        self.acts = True
        yield from self.enact(self.before)
        yield from self.judge(self.agreed())

    def on_check(self) -> Effects:
        """Ask those again who have not kept the newest decision."""
        yield from super().on_check()
        for peer in self.peers if self.chairs else ():
            if self.kept.get(peer, 0) < self.accepted.version:
                yield Send(peer, Accept(self.accepted))

    # Leases

    def on_beat(self, replica: str, message: Beat) -> Effects:
        """A replica that serves in the newest epoch gets its lease, where leases are what fences it."""
        newest = max(self.accepted, self.decided)
        if self.leases.lasts and replica in newest.serving and message.epoch == newest.epoch == newest.elected:
            self.leases.grant(replica, self.now)
            yield Send(replica, Grant(message.epoch, message.asked_at))
        yield from super().on_beat(replica, message)

    # For subclasses

    def ousted(self, decision: Decision) -> tuple[str, ...]:
        """Who may serve no more, once this is decided: whoever did in a lower epoch."""
        return self.accepted.serving if decision.epoch > self.accepted.epoch else ()

    def took_over(self) -> None:
        """This controller has just got the chair from another, or back after a restart."""

    def enact(self, before: Decision) -> Effects:
        """Act on what was decided; `before` is the decision that it replaces, as far as the chair knows."""
        raise NotImplementedError
