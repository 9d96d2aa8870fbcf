"""One controller without a world around it: a test hands it messages and looks at what it would do."""

from __future__ import annotations

from typing import Any

import pytest

from sim.design import read_design
from sim.luck import Luck
from sim.node import Cluster, Effects, Send, Write
from sim.protocols.controllers.failover import FailoverController


def controller(name: str = "controller", **knobs: Any) -> FailoverController:
    """A failover controller that has just booted, long after anybody was heard."""
    design = read_design(knobs)
    cluster = Cluster(design, design.controller_names, (), Luck(1), lambda image: pytest.fail("controllers have no state"))
    node = FailoverController(name, cluster)
    list(node.on_boot())
    node.now = 10_000_000
    return node


def said(effects: Effects) -> list[Any]:
    """The messages in some effects."""
    return [effect.message for effect in effects if isinstance(effect, Send)]


def durable(node: FailoverController, effects: Effects) -> list[Any]:
    """Carry out the writes and tell the node that they are durable; what it says then."""
    written = tuple(effect.record for effect in effects if isinstance(effect, Write))
    return said(node.on_durable(written))
