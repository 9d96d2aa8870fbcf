"""`quizkit drill`: the daily flashcards. Each answer is in the journal before the next card shows."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated

import typer

from quizkit.clock import now
from quizkit.errors import Interrupted, QuizkitError
from quizkit.home import find_home
from quizkit.learn.days import local_day
from quizkit.learn.drill import Drill
from quizkit.learn.journal import Journal, open_journal
from quizkit.learn.queue import NEW_A_DAY, build_queue, choose_cards
from quizkit.learn.reviews import card_states, grade, schedule, undo
from quizkit.learn.schedule import RATINGS, CardState
from quizkit.library.catalog import Card, Library
from quizkit.library.load import open_library
from quizkit.screen import drill as screen
from quizkit.screen.keys import keys, require_terminal
from quizkit.screen.style import Style, terminal_style
from quizkit.words import plural

WITHOUT_TERMINAL = "use `quizkit due --json` and `quizkit answer CARD --rating good` instead"


def drill(
    deck: Annotated[str | None, typer.Option(help="Only this deck.")] = None,
    tag: Annotated[str | None, typer.Option(help="Only cards with this tag.")] = None,
    limit: Annotated[
        int | None, typer.Option(min=1, help="No more answers than this; a card that comes back counts again.")
    ] = None,
    new: Annotated[int, typer.Option(min=0, help="How many new cards a day.")] = NEW_A_DAY,
    drafts: Annotated[bool, typer.Option("--drafts", help="Also cards that nobody has reviewed yet.")] = False,
) -> None:
    """Ask the cards that are due. Space shows the answer; 1 to 4 say how well you knew it; ? lists the keys.

    A card that you failed, or that is new to you, comes back in the same sitting.

    \b
    Examples:
      quizkit drill
      quizkit drill --deck split-brain --limit 20
      quizkit drill --tag failover --drafts
    """
    require_terminal(WITHOUT_TERMINAL)
    home, style = find_home(), terminal_style()
    library = open_library(home)
    cards = choose_cards(library, deck, tag, drafts)
    with open_journal(home) as journal:
        states = card_states(journal)
        queue = build_queue(cards, states, now(), new)
        order = (*queue.order, *queue.soon)
        if not order:
            sys.stdout.write(screen.nothing_due(style, queue.next_due, now()))
            return
        Sitting(journal, library, Drill.begin(order, states, now(), limit), style).run()


@dataclass
class Sitting:
    """A drill at a terminal: keys in, text out, answers into the journal."""

    journal: Journal
    library: Library
    drill: Drill
    style: Style
    over: bool = False

    def run(self) -> None:
        """Ask until the cards or the learner's patience end; raises Interrupted, telling what is saved."""
        actions = self._actions()
        try:
            with keys() as read:
                self._ask()
                while not self.over and self.drill.card is not None:
                    actions.get(read(), lambda: None)()
        except (KeyboardInterrupt, EOFError) as error:
            self._write("\n")
            raise Interrupted(f"stopped; {plural(len(self.drill.answers), 'answer')} of this sitting saved") from error
        self._write(self.style.rewind() + screen.summary(self.style, self.drill))

    def _actions(self) -> Mapping[str, Callable[[], None]]:
        grades = {str(number): lambda rating=rating: self._grade(rating) for number, rating in enumerate(RATINGS, 1)}
        forward = dict.fromkeys((" ", "\r", "\n"), self._forward)
        return {**grades, **forward, "u": self._undo, "s": self._see, "?": self._help, "q": self._quit}

    @property
    def _card(self) -> Card:
        assert self.drill.card is not None, "the sitting is not over"
        return self.library.cards[self.drill.card]

    def _ask(self) -> None:
        if self.drill.card is not None:
            title = self.library.decks[self._card.deck].title
            self._write(screen.question(self.style, self._card, title, self.drill))
            self._prompt()

    def _prompt(self) -> None:
        if not self.drill.revealed:
            self._write(screen.question_keys(self.style))
            return
        state = self.drill.states.get(self._card.id) or CardState(self._card.id, now())
        self._write(screen.answer_keys(self.style, schedule().preview(state, now(), local_day(now()))))

    def _forward(self) -> None:
        if self.drill.revealed:
            self._grade("good")
            return
        self.drill.reveal()
        self._write(self.style.rewind() + screen.answer(self.style, self._card))
        self._prompt()

    def _grade(self, rating: str) -> None:
        if not self.drill.revealed:
            self._remark("Look at the answer first: space.")
            return
        card = self._card
        try:
            review, state = grade(self.journal, card.id, rating, card.version)
        except QuizkitError as error:
            self._write("\n")
            raise QuizkitError(f"your answer to {card.id} is not saved: {error.message}", error.hint) from error
        self.drill.graded(review, state, now())
        self._write(self.style.rewind() + screen.graded(self.style, rating, state.due - review.at))
        self._ask()

    def _undo(self) -> None:
        if not self.drill.answers:
            self._remark("Nothing to take back in this sitting; `quizkit undo` takes back earlier answers.")
            return
        review = self.drill.answers[-1]
        self.drill.undone(undo(self.journal, review))
        self._write(self.style.rewind() + screen.undone(self.style, review))
        self._ask()

    def _see(self) -> None:
        see = self._card.see
        self._remark(f"See it happen: quizkit replay {see}" if see else "No scenario shows this card.")

    def _help(self) -> None:
        self._write(self.style.rewind() + screen.KEYS)
        self._prompt()

    def _quit(self) -> None:
        self.over = True

    def _remark(self, text: str) -> None:
        self._write(self.style.rewind() + self.style.dim(self.style.prose(text, "  ")) + "\n")
        self._prompt()

    def _write(self, text: str) -> None:
        sys.stdout.write(text)
        sys.stdout.flush()
