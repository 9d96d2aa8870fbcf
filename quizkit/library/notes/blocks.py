"""The parts of a trap as the note writes them: a label and the lines that follow it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from quizkit.library.notes.labels import ANSWER, SHOT, SOLUTION, find_label
from quizkit.library.notes.markup import BULLET, Line, closed, item_text, joined, plain, speech
from quizkit.library.notes.note import Answer
from quizkit.words import capital


@dataclass(eq=False)
class Block:
    """The lines that follow one label. `mark`: emphasis that was opened before the label and is not closed after it.

    `items` are the blocks of a list below the label, `within` is the item inside which this block stands.
    """

    kind: str
    name: str
    line: Line
    rest: str = ""
    mark: str = ""
    lines: list[Line] = field(default_factory=list)
    items: list[Block] = field(default_factory=list)
    within: Block | None = None

    @property
    def text(self) -> str:
        texts = [line.text for line in self.lines]
        if self.line.text.lstrip().startswith(">"):
            texts = [re.sub(r"^\s*> ?", "", text) for text in texts]
        whole = joined([self.rest, *texts]) if self.rest else item_text(texts)
        return "".join(closed(whole, self.mark)).strip()

    @property
    def plural(self) -> bool:
        return plain(self.name).endswith("s")

    @property
    def may_split(self) -> bool:
        """Whether the items of a list that begins here may be several answers or several shots."""
        empty = not self.rest and all(line.blank for line in self.lines)
        return self.kind in (ANSWER, SHOT) and (empty or self.plural)


def answer_of(block: Block) -> Answer:
    """What the candidate says; an item of a list may begin with its own label."""
    if block.name:
        return Answer(capital(block.name.removeprefix("The ")), speech(block.text))
    first, newline, others = block.text.partition("\n")
    label = find_label(first)
    if label is None:
        return Answer("Candidate", speech(block.text))
    says = "".join(closed(label.rest + newline + others, label.mark)).strip()
    return Answer(speech(label.name), speech(says or label.name))


def lesson_of(block: Block) -> str:
    """A paragraph of the debrief; what failed keeps its label, or that of the answer that it is about."""
    if block.kind == SOLUTION:
        return block.text
    name = answer_of(block.within).label if block.within else block.name
    return f"**{name}**:{_gap(block.text)}{block.text}"


def _gap(text: str) -> str:
    """What stands between a label and this text: a list, a table or a formula starts a line of its own."""
    return "\n\n" if re.match(rf"{BULLET}\s|[|>`~]|\$\$", text) else " "


def paragraphs(*texts: str) -> str:
    """The texts that say something, with an empty line between them."""
    return "\n\n".join(text for text in texts if text)
