"""Which controller decides: one of them holds the chair under a ballot that a majority of the controllers voted for.

Real Sentinels elect one of them anew for each failover: as many as the quorum says must agree that a leader is down, then
a majority must vote for the one that carries the failover out. Here, as with etcd under Patroni or Orchestrator on Raft,
the chair stays with whoever got it until the others hear nothing more from it.
"""

from __future__ import annotations

from sim.node import Cluster, Effects, Fsync, Note, Send, Timer, Write
from sim.protocols.controllers.monitor import Monitor
from sim.protocols.messages import Campaign, Report, Vote
from sim.records import Decision, Epoch, Record


class Electorate(Monitor):
    """One controller of several, or a lone one, which is a majority of one.

    `ballot` is the highest that it has promised to honour: it votes once in each. `accepted` is the newest decision that it
    was asked to keep, `decided` the newest that it knows a majority to have. The first controller begins with the chair.
    """

    def __init__(self, name: str, cluster: Cluster) -> None:
        super().__init__(name, cluster)
        self.peers = tuple(controller for controller in cluster.controllers if controller != name)
        self.majority = len(cluster.controllers) // 2 + 1
        self.ballot = 1
        self.decided = self.accepted = Decision(1, 0, 1, 1, self.serving, self.first_in_sync())
        self.chair = cluster.controllers[0]
        self.chairs = self.acts = self.chair == name
        self.chair_heard = 0
        self.reports: dict[str, Report] = {}
        self.reported = dict.fromkeys(self.peers, 0)
        self.campaigning = 0  # the ballot under which it asks for votes; 0: it does not
        self.attempts = 0
        self.votes: dict[str, Decision] = {}
        self.voted = 1  # the highest ballot in which its own vote is durable

    def on_restart(self, records: tuple[Record, ...]) -> Effects:
        """Remember promises and decisions, but not what became of them: whoever holds the chair knows."""
        self.step_down()
        self.known = False
        for record in records:
            if isinstance(record, Decision):
                self.accepted = max(self.accepted, record)
            elif isinstance(record, Epoch):
                self.ballot = record.n
        self.voted = self.ballot = max(self.ballot, self.accepted.ballot)
        yield from super().on_restart(records)
        yield Fsync()
        if not self.peers:
            yield from self.campaign()

    # Hearing of each other

    def on_check(self) -> Effects:
        """Besides the replicas, watch the chair; who has it and hears no majority gives it up, for it can decide nothing."""
        yield from super().on_check()
        if self.chairs and not self.hears_majority:
            self.step_down()
        yield from self.report()
        if not self.chairs and self.now - self.chair_heard > self.design.detect_after_us:
            self.attempts += 1
            self.step_down()
            drawn = self.luck.between(0, self.design.detect_after_us, f"stand {self.name} {self.attempts}")
            yield Timer("stand", drawn)

    def on_stand(self) -> Effects:
        """Candidates that stand at the same instant take each other's votes away, so each waits for a drawn while."""
        if not self.chair:
            yield from self.campaign()

    def report(self) -> Effects:
        """Tell the other controllers how things look from here."""
        for peer in self.peers:
            yield Send(peer, Report(self.ballot, self.chairs, self.decided if self.known else None, self.suspected))

    def on_report(self, peer: str, message: Report) -> Effects:
        """Another controller lives; it may hold the chair, or know of a ballot that ends this one's."""
        news = peer not in self.reports or self.reports[peer].suspected != message.suspected
        self.reports[peer], self.reported[peer] = message, self.now
        if message.chairs and message.ballot >= self.ballot:
            self.follow(peer, message.ballot)
        elif message.ballot > self.ballot and self.chairs:
            self.step_down()
        if message.decided is not None:
            self.learn(message.decided)
        if news and self.acts:
            yield from self.judge(self.agreed())

    def follow(self, chair: str, ballot: int) -> None:
        """Another controller has the chair."""
        if self.chairs:
            self.step_down()
        self.chair, self.ballot, self.chair_heard = chair, ballot, self.now

    def step_down(self) -> None:
        """The chair is another's, or will be."""
        self.chairs = self.acts = False
        self.chair, self.chair_heard = "", self.now

    @property
    def in_touch(self) -> tuple[str, ...]:
        """The other controllers that were heard from lately."""
        return tuple(peer for peer, at in self.reported.items() if self.now - at <= self.design.detect_after_us)

    @property
    def hears_majority(self) -> bool:
        """Whether enough others are heard for votes and decisions to come back."""
        return len(self.in_touch) + 1 >= self.majority

    def agreed(self) -> tuple[str, ...]:
        """Only what a majority of the controllers holds for dead is dead: one of them may have lost its own link."""
        opinions = [self.reports[peer].suspected for peer in self.in_touch if peer in self.reports]
        count = {name: 1 + sum(name in opinion for opinion in opinions) for name in self.suspected}
        return tuple(name for name in self.suspected if count[name] >= self.majority)

    # Votes

    @property
    def chair_lives(self) -> bool:
        """Whether somebody has the chair, as far as one can tell from here."""
        return bool(self.chair) and (self.chairs or self.now - self.chair_heard <= self.design.detect_after_us)

    def campaign(self) -> Effects:
        """Ask for the chair.

        The candidate promises nothing itself before the others have: who is out of reach does not drive ballots up.
        """
        self.campaigning = max([self.ballot, *(self.reports[peer].ballot for peer in self.in_touch)]) + 1
        self.votes = {}
        for peer in self.peers:
            yield Send(peer, Campaign(self.campaigning))
        yield from self.count_votes()

    def on_campaign(self, candidate: str, message: Campaign) -> Effects:
        """Vote for one candidate a ballot, and for none while the chair is heard; the vote must be durable first."""
        if self.chair_lives or message.ballot <= self.ballot:
            return
        self.step_down()
        self.ballot = message.ballot
        yield Write(Epoch(message.ballot, candidate))
        yield Fsync()

    def on_vote(self, peer: str, message: Vote) -> Effects:
        """Count it."""
        if message.ballot == self.campaigning:
            self.votes[peer] = message.accepted
            yield from self.count_votes()

    def count_votes(self) -> Effects:
        """With its own vote it has a majority: that one must be durable too."""
        if len(self.votes) + 1 == self.majority and self.ballot < self.campaigning:
            self.ballot = self.campaigning
            yield Write(Epoch(self.ballot, self.name))
            yield Fsync()

    def on_durable(self, records: tuple[Record, ...]) -> Effects:
        """A vote is durable: it may be told, or the chair may be taken."""
        for record in records:
            if isinstance(record, Epoch) and record.n > self.voted:
                self.voted = record.n
                yield Note("voted", peer=record.text, n=record.n)
                yield from self.take_chair() if record.text == self.name else self.tell_vote(record)

    def tell_vote(self, vote: Epoch) -> Effects:
        """What was accepted here goes along, so that no decision is forgotten."""
        if vote.n == self.ballot:
            yield Send(vote.text, Vote(vote.n, self.accepted))

    def take_chair(self) -> Effects:
        """Decide from now on, beginning with the newest decision that any voter has accepted."""
        if self.campaigning == self.ballot:
            self.chairs, self.chair = True, self.name
            yield from self.open_session(max([self.accepted, *self.votes.values()]))

    # For subclasses

    def first_in_sync(self) -> tuple[str, ...]:
        """The in-sync set at the very start."""
        return ()

    def open_session(self, newest: Decision) -> Effects:
        """The chair is this controller's, and this the newest decision that may have been made."""
        raise NotImplementedError

    def learn(self, decision: Decision) -> None:
        """A majority has made this decision durable."""
        raise NotImplementedError
