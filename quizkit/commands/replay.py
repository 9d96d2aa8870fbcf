"""`quizkit replay`: one design under one attack, without questions and without a trace in the journal."""

from __future__ import annotations

from typing import Annotated

import typer

from quizkit.commands.choosing import find_scenario, need_design, playable, read_changes
from quizkit.library.load import open_library
from quizkit.library.play import play_scenario


def replay(
    scenario: Annotated[str, typer.Argument(help="The scenario's id; quizkit list scenarios prints them.")],
    design: Annotated[str | None, typer.Option(help="The id of one of its designs.")] = None,
    shot: Annotated[str | None, typer.Option(help="The kill shot; without it the first one.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="The luck; the same seed gives the same run.")] = 1,
    changes: Annotated[list[str] | None, typer.Option("--set", help="A knob that differs, as knob=value; repeatable.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="The whole timeline, not only what led to the outcome.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Run a design under an attack: the timeline, the story and the verdict. A broken requirement is a result, not an error.

    \b
    Examples:
      quizkit replay async-trap --design async
      quizkit replay async-trap --design async --set wait_for=majority --seed 7
      quizkit replay async-trap --design chain --shot crash-idle --json
    """
    chosen_scenario = playable(find_scenario(open_library(), scenario))
    chosen = need_design(chosen_scenario, design, read_changes(changes or []))
    played = play_scenario(chosen_scenario, chosen.knobs, shot or next(iter(chosen_scenario.kill_shots)), seed)
    if as_json:
        from quizkit.commands.json_output import print_json, replay_object

        print_json(replay_object(chosen.id, played))
        return
    from quizkit.learn.scenes import Stands, Story, Timeline, Verdict
    from quizkit.screen.stage import TerminalStage

    stage = TerminalStage()
    for scene in (Stands(chosen, played.design.stated()), Timeline(played, everything), Story(played), Verdict(played)):
        stage.show(scene)
