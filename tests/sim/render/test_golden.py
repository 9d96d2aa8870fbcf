"""Whole transcripts, compared byte for byte: the timeline and the story of some runs, each opened by a drawing.

After a change that is meant, regenerate them, read the difference, and say in the commit why it is right:

    GOLDEN=write pytest tests/sim/render/test_golden.py && git diff tests/sim/render/golden

The drawing (the lines that begin with #) is written by hand and stays as it is.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.sim.render.runs import lines_of, texts_of
from tests.sim.render.textbook import TEXTBOOK

FOLDER = Path(__file__).parent / "golden"
WIDTHS = {"async": 80, "semi-sync": 80, "sync-stall": 60, "chain-middle": 80, "cut-off": 120, **dict.fromkeys(TEXTBOOK, 80)}
HINT = "if the change is meant: GOLDEN=write pytest tests/sim/render/test_golden.py, and read the difference"


def drawing(name: str) -> str:
    lines = (FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines(keepends=True)
    return "".join(line for line in lines if line.startswith("#"))


def transcript(name: str) -> str:
    timeline = [str(line) for line in lines_of(name, WIDTHS[name])]
    story = [f"{number:>2}. {text}" for number, text in enumerate(texts_of(name), 1)]
    return "\n".join(["", *timeline, "", *story, ""])


@pytest.mark.parametrize("name", WIDTHS)
def test_transcripts_are_as_they_were(name: str) -> None:
    path, text = FOLDER / f"{name}.txt", drawing(name) + transcript(name)
    if os.environ.get("GOLDEN") == "write":
        path.write_text(text, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == text, HINT


def test_every_transcript_opens_with_a_drawing_and_is_compared() -> None:
    assert {path.stem for path in FOLDER.iterdir()} == set(WIDTHS)
    assert all(drawing(name).count("\n") >= 5 for name in WIDTHS)
