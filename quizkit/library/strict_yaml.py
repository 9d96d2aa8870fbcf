"""YAML as content files use it: nested mappings, lists and text, each with its line and column.

Nothing is guessed: `no`, `12:30` and `010` stay text, because YAML's implicit types turn them into False, 750 and 8.
Whatever makes a file mean something else than it seems to say is refused: duplicate keys (the last one would win
silently), anchors, aliases, merge keys, tags, tabs and further documents.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from quizkit.library.catalog import Place
from quizkit.library.problems import Problem
from quizkit.library.yaml_errors import explain_syntax

Path = tuple[str | int, ...]
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the C parser is ten times faster, but not built everywhere
DEEPEST = 20  # levels of nesting; honest content has six, and a hostile file must not exhaust the stack
FORBIDDEN = re.compile("[^\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass
class Document:
    """One file: its value (None if it could not be read) and where every part of it stands.

    `values` maps the path of each node to the (line, column) of its text, `keys` to that of the key that names it.
    """

    file: str
    value: Any = None
    values: dict[Path, tuple[int, int]] = field(default_factory=dict)
    keys: dict[Path, tuple[int, int]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def place(self, path: Path, key: bool = False) -> Place:
        """Where the node at `path` (or its key) stands; the nearest parent that exists if there is no such node."""
        if key and path in self.keys:
            return Place(self.file, *self.keys[path])
        while path and path not in self.values:
            path = path[:-1]
        return Place(self.file, *self.values.get(path, (1, 1)))

    def complain(self, line: int, column: int, message: str, hint: str) -> None:
        """Add an error at this line and column."""
        self.problems.append(Problem(Place(self.file, line, column), message, hint))


class _GiveUpError(Exception):
    """The rest of the file cannot be read; the problem is already told."""


def read_yaml(data: bytes, file: str) -> Document:
    """Read one content file; everything that is wrong with it as YAML stands in `problems` of the result."""
    document = Document(file)
    text = _decode(data, document)
    if text is None:
        return document
    clean = FORBIDDEN.sub(" ", text)  # of the same length, so that everything keeps its place
    _refuse_characters(text, document)
    try:
        document.value = _Builder(yaml.parse(clean, Loader=LOADER), document).build()
    except yaml.MarkedYAMLError as error:
        if clean == text:  # else the blanks that replaced tabs may be its cause
            document.complain(*explain_syntax(error, text.splitlines()))
    except _GiveUpError:
        pass
    return document


def _decode(data: bytes, document: Document) -> str | None:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8", "replace")
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        document.complain(line, column, f"byte 0x{data[error.start]:02x} is not UTF-8", "save the file as UTF-8")
    return None


def _refuse_characters(text: str, document: Document) -> None:
    """Tell the first forbidden character of each line."""
    for number, line in enumerate(text.split("\n"), start=1):
        found = FORBIDDEN.search(line)
        if found and found[0] == "\t":
            document.complain(number, found.start() + 1, "a tab", "use spaces; tabs have no agreed width in YAML")
        elif found:
            code = f"U+{ord(found[0]):04X}"
            document.complain(number, found.start() + 1, f"the control character {code}", "remove it")


class _Builder:
    """Builds the value from parser events, so that what stands before a syntax error is still examined."""

    def __init__(self, events: Iterator[yaml.Event], document: Document) -> None:
        self.events = events
        self.document = document

    def build(self) -> Any:
        next(self.events)  # the start of the stream
        if isinstance(next(self.events), yaml.StreamEndEvent):
            self.document.complain(1, 1, "the file is empty", "write its first key, for example `id:` or `deck:`")
            return None
        value = self._node(next(self.events), ())
        next(self.events)  # the end of the document
        more = next(self.events)
        if isinstance(more, yaml.DocumentStartEvent):
            self._complain(more, "a second document", "put it into a file of its own")
        return value

    def _node(self, event: yaml.Event, path: Path) -> Any:
        self.document.values[path] = _position(event)
        self._refuse(event)
        if len(path) > DEEPEST:
            self._complain(event, f"nested deeper than {DEEPEST} levels", "flatten it: content files need six")
            raise _GiveUpError
        match event:
            case yaml.MappingStartEvent():
                return self._mapping(path)
            case yaml.SequenceStartEvent():
                return self._sequence(path)
            case yaml.ScalarEvent():
                return event.value
        return ""  # stands for an alias, which was refused

    def _sequence(self, path: Path) -> list[Any]:
        items: list[Any] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            items.append(self._node(event, (*path, len(items))))
        return items

    def _mapping(self, path: Path) -> dict[str, Any]:
        entries: dict[str, Any] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            key = self._key(event, path, entries)
            if key is None:
                self._node(next(self.events), (*path, ""))  # read past what the refused key names
                continue
            self.document.keys[*path, key] = _position(event)
            entries[key] = self._node(next(self.events), (*path, key))
        return entries

    def _key(self, event: yaml.Event, path: Path, entries: dict[str, Any]) -> str | None:
        """The key that starts at `event`, or None if it is refused."""
        key = self._node(event, (*path, ""))
        if not isinstance(key, str) or isinstance(event, yaml.AliasEvent):
            self._complain(event, "a key must be plain text", "write it as `key: value`")
        elif key == "<<":
            self._complain(event, "a merge key `<<`", "write the keys out; content files do not merge")
        elif key in entries:
            first = self.document.keys[*path, key][0]
            self._complain(event, f"duplicate key `{key}`: the first is in line {first}", "remove one of the two")
        else:
            return key
        return None

    def _refuse(self, event: yaml.Event) -> None:
        quoting = "put text that starts with `{}` in quotes; anything else, write out"
        if isinstance(event, yaml.AliasEvent):
            self._complain(event, f"an alias `*{event.anchor}`", quoting.format("*"))
        elif getattr(event, "anchor", None):
            self._complain(event, f"an anchor `&{event.anchor}`", quoting.format("&"))  # type: ignore[attr-defined]
        if tag := getattr(event, "tag", None):
            short = tag.replace("tag:yaml.org,2002:", "!!")
            self._complain(event, f"a tag `{short}`", quoting.format("!"))

    def _complain(self, event: yaml.Event, message: str, hint: str) -> None:
        self.document.complain(*_position(event), message, hint)


def _position(event: yaml.Event) -> tuple[int, int]:
    mark = event.start_mark
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)
