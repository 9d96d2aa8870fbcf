"""The knobs of a design, in the field's own words: one table for scenarios, `--set`, help and the README."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Knob:
    """One decision of a design.

    `values` are words, the default first, or ("low..high",) for a whole number. `real` is what products call it.
    """

    name: str
    values: tuple[str, ...]
    default: str
    meaning: str
    real: str
    topologies: tuple[str, ...] = ("leader-follower", "chain")

    @property
    def bounds(self) -> tuple[int, int] | None:
        """The smallest and the largest value of a number knob."""
        low, dots, high = self.values[0].partition("..")
        return (int(low), int(high)) if dots else None


_LF = ("leader-follower",)
# fmt: off
_TABLE = (
    Knob("topology", ("leader-follower", "chain"), "leader-follower", "how the copies are connected", "MySQL, PostgreSQL, MongoDB, Redis; Meta's Delta uses a chain"),
    Knob("replicas", ("1..7",), "3", "how many copies there are, the leader's included", "replication factor"),
    Knob("wait_for", ("none", "k", "majority", "all"), "none", "whose acks the leader awaits before it answers: nobody's, those of k followers, of a majority (itself included), of all", "asynchronous; MySQL semi-sync, PostgreSQL ANY k; MongoDB w: majority; strict synchronous", _LF),
    Knob("k", ("1..6",), "1", "how many followers `wait_for: k` means (`wait_for: 2` is short for both)", "rpl_semi_sync_source_wait_for_replica_count; PostgreSQL ANY k (...)", _LF),
    Knob("ack_when", ("durable", "received", "written"), "durable", "when a follower acks: after its fsync, once it is in memory, once it is in the OS cache", "PostgreSQL synchronous_commit = on, -, remote_write; MySQL semi-sync with sync_relay_log = 1, -, 10000", _LF),
    Knob("failover", ("automatic", "manual"), "automatic", "whether a controller replaces a leader that it holds for dead", "Sentinel, Orchestrator, Patroni; an operator", _LF),
    Knob("detect_after_ms", ("20..60000",), "300", "the silence after which a controller holds a replica for dead", "Sentinel down-after-milliseconds; Patroni ttl"),
    Knob("promote", ("most-caught-up", "any"), "most-caught-up", "which of the replicas that answer becomes the leader", "promotion by position; promotion by lot", _LF),
    Knob("promote_quorum", ("safe", "reachable"), "safe", "whom the controller must hear first: a set that meets every possible ack set, or whoever answers (the default, and the only choice, with wait_for none)", "consensus; best effort as in Sentinel", _LF),
    Knob("reads", ("leader", "follower", "any", "tail"), "leader", "who answers reads (a chain: its tail)", "read replicas; tail reads"),
)
# fmt: on
KNOBS: dict[str, Knob] = {knob.name: knob for knob in _TABLE}
