"""Raft's elections: terms, votes, time-outs, and who leads (Ongaro & Ousterhout, USENIX ATC 2014, sections 5.2 and 5.4.1).

A term is what other protocols here call an epoch: `self.epoch`. From Ongaro's dissertation come the pre-vote (9.6), by which a
server that cannot win disturbs nobody, and the rule that who hears from a leader votes for nobody else (4.2.3).
"""

from __future__ import annotations

from sim.node import Cluster, Effects, Fsync, Note, Send, Timer, Write
from sim.protocols.database import Database
from sim.protocols.messages import Stale
from sim.protocols.raft.messages import RequestVote, Vote
from sim.records import Epoch


class Elections(Database):
    """A server that takes part in elections; `role` is follower, candidate or leader."""

    def __init__(self, name: str, cluster: Cluster) -> None:
        super().__init__(name, cluster)
        self.others = tuple(other for other in cluster.replicas if other != name)
        self.leader = ""  # the leader of this term, as far as it is known
        self.voted_for = ""  # in this term
        self.firm = False  # whether this term and this vote are durable: without that nothing is answered
        self.owes_vote = False  # whether a vote waits for that
        self.heard_at = 0  # when a leader was heard last
        self.canvass = ""  # what is being gathered: pre-votes ("pre"), votes ("real"), or nothing
        self.votes: set[str] = set()
        self.forced = False  # whether an operator asked for this election
        self.draws = 0  # how many time-outs were drawn
        self.patience_us = 0  # the one that holds

    # Starting

    def on_boot(self) -> Effects:
        """The run begins after a first election: all have voted for the first replica in term 1."""
        self.epoch = 1
        self.leader = self.voted_for = self.cluster.replicas[0]
        yield from self.store_term()
        if self.leader == self.name:
            yield from self.lead()
        else:
            yield from self.play("follower")
            yield self.await_leader()

    def recall(self, known: Epoch) -> None:
        """The term and the vote in it outlive a crash."""
        self.epoch, self.voted_for = known.n, known.text

    def known(self) -> Epoch:
        """A snapshot stands for the vote, too."""
        return Epoch(self.epoch, self.voted_for)

    def await_leader(self) -> Timer:
        """A fresh time-out, drawn from one to two times `election_us`, so that two seldom stand at once."""
        self.draws += 1
        shortest, what = self.design.election_us, f"election {self.name} {self.epoch} {self.draws}"
        self.patience_us = self.luck.between(shortest, 2 * shortest, what)
        return Timer("election", self.patience_us)

    # Terms

    def store_term(self) -> Effects:
        """Begin to make the term and the vote durable."""
        self.firm = False
        yield Write(Epoch(self.epoch, self.voted_for))
        yield Fsync()

    def adopt(self, term: int) -> Effects:
        """All servers: "if term T > currentTerm: set currentTerm = T, convert to follower"."""
        self.epoch, self.voted_for, self.leader, self.owes_vote = term, "", "", False
        yield from self.store_term()
        yield from self.stand_down()

    def stand_down(self) -> Effects:
        """Be a follower."""
        self.canvass = ""
        if self.role == "leader":
            yield from self.resign()
            yield self.await_leader()
        yield from self.play("follower")

    def on_stale(self, _: str, message: Stale) -> Effects:
        """Someone knows a newer term."""
        if message.epoch > self.epoch:
            yield from self.adopt(message.epoch)

    def on_firm(self, durable: Epoch) -> Effects:
        """A term is durable; if it is the present one, a vote in it can be given."""
        self.firm = durable == (self.epoch, self.voted_for)
        if self.firm and self.owes_vote:
            yield from self.give_vote()

    # Standing for election

    def on_election(self) -> Effects:
        """No leader was heard for a time-out: find out whether a majority would vote for this server."""
        if self.role != "leader":
            self.leader, self.canvass, self.votes = "", "pre", {self.name}
            yield from self.request_votes(self.epoch + 1, pre=True)
            yield self.await_leader()

    def on_order(self, what: str, about: str) -> Effects:
        """An operator may have a server stand for election at once, or step down. A promise to a lease goes before."""
        if what == "campaign" and self.role != "leader" and not self.is_bound:
            yield from self.stand(forced=True)
        elif what == "demote" and self.role == "leader":
            self.leader = ""
            yield from self.stand_down()

    def stand(self, forced: bool = False) -> Effects:
        """Candidates: increment currentTerm, vote for self, reset the election timer."""
        self.epoch, self.voted_for, self.leader = self.epoch + 1, self.name, ""
        self.canvass, self.votes, self.forced, self.owes_vote = "real", set(), forced, True
        yield from self.play("candidate")
        yield from self.store_term()
        yield self.await_leader()

    def request_votes(self, term: int, pre: bool = False, forced: bool = False) -> Effects:
        """Ask all others."""
        for other in self.others:
            yield Send(other, RequestVote(term, self.log.last_epoch, self.log.last, pre, forced))

    def on_vote(self, voter: str, message: Vote) -> Effects:
        """Count it, if it is for the present candidacy."""
        if not message.granted:
            if message.term > self.epoch:
                yield from self.adopt(message.term)
        elif message.term == self.epoch + message.pre and self.canvass == ("pre" if message.pre else "real"):
            yield from self.count(voter)

    def count(self, voter: str) -> Effects:
        """With the pre-votes of a majority a server stands, with its votes it leads."""
        self.votes.add(voter)
        if len(self.votes) < self.cluster.majority:
            return
        if self.canvass == "pre":
            yield from self.stand()
        else:
            self.canvass = ""
            yield Note("elected", n=self.epoch, peer=self.name, text=f"votes of {', '.join(sorted(self.votes))}")
            yield Note("promoted", n=self.epoch, text=str(self.log.last))
            yield from self.lead()

    # Voting

    @property
    def is_bound(self) -> bool:
        """Whether a leader may hold a lease that relies on this server's silence."""
        return self.design.reads == "lease" and self.now - self.heard_at < self.design.election_us

    @property
    def is_loyal(self) -> bool:
        """Whether it leads or hears from a leader; then nobody needs to be elected."""
        return self.role == "leader" or (self.leader != "" and self.now - self.heard_at < self.design.election_us)

    def on_requestvote(self, candidate: str, message: RequestVote) -> Effects:
        """RequestVote's receiver: at most one vote a term, and only for a log that is at least as up-to-date as this one."""
        if message.term > self.epoch and (self.is_bound or (self.is_loyal and not message.forced)):
            return
        current = (message.last_term, message.last) >= (self.log.last_epoch, self.log.last)
        if message.pre:
            granted = current and message.term > self.epoch
            yield Send(candidate, Vote(message.term if granted else self.epoch, granted, pre=True))
            return
        if message.term > self.epoch:
            yield from self.adopt(message.term)
        if current and message.term == self.epoch and self.voted_for in ("", candidate):
            yield from self.vote_for(candidate)
        else:
            yield Send(candidate, Vote(self.epoch, granted=False))

    def vote_for(self, candidate: str) -> Effects:
        """Vote, durably; the answer follows then."""
        self.owes_vote = True
        if not self.voted_for:
            self.voted_for, self.canvass = candidate, ""
            yield from self.store_term()
            yield self.await_leader()
        elif self.firm:
            yield from self.give_vote()

    def give_vote(self) -> Effects:
        """The vote is durable: a candidate counts its own and asks the others, a voter answers."""
        self.owes_vote = False
        yield Note("voted", n=self.epoch, peer=self.voted_for)
        if self.voted_for != self.name:
            yield Send(self.voted_for, Vote(self.epoch, granted=True))
        elif self.canvass == "real":
            yield from self.count(self.name)
            yield from self.request_votes(self.epoch, forced=self.forced)

    # What replication adds

    def lead(self) -> Effects:
        """Take office in this term."""
        raise NotImplementedError

    def resign(self) -> Effects:
        """Give up what only a leader has."""
        raise NotImplementedError
