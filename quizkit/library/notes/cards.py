"""The flashcards section of a note: `**Q: ...**` and `*A: ...*`, in lists or paragraphs, with or without emphasis."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from quizkit.library.notes.ids import card_id
from quizkit.library.notes.markup import BULLET, ITEM, RULE, Line, closed, item_text, joined, unwrapped
from quizkit.library.notes.note import Doubt, Question

_LABEL = (
    r"(\s*)({bullet}\s+(?:\[[ xX]\]\s+)?)?(?:#{{1,6}}\s+)?"  # indentation, bullet, check box, heading
    r"(\*{{1,3}}|__?|)(?:{name})(?:\s*\d+)?(?:(:)\3|\3(:)|:)\s*(.*)"  # emphasis that ends behind the label or goes on
)
QUESTION = re.compile(_LABEL.format(bullet=BULLET, name="Q|Question|QUESTION"))
ANSWER = re.compile(_LABEL.format(bullet=BULLET, name="A|Ans|Answer|ANSWER"))
HEADED = re.compile(r" {0,3}#{1,6}\s")


@dataclass
class _Text:
    """Text that follows a label, and the emphasis that was opened before the label and is not closed after it."""

    indent: int
    mark: str
    lines: list[str]
    labelled: bool = True

    def close(self) -> tuple[str, str]:
        """The text without its emphasis, and what stands behind the emphasis."""
        text = joined(self.lines) if self.labelled else item_text(self.lines)
        inner, after = closed(text, self.mark)
        return (inner if self.mark else unwrapped(inner, ("*", "_"))).strip(), after

    @property
    def is_open(self) -> bool:
        """Whether the emphasis before the label still waits for its end."""
        text = joined(self.lines)
        return bool(self.mark) and closed(text, self.mark) == (text, "")


@dataclass
class _Card:
    lines: list[Line]
    listed: bool
    question: _Text
    answers: list[_Text] = field(default_factory=list)


class CardReader:
    """Takes the lines of the flashcards sections one by one; `finish` gives what they hold.

    Each question is kept once: two cards of one id (made with `prefix`) would share one history.
    """

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self._asked: dict[str, int] = {}
        self.questions: list[Question] = []
        self.doubts: list[Doubt] = []
        self._card: _Card | None = None
        self._gap = False  # whether the line before was blank

    def finish(self) -> None:
        """Complete the card that is open."""
        card, self._card = self._card, None
        if card is None:
            return
        q = "".join(card.question.close()).strip()
        a = "\n\n".join("".join(answer.close()).strip() for answer in card.answers).strip()
        if why := self._objection(q, a, card.lines[0].number):
            for line in card.lines:
                self._doubt(line, why)
        else:
            self.questions.append(Question(card.lines[0].number, q, a))

    def _objection(self, q: str, a: str, line: int) -> str:
        """Why this is no card, or ""."""
        if not q:
            return "a question without text"
        if not a:
            return "a question without an answer"
        first = self._asked.setdefault(card_id(self._prefix, q), line)
        return "" if first == line else f"line {first} asks the same"

    def feed(self, lines: Iterable[Line]) -> None:
        """Read the lines of a section, one by one."""
        for line in lines:
            if line.blank:
                self._gap = True
                continue
            self._take(line)
            self._gap = False

    def _take(self, line: Line) -> None:
        card = self._card
        inside = card is not None and bool(card.answers) and line.indent > card.answers[-1].indent
        if line.code or inside:
            self._go_on(line)
        elif found := QUESTION.fullmatch(line.text):
            self._ask(line, found)
        elif found := ANSWER.fullmatch(line.text):
            self._answer(line, found)
        elif HEADED.match(line.text) or RULE.fullmatch(line.text):
            self.finish()
            if HEADED.match(line.text):
                self._doubt(line, "a heading among the flashcards")
        else:
            self._go_on(line)

    def _ask(self, line: Line, found: re.Match[str]) -> None:
        self.finish()
        text = _text(found)
        self._card = _Card([line], bool(found[2]), text)
        question, after = text.close()
        if answer := ANSWER.fullmatch(after.lstrip(" -–—:")):
            text.lines, text.mark = [question], ""
            self._answer(line, answer)

    def _answer(self, line: Line, found: re.Match[str]) -> None:
        if self._card is None:
            self._doubt(line, "an answer without a question")
        else:
            text = _text(found)
            text.indent = line.indent
            if line not in self._card.lines:  # it may stand behind the question
                self._card.lines.append(line)
            self._card.answers.append(text)

    def _go_on(self, line: Line) -> None:
        """Add a line to the text that it continues, or list it."""
        card = self._card
        if card is None or not self._belongs(card, line):
            self.finish()
            self._doubt(line, "neither a question (**Q: ...**) nor an answer (*A: ...*)")
            return
        card.lines.append(line)
        if card.answers:
            card.answers[-1].lines += [""] * self._gap + [line.text]
        elif card.question.is_open or not (self._nested(card, line) or card.question.mark):
            card.question.lines.append(line.text)
        else:
            card.answers.append(_Text(card.question.indent, "", [line.text], labelled=False))

    def _belongs(self, card: _Card, line: Line) -> bool:
        if line.code:
            return True
        if self._gap and not card.listed:
            return bool(card.answers)
        if self._nested(card, line):
            return True
        return not self._gap and not (card.listed and ITEM.match(line.text))

    def _nested(self, card: _Card, line: Line) -> bool:
        return line.indent > card.question.indent

    def _doubt(self, line: Line, why: str) -> None:
        self.doubts.append(Doubt(line.number, line.text.strip(), why))


def _text(found: re.Match[str]) -> _Text:
    """What a label is followed by; its emphasis is open unless it ends right after the colon or the name."""
    around_label = found[4] or found[5]
    return _Text(len(found[1]), "" if around_label and found[3] else found[3], [found[6]])
