"""`quizkit compare`: all designs of a scenario side by side, under every kill shot."""

from __future__ import annotations

from typing import Annotated

import typer

from quizkit.commands.choosing import find_scenario, playable
from quizkit.library.load import open_library


def compare(
    scenario: Annotated[str, typer.Argument(help="The scenario's id; quizkit list scenarios prints them.")],
    shot: Annotated[str | None, typer.Option(help="Only this kill shot.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="The luck; every design meets the same.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON list, an object a design and shot.")] = False,
) -> None:
    """Run every design of a scenario under every kill shot and show what each requirement came to.

    \b
    Examples:
      quizkit compare async-trap
      quizkit compare async-trap --shot crash-after-ack --json
    """
    from quizkit.commands.comparing import candidates, play_all

    chosen = playable(find_scenario(open_library(), scenario))
    shots: list[str | None] = [shot] if shot else [*chosen.kill_shots]
    rows = play_all(chosen, candidates(chosen), shots, seed)
    if as_json:
        from quizkit.commands.json_output import print_json, replay_object

        print_json([replay_object(row.design.id, row.played) for row in rows])
        return
    from quizkit.learn.scenes import Comparison
    from quizkit.screen.stage import TerminalStage

    TerminalStage().show(Comparison(chosen, rows))
