"""A node's machine as the kernel sees it: up or down, paused or running, its disk, and what waits for it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sim.disk import Disk
from sim.node import MakeNode, Node


@dataclass
class Machine:
    """`incarnation` counts the lives of its process: completions, timers and messages for a dead one vanish."""

    name: str
    make: MakeNode
    disk: Disk
    node: Node
    up: bool = True
    paused: bool = False
    incarnation: int = 1
    backlog: deque[Callable[[], None]] = field(default_factory=deque)
    timers: dict[tuple[str, Any], int] = field(default_factory=dict)
    apply_free: int = 0

    def die(self) -> None:
        """The process is gone with its memory; the disk is another matter."""
        self.up = self.paused = False
        self.incarnation += 1
        self.node = self.make()
        self.backlog.clear()
        self.timers.clear()
        self.apply_free = 0
        self.disk.told, self.disk.asked = 0, False

    def wake(self) -> None:
        """Go on after a pause with the old beliefs; what waited is handled in its order, unless it pauses again."""
        self.paused = False
        waiting = deque(self.backlog)
        self.backlog.clear()
        while waiting and not self.paused:
            waiting.popleft()()
        self.backlog.extend(waiting)
