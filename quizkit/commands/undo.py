"""`quizkit undo`: take the last answer back, whenever it was given."""

from __future__ import annotations

from typing import Annotated

import typer

from quizkit.clock import now
from quizkit.errors import QuizkitError
from quizkit.home import find_home
from quizkit.learn import reviews
from quizkit.learn.journal import open_journal
from quizkit.screen.spans import when


def undo(as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False) -> None:
    """Take the last answer back that was not taken back yet; again for the one before.

    \b
    Examples:
      quizkit undo
      quizkit undo --json
    """
    with open_journal(find_home()) as journal:
        review = reviews.last_review(journal)
        if review is None:
            raise QuizkitError("there is no answer to take back", "quizkit drill asks the cards that are due")
        state = reviews.undo(journal, review)
    if as_json:
        from quizkit.commands.json_output import print_json

        due = state.due.isoformat() if state else None
        data = {"card": review.subject, "rating": review.payload["rating"], "review": review.id, "due": due}
        print_json(data)
    else:
        print(f"taken back: {review.payload['rating']} for {review.subject}, answered {when(review.at, now())}")
