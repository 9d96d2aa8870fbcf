"""Which right designs survive what, and why: only within its budget is a design's broken promise a bug of ours."""

from __future__ import annotations

from tests.sim.plans import CLOCKS, HARMLESS, KILL, LINKS, Budget, Raw

QUICK = {"detect_after_ms": 100}  # so that failovers fall into short runs
ELECTIONS = {"election_ms": 60}
LEASE = {**QUICK, "fencing": "lease", "lease_ms": 200, "max_drift_ppm": 500_000}
DRIFT = 190_000  # what is this much slow and this much fast differs by less than max_drift_ppm
FRESH = frozenset({"stale_reads", "linearizable"})
SESSIONS = frozenset({"read_your_writes", "monotonic_reads"})
REGISTERS = {"kind": "register", "keys": 2, "reads_percent": 50}
READS = (REGISTERS, REGISTERS, {"kind": "kv", "keys": 2, "reads_percent": 50}, {"kind": "feed", "keys": 2})
LOCK = ({"kind": "lock", "retry": "idempotent", "ttl_ms": 80, "hold_ms": [2, 30]},)
FAILOVER = ("suspected", "elected", "promoted")

BUDGETS = {
    "one ack of three": Budget(
        "an acked write is on two disks, and a new leader is chosen from two of three",
        {**QUICK, "wait_for": 1},
        sees=(*FAILOVER, "discarded", "lost_unsynced", "duplicate"),
    ),
    "one ack when written": Budget(
        "a killed process leaves its OS cache behind",
        {**QUICK, "wait_for": 1, "ack_when": "written"},
        by=KILL,
        sees=FAILOVER,
    ),
    "one ack when applied": Budget(
        "what is applied is durable, too",
        {**QUICK, "wait_for": 1, "ack_when": "applied"},
        sees=FAILOVER,
    ),
    "nobody syncs": Budget(
        "kills leave the OS caches, and no power is cut",
        {**QUICK, "wait_for": 1, "leader_fsync": "never", "follower_fsync": "never"},
        by=KILL,
        sees=FAILOVER,
    ),
    "two acks of four": Budget(
        "three disks have it; two of four answer before one is promoted",
        {**QUICK, "wait_for": 2, "replicas": 4},
        sees=FAILOVER,
    ),
    "a majority of five": Budget(
        "three of five have it, and three of five are heard",
        {**QUICK, "wait_for": "majority", "replicas": 5},
        dies=2,
        sees=(*FAILOVER, "discarded"),
    ),
    "all of three": Budget(
        "everybody has it, so that anybody may lead; but writes stop for one that is dead",
        {**QUICK, "wait_for": "all", "promote": "any"},
        dies=2,
        live=False,
        sees=FAILOVER,
    ),
    "the in-sync set": Budget(
        "all its members have it, and only they are promoted",
        {**QUICK, "wait_for": "in-sync", "min_in_sync": 2, "in_sync_lag_ms": 20, "promote": "in-sync-only"},
        live=False,
        sees=(*FAILOVER, "in_sync"),
    ),
    "two in sync": Budget(
        "two have it, and two of three answer before one is promoted",
        {**QUICK, "wait_for": "in-sync", "min_in_sync": 2, "in_sync_lag_ms": 60},
        live=False,
        sees=(*FAILOVER, "in_sync"),
    ),
    "three controllers": Budget(
        "two of three decide",
        {**QUICK, "wait_for": 1, "controllers": "3"},
        controllers_die=1,
        sees=(*FAILOVER, "voted"),
    ),
    "a leased leader": Budget(
        "nobody leads before the old lease is over, by any clock within the margin",
        {**LEASE, "wait_for": 1, "controllers": "3"},
        controllers_die=1,
        work=READS,
        sees=(*FAILOVER, "lease_lost"),
        drift_ppm=DRIFT,
    ),
    "stonith": Budget(
        "the old leader is switched off first; that uses machines up",
        {**QUICK, "wait_for": 1, "fencing": "stonith"},
        work=READS,
        live=False,
        sees=(*FAILOVER, "powered_off"),
    ),
    "shown before the wait": Budget(
        "writes are safe as ever, but others see some that will be lost",
        {**QUICK, "wait_for": 1, "visible": "before-wait"},
        work=READS,
        but=FRESH | SESSIONS | {"phantom_reads"},
        sees=FAILOVER,
    ),
    "sent on before it is synced": Budget(
        "the leader counts its own disk all the same",
        {**QUICK, "wait_for": 1, "ship_when": "received"},
        sees=FAILOVER,
    ),
    "few entries kept": Budget(
        "a snapshot takes the place of what is gone",
        {**QUICK, "wait_for": 1, "retain": 3},
        sees=(*FAILOVER, "snapshot", "installed"),
    ),
    "parallel apply": Budget(
        "only writes of different keys are done at once",
        {**QUICK, "wait_for": 1, "apply": "parallel-4"},
        sees=FAILOVER,
    ),
    "idempotent retries": Budget(
        "an id is in the log, so every leader knows it",
        {**QUICK, "wait_for": 1},
        disturbances=3,
        disturbed_by=(*LINKS, "requests twice"),
        work=({"retry": "idempotent"}, {"kind": "kv", "retry": "idempotent"}),
        sees=("duplicate",),
    ),
    "blind retries": Budget(
        "what is done twice is not lost",
        {**QUICK, "wait_for": 1},
        but=frozenset({"applied_twice", "ledger_balances"}),
        work=({"retry": "blind"},),
        sees=FAILOVER,
    ),
    "token reads": Budget(
        "no replica answers that has seen less than the client",
        {**QUICK, "wait_for": 1, "reads": "token"},
        work=READS,
        but=FRESH,
        sees=FAILOVER,
    ),
    "sticky reads": Budget(
        "one replica never goes back in time, as long as it answers",
        {**QUICK, "wait_for": 1, "reads": "sticky"},
        dies=0,
        crashes=0,
        disturbed_by=("twice", *CLOCKS),
        work=(REGISTERS,),
        but=FRESH | {"read_your_writes"},
    ),
    "asynchronous, an operator restarts the leader": Budget(
        "nobody else ever leads, and its disk has everything",
        {"wait_for": "none", "failover": "manual"},
        dies=0,
        crashes=3,
        work=READS,
        sees=("lost_unsynced",),
    ),
    "one ack, an operator restarts the leader": Budget(
        "nobody else ever leads",
        {"wait_for": 1, "failover": "manual"},
        dies=0,
        crashes=3,
        work=READS,
        sees=("lost_unsynced",),
    ),
    "one machine": Budget(
        "its disk has everything",
        {"topology": "single"},
        dies=0,
        crashes=3,
        work=READS,
        sees=("lost_unsynced", "duplicate"),
    ),
    "a chain of three": Budget(
        "the tail answers for what is on every disk, and one member that never fails keeps it",
        {**QUICK, "topology": "chain"},
        dies=1,
        disturbed_by=HARMLESS,
        sees=("removed", "joined", "promoted"),
    ),
    "a chain of five": Budget(
        "the tail answers for what is on every disk, and one member that never fails keeps it",
        {**QUICK, "topology": "chain", "replicas": 5},
        dies=3,
        disturbed_by=HARMLESS,
        sees=("removed", "joined", "promoted"),
    ),
    "a chain with leases and three masters": Budget(
        "no member answers after its lease, and a majority decides who is one",
        {**LEASE, "topology": "chain", "config_service": "majority"},
        dies=1,
        controllers_die=1,
        work=READS,
        sees=("removed", "joined", "lease_lost"),
        drift_ppm=DRIFT,
    ),
    "CRAQ": Budget(
        "a dirty version is asked for at the tail",
        {**QUICK, "topology": "craq"},
        dies=1,
        disturbed_by=HARMLESS,
        work=READS,
        sees=("removed", "joined"),
    ),
    "CRAQ with leases": Budget(
        "and no member answers after its lease",
        {**LEASE, "topology": "craq"},
        dies=1,
        work=READS,
        sees=("removed", "joined", "lease_lost"),
        drift_ppm=DRIFT,
    ),
    "Raft of three": Budget(
        "a majority has it, votes, and is asked before a read",
        {**ELECTIONS, "topology": "raft"},
        work=READS,
        sees=("promoted", "voted", "discarded"),
    ),
    "Raft of five with leases": Budget(
        "voters wait as long as the leader reads",
        {**ELECTIONS, "topology": "raft", "replicas": 5, "reads": "lease", "max_drift_ppm": 500_000},
        dies=2,
        work=READS,
        sees=("promoted", "voted", "lease_lost"),
        drift_ppm=DRIFT,
    ),
    "Raft that keeps few entries": Budget(
        "a snapshot takes the place of what is gone",
        {**ELECTIONS, "topology": "raft", "replicas": 4, "retain": 3},
        work=READS,
        sees=("promoted", "snapshot", "installed"),
    ),
    "a lock at a majority": Budget(
        "the storage refuses an older token, whatever a client believes",
        {**QUICK, "wait_for": "majority"},
        work=LOCK,
        sees=("stored", "promoted"),
    ),
    "a lock at Raft": Budget(
        "the storage refuses an older token, whatever a client believes",
        {**ELECTIONS, "topology": "raft"},
        work=LOCK,
        sees=("stored", "promoted"),
    ),
}

