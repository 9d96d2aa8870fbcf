"""What a leader does when acks do not come: it goes on without them, tells its clients, or lets an operator release them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from sim.node import Effects, Note, Timer
from sim.protocols.leader_follower.acks import ANY, nobody
from sim.protocols.leader_follower.waiting import Waiting
from sim.records import Entry

CANCELLED = "cancelled: the write is on the leader, and may not be on a follower"


class Patience(Waiting):
    """The four forms of `on_wait_timeout` (to block is to have no time-out), and PostgreSQL's cancelled wait."""

    def unanswered(self) -> list[Entry]:
        """The entries that wait for acks and for nothing else."""
        return [self.log.at(n) for n in sorted(self.owed) if self.committed < n <= self.own and n not in self.warnings]

    def watch_time(self, since: int) -> Effects:
        """Look again when a client that has waited since then has waited long enough."""
        self.timing = True
        yield Timer("overdue", max(1, since + self.design.wait_timeout_us - self.now))

    def on_overdue(self) -> Effects:
        """Do what the design says with writes that have waited too long."""
        self.timing = False
        deadline = self.now - self.design.wait_timeout_us
        if late := [entry for entry in self.unanswered() if self.owed[entry.n] <= deadline]:
            yield from _ON_TIMEOUT[self.design.on_wait_timeout](self, late)
        if waits := [since for n, since in self.owed.items() if n > self.committed]:
            yield from self.watch_time(min((since for since in waits if since > deadline), default=self.now))

    def degrade(self, late: list[Entry]) -> Effects:
        """MySQL's semi-sync: from here on the leader is asynchronous, for those too that have not waited long."""
        yield Note("degraded", n=late[0].n, text=f"no ack for #{late[0].n}: writes are not waited for any more")
        waiting = tuple(entry.op for entry in self.unanswered())
        yield Note("released", waiting, late[0].n, text="degraded")
        self.covered, self.degraded_at = nobody, self.committed
        yield from self.commit()

    def restore(self) -> Effects:
        """Enough followers have caught up: wait for them again. The count is MySQL's Rpl_semi_sync_source_no_tx."""
        if self.degraded_at is not None:
            count = self.committed - self.degraded_at
            yield Note("restored", n=self.committed, text=f"{count} writes were not waited for")
            self.covered, self.degraded_at = self.rule, None

    def give_up(self, late: list[Entry]) -> Effects:
        """MongoDB's wtimeout: the client hears that the write is not as safe as it asked for."""
        for entry in late:
            yield from self.tell_unsure(entry, "not acked in time")

    def report(self, late: list[Entry]) -> Effects:
        """Redis' WAIT: the client hears how many have acked."""
        for entry in late:
            acked = sum(n >= entry.n for n in self.count.positions.values())
            text = f"{acked} of {self.design.acks_needed} acked"
            yield Note("released", (entry.op,), entry.n, text=f"reported: {text}")
            yield from self.tell_unsure(entry, text)

    def cancel(self, op: str) -> Effects:
        """PostgreSQL's cancelled wait: the write is done here, so the client is told so, with a warning; reads see it.

        So do those see that stand before it in the log. "" cancels the oldest wait.
        """
        waiting = self.unanswered()
        entry = next((entry for entry in waiting if not op or entry.op == op), None)
        if entry is None:
            yield Note("note", text="nothing waits that could be cancelled")
            return
        self.warnings[entry.n] = CANCELLED
        yield Note("released", (entry.op,), entry.n, text="cancelled")
        if entry.n in self.early:
            yield from self.answer(entry, self.early.pop(entry.n))
        yield from self.apply_to(entry.n)

    # The return to waiting

    def track(self, follower: str, n: int) -> Effects:
        """Remember when each follower was heard of and has caught up; with enough of them the waiting begins again."""
        self.progress[follower].acked(n, self.log.last, self.now)
        if self.degraded_at is not None:
            level = {peer: ANY if self.keeps_up(peer, self.design.wait_timeout_us) else 0 for peer in self.peers}
            if self.rule(replace(self.count, positions=level)) == ANY:
                yield from self.restore()

    def keeps_up(self, peer: str, within_us: int) -> bool:
        """Whether a follower has had the whole log at some instant not longer ago than that."""
        caught_up_at = self.progress[peer].caught_up_at
        return caught_up_at is not None and self.now - caught_up_at <= within_us


_ON_TIMEOUT: dict[str, Callable[[Patience, list[Entry]], Effects]] = {
    "degrade": Patience.degrade,
    "refuse": Patience.give_up,
    "report": Patience.report,
}
