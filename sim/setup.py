"""A scenario's world before any design: the load, the network, the disks, and how long everything may take."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sim.disk import DiskSpeed
from sim.errors import SetupError
from sim.network import NetworkSpeed
from sim.reading import Reader, ms_to_us
from sim.workload import KINDS, Workload

MOST_OPS, MOST_CLIENTS, MOST_KEYS = 100_000, 64, 64


@dataclass(frozen=True)
class Limits:
    """Microseconds: a client's patience, how long the load may last, and how long the cluster may settle afterwards."""

    timeout_us: int = 1_000_000
    horizon_us: int = 10_000_000
    settle_us: int = 2_000_000


@dataclass(frozen=True)
class Setup:
    """Everything of a run but the design, the faults and the seed."""

    workload: Workload = field(default_factory=Workload)
    network: NetworkSpeed = field(default_factory=NetworkSpeed)
    disk: DiskSpeed = field(default_factory=DiskSpeed)
    limits: Limits = field(default_factory=Limits)


def read_setup(raw: Mapping[str, Any]) -> Setup:
    """Read `workload`, `network`, `disk` and `limits` as a scenario has them; raises SetupError that names the place."""
    root = Reader(raw)
    setup = Setup(
        workload=_read_workload(_child(root, "workload")),
        network=_read_network(_child(root, "network")),
        disk=_read_disk(_child(root, "disk")),
        limits=_read_limits(_child(root, "limits")),
    )
    root.done()
    return setup


def _child(root: Reader, key: str) -> Reader:
    return root.child(key) or Reader({}, root.at(key))


def _read_workload(row: Reader) -> Workload:
    default = Workload()
    workload = Workload(
        kind=row.choice("kind", tuple(KINDS), default.kind),
        clients=_bounded(row, "clients", default.clients, MOST_CLIENTS),
        ops=_bounded(row, "ops", default.ops, MOST_OPS),
        keys=_bounded(row, "keys", default.keys, MOST_KEYS),
        reads=row.number("reads_percent", 0) / 100,
        think_us=row.interval("think_ms", default.think_us, ms_to_us),
    )
    row.done()
    if workload.reads > 1:
        raise SetupError("reads_percent must be at most 100", "", row.at("reads_percent"))
    return workload


def _bounded(row: Reader, key: str, default: int, most: int) -> int:
    value = row.number(key, default, least=1)
    if value > most:
        raise SetupError(f"{key} must be at most {most}, found {value}", "", row.at(key))
    return value


def _read_network(row: Reader) -> NetworkSpeed:
    default = NetworkSpeed()
    speed = NetworkSpeed(
        delay_us=row.interval("delay_ms", default.delay_us, ms_to_us),
        bytes_per_ms=row.number("bytes_per_ms", None, least=1),
    )
    row.done()
    return speed


def _read_disk(row: Reader) -> DiskSpeed:
    default = DiskSpeed()
    speed = DiskSpeed(
        fsync_us=row.interval("fsync_ms", default.fsync_us, ms_to_us),
        apply_us=row.number("apply_ms", default.apply_us, convert=ms_to_us),
    )
    row.done()
    return speed


def _read_limits(row: Reader) -> Limits:
    default = Limits()
    limits = Limits(
        timeout_us=row.number("timeout_ms", default.timeout_us, convert=ms_to_us, least=1),
        horizon_us=row.number("horizon_ms", default.horizon_us, convert=ms_to_us, least=1),
        settle_us=row.number("settle_ms", default.settle_us, convert=ms_to_us, least=1),
    )
    row.done()
    return limits
