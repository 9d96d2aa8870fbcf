"""The world: machines on a network, their handlers and the effects they ask for, and what faults do to them.

A handler's effects are collected, then executed in order, so every boundary between two is a point where the machine can die.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from sim.disk import Disk, DiskSpeed, Tail
from sim.history import History, Op
from sim.kernel import Kernel
from sim.luck import Luck
from sim.machine import Machine
from sim.network import Flight, Network, NetworkSpeed
from sim.node import Apply, Complete, Effect, Fsync, Halt, Invoke, MakeNode, Node, Note, PowerOff, Reply, Send, Timer, Write
from sim.records import Entry, Record, Snapshot
from sim.trace import Trace


class World(Kernel):
    """Machines, the network between them, and the clock."""

    def __init__(self, trace: Trace, history: History, network: NetworkSpeed, disk: DiskSpeed) -> None:
        super().__init__(trace)
        self.history = history
        self.luck = Luck(trace.seed)
        self.network = Network(network, self.luck)
        self.machines: dict[str, Machine] = {}
        self._disk_speed = disk
        self._execute: dict[type, Callable[[Machine, Any], None]] = {
            Send: self._send,
            Timer: self._set_timer,
            Write: self._write,
            Fsync: self._fsync,
            Apply: self._apply,
            Halt: self._halt,
            PowerOff: self._power_off,
            Note: self._note,
            Invoke: self._invoke,
            Complete: self._complete,
        }

    def add(self, name: str, make: MakeNode) -> None:
        """Put a new machine into the world; it boots when the run starts."""
        self.machines[name] = Machine(name, make, Disk(name, self._disk_speed, self.luck), make())

    def boot(self) -> None:
        """Start every machine, in the order in which they were added."""
        for machine in self.machines.values():
            self.handle(machine, machine.incarnation, "on_boot")

    @property
    def flights(self) -> list[Flight]:
        """The messages on their way, in the order of their arrival."""
        arrivals = sorted((item for item in self.heap if item[2] == self._arrive), key=lambda item: item[:2])
        return [flight for _, _, _, (flight,) in arrivals]

    def role_of(self, name: str) -> tuple[str, int]:
        """The role and epoch that a running machine believes in; ("", 0) for one that is down."""
        machine = self.machines[name]
        return (machine.node.role, machine.node.epoch) if machine.up else ("", 0)

    # Handlers and their effects

    def handle(self, machine: Machine, incarnation: int, handler: str, *args: Any) -> bool:
        """Run a handler, unless it is meant for a life that has ended; a paused process gets it when it wakes.

        Whether it had an effect, or may have one later.
        """
        if machine.incarnation != incarnation or not machine.up:
            return False
        if machine.paused:
            machine.backlog.append(partial(self.handle, machine, incarnation, handler, *args))
            return True
        node, clock = machine.node, machine.clock
        node.now = clock.at(self.now) if clock.changed else self.now
        effects = self.ask(node, handler, args)
        self._perform(machine, effects)
        return bool(effects)

    def ask(self, node: Node, handler: str, args: tuple[Any, ...]) -> list[Effect]:
        """The effects that a handler asks for."""
        return list(getattr(node, handler)(*args))

    def _perform(self, machine: Machine, effects: list[Effect]) -> None:
        """Execute effects in order; after each the machine may be dead (the rest never happens) or paused."""
        incarnation, execute = machine.incarnation, self._execute
        for done, effect in enumerate(effects, 1):
            execute[type(effect)](machine, effect)
            if self.strikes:
                self.strike()
            if machine.incarnation != incarnation:
                return
            if machine.paused:
                machine.backlog.appendleft(partial(self._perform, machine, effects[done:]))
                return

    def _send(self, machine: Machine, effect: Send) -> None:
        message, target = effect.message, self.machines[effect.to]
        flight = self.network.send(self.now, machine.name, effect.to, message, target.incarnation)
        self.at(flight.arrives, self._arrive, flight)
        if flight.twice:
            self.at(flight.arrives, self._arrive, flight)
        kind, ops, flow = message.kind, flight.ops, self.trace.flow
        if kind not in flow:
            flow[kind] = message.flow
        self.emit("sent", machine.name, ops, effect.to, flight.number, kind, flight.departs)
        if type(message) is Reply and message.done:
            self.emit("reply_sent", machine.name, ops, effect.to)

    def _arrive(self, flight: Flight) -> None:
        """A message has come over its link, unless something took it; what lost power in the egress queue never left."""
        if flight.lost:
            if flight.lost != GONE:
                self._drop(flight, flight.lost)
        elif flight.link.cuts:
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
            if self.strikes:
                self.strike()
            self.handle(target, flight.incarnation, message.handler, flight.source, message)

    def _drop(self, flight: Flight, why: str) -> None:
        self.emit("dropped", flight.target, flight.ops, flight.source, flight.number, why)

    def _set_timer(self, machine: Machine, effect: Timer) -> None:
        """Set or move a timer. While the heap has an earlier entry for it, that one will find out that it is too early."""
        key = (effect.name, effect.arg)
        clock = machine.clock
        due = self.now + (clock.lasts(effect.after_us) if clock.ppm else effect.after_us)
        before = machine.timers.get(key)
        machine.timers[key] = due
        if before is None or before > due:
            self.at(due, self._ring, machine, machine.incarnation, key)

    def _ring(self, machine: Machine, incarnation: int, key: tuple[str, Any]) -> None:
        due = machine.timers.get(key) if machine.incarnation == incarnation else None
        if due is None:
            return
        if due > self.now:
            self.at(due, self._ring, machine, incarnation, key)
            return
        del machine.timers[key]
        name, arg = key
        if arg is None:
            self.handle(machine, incarnation, f"on_{name}")
        else:
            self.handle(machine, incarnation, f"on_{name}", arg)

    def _write(self, machine: Machine, effect: Write) -> None:
        record, disk = effect.record, machine.disk
        if disk.full:
            self.handle(machine, machine.incarnation, "on_disk_error", "the disk is full")
            return
        disk.records.append(record)
        if type(record) is Entry and record.op:
            self.emit("written", machine.name, (record.op,), "", record.n)

    def _fsync(self, machine: Machine, _: Fsync) -> None:
        disk = machine.disk
        takes = disk.begin_fsync()
        if takes is not None:
            self.at(self.now + takes, self._flushed, machine, disk.power, machine.incarnation)

    def _flushed(self, machine: Machine, power: int, incarnation: int) -> None:
        """An fsync is done, silently if the process that asked has died meanwhile; a power cut would have ended it."""
        disk = machine.disk
        if disk.power != power:
            return
        if disk.fails:
            disk.fail_fsync()
            self.handle(machine, incarnation, "on_disk_error", "an fsync failed")
            return
        fresh = disk.end_fsync()
        for record in fresh:
            if type(record) is Entry and record.op:
                self.emit("durable", machine.name, (record.op,), "", record.n)
        if self.strikes:
            self.strike()
        if disk.power == power and disk.asked:
            self._fsync(machine, Fsync())
        if machine.incarnation == incarnation:
            self.handle(machine, incarnation, "on_durable", disk.tell())
        if any(type(record) is Snapshot for record in fresh):
            disk.compact()

    def _apply(self, machine: Machine, effect: Apply) -> None:
        takes = self._disk_speed.apply_us
        visible = machine.workers.visible_at(effect.entry, self.now, takes, effect.workers)
        self.at(visible, self.handle, machine, machine.incarnation, "on_applied", effect.entry)

    def _halt(self, machine: Machine, effect: Halt) -> None:
        self.emit("halted", machine.name, text=effect.why)
        machine.die()

    def _power_off(self, machine: Machine, effect: PowerOff) -> None:
        """Over the management port, which no cut of the network reaches."""
        self.emit("powered_off", effect.node, peer=machine.name)
        self.lose_power(effect.node)

    def _note(self, machine: Machine, note: Note) -> None:
        self.emit(note.what, machine.name, note.ops, note.peer, note.n, note.text)

    def _invoke(self, machine: Machine, effect: Invoke) -> None:
        kind, *args = effect.command
        self.history.ops[effect.op] = Op(effect.op, machine.name, str(kind), tuple(args), self.now)
        self.emit("invoked", machine.name, (effect.op,), text=" ".join(map(str, effect.command)))

    def _complete(self, machine: Machine, effect: Complete) -> None:
        op = self.history.ops[effect.op]
        op.outcome, op.completed_at, op.result, op.node = effect.outcome, self.now, effect.result, effect.node
        text = "" if effect.result is None else str(effect.result[0])
        self.emit(_OUTCOMES[effect.outcome], machine.name, (effect.op,), effect.node, text=text)

    # What faults do; `sim.nemesis` decides when

    def kill(self, name: str) -> None:
        """End a process: its memory is gone, what the OS has of it stays."""
        self.machines[name].die()

    def start(self, name: str) -> None:
        """Start a process that is down on what its disk holds."""
        machine = self.machines[name]
        machine.up = True
        self.emit("up", name)
        self._tell_loss("corrupt", name, machine.disk.recover())
        self.handle(machine, machine.incarnation, "on_restart", tuple(machine.disk.records))

    def lose_power(self, name: str, tail: Tail = "drawn") -> None:
        """Lose what only electricity held: the process, the egress queue, and the unsynced end of the disk."""
        for flight in self.flights:
            if flight.source == name and flight.departs > self.now and not flight.lost:
                flight.lost = GONE
                self._drop(flight, f"{name} lost power before it left")
        self.network.cut_power(self.now, name)
        machine = self.machines[name]
        self._tell_loss("lost_unsynced", name, machine.disk.cut_power(tail))
        machine.die()

    def lose_disk(self, name: str) -> None:
        """The machine dies and comes back, if at all, with an empty disk."""
        machine = self.machines[name]
        self._tell_loss("lost_unsynced", name, machine.disk.wipe(), "disk")
        machine.die()

    def _tell_loss(self, what: str, name: str, lost: list[Record], text: str = "") -> None:
        entries = [record for record in lost if isinstance(record, Entry) and record.op]
        if entries:
            self.emit(what, name, tuple(entry.op for entry in entries), n=entries[0].n, text=text)

    def pause(self, name: str) -> None:
        """Freeze a process with its beliefs."""
        self.machines[name].paused = True

    def resume(self, name: str) -> None:
        """Let a frozen process go on."""
        self.machines[name].wake()

    def skew(self, name: str, ahead_us: int) -> None:
        """Set the wall clock of a machine wrong by so much."""
        machine = self.machines[name]
        machine.clock.skew = machine.node.skew = ahead_us

    def drift(self, name: str, ppm: int) -> None:
        """Let the monotonic clock of a machine run too fast, or too slow."""
        self.machines[name].clock.drift(self.now, ppm)

    def order(self, name: str, what: str, about: str) -> bool:
        """An operator tells a node to do something; whether it does anything about it, or may once it wakes."""
        machine = self.machines[name]
        return self.handle(machine, machine.incarnation, "on_order", what, about)


GONE = "it never left"
_OUTCOMES = {"ok": "ok_received", "fail": "failed", "info": "timed_out"}
