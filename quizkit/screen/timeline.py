"""A run on the screen: the timeline, a column a machine, and the story in numbered sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.text import Text

    from quizkit.library.play import ScenarioRun

STYLES = {
    "dim": "dim",
    "time": "dim",
    "request": "cyan",
    "reply": "bold green",
    "replicate": "blue",
    "ack": "magenta",
    "fault": "bold red",
    "promoted": "bold yellow",
    "lost": "bold red",
    "durable": "green",
}


def timeline_text(played: ScenarioRun, width: int, everything: bool = False) -> Text:
    """The instants around the attack, or with `everything` all of the run, in lines of at most `width` columns."""
    from rich.text import Text

    from sim.render.lanes import timeline

    run = played.run
    text = Text(no_wrap=True, overflow="ignore")
    for line in timeline(run.trace, run.history, run.findings, width, everything):
        for piece, style in line.spans:
            text.append(piece, STYLES.get(style, ""))
        text.append("\n")
    text.rstrip()
    return text


def story_text(played: ScenarioRun, width: int) -> Text:
    """What happened, each sentence with its number."""
    import textwrap

    from rich.text import Text

    from sim.render.story import tell

    run = played.run
    text = Text()
    for number, sentence in enumerate(tell(run.trace, run.history, run.findings, run.measures), 1):
        mark = f"{number:>2}. "
        lines = textwrap.wrap(sentence.text, width - len(mark))
        text.append(mark, "dim")
        text.append("\n".join([lines[0], *(" " * len(mark) + line for line in lines[1:])]) + "\n")
    text.rstrip()
    return text
