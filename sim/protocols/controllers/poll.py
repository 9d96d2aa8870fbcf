"""Whom to promote: what replicas say of their logs, and what a design makes of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from sim.node import Cluster
from sim.protocols.messages import Position


@dataclass
class Poll:
    """The positions told for one epoch. `wanted`: promote this one, whatever the rule says; `barred`: not that one."""

    cluster: Cluster
    in_sync: tuple[str, ...]
    wanted: str = ""
    barred: str = ""
    answers: dict[str, Position] = field(default_factory=dict)

    @property
    def candidates(self) -> list[str]:
        """Those who answered and may be promoted."""
        if self.wanted:
            return [self.wanted] if self.wanted in self.answers else []
        able = sorted(name for name in self.answers if name != self.barred)
        return [name for name in able if name in self.in_sync] if self.only_in_sync else able

    @property
    def only_in_sync(self) -> bool:
        """Whether nobody but a member of the in-sync set, which has every confirmed write, may be promoted."""
        return self.cluster.design.promote == "in-sync-only" and not self.wanted

    @property
    def enough(self) -> bool:
        """Whether a choice can be made: for `safe`, the candidates meet every set of replicas that holds an acked write."""
        by_quorum = self.cluster.design.promote_quorum == "safe" and not self.only_in_sync and not self.wanted
        return len(self.candidates) >= (self.cluster.design.answers_for_safe if by_quorum else 1)

    @property
    def settled(self) -> bool:
        """Whether nothing that may still come could make the choice a better one, as the design sees it."""
        all_answered = len(self.answers) == self.cluster.design.replicas
        hasty = self.only_in_sync or self.cluster.design.promote_quorum == "safe"
        return self.enough and (all_answered or hasty)

    def choose(self) -> str:
        """The candidate that the design's rule names."""
        return self.candidates[0] if self.wanted else _RULES[self.cluster.design.promote](self)

    def most_caught_up(self) -> str:
        """The highest (epoch, index): an index alone may count entries of a history that was abandoned."""
        return max(self.candidates, key=self.end)

    def anyone(self) -> str:
        """Any of them, by lot."""
        names = self.candidates
        return names[self.cluster.luck.index(len(names), f"promote {self.answers[names[0]].epoch}")]

    def level_with(self, leader: str) -> tuple[str, ...]:
        """The in-sync set in which this leader begins: itself, and those of the old set whose logs end where its log ends."""
        level = [name for name in self.in_sync if name in self.answers and self.end(name) == self.end(leader)]
        return tuple(sorted({leader, *level})) if self.in_sync else ()

    def end(self, name: str) -> tuple[int, int]:
        """The place of the last entry."""
        return self.answers[name].last_epoch, self.answers[name].last

    def __str__(self) -> str:
        return ", ".join(f"{name} ends at #{answer.last}" for name, answer in sorted(self.answers.items()))


_RULES: dict[str, Callable[[Poll], str]] = {
    "most-caught-up": Poll.most_caught_up,
    "any": Poll.anyone,
    "in-sync-only": Poll.most_caught_up,
}
