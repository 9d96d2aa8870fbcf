"""A scenario's world before any design: the load, the network, the disks, and how long everything may take."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sim.disk import DiskSpeed
from sim.errors import SetupError
from sim.network import NetworkSpeed
from sim.reading import Reader, ms_to_us
from sim.verbs import MACHINE, is_taken
from sim.workload import KINDS, RETRY, Workload

MOST_OPS, MOST_CLIENTS, MOST_KEYS, MOST_RETRIES = 1_000_000, 64, 64, 100
RETRIES = 5


@dataclass(frozen=True)
class Limits:
    """Microseconds: a client's patience, how long the load may last, and how long the cluster may settle afterwards."""

    timeout_us: int = 1_000_000
    horizon_us: int = 10_000_000
    settle_us: int = 2_000_000


@dataclass(frozen=True)
class Setup:
    """Everything of a run but the design, the faults and the seed. `racks` are groups of machines that faults may name."""

    workload: Workload = field(default_factory=Workload)
    network: NetworkSpeed = field(default_factory=NetworkSpeed)
    disk: DiskSpeed = field(default_factory=DiskSpeed)
    limits: Limits = field(default_factory=Limits)
    racks: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def read_setup(raw: Mapping[str, Any]) -> Setup:
    """Read the parts of a scenario that are of this world; raises SetupError that names the place."""
    root = Reader(raw)
    setup = Setup(
        workload=_read_workload(_child(root, "workload")),
        network=_read_network(_child(root, "network")),
        disk=_read_disk(_child(root, "disk")),
        limits=_read_limits(_child(root, "limits")),
        racks=_read_racks(_child(root, "racks")),
    )
    root.done()
    return setup


def _child(root: Reader, key: str) -> Reader:
    return root.child(key) or Reader({}, root.at(key))


def _read_workload(row: Reader) -> Workload:
    default = Workload(kind=row.choice("kind", tuple(KINDS), Workload.kind))
    workload = replace(
        default,
        clients=row.number("clients", default.clients, least=1, most=MOST_CLIENTS),
        ops=row.number("ops", default.ops, least=1, most=MOST_OPS),
        keys=row.number("keys", KINDS[default.kind].keys, least=1, most=MOST_KEYS),
        think_us=row.interval("think_ms", default.think_us, ms_to_us),
        **_read_reads(row, default.kind),
        **_read_retry(row),
        **_read_lock(row, default),
    )
    row.done()
    return workload


def _read_reads(row: Reader, kind: str) -> dict[str, Any]:
    if not KINDS[kind].mixes_reads:
        _refuse(row, ("reads_percent",), f"what is read under kind={kind} follows from what is written")
    share = row.number("reads_percent", 0) / 100
    if share > 1:
        raise SetupError("reads_percent must be at most 100", "", row.at("reads_percent"))
    return {"reads": share}


def _read_retry(row: Reader) -> dict[str, Any]:
    retry = row.choice("retry", RETRY, Workload.retry)
    if retry == "none":
        _refuse(row, ("retries",), "with retry=none nothing is tried again")
        return {}
    return {"retry": retry, "retries": row.number("retries", RETRIES, least=1, most=MOST_RETRIES)}


def _read_lock(row: Reader, default: Workload) -> dict[str, Any]:
    if default.kind != "lock":
        _refuse(row, ("ttl_ms", "hold_ms", "checks_tokens"), "only kind=lock has a lock")
        return {}
    return {
        "ttl_us": row.number("ttl_ms", default.ttl_us, convert=ms_to_us, least=1),
        "hold_us": row.interval("hold_ms", default.hold_us, ms_to_us),
        "checks_tokens": row.choice("checks_tokens", ("yes", "no"), "yes") == "yes",
    }


def _refuse(row: Reader, keys: tuple[str, ...], why: str) -> None:
    """Raise SetupError if any of these keys is there, which would change nothing."""
    for key in keys:
        if row.has(key):
            raise SetupError(f"{key} changes nothing here: {why}", f"remove {key}", row.at(key))


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


def _read_racks(row: Reader) -> dict[str, tuple[str, ...]]:
    """Each machine stands in one rack at most; one that a design does not have is not there."""
    racks: dict[str, tuple[str, ...]] = {}
    for name in row.keys:
        if is_taken(name):
            raise SetupError(f"a rack cannot be called {name}", "choose a name that is no machine, role or group", row.at(name))
        machines = row.texts(name)
        for machine in machines:
            _check_place(machine, name, racks, row)
        racks[name] = machines
    return racks


def _check_place(machine: str, rack: str, racks: Mapping[str, tuple[str, ...]], row: Reader) -> None:
    if not MACHINE.fullmatch(machine):
        raise SetupError(
            f"{machine or 'nothing'} is no machine", "machines are A to G, c1, c2, ... and controller", row.at(rack)
        )
    other = next((name for name, machines in racks.items() if machine in machines), None)
    if other is not None:
        raise SetupError(f"{machine} stands in {other} already", "a machine stands in one rack", row.at(rack))
