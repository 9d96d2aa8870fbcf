"""A learner's words look in the rendered report as they were typed."""

from __future__ import annotations

import html
import re

import pytest
from markdown_it import MarkdownIt

from quizkit.screen.markdown import escaped, quoted, quoted_words, table

RENDERER = MarkdownIt("gfm-like", {"linkify": False})
NASTY = [
    "# not a heading",
    "a * b * c, **loud**, _low_ and snake_case",
    "`code` and ``` fences",
    "<script>alert(1)</script> & &amp; &#65; a < b",
    "[link](http://example.org) ![image](x.png)",
    "~~gone~~ $x^2$ \\ back",
    "- item\n- item",
    "1. one\n2) two\n351.486 ms",
    "title\n===\nother\n---",
    "| a | b |\n|---|---|\n| 1 | 2 |",
    "> quote\n    indented code",
    "```\nfence",
    "~~~\nfence",
    ": --\n* * *\n+ plus",
]


def plain(rendered: str) -> str:
    return html.unescape(re.sub(r"<[^>]+>", "", rendered))


@pytest.mark.parametrize("text", NASTY)
def test_words_stay_words_in_a_quote(text: str) -> None:
    rendered = RENDERER.render(quoted_words(text))
    lines = [" ".join(line.split()) for line in plain(rendered).strip().splitlines()]
    assert lines == [" ".join(line.split()) for line in text.splitlines()]
    assert set(re.findall(r"</?(\w+)", rendered)) <= {"blockquote", "p", "br"}


@pytest.mark.parametrize("text", NASTY)
def test_words_stay_words_in_a_line(text: str) -> None:
    rendered = RENDERER.render(escaped(text))
    assert plain(rendered).strip() == " ".join(text.split())
    assert set(re.findall(r"</?(\w+)", rendered)) == {"p"}


def test_paragraphs_of_an_answer_stay_apart() -> None:
    assert quoted_words("one\ntwo\n\nthree") == "> one\\\n> two\n>\n> three"
    assert RENDERER.render(quoted_words("one\ntwo\n\nthree")).count("<p>") == 2


def test_plain_prose_is_left_alone() -> None:
    prose = "semi-sync waits for k = 1, i.e. <= 20 ms at 99 %; wait_for=none (2.307 ms)."
    assert (escaped(prose), quoted_words(prose)) == (prose, f"> {prose}")


def test_markdown_in_a_quote_keeps_its_meaning() -> None:
    assert quoted("a `b`\n\n- c\n") == "> a `b`\n>\n> - c"


def test_cells_keep_to_their_column() -> None:
    text = table(["name", "n"], [["a|b\nc", "1"], ["d\\|e", "2"]], (1,))
    assert text.splitlines() == ["| name | n |", "| --- | --: |", "| a\\|b c | 1 |", "| d\\|e | 2 |"]
    assert RENDERER.render(text).count("<tr>") == 3
