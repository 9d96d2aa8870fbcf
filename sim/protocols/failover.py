"""The failover controller of leader-follower replication: it holds a silent leader for dead and promotes a follower.

First it raises the epoch (no follower obeys the old leader any more), then it reads positions, then it compares them. A
promotion is safe if those who answered must include a holder of every acknowledged write.
"""

from __future__ import annotations

from sim.node import Effects, Note, Send, Timer
from sim.protocols.messages import Beat, Fence, Position, Promote
from sim.protocols.monitor import Monitor
from sim.records import Record

ANSWER_US = 20_000  # how long the controller listens for positions before it decides or asks again


class FailoverController(Monitor):
    """`serving` is the leader; `phase` is idle, fencing (positions are being read) or promoting."""

    phase = "idle"

    def first_serving(self) -> tuple[str, ...]:
        return self.cluster.replicas[:1]

    def readers(self) -> tuple[str, ...]:
        leader = self.serving[0]
        others = tuple(name for name in self.cluster.replicas if name != leader)
        return {"leader": (leader,), "follower": others, "any": (leader, *others)}[self.design.reads]

    # Detection

    def judge(self, silent: tuple[str, ...]) -> Effects:
        """A silent leader is replaced, if that is this controller's job."""
        if self.phase == "idle" and self.serving[0] in silent and self.design.failover == "automatic":
            yield from self.begin()

    def returned(self, replica: str) -> Effects:
        """A leader that restarted needs a new epoch, whoever gets it."""
        if self.phase == "idle" and replica == self.serving[0]:
            yield from self.begin()

    def noticed(self, replica: str, message: Beat) -> Effects:
        """The promoted replica leads: tell the clients. One that should lead and does not has restarted unheard."""
        leads = message.role == "leader" and message.epoch == self.epoch
        if leads and self.phase == "promoting":
            self.phase, self.serving = "idle", (replica,)
            yield from self.publish()
        elif not leads:
            yield from self.returned(replica)

    # Promotion

    def begin(self) -> Effects:
        """Raise the epoch, durably, before anyone hears of it."""
        self.phase, self.epoch = "fencing", self.epoch + 1
        self.answers: dict[str, Position] = {}
        yield from self.remember()

    def on_durable(self, records: tuple[Record, ...]) -> Effects:
        """The new epoch is safe: fence the old one."""
        if self.phase == "fencing":
            yield from self.fence()

    def fence(self) -> Effects:
        """Ask all who have not answered for their position."""
        for replica in self.cluster.replicas:
            if replica not in self.answers:
                yield Send(replica, Fence(self.epoch))
        yield Timer("decide", ANSWER_US, self.epoch)

    def on_position(self, replica: str, message: Position) -> Effects:
        """Decide as soon as the answers suffice; a controller that takes whoever answers listens to the end."""
        if self.phase == "fencing" and message.epoch == self.epoch:
            self.answers[replica] = message
            all_answered = len(self.answers) == len(self.cluster.replicas)
            if all_answered or (self.design.promote_quorum == "safe" and self.enough()):
                yield from self.choose()

    def on_decide(self, epoch: int) -> Effects:
        """Time is up: choose among those who answered, or ask again."""
        if self.phase == "fencing" and epoch == self.epoch:
            yield from self.choose() if self.enough() else self.fence()

    def enough(self) -> bool:
        """Whether those who answered suffice: for `safe`, they meet every set of replicas that holds an acked write."""
        if self.design.failover == "manual":
            return self.serving[0] in self.answers
        needed = self.design.answers_for_safe if self.design.promote_quorum == "safe" else 1
        return len(self.answers) >= needed

    def choose(self) -> Effects:
        """Promote by the design's rule; start again if the chosen one does not report."""
        chosen = self.serving[0] if self.design.failover == "manual" else _RULES[self.design.promote](self)
        self.phase = "promoting"
        answered = ", ".join(f"{name} ends at #{answer.last}" for name, answer in sorted(self.answers.items()))
        yield Note("elected", n=self.epoch, peer=chosen, text=answered)
        yield Send(chosen, Promote(self.epoch))
        yield Timer("confirm", self.design.detect_after_us, self.epoch)

    def on_confirm(self, epoch: int) -> Effects:
        """The promoted replica never reported: try again in a new epoch."""
        if self.phase == "promoting" and epoch == self.epoch:
            yield from self.begin()

    def most_caught_up(self) -> str:
        """The highest (epoch, index): an index alone may count entries of a history that was abandoned."""
        return max(sorted(self.answers), key=lambda name: (self.answers[name].last_epoch, self.answers[name].last))

    def anyone(self) -> str:
        """Any of them, by lot."""
        names = sorted(self.answers)
        return names[self.luck.index(len(names), f"promote {self.epoch}")]


_RULES = {"most-caught-up": FailoverController.most_caught_up, "any": FailoverController.anyone}
