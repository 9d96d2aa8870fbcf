"""One template a kind of event: the sentences of a story that stand at an instant."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from sim.render import succession, waits, words
from sim.render.case import Case
from sim.render.staleness import first_stale_read
from sim.render.strikes import fault, over
from sim.trace import Event

Template = Callable[[Case, int, Event], str]


def happenings(case: Case, number: int, event: Event) -> Iterator[tuple[str, str]]:
    """The kind and the text of what deserves to be told of an event, in most cases nothing."""
    if number in case.book.woke:
        yield "woke", f"{event.node} woke up and went on with its old beliefs."
    if event.what in TEMPLATES:
        text = TEMPLATES[event.what](case, number, event)
        if text:
            yield f"{event.what} {event.text if event.what == 'fault' else ''}", text


def acknowledged(case: Case, number: int, event: Event) -> str:
    """The last acknowledgement before the strike: what it was worth at that moment. Also the first doomed one after it."""
    if case.lone_acks and number == case.lone_acks[0]:
        followed = len(case.lone_acks) - 1
        more = f"; {words.number(followed)} more followed" if followed else ""
        return f"{event.node} acknowledged {case.book.name(event.ops[0])} to {event.peer}, and no other replica had it{more}."
    if number != case.last_ack:
        return ""
    op, name = case.history[event.ops[0]], case.book.name(event.ops[0])
    if op.kind == "acquire" and op.result:
        given = f"gave {event.peer} the lock {op.keys[0]} with token {op.result[0]} ({name})"
    else:
        given = f"acknowledged {name} to {event.peer}"
    return f"{event.node} {given}; {worth(case, number, event)}."


def worth(case: Case, number: int, event: Event) -> str:
    """What an acknowledgement was worth when it was given: who had the write, or what had not even left."""
    if len(case.trace.replicas) == 1:
        return "there is no other replica"
    waiting = case.book.waiting(event.node, number)
    holders = case.book.holders(event.ops[0], number)
    if event.ops[0] in waiting:
        return f"{words.count(len(waiting), 'entry', 'entries')} had not left {event.node}"
    return "no other replica had it yet" if holders == [event.node] else f"{words.listing(holders)} had it"


def resent(case: Case, number: int, event: Event) -> str:
    """A machine is given what it missed."""
    ops = case.resent(number)
    if not ops or event.n in case.book.snapshots:
        return ""
    names = case.book.names(ops)
    them = f"{names}, which" if len(ops) == 1 else f"the {words.count(len(ops), 'write')} ({names}) that"
    return f"{event.node} sent {event.peer} {them} {event.peer} had not got."


def lost_unsynced(case: Case, number: int, event: Event) -> str:
    """What a power cut took from a disk, if a client had been told that it was done."""
    acked = [op for op in event.ops if case.book.acks.get(op, number) < number]
    if not acked:
        return ""
    gone = words.choose(len(acked), "is gone", "are gone")
    if event.text == "disk":
        return f"{case.book.names(acked)}, acknowledged, {gone} with {event.node}'s disk."
    return f"{case.book.names(acked)}, acknowledged but not synced, {gone} from {event.node}'s disk."


def damaged(case: Case, number: int, event: Event) -> str:
    """A replica reads its file and finds that it cannot trust its end."""
    which = _acknowledged([op for op in event.ops if case.book.acks.get(op, number) < number], event.ops)
    return f"{event.node} found a damaged record and gave up {case.book.names(event.ops)} ({which})."


def _acknowledged(acked: Sequence[str], ops: Sequence[str]) -> str:
    if len(ops) == 1:
        return "an acknowledged write" if acked else "which nobody was told is done"
    return f"{words.of_them(len(acked), len(ops))} acknowledged"


def halted(case: Case, number: int, event: Event) -> str:
    """A process that ends itself."""
    return f"{event.node} ended itself: {event.text}."


def powered_off(case: Case, number: int, event: Event) -> str:
    """A machine is shot by another."""
    return f"{words.deciders(case.trace, event.peer)} switched {event.node} off."


def came_back(case: Case, number: int, event: Event) -> str:
    """A dead machine runs again."""
    log = words.log_up_to(case.book.log_end(event.node, number))
    what = f", with {log} on its disk" if event.node in case.trace.replicas else ""
    return f"{words.machines(case.trace, [event.node])} was started again{what}."


def discarded(case: Case, number: int, event: Event) -> str:
    """What a log gave up to agree with the new leader's."""
    acked = [op for op in event.ops if op in case.book.acks]
    gone = [op for op in acked if not case.book.holders(op, number)]
    kept = len(acked) - len(gone)
    again = f", {words.number(kept)} of them {words.choose(kept, 'is', 'are')} elsewhere in the log" if kept else ""
    which = _acknowledged(gone, event.ops) + again
    if len(event.ops) == 1 and acked and not gone:
        which = "which others have elsewhere in their log"
    whom = "the others" if any(one.text == "head" for _, one in case.trace.of("role")) else "the new leader"
    return f"{event.node} discarded {case.book.names(event.ops)} to agree with {whom} ({which})."


def healed(case: Case, number: int, event: Event) -> str:
    """The end of the attack, if something came of it."""
    return "the load was over; links were mended and the frozen woken." if case.settling_matters else ""


def answered(case: Case, number: int, event: Event) -> str:
    """The first read that was stale."""
    stale = first_stale_read(case)
    if stale is None or stale.answer != number:
        return ""
    name = case.book.name
    read, missed = stale.read, stale.missed
    got = name(read.result[1]) if read.result and read.result[1] else "the initial value"
    return (
        f"{read.process} read {read.keys[0]} from {read.node} and got {got}, although {name(missed.id)} had been "
        f"acknowledged {words.duration(stale.age)} before it asked."
    )


TEMPLATES: dict[str, Template] = {
    "reply_sent": acknowledged,
    "sent": resent,
    "ok_received": answered,
    "fault": fault,
    "mended": over,
    "lost_unsynced": lost_unsynced,
    "corrupt": damaged,
    "halted": halted,
    "powered_off": powered_off,
    "up": came_back,
    "discarded": discarded,
    "healed": healed,
    **succession.TEMPLATES,
    **waits.TEMPLATES,
}
