"""What a Raft leader keeps for one term: how far each follower's log is, and which heartbeat rounds were answered."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass


def held_by(marks: Iterable[int], majority: int) -> int:
    """The highest mark that at least so many have reached: what a majority agrees on."""
    return sorted(marks)[-majority]


@dataclass(slots=True)
class Progress:
    """A follower as its leader sees it: figure 2's nextIndex and matchIndex.

    While `probing` the leader looks for the place where the logs agree, and sends nothing but heartbeats and answers.
    `heard_at` is the instant of the last answer in this term, `round` the last round that was answered.
    """

    next: int
    heard_at: int
    match: int = 0
    round: int = 0
    probing: bool = False


class Rounds:
    """Heartbeat rounds: a majority that answers one proves that no newer leader was elected when it was sent."""

    __slots__ = ("confirmed", "confirmed_at", "last", "sent_at")

    def __init__(self) -> None:
        self.last = self.confirmed = 0
        self.sent_at: dict[int, int] = {}  # of the rounds that may yet be confirmed
        self.confirmed_at: int | None = None  # when the last confirmed one was sent

    def begin(self, now: int) -> int:
        """Count a round that is sent now."""
        self.last += 1
        self.sent_at[self.last] = now
        return self.last

    def confirm(self, answered: Collection[int], majority: int) -> bool:
        """Take the rounds that all servers have answered last (the leader's own: `last`); whether that confirms a new one."""
        newest = held_by((self.last, *answered), majority)
        if newest <= self.confirmed:
            return False
        self.confirmed, self.confirmed_at = newest, self.sent_at[newest]
        for older in range(min(self.sent_at), newest + 1):
            del self.sent_at[older]
        return True
