"""Where the unaided search looks: a design of each kind under a small load, with the faults that it is built to survive."""

from __future__ import annotations

from tests.sim.helpers import BACKLOG, load
from tests.sim.search import Fault, Ground

KEPT = ("lost_acked_writes", "failed_write_visible", "split_brain", "converged", "applied_twice", "ledger_balances")
SEEN = ("stale_reads", "read_your_writes", "monotonic_reads", "linearizable", "phantom_reads")
DETECT = 120  # ms
SETUP: Fault = {"limits": {"timeout_ms": 80}, "disk": {"fsync_ms": [0.3, 4], "apply_ms": 0.5}}
WRITES: Fault = {**SETUP, "workload": load(clients=3, ops=18, think_ms=[0, 15])}
READS: Fault = {**SETUP, "workload": load(clients=3, ops=30, kind="register", keys=1, reads_percent=60, think_ms=[0, 20])}
LEASED: Fault = {
    "limits": {"timeout_ms": 40},
    "disk": {"fsync_ms": [0.3, 4], "apply_ms": 2},
    "workload": load(clients=3, ops=36, kind="register", keys=1, reads_percent=70, think_ms=[0, 60]),
}
AGAIN: Fault = {**SETUP, "workload": load(clients=3, ops=18, think_ms=[0, 15], retry="idempotent", retries=10)}
LOCK: Fault = {**SETUP, "workload": load(clients=3, ops=18, kind="lock", ttl_ms=30, hold_ms=[5, 15], think_ms=[0, 5])}

LATER = 2 * DETECT
POWER_CUT, KILL = {"do": "power_cut"}, {"do": "kill"}
BLINK = {"do": "power_cut", "nodes": ["replicas"], "for_ms": 5, "tail": "lost"}
CRASHES = (
    (POWER_CUT,),
    ({**POWER_CUT, "for_ms": 3},),
    ({**KILL, "for_ms": 1},),
    ({**POWER_CUT, "for_ms": LATER},),
    (POWER_CUT, BLINK),  # the others come back at once
    (BLINK,),
)

ALONE = {"at_ms": 15, "do": "cut", "between": [["leader", "c1"], ["rest"]], "for_ms": 4 * DETECT}
UNHEARD = {"at_ms": 10, "do": "cut", "from": ["A"], "to": ["B"], "for_ms": 30}
UNANSWERED = {"at_ms": 15, "do": "cut", "from": ["A"], "to": ["clients"], "for_ms": 60}
BEHIND = {"at_ms": 0, "do": "slow", "from": ["A", "B"], "to": ["C"], "egress_ms": 30}
BUSY_DISK = {"at_ms": 0, "do": "disk_slow", "node": "A", "ms": 10}
DRIFT = (
    {"at_ms": 0, "do": "drift", "node": "A", "ppm": -200_000},
    {"at_ms": 0, "do": "drift", "nodes": ["B", "C"], "ppm": 200_000},
)


def asleep(node: str, for_ms: float = LATER) -> Fault:
    """A machine stands still, by default for longer than it takes to be held for dead."""
    return {"at_ms": 20, "do": "pause", "node": node, "for_ms": for_ms}


def elect(at_ms: float) -> Fault:
    """An operator lets a follower stand for election."""
    return {"at_ms": at_ms, "do": "campaign", "node": "B"}


SLOW = ((), ({**BACKLOG, "egress_ms": 15},), (BEHIND,), (BUSY_DISK,))
CROSSES = (*SLOW, (ALONE,), (UNHEARD,), (UNANSWERED,), (asleep("A"),), (asleep("B"),))
CUT_OFF = (*CROSSES, ({**ALONE, "between": [["tail", "c1"], ["rest"]]},))
ELECTIONS = (*CROSSES, (ALONE, elect(20)), (ALONE, elect(72)))
DRIFTING = tuple((*DRIFT, {"at_ms": 0, "do": "drift", "node": "controller", "ppm": 200_000}, *cross) for cross in CROSSES)
SLEEPY = tuple((asleep(client, ms),) for client in ("c1", "c2", "c3") for ms in (40, 80))
ONLY_SLOW = ("crash", "slow", "slow_disk")
ANY = ("crash", "crash", "cut", "minority", "pause", "slow", "slow_disk", "lossy")

