"""What a timeline's rows are made with: the run, what of it is shown, and in what style."""

from __future__ import annotations

from sim.history import Op
from sim.render.case import Case
from sim.render.items import Arrow
from sim.render.staleness import first_stale_read
from sim.trace import Event

_OUTCOMES = {"request": ("received", "duplicate"), "reply": ("reply_sent",)}  # what follows a message that did something


class View:
    """Decides what is shown: the operations in `focus`, or everything. `arrows` are those drawn so far, by what they carry."""

    def __init__(self, case: Case, focus: list[str], everything: bool) -> None:
        self.case = case
        self.focus = frozenset(focus)
        self.everything = everything
        self.lost = frozenset(case.lost)
        self.stale = first_stale_read(case)
        self.arrows: dict[tuple[object, ...], Arrow] = {}
        self._shown: set[tuple[object, ...]] = set()
        self._repeated = frozenset(case.repeated)
        self._outlined = frozenset(case.late_holders)

    def shows(self, ops: tuple[str, ...]) -> bool:
        """Whether the journey of any of these operations is shown."""
        return self.everything or not self.focus.isdisjoint(ops)

    def style(self, ops: tuple[str, ...], usual: str) -> str:
        """The style of something that happens to these operations; all that happens to a lost write looks lost."""
        return usual if self.lost.isdisjoint(ops) or (self.stale and self.stale.read.id in ops) else "lost"

    def first(self, *key: object) -> bool:
        """Whether this was not shown before."""
        new = key not in self._shown
        self._shown.add(key)
        return new

    def repeats(self, number: int) -> bool:
        """Whether it matters that this was sent again: what is asked for must be taken, and what is answered be an ok."""
        event = self.case.event(number)
        if self._repeated.isdisjoint(event.ops):
            return False
        kind = self.case.trace.flow.get(event.text, "")
        after = self.case.book.ends.get(event.n, number) + 1 if kind == "request" else number + 1
        outcome = self.case.trace.events[after : after + 1]
        return kind not in _OUTCOMES or any(one.what in _OUTCOMES[kind] and one.ops == event.ops for one in outcome)

    def copied(self, ops: tuple[str, ...]) -> tuple[str, ...]:
        """Those of the operations whose way among the replicas is shown."""
        return ops if self.everything else tuple(op for op in ops if op in self.focus and op not in self._outlined)

    def shown(self, ops: tuple[str, ...]) -> tuple[str, ...]:
        """Those of the operations whose journey is shown."""
        return ops if self.everything else tuple(op for op in ops if op in self.focus)

    def carried(self, number: int) -> tuple[str, ...]:
        """What is shown of the operations in a message: all that come late, or else those whose journey is shown."""
        event = self.case.event(number)
        among = event.node in self.case.trace.replicas and event.peer in self.case.trace.replicas
        return tuple(self.case.resent(number)) or (self.copied if among else self.shown)(event.ops)

    def titled(self, op: Op) -> str:
        """A write's name with what it sets, as a read that gets it is labelled: "x2 = #17"; only a register is set."""
        name = self.case.book.name(op.id)
        return f"{op.keys[0]} = {name}" if op.kind == "write" else name

    def names(self, ops: tuple[str, ...]) -> str:
        """What a row calls these operations."""
        return self.case.book.names(self.shown(ops))

    def voice(self, machine: str) -> str:
        """How words on a row begin that many machines share."""
        return f"{machine}: " if machine in self.case.trace.clients else ""

    def entry(self, event: Event) -> str:
        """What a row calls the entries of a log: an operation that stands there again has its new place with it."""
        name = self.names(event.ops)
        moved = len(event.ops) == 1 and event.n != self.case.book.index.get(event.ops[0], event.n)
        return f"{name} as #{event.n}" if moved else name
