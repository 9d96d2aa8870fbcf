"""Markdown note -> plain data. Only what has a known form is taken; everything else is listed with its lines.

Four parts are read: the title, the `> **Key**: value` lines below it, the interview sections, the flashcards.
"""

from __future__ import annotations

from quizkit.library.notes.cards import CardReader
from quizkit.library.notes.labels import SOLUTION
from quizkit.library.notes.markup import RULE, Line, mark_code
from quizkit.library.notes.note import Note, Unused
from quizkit.library.notes.sections import CARDS, INTERVIEW, TRAP, Section, split_sections, take_facts
from quizkit.library.notes.trap import TrapReader


def read_note(text: str, name: str) -> Note:
    """The note with this text; `name` is the name of its file."""
    lines, doubts = mark_code(text)
    sections = split_sections(lines)
    title = next((section.title for section in sections if section.level == 1), "")
    reader = _Reader(Note(name, title or name.removesuffix(".md"), doubts=doubts))
    for section in sections:
        reader.take(section)
    note = reader.finish()
    note.doubts.sort(key=lambda doubt: doubt.line)
    return note


class _Reader:
    """Hands each section to the part that it belongs to."""

    def __init__(self, note: Note) -> None:
        self.note = note
        self.cards = CardReader(note.slug)
        self.traps: list[TrapReader] = []
        self.part = ""  # the part that is open, or "" if what comes is not imported
        self.level = 0  # the level of its heading
        self.frame = 0  # the level of the heading above the whole interview; 0 outside of one
        self._titled = False

    def take(self, section: Section) -> None:
        """File one section."""
        front = not self._titled
        if front:
            section.body = take_facts(section.body, self.note)
            self._titled = section.level > 0
        if section.kind == CARDS:
            self._enter(CARDS, section.level, frame=0)
            self.cards.feed(section.body)
        elif section.kind in (INTERVIEW, TRAP):
            self._take_trap(section)
        elif section.kind == SOLUTION and self._awaits_solution(section.level):
            self._enter(SOLUTION, section.level, self.frame)
            self.traps[-1].solve(section)
        elif front and section.level <= 1:
            self._leave_out("introduction", section.body, 1)
        else:
            self._take_other(section)

    def finish(self) -> Note:
        """The note with all that was found."""
        self.cards.finish()
        self.note.questions = self.cards.questions
        self.note.doubts += self.cards.doubts
        for reader in self.traps:
            reader.finish()
            self.note.doubts += reader.doubts
            if reader.trap:
                reader.trap.title = reader.trap.title or self.note.title
                self.note.traps.append(reader.trap)
        return self.note

    def _enter(self, part: str, level: int, frame: int) -> None:
        self.part, self.level, self.frame = part, level, frame

    def _take_trap(self, section: Section) -> None:
        """An interview, or a trap: of its own, or inside the interview that is open."""
        if section.kind == INTERVIEW or not 0 < self.frame < section.level:
            self.traps.append(TrapReader(section))
            self.frame = section.level
        self.traps[-1].entitle(section)
        self._enter(section.kind, section.level, self.frame)
        self.traps[-1].feed(section.body)

    def _awaits_solution(self, level: int) -> bool:
        """Whether a solution of this level belongs to the last trap: inside its frame, or the first one beside it."""
        if not self.traps:
            return False
        inside = 0 < self.frame < level and (self.part != "" or level <= self.level)
        return inside or (level == self.traps[-1].level and not self.traps[-1].solved)

    def _take_other(self, section: Section) -> None:
        """A section without a name of its own: inside the part that is open, inside the interview, or left out."""
        deeper = bool(self.part) and section.level > self.level
        if deeper and self.part == CARDS:
            self.cards.feed(section.lines)
        elif deeper and self.part == SOLUTION:
            self.traps[-1].go_on(section.lines)
        elif deeper or 1 < self.frame < section.level:
            known = self.traps[-1].take_section(section, inside=deeper and self.part == TRAP)
            self._enter(TRAP if known else INTERVIEW, section.level if known else self.frame, self.frame)
        else:
            self.frame = self.frame if self.frame == 1 else 0
            self._leave_out(section.title, section.lines, section.level)

    def _leave_out(self, heading: str, lines: list[Line], level: int) -> None:
        """List a section that is not imported, together with those below it."""
        unused = self.note.unused
        filled = [line.number for line in lines if line.code or not (line.blank or RULE.fullmatch(line.text))]
        if filled and unused and not self.part and level > self.level > 1:
            unused[-1] = Unused(unused[-1].first, filled[-1], unused[-1].heading)
            return
        if filled:
            unused.append(Unused(filled[0], filled[-1], heading))
        self._enter("", level, self.frame)
