"""Tiny runs written by hand. All instants are given in milliseconds; the trace and the history get microseconds."""

from __future__ import annotations

from typing import Any

from sim.history import History, Op
from sim.trace import MS, Event, Final, Shot, Trace


class Run:
    """A trace and a history that a test fills in event by event; each call returns the number of its (last) event."""

    def __init__(self, replicas: str = "ABC", initial: dict[str, int] | None = None) -> None:
        flow = {"request": "request", "reply": "reply", "append": "replicate", "ack": "ack", "beat": "heartbeat"}
        self.trace = Trace(seed=1, replicas=tuple(replicas), controllers=("controller",), clients=("c1",), flow=flow)
        self.trace.healed_at = self.trace.ended_at = 1000 * MS
        self.history = History(initial=initial or {})

    def event(self, at: float, what: str, node: str, *ops: str, **rest: Any) -> int:
        self.trace.events.append(Event(round(at * MS), what, node, ops, **rest))
        return len(self.trace.events) - 1

    def op(self, op: str, kind: str, *args: str | int, at: float, ok: float | None = None, **rest: Any) -> int:
        """An operation invoked `at`; answered at `ok`, or else of unknown outcome unless `outcome` says otherwise."""
        outcome = rest.pop("outcome", "info" if ok is None else "ok")
        until = rest.pop("until", ok)
        completed_at = None if until is None else round(until * MS)
        self.history.ops[op] = Op(op, "c1", kind, args, round(at * MS), outcome, completed_at, **rest)
        return len(self.trace.events) - 1 if ok is None else self.event(ok, "ok_received", "c1", op)

    def write(self, op: str, key: str = "x", at: float = 0, ok: float | None = None, **rest: Any) -> int:
        return self.op(op, "write", key, 1, at=at, ok=ok, **rest)

    def read(self, op: str, version: str, key: str = "x", at: float = 0, ok: float = 0) -> int:
        return self.op(op, "read", key, at=at, ok=ok, result=(1, version))

    def strike(self, at: float, verb: str = "power_cut", node: str = "A", harms: bool = True) -> int:
        number = self.event(at, "fault", node, text=verb)
        self.trace.shots.append(Shot(verb, (number,), round(at * MS), harms))
        return number

    def miss(self, verb: str = "power_cut") -> None:
        """A fault of the schedule that never struck."""
        self.trace.shots.append(Shot(verb, (), None))

    def end(self, node: str, *ops: str, state: dict[str, object] | None = None, **rest: Any) -> None:
        """How a replica stands at the end; by default it is up, a member, and claims nothing."""
        given = {"up": True, "role": "follower", "epoch": 1, "claims": False, "member": True, "pending": (), **rest}
        self.trace.final[node] = Final(ops=ops, state=tuple((state or {}).items()), **given)

    def lead(self, node: str, *ops: str, state: dict[str, object] | None = None, **rest: Any) -> None:
        """How a replica stands at the end that believes to serve clients."""
        self.end(node, *ops, state=state, **{"role": "leader", "claims": True, **rest})
