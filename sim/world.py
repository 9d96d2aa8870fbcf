"""The kernel: virtual time, the event heap, the execution of effects, crash and restart, the trace.

Time is integer microseconds. The heap is ordered by `(time, sequence)`, so a run is a function of its inputs alone.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from sim.disk import Disk, DiskSpeed
from sim.history import History, Op
from sim.luck import Luck
from sim.machine import Machine
from sim.network import Flight, Network, NetworkSpeed
from sim.node import Apply, Complete, Effect, Fsync, Invoke, MakeNode, Note, Reply, Send, Timer, Write
from sim.records import Entry, Record
from sim.trace import Event, Trace

Action = Callable[[], None]


class World:
    """Machines, the network between them, and the clock. `watch(what, call)` lets a nemesis strike after an event."""

    def __init__(self, trace: Trace, history: History, network: NetworkSpeed, disk: DiskSpeed) -> None:
        self.now = 0
        self.trace = trace
        self.history = history
        self.luck = Luck(trace.seed)
        self.network = Network(network, self.luck)
        self.machines: dict[str, Machine] = {}
        self._disk_speed = disk
        self._heap: list[tuple[int, int, Action | Flight]] = []
        self._sequence = 0
        self._watchers: dict[str, list[Callable[[int, Event], None]]] = {}
        self._strikes: list[Action] = []
        self._execute: dict[type, Callable[[Machine, Any], None]] = {
            Send: self._send,
            Timer: self._set_timer,
            Write: self._write,
            Fsync: self._fsync,
            Apply: self._apply,
            Note: self._note,
            Invoke: self._invoke,
            Complete: self._complete,
        }

    # Building and running

    def add(self, name: str, make: MakeNode) -> None:
        """Put a new machine into the world; it boots when the run starts."""
        self.machines[name] = Machine(name, make, Disk(name, self._disk_speed, self.luck), make())

    def boot(self) -> None:
        """Start every machine, in the order in which they were added."""
        for machine in self.machines.values():
            self._handle(machine, machine.incarnation, "on_boot")

    def at(self, instant: int, action: Action) -> None:
        """Do something at an instant (us); what is in the past is done as soon as time goes on."""
        self._push(max(instant, self.now), action)

    def _push(self, instant: int, item: Action | Flight) -> None:
        self._sequence += 1
        heapq.heappush(self._heap, (instant, self._sequence, item))

    def run_until(self, deadline: int) -> None:
        """Let time pass until `deadline` (us)."""
        heap = self._heap
        while heap and heap[0][0] <= deadline:
            self.now, _, item = heapq.heappop(heap)
            if isinstance(item, Flight):
                self._arrive(item)
            else:
                item()
            if self._strikes:
                self._strike()
        self.now = max(self.now, deadline)

    # The trace, and faults that wait for an event of it

    def emit(
        self,
        what: str,
        node: str,
        ops: tuple[str, ...] = (),
        peer: str = "",
        n: int = 0,
        text: str = "",
        until: int = 0,
    ) -> int:
        """Record an event and return its number."""
        event = Event(self.now, what, node, ops, peer, n, text, until)
        events = self.trace.events
        events.append(event)
        number = len(events) - 1
        for call in self._watchers.get(what, ()):
            call(number, event)
        return number

    def watch(self, what: str, call: Callable[[int, Event], None]) -> None:
        """Call with every later event of this kind; faults it causes go through `strike_soon`."""
        self._watchers.setdefault(what, []).append(call)

    def strike_soon(self, action: Action) -> None:
        """Act at the very effect boundary that comes next."""
        self._strikes.append(action)

    def _strike(self) -> None:
        while self._strikes:
            self._strikes.pop(0)()

    # Handlers and their effects

    def _handle(self, machine: Machine, incarnation: int, handler: str, *args: Any) -> None:
        """Run a handler, unless it is meant for a life that has ended; a paused process gets it when it wakes."""
        if machine.incarnation != incarnation or not machine.up:
            return
        if machine.paused:
            machine.backlog.append(partial(self._handle, machine, incarnation, handler, *args))
            return
        machine.node.now = self.now
        self._perform(machine, list(getattr(machine.node, handler)(*args)))

    def _perform(self, machine: Machine, effects: list[Effect]) -> None:
        """Execute effects in order; after each the machine may be dead (the rest never happens) or paused."""
        incarnation = machine.incarnation
        for done, effect in enumerate(effects, 1):
            self._execute[type(effect)](machine, effect)
            if self._strikes:
                self._strike()
            if machine.incarnation != incarnation:
                return
            if machine.paused:
                machine.backlog.appendleft(partial(self._perform, machine, effects[done:]))
                return

    def _send(self, machine: Machine, effect: Send) -> None:
        message, target = effect.message, self.machines[effect.to]
        flight = self.network.send(self.now, machine.name, effect.to, message, target.incarnation)
        self.trace.flow[message.kind] = message.flow
        self._push(flight.arrives, flight)
        self.emit("sent", machine.name, flight.ops, effect.to, flight.number, message.kind, flight.departs)
        if isinstance(message, Reply) and message.done:
            self.emit("reply_sent", machine.name, flight.ops, effect.to)

    def _arrive(self, flight: Flight) -> None:
        if flight.lost:
            return
        if flight.link.cuts:
            self._drop(flight, "the link was cut")
        else:
            self._deliver(self.machines[flight.target], flight)

    def _deliver(self, target: Machine, flight: Flight) -> None:
        """Hand over what has arrived; it waits in the OS of a paused process, out of a cut's reach."""
        if not target.up or target.incarnation != flight.incarnation:
            self._drop(flight, f"{flight.target} was down")
        elif target.paused:
            target.backlog.append(partial(self._deliver, target, flight))
        else:
            message = flight.message
            self.emit("delivered", flight.target, flight.ops, flight.source, flight.number, message.kind)
            self._strike()
            self._handle(target, flight.incarnation, f"on_{message.kind}", flight.source, message)

    def _drop(self, flight: Flight, why: str) -> None:
        self.emit("dropped", flight.target, flight.ops, flight.source, flight.number, why)

    def _set_timer(self, machine: Machine, effect: Timer) -> None:
        key, incarnation = (effect.name, effect.arg), machine.incarnation
        token = machine.timers[key] = machine.timers.get(key, 0) + 1
        args = () if effect.arg is None else (effect.arg,)

        def fire() -> None:
            if machine.timers.get(key) == token:
                self._handle(machine, incarnation, f"on_{effect.name}", *args)

        self.at(self.now + effect.after_us, fire)

    def _write(self, machine: Machine, effect: Write) -> None:
        machine.disk.write(effect.record)
        self._tell_trace("written", machine, [effect.record])

    def _fsync(self, machine: Machine, _: Fsync) -> None:
        disk = machine.disk
        takes, power, incarnation = disk.begin_fsync(), disk.power, machine.incarnation
        if takes is not None:
            self.at(self.now + takes, lambda: self._flushed(machine, power, incarnation))

    def _flushed(self, machine: Machine, power: int, incarnation: int) -> None:
        """An fsync is done, silently if the process that asked has died meanwhile; a power cut would have ended it."""
        disk = machine.disk
        if disk.power != power:
            return
        self._tell_trace("durable", machine, disk.end_fsync())
        self._strike()
        if disk.power == power and disk.asked:
            self._fsync(machine, Fsync())
        if machine.incarnation == incarnation:
            self._handle(machine, incarnation, "on_durable", disk.tell())

    def _tell_trace(self, what: str, machine: Machine, records: Iterable[Record]) -> None:
        for record in records:
            if isinstance(record, Entry):
                self.emit(what, machine.name, (record.op,), n=record.n)

    def _apply(self, machine: Machine, effect: Apply) -> None:
        machine.apply_free = max(self.now, machine.apply_free) + self._disk_speed.apply_us
        incarnation = machine.incarnation
        self.at(machine.apply_free, lambda: self._handle(machine, incarnation, "on_applied", effect.entry))

    def _note(self, machine: Machine, note: Note) -> None:
        self.emit(note.what, machine.name, note.ops, note.peer, note.n, note.text)

    def _invoke(self, machine: Machine, effect: Invoke) -> None:
        kind, *args = effect.command
        self.history.ops[effect.op] = Op(effect.op, machine.name, str(kind), tuple(args), self.now)
        self.emit("invoked", machine.name, (effect.op,), text=" ".join(map(str, effect.command)))

    def _complete(self, machine: Machine, effect: Complete) -> None:
        op = self.history.ops[effect.op]
        op.outcome, op.completed_at, op.result, op.node = effect.outcome, self.now, effect.result, effect.node
        what = {"ok": "ok_received", "fail": "failed", "info": "timed_out"}[effect.outcome]
        text = "" if effect.result is None else str(effect.result[0])
        self.emit(what, machine.name, (effect.op,), effect.node, text=text)

    # What faults need; `sim.nemesis` decides when

    def start(self, name: str) -> None:
        """Start a process that is down on what its disk holds."""
        machine = self.machines[name]
        machine.up = True
        self.emit("up", name)
        self._handle(machine, machine.incarnation, "on_restart", tuple(machine.disk.records))

    def lose_power(self, name: str) -> None:
        """Lose what only electricity held: the egress queue, and a drawn part of the unsynced disk tail."""
        for _, _, item in sorted(self._heap, key=lambda entry: entry[:2]):
            if isinstance(item, Flight) and item.source == name and item.departs > self.now and not item.lost:
                item.lost = True
                self._drop(item, f"{name} lost power before it left")
        self.network.cut_power(self.now, name)
        lost = tuple(record.op for record in self.machines[name].disk.cut_power() if isinstance(record, Entry))
        if lost:
            self.emit("lost_unsynced", name, lost)

    def role_of(self, name: str) -> tuple[str, int]:
        """The role and epoch that a running machine believes in; ("", 0) for one that is down."""
        machine = self.machines[name]
        return (machine.node.role, machine.node.epoch) if machine.up else ("", 0)
