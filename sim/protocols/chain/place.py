"""A replica's place in a chain: who stands before it and after it, and how a new configuration changes that.

van Renesse & Schneider, OSDI 2004, section 3.2. A replica that restarts has lost its place: it is a spare until the tail
has brought it up to date and the configuration service has put it at the end (`extending.py`).
"""

from __future__ import annotations

from sim.node import Cluster, Effects, Note, Send, Summary, Write
from sim.protocols.lease import Lease
from sim.protocols.leased import Leased
from sim.protocols.messages import Ack, Behind, Chain, Hello, Install, Lead
from sim.records import Epoch, Record

FOREVER = 1 << 62  # past the end of any log


class ChainPlace(Leased):
    """`role` is head, middle, tail, single (a chain of one) or spare (not in the chain).

    `predecessor` is the one whose log is copied: the member before this one; for a spare, the tail. `successor` names the one
    that is sent this log: the member after this one, or none. `aligned`: in this place, what the predecessor has not is cut
    off. `is_tail`: the tail, and in office: a new tail waits until the old one has stopped.
    """

    def __init__(self, name: str, cluster: Cluster) -> None:
        super().__init__(name, cluster)
        self.members: tuple[str, ...] = ()
        self.predecessor = ""
        self.successor: tuple[str, ...] = ()
        self.aligned = False
        self.is_head = self.is_tail = False
        self.committed = 0
        self.answers_after = 0  # the tail answers for what is executed after this place ...
        self.answers_upto = 0  # ... up to this one

    @property
    def position(self) -> int:
        """What it tells its predecessor: how far all behind it hold the log; a spare, how far itself does."""
        return self.durable if self.role == "spare" else self.committed

    # Configurations

    def on_boot(self) -> Effects:
        """All replicas form the first chain; their logs are empty, hence alike."""
        yield from self.take_place(1, self.cluster.replicas)
        self.aligned = True
        yield from self.beat()

    def on_restart(self, records: tuple[Record, ...]) -> Effects:
        """Out of the chain, until the configuration service says otherwise."""
        yield from super().on_restart(records)
        yield from self.play("spare")

    def on_chain(self, _: str, message: Chain) -> Effects:
        """A new configuration, or the present one for a replica that has just restarted.

        The new successor of a gap says what it has (the paper sends this through the master).
        """
        if message.epoch > self.epoch or (message.epoch == self.epoch and not self.members):
            yield from self.take_place(message.epoch, message.members)
            if self.predecessor and self.role != "spare":
                yield Send(self.predecessor, Behind(self.epoch, self.log.last))
            yield from self.precede()

    def take_place(self, epoch: int, members: tuple[str, ...]) -> Effects:
        """Stand where a configuration says; who has restarted unnoticed and is named stays a spare, unless it is alone."""
        was_out, served, stood_behind = self.role in ("spare", "joining"), (self.is_head, self.is_tail), self.predecessor
        returned = self.role == "spare" and not self.aligned
        named = self.name in members and (not returned or len(members) == 1)
        place = members.index(self.name) if named else len(members)
        self.epoch, self.members = epoch, members
        self.predecessor, self.successor = members[place - 1] if place else "", members[place + 1 : place + 2]
        self.is_head = place == 0
        stays = named and not was_out and self.predecessor == stood_behind
        self.aligned = self.is_head or (stays and self.aligned)
        yield Write(Epoch(epoch))
        yield from self.play(_role(place, len(members), was_out))
        self.change_office(self.log.last if returned else self.committed)
        if (self.is_head, self.is_tail) > served and epoch > 1:
            yield from self.promoted()
        if self.is_tail:
            yield from self.commit_at_tail()
        if self.lease is not None:
            yield from self.ask_for_lease(self.lease)

    def ask_for_lease(self, lease: Lease) -> Effects:
        """A spare needs none; a member that has not got one asks without delay."""
        if self.role == "spare":
            lease.forget()
        elif self.epoch > 1 and not self.serves:
            yield from self.beat()

    def change_office(self, answered: int) -> None:
        """A tail that makes way for a newcomer still answers for what it has committed."""
        ends_the_chain = self.role in ("tail", "single")
        if self.is_tail and not ends_the_chain:
            self.is_tail, self.answers_upto = False, 0 if self.role == "spare" else self.committed
        elif ends_the_chain and not self.is_tail:
            self.take_office(answered)

    def take_office(self, answered: int) -> None:
        """Begin to act as the tail. Earlier tails have answered up to `answered`, and may have shown readers the whole log."""
        self.is_tail = True
        self.answers_after, self.answers_upto = answered, FOREVER
        self.shipped, self.reads_from = self.durable, self.log.last

    def promoted(self) -> Effects:
        """It serves clients now in a way in which it did not before."""
        yield Note("promoted", n=self.epoch, text=str(self.log.last))

    # Neighbours

    def on_tick(self) -> Effects:
        """Heartbeats, down the chain and to the configuration service."""
        yield from self.precede()
        for controller in () if self.members else self.cluster.controllers:
            yield Send(controller, Hello())
        yield from self.beat()

    def precede(self) -> Effects:
        """Tell the one that is fed how far the log was sent, and what was heard back."""
        for peer in self.successor:
            yield Send(peer, Lead(self.epoch, self.log.ends_tuple(), self.shipped, self.heard_back))

    @property
    def heard_back(self) -> int:
        """How far the one that is fed has acked."""
        return self.committed

    def on_lead(self, predecessor: str, message: Lead) -> Effects:
        """The predecessor lives; its log contains this one, unless this one came back with a tail that was abandoned.

        What cannot be cut off, because a snapshot has it, is replaced by the predecessor's state.
        """
        if message.epoch != self.epoch or predecessor != self.predecessor:
            return
        keep, newly = self.log.common_prefix(message.ends), not self.aligned
        if newly and not self.can_keep(keep):
            yield from self.ask(predecessor, -1)
            return
        if newly:
            self.aligned = True
            yield from self.discard_after(keep)
        yield from self.learn_committed(message.acked)
        if message.sent > self.log.last:
            yield from self.ask_for_gap(predecessor)
        elif newly or message.acked < self.position:
            yield from self.ack()

    def learn_committed(self, n: int) -> Effects:
        """The predecessor knows the log to be committed up to there, and has, if it was the tail, stopped committing."""
        if self.role == "spare":
            self.committed = max(self.committed, min(n, self.durable))
            yield from self.apply_to(self.committed)
        elif self.role == "joining" and self.durable >= n:
            yield from self.play("tail")
            self.take_office(n)
            yield from self.promoted()
            yield from self.commit_at_tail()

    def obeys(self, source: str, epoch: int) -> bool:
        """Entries are taken from the predecessor alone, once the log agrees with its log."""
        return epoch == self.epoch and source == self.predecessor and self.aligned

    def on_install(self, source: str, message: Install) -> Effects:
        """A state for a log that is too short, or cannot be cut where it should be."""
        if message.epoch == self.epoch and source == self.predecessor and (not self.aligned or self.wants(message)):
            self.aligned = True
            yield from self.install(message.snapshot, source)

    def ack(self) -> Effects:
        """Tell the predecessor how far the chain behind it has come."""
        n = self.position
        if self.predecessor and self.aligned:
            yield Send(self.predecessor, Ack(self.epoch, n, self.log.op_at(n)))

    def on_behind(self, peer: str, message: Behind) -> Effects:
        """Resend what a new successor has not: the suffix of the Sent list."""
        if message.epoch == self.epoch and (peer,) == self.successor:
            yield from self.precede()
            yield from self.ship(self.successor, message.last)

    def tell_chain(self, peer: str) -> Effects:
        """Pass the present configuration on to one that acts in an older one."""
        if self.members:
            yield Send(peer, Chain(self.epoch, self.members))

    def commit_at_tail(self) -> Effects:
        """What is durable at the tail is durable everywhere, hence committed."""
        raise NotImplementedError

    def summary(self) -> Summary:
        """The tail's state is the one that clients read."""
        return self.describe(claims=self.is_tail, member=self.role != "spare")


def _role(place: int, members: int, was_out: bool) -> str:
    if place == members:
        return "spare"
    if members == 1:
        return "single"
    return {0: "head", members - 1: "joining" if was_out else "tail"}.get(place, "middle")
