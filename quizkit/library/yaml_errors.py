"""The YAML parser's complaints in words that tell an author what to change."""

from __future__ import annotations

import yaml

QUOTE = "put the text in quotes, or in a block that starts with `|`"
ALIGN = "keys of one mapping start in the same column, and so do the dashes of one list"

# What the parser says (libyaml's words first, then pure Python's) -> what it means, what to do.
MEANINGS: tuple[tuple[str, str, str], ...] = (
    ("found unexpected end of stream", "a quote that is never closed", "close it, or " + QUOTE),
    ("cannot start any token", "text must not start with '{char}'", QUOTE),
    ("unknown escape character", "an unknown escape in double quotes", "use single quotes, or a `|` block"),
    ("expected ',' or ']'", "a list `[...]` that is never closed", "close it with `]`"),
    ("expected ',' or '}'", "a mapping `{...}` that is never closed", "close it with `}`"),
    ("sequence entries are not allowed", "a list must not start on the line of its key", "start it on the next line"),
    ("expected alphabetic or numeric", "text must not start with '*' or '&'", QUOTE),
    ("expected '-' indicator", "bad indentation: a list is open here, and this is no `- entry` of it", ALIGN),
    ("expected <block end>", "bad indentation, or text after a closing quote", ALIGN),
    ("did not find expected key", "bad indentation, or text after a closing quote", ALIGN),
    ("could not find expected ':'", "a line without `:`", "write `key: text`, or indent it below the text it goes on"),
)
AT_THE_OPENING = ("end of stream", "expected ',' or", "alphabetic or numeric")  # the mark says only where it gave up


def explain_syntax(error: yaml.MarkedYAMLError, lines: list[str]) -> tuple[int, int, str, str]:
    """Line, column (from 1), message and hint for what the parser could not read."""
    said = error.problem or str(error)
    opening = error.context_mark if any(words in said for words in AT_THE_OPENING) else None
    mark = opening or error.problem_mark
    line, column = (mark.line, mark.column) if mark else (0, 0)
    text = lines[line] if line < len(lines) else ""
    message, hint = _meaning(said, text, column)
    return line + 1, column + 1, message, hint


def _meaning(said: str, text: str, column: int) -> tuple[str, str]:
    if "mapping values are not allowed" in said:
        return _misplaced_colon(text[:column])
    for words, message, hint in MEANINGS:
        if words in said:
            return message.replace("{char}", text[column : column + 1]), hint
    return said, QUOTE


def _misplaced_colon(before: str) -> tuple[str, str]:
    if ": " in before:
        return "a second `: ` in one line", QUOTE
    return "bad indentation: this key stands below a text that goes on", ALIGN
