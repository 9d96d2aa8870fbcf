"""The stage of a terminal or a pipe: it draws each scene as it comes."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from quizkit.learn import scenes
from quizkit.screen import round as round_text
from quizkit.screen.style import Style, terminal_style

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

LEAST_WIDTH = 60  # a timeline needs that much; a narrower terminal breaks the lines itself


class TerminalStage:
    """Prints scenes to standard output, as wide as the terminal, with colour where it is wanted."""

    def show(self, scene: scenes.Scene) -> None:
        """Print it."""
        said = _SAID.get(type(scene))
        if said:
            sys.stdout.write(said(self.style, scene))
            sys.stdout.flush()
            return
        for part in _DRAWN[type(scene)](self, scene):
            self._print(part)

    def _print(self, part: RenderableType) -> None:
        """Tables fill their last column with blanks; those are kept out of pipes and selections."""
        with self.console.capture() as drawn:
            self.console.print(part)
        sys.stdout.write("\n".join(line.rstrip() for line in drawn.get().split("\n")))
        sys.stdout.flush()

    @cached_property
    def style(self) -> Style:
        """How prose is written."""
        style = terminal_style()
        return replace(style, width=max(style.width, LEAST_WIDTH))

    @cached_property
    def console(self) -> Console:
        """Where tables and timelines are drawn."""
        from quizkit.screen.console import console

        drawn = console()
        drawn.width = self.style.width
        return drawn


def _timeline(stage: TerminalStage, scene: scenes.Timeline) -> Iterable[RenderableType]:
    from quizkit.screen.timeline import timeline_text

    played = scene.played
    attack = f"under {played.shot}, seed {played.seed}" if played.shot else f"undisturbed, seed {played.seed}"
    yield _heading(stage, "Replay", attack)
    yield timeline_text(played, stage.style.width, scene.everything)


def _story(stage: TerminalStage, scene: scenes.Story) -> Iterable[RenderableType]:
    from quizkit.screen.timeline import story_text

    yield _heading(stage, "What happened")
    yield story_text(scene.played, min(stage.style.width, 100))


def _verdict(stage: TerminalStage, scene: scenes.Verdict) -> Iterable[RenderableType]:
    from quizkit.screen.sheet import sheet

    yield sheet(scene, stage.console)


def _comparison(stage: TerminalStage, scene: scenes.Comparison) -> Iterable[RenderableType]:
    from quizkit.screen.comparison import comparison

    return comparison(scene, stage.style, stage.console)


def _heading(stage: TerminalStage, title: str, remark: str = "") -> RenderableType:
    from rich.text import Text

    return Text.from_ansi(f"\n{stage.style.rule(title, remark)}\n")


_SAID: dict[type[scenes.Scene], Callable[[Style, Any], str]] = {
    scenes.Brief: round_text.brief,
    scenes.Resumed: round_text.resumed,
    scenes.Remembered: round_text.remembered,
    scenes.Replied: round_text.replied,
    scenes.Refused: round_text.refused,
    scenes.Stands: round_text.stands,
    scenes.Shot: round_text.shot,
    scenes.Debrief: round_text.debrief,
    scenes.StrongAnswer: round_text.strong_answer,
    scenes.Ended: round_text.ended,
}
_DRAWN: dict[type[scenes.Scene], Callable[[TerminalStage, Any], Iterable[RenderableType]]] = {
    scenes.Timeline: _timeline,
    scenes.Story: _story,
    scenes.Verdict: _verdict,
    scenes.Comparison: _comparison,
}
