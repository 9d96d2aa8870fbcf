"""A node's machine as the kernel sees it: up or down, paused or running, its disk, its clock, and what waits for it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sim.clock import Clock
from sim.disk import Disk
from sim.node import MakeNode, Node
from sim.records import Entry, keys_of


@dataclass
class Workers:
    """Who applies a log: up to so many at a time, entries with a common key in their order, all visible in log order."""

    last_visible: int = 0
    key_free: dict[str, int] = field(default_factory=dict)
    busy: list[int] = field(default_factory=list)

    def visible_at(self, entry: Entry, now: int, takes: int, workers: int) -> int:
        """When reads will see an entry that is queued now; instants in microseconds."""
        if workers == 1:
            self.last_visible = max(now, self.last_visible) + takes
            return self.last_visible
        keys = keys_of(entry.command)
        worker_free = self.busy.pop(0) if workers and len(self.busy) == workers else now
        ends = max(now, worker_free, *(self.key_free.get(key, 0) for key in keys)) + takes
        for key in keys:
            self.key_free[key] = ends
        if workers:
            self.busy.append(ends)
            self.busy.sort()
        self.last_visible = max(ends, self.last_visible)
        return self.last_visible


@dataclass(slots=True)
class Machine:
    """`incarnation` counts the lives of its process: completions, timers and messages for a dead one vanish.

    `timers` has when each timer is due.
    """

    name: str
    make: MakeNode
    disk: Disk
    node: Node
    clock: Clock = field(default_factory=Clock)
    up: bool = True
    paused: bool = False
    incarnation: int = 1
    backlog: deque[Callable[[], object]] = field(default_factory=deque)
    timers: dict[tuple[str, Any], int] = field(default_factory=dict)
    workers: Workers = field(default_factory=Workers)

    def die(self) -> None:
        """The process is gone with its memory; the disk is another matter."""
        self.up = self.paused = False
        self.incarnation += 1
        self.node = self.make()
        self.node.skew = self.clock.skew
        self.backlog.clear()
        self.timers.clear()
        self.workers = Workers()
        self.disk.told, self.disk.asked = 0, False

    def wake(self) -> None:
        """Go on after a pause with the old beliefs; what waited is handled in its order, unless it pauses again."""
        self.paused = False
        waiting = deque(self.backlog)
        self.backlog.clear()
        while waiting and not self.paused:
            waiting.popleft()()
        self.backlog.extend(waiting)
