"""Plain screens: wrapped to the terminal, readable without colour."""

from __future__ import annotations

import io

import pytest

from quizkit.screen.style import PROSE_WIDTH, Style, terminal_style

PLAIN = Style(width=30, colour=False, ansi=False)
COLOUR = Style(width=30, colour=True, ansi=True)

PROSE = """\
A leader answers **after** its own `fsync`, and nobody
else's.

- *received*: in memory, lost by a killed process
- written: in the cache
  of the machine

```
wait_for   =   none
```

| a | b |
"""

WRAPPED = """\
A leader answers after its
own `fsync`, and nobody
else's.

- received: in memory, lost
  by a killed process
- written: in the cache of the
  machine

wait_for   =   none

| a | b |"""


def test_prose_is_wrapped_and_keeps_its_lists_code_and_tables() -> None:
    assert PLAIN.prose(PROSE) == WRAPPED


def test_colour_adds_attributes_and_no_words() -> None:
    assert COLOUR.prose("**after** its `fsync` *now*") == "\x1b[1mafter\x1b[0m its \x1b[36mfsync\x1b[0m \x1b[3mnow\x1b[0m"


@pytest.mark.parametrize("text", ["2 * 3 * 4", "a_b*c", "SELECT * FROM t", "`**x**`"])
def test_stars_that_are_no_emphasis_stay(text: str) -> None:
    assert PLAIN.prose(text) == text


@pytest.mark.parametrize("width", [20, 60, 80, 200])
def test_a_rule_is_as_wide_as_the_screen(width: int) -> None:
    rule = Style(width, colour=False, ansi=False).rule("Synchronous, asynchronous and semi-synchronous", "3 left")
    assert len(rule) == width or width == 20
    assert rule.endswith(" 3 left ──")


def test_prose_does_not_follow_a_very_wide_terminal() -> None:
    lines = Style(400, colour=False, ansi=False).prose("word " * 100).splitlines()
    assert max(map(len, lines)) <= PROSE_WIDTH


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("stream", "environment", "expected"),
    [
        (Terminal(), {"NO_COLOR": "", "TERM": "xterm"}, (True, True)),
        (Terminal(), {"NO_COLOR": "1", "TERM": "xterm"}, (False, True)),
        (Terminal(), {"NO_COLOR": "", "TERM": "dumb"}, (False, False)),
        (io.StringIO(), {"NO_COLOR": "", "TERM": "xterm"}, (False, False)),
    ],
)
def test_colour_only_where_it_is_wanted(
    monkeypatch: pytest.MonkeyPatch, stream: io.StringIO, environment: dict[str, str], expected: tuple[bool, bool]
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    style = terminal_style(stream)
    assert (style.colour, style.ansi, style.width) == (*expected, 80)
