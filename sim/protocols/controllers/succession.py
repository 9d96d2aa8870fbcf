"""How a leader is replaced: the epoch is raised, the old leader fenced, positions read and compared, one promoted.

No follower obeys the old leader any more once it has told its position. A promotion is safe if those who answered must
include a holder of every acknowledged write. What fences (epochs, nothing, leases, a power switch) comes before the
positions are read.
"""

from __future__ import annotations

from sim.node import Effects, Note, PowerOff, Send, Timer
from sim.protocols.controllers.council import Council
from sim.protocols.controllers.poll import Poll
from sim.protocols.messages import Fence, InSync, Position, Promote, Propose, Where
from sim.records import Decision

ANSWER_US = 20_000  # how long the chair listens for positions before it decides or asks again


class Succession(Council):
    """`serving` is the leader; `begin` starts its replacement.

    `phase` is the chair's: taking over, awaiting (the leader's word), idle, raising (the epoch), fencing (positions are being
    read), choosing (the choice is not yet decided), promoting. `wanted` is whom to promote if not by the rule, `resigned` a
    leader that an operator demoted, `used` the highest epoch that any replica has shown.
    """

    phase = "idle"
    wanted = resigned = ""
    told = False
    began_at = used = 0
    failed_over_at: int | None = None

    def first_serving(self) -> tuple[str, ...]:
        return self.cluster.replicas[:1]

    def first_in_sync(self) -> tuple[str, ...]:
        return self.cluster.replicas if self.design.wait_for == "in-sync" else ()

    @property
    def automatic(self) -> bool:
        """Whether silence alone may make another the leader; a single node has no other."""
        return self.design.failover == "automatic" and self.design.topology != "single"

    @property
    def cooling(self) -> bool:
        """Whether the last failover is too recent for another."""
        return self.failed_over_at is not None and self.now - self.failed_over_at < self.design.cooldown_us

    # Raising the epoch

    def begin(self, wanted: str = "") -> Effects:
        """Raise the epoch; nobody serves in it until somebody is chosen."""
        self.phase, self.wanted, self.told, self.began_at = "raising", wanted, False, self.now
        yield from self.decide(self.accepted._replace(epoch=max(self.accepted.epoch, self.used) + 1))

    def took_over(self) -> None:
        """Go on where the last chair stopped; what it was ordered is forgotten."""
        self.phase, self.wanted = "taking over", "" if self.automatic else self.serving[0]

    def step_down(self) -> None:
        super().step_down()
        self.phase = "idle"

    def learn(self, decision: Decision) -> None:
        """Somebody may have been elected just now: the next failover must wait."""
        if decision.elected > (self.decided.elected if self.known else 1):
            self.failed_over_at, self.resigned = self.now, ""
        super().learn(decision)

    def enact(self, before: Decision) -> Effects:
        """Seek a successor in a raised epoch, promote whom was chosen, tell the leader of its in-sync set."""
        if self.decided.elected < self.decided.epoch:
            yield from self.seek()
        elif self.phase == "choosing":
            yield from self.promote()
        elif self.phase == "taking over":
            yield from self.await_leader("awaiting")
        else:
            yield from self.tell_in_sync()
        if self.decided.in_sync != before.in_sync:
            yield Note("in_sync", n=self.decided.version, text=" ".join(self.decided.in_sync))

    # Fencing, and how far each has come

    def seek(self) -> Effects:
        """Cut the old leader's power, where that is the design, then ask all for their positions."""
        leader = self.serving[0]
        self.phase, self.poll = "fencing", Poll(self.cluster, self.decided.in_sync, self.wanted, self.resigned)
        if self.design.fencing == "stonith" and self.roles.get(leader, "leader") == "leader":
            yield PowerOff(leader)  # unless its own last word was that it is none any more
        yield from self.ask()

    def ask(self) -> Effects:
        """Fence all who have not answered, or only ask them where nothing fences, and listen for a while."""
        ask = Where if self.design.fencing == "none" else Fence
        for replica in self.cluster.replicas:
            if replica not in self.poll.answers:
                yield Send(replica, ask(self.decided.epoch))
        yield Timer("decide", ANSWER_US, self.decided.epoch)

    def on_position(self, replica: str, message: Position) -> Effects:
        """Decide as soon as the answers suffice; a controller that takes whoever answers listens to the end."""
        if self.phase == "fencing" and message.epoch == self.decided.epoch:
            self.poll.answers[replica] = message
            if self.poll.settled:
                yield from self.choose()

    def on_decide(self, epoch: int) -> Effects:
        """Time is up: choose among those who answered, or ask again."""
        if self.phase == "fencing" and epoch == self.decided.epoch:
            yield from self.choose() if self.poll.enough else self.ask_again()

    def ask_again(self) -> Effects:
        """Go on listening."""
        if self.poll.only_in_sync and not self.told:
            self.told = True
            yield Note("note", text="no member of the in-sync set answers: nobody is promoted")
        if self.now - self.began_at > self.design.detect_after_us:
            yield from self.give_up_wishes()
        yield from self.ask()

    def give_up_wishes(self) -> Effects:
        """An order, and the wish for another than the one that was demoted, have had their time."""
        poll, leader = self.poll, self.serving[0]
        if poll.wanted not in ("", leader):
            yield Note("note", peer=poll.wanted, text="cannot be promoted: it does not answer")
        if not self.automatic:
            poll.wanted = leader
        elif poll.wanted != leader or not self.cooling:
            poll.wanted = poll.barred = ""

    # The promotion

    def choose(self) -> Effects:
        """Decide who leads in this epoch; nobody hears of it before a majority of the controllers has it on disk."""
        chosen = self.poll.choose()
        self.phase = "choosing"
        epoch, in_sync = self.decided.epoch, self.poll.level_with(chosen)
        yield from self.decide(self.accepted._replace(elected=epoch, serving=(chosen,), in_sync=in_sync))

    def promote(self) -> Effects:
        """Tell the chosen one."""
        yield Note("elected", n=self.epoch, peer=self.serving[0], text=str(self.poll))
        yield Send(self.serving[0], Promote(self.epoch, self.decided.in_sync))
        yield from self.await_leader("promoting")

    def await_leader(self, phase: str) -> Effects:
        """It should lead in this epoch before long."""
        self.phase = phase
        yield Timer("confirm", self.design.detect_after_us, self.epoch)

    def on_confirm(self, epoch: int) -> Effects:
        """The promoted replica never reported: try again in a new epoch. It may have led and died, so it is not asked again."""
        if self.phase in ("promoting", "awaiting") and epoch == self.epoch:
            failed, self.phase = self.phase == "promoting", "idle"
            if failed and self.automatic:
                yield from self.begin()

    # The in-sync set

    def on_propose(self, leader: str, message: Propose) -> Effects:
        """Let the leader of the present epoch have the in-sync set that it proposes; it is always a member itself."""
        newest = self.accepted
        if not self.chairs or leader != newest.serving[0] or not message.epoch == newest.epoch == newest.elected:
            return
        members = tuple(sorted({leader, *message.members}))
        if members != newest.in_sync:
            yield from self.decide(newest._replace(in_sync=members))
        elif newest == self.decided:
            yield from self.tell_in_sync()

    def tell_in_sync(self) -> Effects:
        """The leader may count on it from now on."""
        yield Send(self.serving[0], InSync(self.decided.epoch, self.decided.version, self.decided.in_sync))
