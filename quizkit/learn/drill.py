"""One sitting of the drill, without terminal, clock or journal: what is asked now, and what an answer leads to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from quizkit.learn.fact import Fact
from quizkit.learn.schedule import CardState


@dataclass
class Drill:
    """The cards of a sitting, in order, and how far it got. `card` is the one being asked; None: the sitting is over.

    Failed and new cards come back until they graduate from their learning steps: when their minutes are over, or early
    if nothing else is left, because waiting at a screen teaches nobody. After `most` answers the sitting is over all the
    same; it counts answers, not cards, so that it promises how long the sitting takes.
    """

    order: tuple[str, ...]
    states: dict[str, CardState]
    card: str | None = None
    revealed: bool = False
    answers: list[Fact] = field(default_factory=list)
    most: int | None = None

    @classmethod
    def begin(cls, order: tuple[str, ...], states: Mapping[str, CardState], at: datetime, most: int | None = None) -> Drill:
        """A sitting over these cards; it does not share `states` with the caller."""
        drill = cls(order[:most], {card: states[card] for card in order[:most] if card in states}, most=most)
        drill._ask_next(at)
        return drill

    def reveal(self) -> None:
        """Show the answer."""
        self.revealed = True

    def graded(self, review: Fact, state: CardState, at: datetime) -> None:
        """The card was graded, which the journal keeps already; go on to the next one."""
        self.answers.append(review)
        self.states[review.subject] = state
        self._ask_next(at)

    def undone(self, state: CardState | None) -> None:
        """The last answer was taken back, which the journal keeps already; ask that card again, in the state it had."""
        card = self.answers.pop().subject
        self.states.pop(card, None)
        if state is not None:
            self.states[card] = state
        self.card, self.revealed = card, False

    @property
    def waiting(self) -> list[str]:
        """Cards of the sitting that were not asked yet, in order."""
        asked = {answer.subject for answer in self.answers}
        return [card for card in self.order if card not in asked]

    @property
    def left(self) -> int:
        """How many cards are not done with: not asked yet, or still being learnt; no more than may be asked."""
        asked = {answer.subject for answer in self.answers}
        cards = len(self.waiting) + sum(self.states[card].is_learning for card in asked)
        return cards if self.most is None else min(cards, self.most - len(self.answers))

    @property
    def ratings(self) -> Counter[str]:
        """How often each grade was given."""
        return Counter(answer.payload["rating"] for answer in self.answers)

    def _ask_next(self, at: datetime) -> None:
        waiting = self.waiting
        asked = {answer.subject for answer in self.answers}
        learning = sorted((self.states[card].due, card) for card in asked if self.states[card].is_learning)
        if len(self.answers) == self.most:
            self.card = None
        elif learning and (not waiting or learning[0][0] <= at):
            self.card = learning[0][1]
        else:
            self.card = waiting[0] if waiting else None
        self.revealed = False