LF: Fault = {"wait_for": 1, "detect_after_ms": DETECT}
TIMED: Fault = {"fencing": "lease", "lease_ms": 250}
LEASE: Fault = {**LF, **TIMED}
IN_SYNC: Fault = {"wait_for": "in-sync", "in_sync_lag_ms": 40, "detect_after_ms": DETECT}
CHAIN: Fault = {"topology": "chain", "detect_after_ms": DETECT}
CRAQ: Fault = {"topology": "craq", "detect_after_ms": DETECT}
RAFT: Fault = {"topology": "raft", "election_ms": 60}

GROUNDS: dict[str, Ground] = {
    "acks": Ground(LF, WRITES, KEPT, CRASHES, CROSSES, ANY),
    "ships early": Ground({**LF, "ship_when": "received"}, WRITES, KEPT, CRASHES, CROSSES, ANY),
    "shown early": Ground({**LF, "visible": "before-wait"}, WRITES, KEPT, CRASHES, CROSSES, ANY),
    "reads": Ground(LF, {**LEASED, "workload": READS["workload"]}, (*KEPT, *SEEN), CRASHES, SLOW, ONLY_SLOW),
    "lease": Ground(LEASE, LEASED, (*KEPT, *SEEN), CRASHES, CROSSES, ANY),
    "drift": Ground({**LEASE, "max_drift_ppm": 400_000}, LEASED, (*KEPT, *SEEN), CRASHES, DRIFTING, (*ANY, "drift", "drift")),
    "stonith": Ground({**LF, "fencing": "stonith"}, LEASED, (*KEPT, *SEEN), CRASHES, CROSSES, ANY),
    "council": Ground({**LF, "controllers": 3}, WRITES, KEPT, CRASHES, CROSSES, ANY),
    "in sync": Ground({**IN_SYNC, "promote": "in-sync-only"}, WRITES, KEPT, CRASHES, CROSSES, ANY),
    "minimum": Ground({**IN_SYNC, "min_in_sync": 2}, WRITES, KEPT, CRASHES, CROSSES, ANY),
    "tokens": Ground({**LF, "reads": "token"}, READS, (*KEPT, "read_your_writes"), CRASHES, SLOW, ONLY_SLOW),
    "sticky": Ground({**LF, "reads": "sticky"}, READS, ("monotonic_reads",), ((),), SLOW[1:], ("slow", "slow_disk")),
    "snapshots": Ground({**LF, "retain": 2}, WRITES, KEPT, CRASHES, CROSSES, ANY),
    "sessions": Ground({**LF, "retain": 1}, AGAIN, KEPT, CRASHES, CROSSES, ANY),
    "lock": Ground(LF, LOCK, ("mutual_exclusion",), CRASHES, SLEEPY, ("sleep", "sleep", "store", "store", "slow")),
    "clocks": Ground(
        LF,
        {**LOCK, "workload": {**LOCK["workload"], "checks_tokens": "no"}},
        ("mutual_exclusion",),
        CRASHES,
        SLOW,
        ("crash", "late_answers", "late_answers"),
    ),
    "chain": Ground(CHAIN, READS, (*KEPT, *SEEN), CRASHES, SLOW, ONLY_SLOW),
    "craq": Ground(CRAQ, READS, (*KEPT, *SEEN), CRASHES, SLOW, ONLY_SLOW),
    "chain leases": Ground({**CHAIN, **TIMED, "config_service": "majority"}, LEASED, (*KEPT, *SEEN), CRASHES, CUT_OFF, ANY),
    "craq leases": Ground({**CRAQ, **TIMED, "config_service": "majority"}, LEASED, (*KEPT, *SEEN), CRASHES, CUT_OFF, ANY),
    "raft": Ground(RAFT, READS, (*KEPT, *SEEN), CRASHES, ELECTIONS, (*ANY, "campaign")),
    "raft writes": Ground(RAFT, WRITES, KEPT, CRASHES, ELECTIONS, (*ANY, "campaign")),
    "raft leases": Ground(
        {**RAFT, "reads": "lease", "max_drift_ppm": 400_000},
        READS,
        (*KEPT, *SEEN),
        CRASHES,
        [(*DRIFT, *cross) for cross in ELECTIONS],
        (*ANY, "campaign", "drift"),
    ),
    "raft reads anywhere": Ground({**RAFT, "reads": "any"}, READS, (*KEPT, "phantom_reads"), CRASHES, CROSSES, ANY),
}
