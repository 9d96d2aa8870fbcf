"""Who is not deterministic? A world that asks every handler twice and keeps a log of what each asked for.

Two logs of one run, from two processes under different hash seeds, first differ at the handler to blame.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from itertools import zip_longest
from typing import Any
from zlib import crc32

from sim.node import Effect, Node
from sim.world import World


class NotDeterministicError(Exception):
    """A handler, by name, asked for two different things from one state and one message."""


class AuditedWorld(World):
    """Each handler runs on a copy of its node too, and both must ask for the same effects.

    `calls` has a line for each: the machine, the handler, and a checksum of its effects.
    """

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.calls: list[str] = []

    def ask(self, node: Node, handler: str, args: tuple[Any, ...]) -> list[Effect]:
        """The effects that a handler asks for. Raises NotDeterministicError if its twin asks for others."""
        twin = _twin(node)
        effects, again = super().ask(node, handler, args), super().ask(twin, handler, args)
        name = f"{node.name}: {type(node).__name__}.{handler}"
        if effects != again:
            asked = next(pair for pair in zip_longest(effects, again) if pair[0] != pair[1])
            raise NotDeterministicError(f"{name} asks for {asked[0]}, and from the same state for {asked[1]}")
        self.calls.append(f"{name} {crc32(repr(effects).encode()):08x}")
        return effects


def first_difference(ours: Sequence[str], theirs: Sequence[str]) -> str:
    """Where two logs of one run part: the handler to blame; "" if they are the same."""
    for number, (mine, other) in enumerate(zip_longest(ours, theirs, fillvalue="nothing"), 1):
        if mine != other:
            return f"call {number}: {mine} here, {other} there"
    return ""


def _twin(node: Node) -> Node:
    """A copy of a node with its state, on the same configuration."""
    shared = [value for name, value in vars(node).items() if name in ("luck", "cluster", "design", "workload")]
    return copy.deepcopy(node, {id(value): value for value in shared})
