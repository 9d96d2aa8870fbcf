"""The interview section of a note: scenario, naive answers, kill shots, what failed and the solution; all optional."""

from __future__ import annotations

import re
from collections.abc import Iterable

from quizkit.library.notes.blocks import Block, answer_of, lesson_of, paragraphs
from quizkit.library.notes.labels import ANSWER, FAILURE, INTERVIEWER, SCENARIO, SHOT, SOLUTION, find_label
from quizkit.library.notes.markup import ITEM, RULE, Line, speech
from quizkit.library.notes.note import Doubt, Trap
from quizkit.library.notes.sections import Section

LOOSE, UNKNOWN = "loose", "unknown"
_YOU_SAY = re.compile(r"(?<=\S)\s+(?=You(?: \w+)? (?:answer|say|reply|respond|propose): *[*_]*[\"“])")


class TrapReader:
    """Takes the lines of one interview section; `finish` gives the trap and what could not be understood."""

    def __init__(self, section: Section) -> None:
        self.trap = Trap(section.number, "")
        self.level = section.level
        self._heads: list[Line] = []
        self.doubts: list[Doubt] = []
        self._blocks: list[Block] = []
        self._list: tuple[Block, int] | None = None  # the block that is split at the items of this indentation

    def entitle(self, section: Section) -> None:
        """Call the trap after its headings, but not after the note if it has a name of its own."""
        self._heads += [section.head] if section.head else []
        if not self.trap.title or (section.topic and self.level == 1):
            self.trap.title = section.topic or self.trap.title
        elif section.topic:
            self.trap.title = f"{self.trap.title}: {section.topic}"

    def feed(self, lines: Iterable[Line]) -> None:
        """Take lines in which labels tell the parts."""
        for line in lines:
            if line.code or line.blank:
                self._go_on(line)
            elif not RULE.fullmatch(line.text):
                split = not self._has(ANSWER)
                for text in _YOU_SAY.split(line.text, maxsplit=1) if split else [line.text]:
                    self._take(line._replace(text=text))

    @property
    def solved(self) -> bool:
        """Whether a solution was found."""
        return self._has(SOLUTION)

    def solve(self, section: Section) -> None:
        """Take the solution as it stands."""
        heading = section.head or Line(section.number, "")
        self._list = None
        self._blocks.append(Block(SOLUTION, "Solution", heading, section.topic))
        first_text = next((n for n, line in enumerate(section.body) if not line.blank), 0)
        self.go_on([Line(section.number, ""), *section.body[first_text:]])

    def go_on(self, lines: Iterable[Line]) -> None:
        """Take lines that belong to the part before them, labels or not."""
        for line in lines:
            if line.code or not RULE.fullmatch(line.text):
                self._go_on(line)

    def take_section(self, section: Section, inside: bool) -> bool:
        """Take a section whose heading may be a label; say whether it is.

        `inside`: the heading stands below that of the trap, so that the section may belong to the part before it.
        """
        self._list = None
        heading = section.head or Line(section.number, "")
        label = find_label(heading.text)
        known = label is not None and bool(label.kind)
        if known:
            self._take(heading)
        elif inside and self._blocks and self._blocks[-1].kind != LOOSE:
            self._go_on(heading)
        else:
            self._blocks.append(Block(UNKNOWN, "no part of a trap has this heading", heading))
        self.feed(section.body)
        return known or inside

    def _take(self, line: Line) -> None:
        label = find_label(line.text)
        last = self._blocks[-1] if self._blocks else None
        if label and label.kind:
            if self._list and line.indent <= self._list[1]:
                self._list = None
            within = self._list[0].items[-1] if self._list else None
            self._blocks.append(Block(label.kind, label.name, line, label.rest, label.mark, within=within))
        elif label and not (last and last.kind == SOLUTION):
            self._list = None
            self._blocks.append(Block(UNKNOWN, f"no part of a trap is called “{label.name}”", line))
        elif self._opens_item(line, last):
            self._start_item(line)
        else:
            self._go_on(line)

    def _opens_item(self, line: Line, last: Block | None) -> bool:
        if not ITEM.match(line.text):
            return False
        if self._list is None and last is not None and last.may_split:
            self._list = (last, line.indent)
        return self._list is not None and line.indent == self._list[1]

    def _start_item(self, line: Line) -> None:
        assert self._list is not None
        parent = self._list[0]
        item = Block(parent.kind, "", line, lines=[line])
        parent.items.append(item)
        self._blocks.append(item)

    def _go_on(self, line: Line) -> None:
        if not self._blocks:
            self._blocks.append(Block(LOOSE, "stands before any part of the trap", line))
        self._blocks[-1].lines.append(line)

    def _has(self, *kinds: str) -> bool:
        return any(block.kind in kinds for block in self._blocks)

    def finish(self) -> None:
        """Fill in the trap."""
        self._merge_lists()
        told = self._has(SCENARIO, INTERVIEWER) or not self._has(ANSWER, SHOT)
        for block in self._blocks:
            if block.kind == UNKNOWN or (block.kind == LOOSE and told):
                self._list_lines([block.line] * (block.kind == UNKNOWN) + block.lines, block.name)
            elif block.text:
                self._file(block)
            elif not block.items and block.kind != LOOSE:
                self._list_lines([block.line], "nothing follows it")
        if not self.trap:
            self._list_lines(self._heads, "no part of a trap stands below it")

    def _merge_lists(self) -> None:
        """Give a list back to its label, unless each of its items is an answer or a shot of its own."""
        for block in [one for one in self._blocks if one.items]:
            parted = block.plural or any(other.within in block.items for other in self._blocks)
            if not parted:
                block.lines += [line for item in block.items for line in item.lines]
                self._blocks = [other for other in self._blocks if other not in block.items]
                block.items = []

    def _file(self, block: Block) -> None:
        """Put the text of a block where it belongs."""
        text = block.text
        if block.items:
            self._list_lines([block.line, *block.lines], "only the list below it was imported")
        elif block.kind == ANSWER:
            self.trap.answers.append(answer_of(block))
        elif block.kind == SHOT or (block.kind == INTERVIEWER and self.trap.answers):
            self.trap.shots.append(speech(text))
        elif block.kind in (FAILURE, SOLUTION):
            self.trap.debrief = paragraphs(self.trap.debrief, lesson_of(block))
        else:
            self.trap.interviewer = paragraphs(self.trap.interviewer, speech(text))

    def _list_lines(self, lines: list[Line], why: str) -> None:
        self.doubts += [Doubt(line.number, line.text.strip(), why) for line in lines if not line.blank]