WEAKER: list[tuple[str, Raw, str]] = [  # a budget, another design, and which promise its plans break there
    ("one ack of three", {**QUICK, "wait_for": "none"}, "lost_acked_writes"),
    ("one ack of three", {**QUICK, "wait_for": 1, "promote": "any"}, "lost_acked_writes"),
    ("one ack of three", {**QUICK, "wait_for": 1, "promote_quorum": "reachable"}, "lost_acked_writes"),
    ("one ack of three", {**QUICK, "wait_for": 1, "fencing": "none"}, "lost_acked_writes"),
    ("one ack of three", {**QUICK, "wait_for": 1, "on_wait_timeout": "degrade"}, "lost_acked_writes"),
    ("one ack of three", {**QUICK, "wait_for": 1, "leader_fsync": "never"}, "lost_acked_writes"),
    ("the in-sync set", {**QUICK, "wait_for": "in-sync", "in_sync_lag_ms": 20, "promote": "any"}, "lost_acked_writes"),
    ("a leased leader", {**QUICK, "wait_for": 1}, "linearizable"),
    ("stonith", {**QUICK, "wait_for": 1, "visible": "before-wait"}, "phantom_reads"),
    ("token reads", {**QUICK, "wait_for": 1, "reads": "any"}, "read_your_writes"),
    ("token reads", {**QUICK, "wait_for": 1, "reads": "any"}, "monotonic_reads"),
    ("sticky reads", {**QUICK, "wait_for": 1, "reads": "any"}, "monotonic_reads"),
    ("a chain with leases and three masters", {**QUICK, "topology": "chain"}, "linearizable"),
    ("CRAQ", {**QUICK, "topology": "craq", "reads": "eventual"}, "linearizable"),
    ("CRAQ with leases", {**QUICK, "topology": "craq"}, "linearizable"),
    ("Raft of three", {**ELECTIONS, "topology": "raft", "reads": "any"}, "linearizable"),
]
