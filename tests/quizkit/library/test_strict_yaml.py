"""YAML as text with places, and the refusal of whatever means something else than it seems to."""

from __future__ import annotations

import pytest

from quizkit.library.strict_yaml import read_yaml


def told(text: str | bytes) -> str:
    data = text if isinstance(text, bytes) else text.encode()
    return "\n".join(map(str, read_yaml(data, "f.yaml").problems))


def test_every_scalar_stays_the_text_that_was_written() -> None:
    document = read_yaml(b"a: no\nb: 12:30\nc: 010\nd: 1.50\ne: ~\nf:\ng: 2026-01-01\n", "f.yaml")
    assert document.value == {
        "a": "no",
        "b": "12:30",
        "c": "010",
        "d": "1.50",
        "e": "~",
        "f": "",
        "g": "2026-01-01",
    }
    assert document.problems == []


def test_every_value_and_key_has_its_line_and_column() -> None:
    document = read_yaml("é: 1\ncards:\n  - id: x\n    tags: [a, bb]\n".encode(), "f.yaml")
    assert document.values[()] == (1, 1)
    assert document.values["é",] == (1, 4)
    assert document.values["cards", 0] == (3, 5)
    assert document.keys["cards", 0, "tags"] == (4, 5)
    assert document.values["cards", 0, "tags", 1] == (4, 15)


def test_the_place_of_what_is_not_there_is_its_nearest_parent() -> None:
    document = read_yaml(b"a:\n  b: 1\n", "f.yaml")
    assert str(document.place(("a", "c", 3))) == "f.yaml:2:3"
    assert str(document.place(("x",))) == "f.yaml:1:1"


def test_bom_and_windows_line_ends_are_harmless() -> None:
    document = read_yaml(b"\xef\xbb\xbfa: b\r\nc: |\r\n  d\r\n", "f.yaml")
    assert document.value == {"a": "b", "c": "d\n"}
    assert document.problems == []


CASES = {
    "duplicate key": (
        "level: 1\nlevel: 2\n",
        "f.yaml:2:1: error: duplicate key `level`: the first is in line 1\n    hint: remove one of the two",
    ),
    "anchor": (
        "a: &x b\n",
        "f.yaml:1:4: error: an anchor `&x`\n    hint: put text that starts with `&` in quotes; anything else, write out",
    ),
    "alias": (
        "a: *x\n",
        "f.yaml:1:4: error: an alias `*x`\n    hint: put text that starts with `*` in quotes; anything else, write out",
    ),
    "merge key": (
        "<<: {a: b}\n",
        "f.yaml:1:1: error: a merge key `<<`\n    hint: write the keys out; content files do not merge",
    ),
    "tag": (
        "a: !!str 3\n",
        "f.yaml:1:4: error: a tag `!!str`\n    hint: put text that starts with `!` in quotes; anything else, write out",
    ),
    "tab": (
        "a:\n\tb: c\n",
        "f.yaml:2:1: error: a tab\n    hint: use spaces; tabs have no agreed width in YAML",
    ),
    "control character": (
        "a: b\x07\n",
        "f.yaml:1:5: error: the control character U+0007\n    hint: remove it",
    ),
    "two documents": (
        "a: b\n---\nc: d\n",
        "f.yaml:2:1: error: a second document\n    hint: put it into a file of its own",
    ),
    "not UTF-8": (
        b"a: b\nc: \xff\n",
        "f.yaml:2:4: error: byte 0xff is not UTF-8\n    hint: save the file as UTF-8",
    ),
    "empty": (
        "# nothing yet\n",
        "f.yaml:1:1: error: the file is empty\n    hint: write its first key, for example `id:` or `deck:`",
    ),
    "bad indentation of a key": (
        "a:\n  b: 1\n c: 2\n",
        "f.yaml:3:2: error: bad indentation, or text after a closing quote\n"
        "    hint: keys of one mapping start in the same column, and so do the dashes of one list",
    ),
    "bad indentation below text": (
        "q: one\n  a: two\n",
        "f.yaml:2:4: error: bad indentation: this key stands below a text that goes on\n"
        "    hint: keys of one mapping start in the same column, and so do the dashes of one list",
    ),
    "colon in text": (
        "q: Two modes: sync and async\n",
        "f.yaml:1:13: error: a second `: ` in one line\n    hint: put the text in quotes, or in a block that starts with `|`",
    ),
    "open quote": (
        "q: 'Why?\na: So.\n",
        "f.yaml:1:4: error: a quote that is never closed\n"
        "    hint: close it, or put the text in quotes, or in a block that starts with `|`",
    ),
    "open list": (
        "tags: [a, b\nq: c\n",
        "f.yaml:1:7: error: a list `[...]` that is never closed\n    hint: close it with `]`",
    ),
    "text that starts with a backtick": (
        "q: `NOW()` is what?\n",
        "f.yaml:1:4: error: text must not start with '`'\n    hint: put the text in quotes, or in a block that starts with `|`",
    ),
    "a key that is a list": (
        "? [a]\n: b\n",
        "f.yaml:1:3: error: a key must be plain text\n    hint: write it as `key: value`",
    ),
}


@pytest.mark.parametrize(("text", "expected"), CASES.values(), ids=CASES)
def test_the_words_of_each_refusal(text: str | bytes, expected: str) -> None:
    assert told(text) == expected


def test_all_refusals_of_a_file_come_at_once() -> None:
    assert [line for line in told("a: &x b\na: c\nd: !!int 3\ne: *x\n").splitlines() if "hint" not in line] == [
        "f.yaml:1:4: error: an anchor `&x`",
        "f.yaml:2:1: error: duplicate key `a`: the first is in line 1",
        "f.yaml:3:4: error: a tag `!!int`",
        "f.yaml:4:4: error: an alias `*x`",
    ]


def test_a_tab_is_told_once_and_not_for_the_indentation_that_it_breaks() -> None:
    assert [problem.message for problem in read_yaml(b"a:\n  b: 1\n\tc: 2\n", "f.yaml").problems] == ["a tab"]


def test_what_stands_before_a_syntax_error_is_told_too() -> None:
    assert [problem.place.line for problem in read_yaml(b"a: 1\na: 2\nb: 'open\n", "f.yaml").problems] == [2, 3]


def test_a_hostile_depth_ends_in_an_error() -> None:
    assert "nested deeper than 20 levels" in told("[" * 5000 + "]" * 5000)
