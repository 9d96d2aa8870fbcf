"""The knobs of a design, in the field's own words: one table for scenarios, `--set`, help and the README."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Knob:
    """One decision of a design.

    `values` are words, the default first, and at most one range of whole numbers ("low..high"). `real` is what products call
    it. A `fine` knob is set by those who look for it: whoever builds a design is not asked for it.
    """

    name: str
    values: tuple[str, ...]
    default: str
    meaning: str
    real: str
    topologies: tuple[str, ...] = ("leader-follower", "chain", "craq", "raft", "single")
    fine: bool = False

    @property
    def words(self) -> tuple[str, ...]:
        """The values that are words."""
        return tuple(value for value in self.values if ".." not in value)

    @property
    def bounds(self) -> tuple[int, int] | None:
        """The smallest and the largest number, if numbers may be given."""
        low, dots, high = next((value for value in self.values if ".." in value), "").partition("..")
        return (int(low), int(high)) if dots else None


_LF, _CHAIN, _RAFT = ("leader-follower",), ("chain", "craq"), ("raft",)
_MANY = (*_LF, *_CHAIN, *_RAFT)
_FSYNC = ("before-ack", "every-n-ms", "never")
# fmt: off
_TABLE = (
    Knob("topology", ("leader-follower", "chain", "craq", "raft", "single"), "leader-follower", "how the copies are connected", "MySQL, PostgreSQL, MongoDB, Redis; Meta's Delta uses a chain; CRAQ; etcd, Consul, CockroachDB use Raft; one server"),
    Knob("replicas", ("1..7",), "3", "how many copies there are, the leader's included", "replication factor", _MANY),
    Knob("wait_for", ("none", "k", "majority", "all", "in-sync"), "none", "whose acks the leader awaits before it answers: nobody's, those of k followers, of a majority (itself included), of all, of those in the in-sync set", "asynchronous; MySQL semi-sync, PostgreSQL ANY k; MongoDB w: majority; strict synchronous; Kafka acks=all", _LF),
    Knob("k", ("1..6",), "1", "how many followers `wait_for: k` means (`wait_for: 2` is short for both)", "rpl_semi_sync_source_wait_for_replica_count; PostgreSQL ANY k (...)", _LF),
    Knob("min_in_sync", ("1..7",), "1", "how many replicas, the leader included, the in-sync set must have for writes to be taken", "Kafka min.insync.replicas; Redis min-replicas-to-write, which does not count the master", _LF, fine=True),
    Knob("in_sync_lag_ms", ("10..60000",), "200", "how long a member of the in-sync set may stay behind before it is put out", "Kafka replica.lag.time.max.ms; Redis min-replicas-max-lag", _LF, fine=True),
    Knob("ack_when", ("durable", "received", "written", "applied"), "durable", "when a follower acks: after its fsync, once it is in memory, once it is in the OS cache, once reads see it", "PostgreSQL synchronous_commit = on, -, remote_write, remote_apply; MySQL semi-sync with sync_relay_log = 1, -, 10000, -", _LF),
    Knob("on_wait_timeout", ("block", "degrade", "refuse", "report"), "block", "what the leader does when acks do not come: wait on, go on without them until a follower has caught up, tell the client that the write failed there, answer with how many acked", "PostgreSQL; MySQL rpl_semi_sync_source_timeout; MongoDB wtimeout, Kafka NotEnoughReplicasAfterAppend; Redis WAIT", _LF, fine=True),
    Knob("wait_timeout_ms", ("1..60000",), "100", "how long the leader waits for acks before `on_wait_timeout` applies", "rpl_semi_sync_source_timeout; wtimeout; WAIT's timeout", _LF, fine=True),
    Knob("visible", ("after-wait", "before-wait"), "after-wait", "whether others see a write before or after the leader has its acks", "MySQL AFTER_SYNC; AFTER_COMMIT", _LF, fine=True),
    Knob("ship_when", ("durable", "received"), "durable", "when the leader may send an entry on: after its own fsync, or at once", "PostgreSQL and MySQL send what is flushed; Raft permits sending before the leader's own fsync", _LF, fine=True),
    Knob("leader_fsync", _FSYNC, "before-ack", "when the leader syncs its log: before it answers, every `fsync_every_ms`, never", "innodb_flush_log_at_trx_commit = 1, 2, -; Redis appendfsync always, everysec, no", _LF, fine=True),
    Knob("follower_fsync", _FSYNC, "before-ack", "when a follower syncs its log: at once, every `fsync_every_ms`, never", "sync_relay_log = 1, -, 0; Kafka flushes by time or leaves it to the OS", _LF, fine=True),
    Knob("fsync_every_ms", ("1..600000",), "100", "the interval that `every-n-ms` means", "Redis everysec; NATS JetStream syncs every two minutes", _LF, fine=True),
    Knob("failover", ("automatic", "manual"), "automatic", "whether a controller replaces a leader that it holds for dead, or an operator does (the fault verb `promote`)", "Sentinel, Orchestrator, Patroni; an operator", _LF),
    Knob("detect_after_ms", ("20..60000",), "300", "the silence after which a controller holds a replica for dead", "Sentinel down-after-milliseconds; Patroni ttl", (*_LF, *_CHAIN)),
    Knob("cooldown_ms", ("0..600000",), "0", "how long after a failover no other is begun", "Orchestrator RecoveryPeriodBlockSeconds; Sentinel failover-timeout", _LF, fine=True),
    Knob("promote", ("most-caught-up", "any", "in-sync-only"), "most-caught-up", "which of the replicas that answer becomes the leader", "promotion by position; promotion by lot; Kafka with unclean elections off, Patroni synchronous_mode", _LF),
    Knob("promote_quorum", ("safe", "reachable"), "safe", "whom the controller must hear first: a set that meets every possible ack set, or whoever answers (the default, and the only choice, with wait_for none)", "consensus; best effort as in Sentinel", _LF),
    Knob("controllers", ("1", "3"), "1", "how many controllers there are: one, or three that decide by majority", "one Orchestrator; three Sentinels, etcd under Patroni", _LF, fine=True),
    Knob("config_service", ("single", "majority"), "single", "whether the master that keeps the chain's membership is one machine or three that decide by majority", "the master of van Renesse & Schneider, made reliable by Paxos; ZooKeeper", _CHAIN, fine=True),
    Knob("fencing", ("epoch", "none", "lease", "stonith"), "epoch", "what stops an old leader: followers refuse its epoch, nothing, its lease runs out, its power is cut first", "Raft terms, Kafka leader epochs; none; Spanner and Chubby leases; Pacemaker STONITH", (*_LF, *_CHAIN), fine=True),
    Knob("lease_ms", ("10..60000",), "200", "how long a lease lasts from the moment it was asked for", "Patroni ttl; Chubby lease; CockroachDB lease", _MANY, fine=True),
    Knob("max_drift_ppm", ("0..500000",), "1000", "how much faster or slower than another a clock may run, as the margin of a lease allows for", "etcd's lease-based reads assume a bound; Spanner's TrueTime measures one", _MANY, fine=True),
    Knob("reads", ("leader", "follower", "any", "sticky", "token", "tail", "eventual", "lease", "read-index"), "leader", "who answers reads: the leader from its state, a follower, any replica, one replica for a client, any that has seen what the client saw, the chain's tail, any member of a CRAQ chain with its newest version, a leader within its lease, a leader that asked a majority first", "primary; read replicas; sticky sessions; MongoDB causal sessions, PostgreSQL by polling pg_last_wal_replay_lsn(); tail reads; CRAQ eventual reads; etcd lease-based and ReadIndex reads", _MANY),
    Knob("apply", ("serial", "parallel-2", "parallel-4", "parallel-8"), "serial", "how many workers a follower applies its log with, where writes touch different keys", "MySQL replica_parallel_workers with WRITESET", _MANY, fine=True),
    Knob("retain", ("unlimited", "1..1000000"), "unlimited", "how many applied entries a replica keeps for those behind; who needs older ones gets a snapshot", "PostgreSQL wal_keep_size and slots; MySQL binlog expiry; Redis repl-backlog-size; etcd --snapshot-count", _MANY, fine=True),
    Knob("election_ms", ("20..60000",), "150", "a follower that hears from no leader for one to two times as long asks for votes", "etcd --election-timeout", _RAFT, fine=True),
)
# fmt: on
KNOBS: dict[str, Knob] = {knob.name: knob for knob in _TABLE}
