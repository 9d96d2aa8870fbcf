"""What became of the copies: why acknowledged writes are lost, why they are not, and for whom a stuck write waits."""

from __future__ import annotations

from collections.abc import Iterator

from sim.render import words
from sim.render.case import Case
from sim.render.copies import NEVER, Copy

Told = Iterator[tuple[str, tuple[int, ...]]]  # a text, and the events behind it

MOST_FATES = 3
_FATES = {
    "discarded": "NODE discarded {them}",
    "unsynced": "the power cut took {them} from NODE's disk",
    "disk": "NODE lost {them} with its disk",
    "damaged": "NODE's file was damaged before {them}",
    "memory": "NODE had {them} in memory only",
}


def why_lost(case: Case) -> Told:
    """Who had the lost writes, and what became of each copy; writes with the same fate share a sentence."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for op in case.lost:
        groups.setdefault(_fate(case, op), []).append(op)
    for (where, *fate), ops in list(groups.items())[:MOST_FATES]:
        them = words.choose(len(ops), "it", "them")
        was = words.choose(len(ops), "was", "were")
        text = words.clauses([part.format(them=them, they=words.choose(len(ops), "it", "they"), was=was) for part in fate])
        events = tuple(copy.since for op in ops for copy in case.book.copies[op])
        yield f"{case.book.names(ops)} {was} {where}: {text}.", events


def _fate(case: Case, op: str) -> tuple[str, ...]:
    """Where a write was, and what became of it there and on the way, ready to be put into one sentence."""
    copies = case.book.copies[op]
    nodes = list(dict.fromkeys(copy.node for copy in copies))
    if not nodes:
        return ("in no log", "nobody had received {them}")
    where = f"on {nodes[0]} alone" if len(nodes) == 1 else f"on {words.listing(nodes)}"
    way = [_journey(case, op, nodes[0])] if len(nodes) == 1 else []
    return (where, *filter(None, way), *(_end(case, copy) for copy in copies))


def _journey(case: Case, op: str, node: str) -> str:
    """Why the only holder stayed the only one."""
    sends = case.book.sends.get(op, ())
    if all(case.book.never_left(sent) for sent in sends):
        return "{they} never left " + node
    ends = [case.book.ends.get(case.event(sent).n) for sent in sends]
    if all(end is not None and case.event(end).what == "dropped" for end in ends):
        return "what was sent of {them} was dropped on the way"
    return ""


def _end(case: Case, copy: Copy) -> str:
    """What became of one copy."""
    node = copy.node
    final = case.trace.final.get(node)
    if copy.fate:
        return _FATES[copy.fate].replace("NODE", node)
    if final is None or not final.up:
        return f"{node} stayed dead"
    return f"{node} has {{them}} and does not lead"


def why_kept(case: Case) -> Told:
    """The margin by which a struck cluster kept its promise: on how many replicas writes were when clients heard of them."""
    assert case.strike is not None
    acks = case.book.acks
    fewest = min((len(case.book.holders(op, number)) for op, number in acks.items()), default=0)
    if not acks:
        return
    if fewest > 1:
        worth = f"on fewer than {words.number(fewest)} replicas" if fewest > 2 else "on one replica alone"
        yield f"Nothing acknowledged is lost: no write was {worth} when its client was told.", tuple(acks.values())
        return
    yield _near_miss(case, case.strike)


def _near_miss(case: Case, strike: int) -> tuple[str, tuple[int, ...]]:
    """Some writes were acknowledged when one machine alone had them; then it matters which one was struck."""
    acks, book = case.book.acks, case.book
    ackers = list(dict.fromkeys(case.event(number).node for number in acks.values()))
    if ackers == [case.leader]:
        text = f"Nothing acknowledged is lost: {case.leader} acknowledged every write and is the one that serves in the end."
        return text, ()
    alone = {op: at for op, at in acks.items() if at < strike and len(book.holders(op, at)) == 1}
    risky = [op for op, at in alone.items() if book.holders(op, at)[0] in case.hit]
    if not risky:
        struck = words.listing(case.hit)
        return f"Nothing acknowledged is lost: no acknowledged write was on {struck} alone.", tuple(alone.values())
    open_still = [op for op in risky if len(book.holders(op, strike)) == 1]
    op = (open_still or risky)[-1]
    node = case.event(acks[op]).node
    if not open_still:
        others = [name for name in book.holders(op, strike) if name != node]
        return (
            f"Nothing acknowledged is lost, by luck: {node} alone had {book.name(op)} when it acknowledged it, and "
            f"{words.listing(others)} had it by the strike, {_since(case, acks[op], strike)} later."
        ), (acks[op], strike)
    return _late_rescue(case, open_still, node)


def _since(case: Case, earlier: int, later: int) -> str:
    return words.duration(case.event(later).at - case.event(earlier).at)


def _late_rescue(case: Case, ops: list[str], node: str) -> tuple[str, tuple[int, ...]]:
    """At the strike one struck machine alone had them, and yet they are there."""
    returned = next((number for number, event in case.trace.of("up") if event.node == node), NEVER)
    copies = [copy for copy in case.book.copies[ops[-1]] if copy.node != node and copy.since < returned]
    reached = words.listing(list(dict.fromkeys(copy.node for copy in copies)))
    rescue = f"but what it had sent still reached {reached}" if copies else "and served again later with what it had"
    text = f"at the strike {node} alone had {case.book.names(ops)}, {rescue}"
    return f"Nothing acknowledged is lost, by luck: {text}.", tuple(copy.since for copy in copies)


def why_stalled(case: Case) -> Told:
    """The first write that hangs: who has it, and who has not."""
    op, end = case.hanging, case.healed
    if not case.leader:
        yield f"{words.listing(case.dead)} stayed down, and no other replica was promoted.", ()
    elif not op:
        yield f"{case.leader} took no more writes.", ()
    else:
        holders = case.book.holders(op, end)
        missing = [name for name in case.trace.replicas if name not in holders]
        which = f", which {words.choose(len(missing), 'is', 'are')} down," if set(missing) <= set(case.dead) else ""
        has = words.choose(len(missing), "has", "have")
        silent = f": {words.listing(case.dead)} died before the ack" if frozenset(case.dead) & frozenset(holders) else ""
        without = f": {words.listing(missing)}{which} {has} not got it" if missing else silent
        name = case.book.name(op)
        yield f"{name} is on {words.listing(holders)} and was never acknowledged{without}.", (case.book.copies[op][0].since,)
