"""Which knobs matter in which designs, and which combinations cannot be: tables that `sim.design` reads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.design import Design

When = Callable[["Design"], bool]


@dataclass(frozen=True)
class Need:
    """What a knob needs to change anything, and what to say where it is not there."""

    met: When
    why: str


@dataclass(frozen=True)
class Impossible:
    """A combination that cannot be: the knob to blame, when, why, and the nearest that works."""

    knob: str
    when: When
    why: str
    instead: str


_FOLLOWERS = Need(lambda d: d.replicas > 1, "one replica has no follower")
_PROMOTION = Need(lambda d: d.replicas > 1 and d.failover == "automatic", "with failover=manual nobody is promoted")
_ACKS = Need(lambda d: d.waits, "nobody's ack is awaited")
_LEASE = Need(lambda d: "lease" in (d.fencing, d.reads), "there is no lease without fencing=lease or reads=lease")
NEEDS = {
    "k": Need(lambda d: d.wait_for == "k", "it counts only with wait_for=k"),
    "min_in_sync": _FOLLOWERS,
    "in_sync_lag_ms": Need(
        lambda d: d.wait_for == "in-sync" or d.min_in_sync > 1, "it counts only with wait_for=in-sync or min_in_sync above 1"
    ),
    "ack_when": _ACKS,
    "on_wait_timeout": _ACKS,
    "wait_timeout_ms": Need(
        lambda d: d.waits and d.on_wait_timeout != "block", "with on_wait_timeout=block there is no time-out"
    ),
    "visible": _ACKS,
    "ship_when": _FOLLOWERS,
    "follower_fsync": _FOLLOWERS,
    "fsync_every_ms": Need(
        lambda d: "every-n-ms" in (d.leader_fsync, d.follower_fsync), "it counts only where a fsync knob is every-n-ms"
    ),
    "failover": _FOLLOWERS,
    "detect_after_ms": Need(
        lambda d: d.topology != "leader-follower" or _PROMOTION.met(d) or d.wait_for == "in-sync",
        _PROMOTION.why,
    ),
    "cooldown_ms": _PROMOTION,
    "promote": _PROMOTION,
    "promote_quorum": Need(
        lambda d: _PROMOTION.met(d) and d.promote != "in-sync-only",
        "nobody is promoted by quorum with failover=manual or promote=in-sync-only",
    ),
    "controllers": _FOLLOWERS,
    "fencing": _FOLLOWERS,
    "lease_ms": _LEASE,
    "max_drift_ppm": _LEASE,
    "reads": _FOLLOWERS,
    "apply": _FOLLOWERS,
    "retain": _FOLLOWERS,
}

READS = {
    "leader-follower": ("leader", "follower", "any", "sticky", "token"),
    "chain": ("tail",),
    "craq": ("any", "tail", "eventual"),
    "raft": ("read-index", "lease", "leader", "follower", "any", "sticky", "token"),
    "single": ("leader",),
}  # who may be asked to read in each topology, the default first


def _of(*topologies: str) -> When:
    return lambda d: d.topology in topologies


def _both(*conditions: When) -> When:
    return lambda d: all(condition(d) for condition in conditions)


_lf, _chain, _craq, _raft = _of("leader-follower"), _of("chain"), _of("craq"), _of("raft")
_in_a_chain = _of("chain", "craq")


def _reads_elsewhere(d: Design) -> bool:
    return d.reads not in READS[d.topology]


IMPOSSIBLE = (
    Impossible("replicas", lambda d: _in_a_chain(d) and d.replicas == 1, "a chain of one is no chain", "set replicas=3"),
    Impossible("replicas", lambda d: _raft(d) and d.replicas == 1, "one replica needs no election", "set topology=single"),
    Impossible(
        "wait_for",
        lambda d: _lf(d) and d.replicas == 1 and d.wait_for in ("majority", "all", "in-sync"),
        "one replica has no follower to wait for",
        "set wait_for=none, or replicas=3",
    ),
    Impossible(
        "k",
        lambda d: d.wait_for == "k" and d.k > d.replicas - 1,
        "the leader would wait for more followers than there are",
        "set k lower, or replicas higher",
    ),
    Impossible(
        "min_in_sync",
        lambda d: d.min_in_sync > d.replicas,
        "the in-sync set can never have more members than there are replicas",
        "set min_in_sync lower, or replicas higher",
    ),
    Impossible(
        "ack_when",
        lambda d: d.waits and d.ack_when == "durable" and d.follower_fsync == "never",
        "with follower_fsync=never nothing is ever durable there, so no ack would come",
        "set ack_when=written, or follower_fsync=before-ack",
    ),
    Impossible(
        "ship_when",
        lambda d: d.ship_when == "durable" and d.leader_fsync == "never",
        "with leader_fsync=never nothing is ever durable there, so nothing would be sent",
        "set ship_when=received, or leader_fsync=before-ack",
    ),
    Impossible(
        "promote",
        lambda d: d.promote == "in-sync-only" and d.wait_for != "in-sync",
        "only wait_for=in-sync keeps an in-sync set",
        "set wait_for=in-sync, or promote=most-caught-up",
    ),
    Impossible(
        "promote_quorum",
        lambda d: _lf(d) and d.promote_quorum == "safe" and not d.waits,
        "with wait_for=none a confirmed write may be on the leader alone, so no set of followers is safe",
        "set promote_quorum=reachable (it may lose the tail), or wait_for=k",
    ),
    Impossible(
        "fencing",
        lambda d: _in_a_chain(d) and d.fencing in ("none", "stonith"),
        "a chain is held together by its epochs",
        "set fencing=epoch, or fencing=lease",
    ),
    Impossible(
        "reads",
        _both(_chain, _reads_elsewhere),
        "only the tail of a chain has exactly the confirmed writes",
        "set reads=tail, or topology=craq",
    ),
    Impossible(
        "reads",
        _both(_craq, _reads_elsewhere),
        "in a CRAQ chain any member answers, or the tail",
        "set reads=any, reads=tail or reads=eventual",
    ),
    Impossible(
        "reads",
        lambda d: d.reads == "tail" and _reads_elsewhere(d),
        "only a chain has a tail",
        "set reads=leader, or topology=chain",
    ),
    Impossible(
        "reads",
        lambda d: _lf(d) and d.reads == "lease",
        "a leader that holds a lease from its controller is fencing=lease, which covers its reads",
        "set fencing=lease with reads=leader, or topology=raft",
    ),
    Impossible(
        "reads",
        _reads_elsewhere,
        "no replica of this topology answers reads that way",
        "set reads=leader, or another topology",
    ),
    Impossible(
        "reads",
        lambda d: d.reads == "follower" and d.replicas == 1,
        "one replica has no follower to read from",
        "set reads=leader",
    ),
)
