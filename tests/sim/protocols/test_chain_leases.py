"""`fencing: lease` in a chain: a member that the configuration service cannot reach falls silent before it is taken out."""

from __future__ import annotations

from typing import Any

import pytest

from sim.protocols.controllers.lease_book import LeaseBook
from sim.protocols.lease import Lease
from sim.run import Run
from tests.sim.helpers import BACKLOG, at_write, broken, events, load, play, sent

EPOCH: dict[str, Any] = {"topology": "chain"}
LEASE: dict[str, Any] = {**EPOCH, "fencing": "lease"}
HASTY: dict[str, Any] = {**LEASE, "detect_after_ms": 60, "lease_ms": 400}  # a member is suspected long before its lease is over
MIXED: dict[str, Any] = {
    "workload": load(clients=6, ops=900, kind="register", reads_percent=50, think_ms=[0, 4]),
    "limits": {"timeout_ms": 40},
}
CUT_OFF = {"after": {"ok_received": {"nth": 40}}, "do": "cut", "between": [["tail", "c1", "c2"], ["rest"]], "for_ms": 700}
FROM_SERVICE = {"after": {"ok_received": {"nth": 40}}, "do": "cut", "between": [["tail"], ["controller"]], "for_ms": 700}


def at(run: Run, what: str, **where: Any) -> int:
    """When the first such event happened (us)."""
    return events(run, what, **where)[0].at


def answers(run: Run, node: str, since: int, until: int) -> list[Any]:
    return [event for event in events(run, "reply_sent", node=node) if since < event.at < until]


@pytest.mark.parametrize("service", ["single", "majority"])
def test_a_tail_that_does_not_know_of_its_removal_answers_nothing(service: str) -> None:
    run = play({**LEASE, "config_service": service}, CUT_OFF, **MIXED)
    lost, removed = at(run, "lease_lost", node="C"), at(run, "removed", peer="C")
    assert lost < removed
    assert answers(run, "C", lost, at(run, "joined")) == []
    asked = [event.at for event in events(run, "delivered", node="C", text="request")]
    assert any(removed < when < at(run, "joined") for when in asked), "nobody asked it"
    assert broken(run) == []


def test_with_epochs_alone_it_shows_the_past() -> None:
    assert "stale_reads" in broken(play(EPOCH, CUT_OFF, **MIXED))


@pytest.mark.parametrize("reads", ["any", "tail"])
@pytest.mark.parametrize("node", ["A", "B", "C"])
def test_in_a_craq_chain_every_member_needs_one(node: str, reads: str) -> None:
    cut = {**CUT_OFF, "between": [[node, "c1", "c2"], ["rest"]]}
    craq = {"topology": "craq", "reads": reads}
    run = play({**craq, "fencing": "lease"}, cut, **MIXED)
    assert answers(run, node, at(run, "lease_lost", node=node), at(run, "joined")) == []
    assert broken(run) == []
    if node == "C" or (reads, node) == ("any", "B"):  # what the head has not sent on it knows to be dirty
        assert "stale_reads" in broken(play(craq, cut, **MIXED))


def test_a_tail_without_a_lease_answers_no_version_queries() -> None:
    run = play({**LEASE, "topology": "craq", "detect_after_ms": 600}, BACKLOG, FROM_SERVICE, **MIXED)
    lost, removed = at(run, "lease_lost", node="C"), at(run, "removed", peer="C")
    asked = [event.at for event in events(run, "delivered", node="C", text="versionquery")]
    assert any(lost < when < removed for when in asked)
    assert [event for event in sent(run, "versionreply", node="C") if lost < event.at < removed] == []
    assert broken(run) == []


def test_a_tail_without_a_lease_does_not_answer_for_updates_either() -> None:
    """It still hears from its predecessor, but knows no more that it is the tail."""
    run = play({**LEASE, "detect_after_ms": 600}, FROM_SERVICE, **MIXED)
    lost = at(run, "lease_lost", node="C")
    assert [event for event in events(run, "applied", node="C") if lost < event.at < lost + 100_000]
    assert answers(run, "C", lost, lost + 100_000) == []
    assert broken(run) == []


def test_a_head_without_a_lease_takes_no_updates() -> None:
    cut = {**FROM_SERVICE, "between": [["head"], ["controller"]]}
    run = play(LEASE, cut, **MIXED)
    lost, removed = at(run, "lease_lost", node="A"), at(run, "removed", peer="A")
    assert [event for event in events(run, "delivered", node="A", text="request") if lost + 1_000 < event.at < removed]
    assert [event for event in events(run, "received", node="A") if lost < event.at < removed] == []
    assert broken(run) == []


@pytest.mark.parametrize("design", [LEASE, HASTY], ids=["slow to suspect", "quick to suspect"])
def test_the_service_takes_no_member_out_before_its_lease_is_over(design: dict[str, Any]) -> None:
    run = play(design, FROM_SERVICE, **MIXED)
    granted = [event.at for event in sent(run, "grant", node="controller", peer="C")]
    removed = at(run, "removed", peer="C")
    assert removed > max(when for when in granted if when < removed) + design.get("lease_ms", 200) * 1000
    assert at(run, "lease_lost", node="C") < removed
    assert broken(run) == []


def test_the_others_go_on_with_theirs() -> None:
    run = play(LEASE, at_write(40, "kill", "tail", for_ms=450), **MIXED)
    assert len(events(run, "joined")) == 1
    assert [event.node for event in events(run, "lease_lost") if event.at < run.trace.healed_at] == []
    assert broken(run) == []


def test_a_member_that_restarts_has_no_lease_that_anyone_waits_for() -> None:
    run = play({**LEASE, "lease_ms": 5000}, at_write(40, "kill", "middle", for_ms=20), **MIXED)
    assert at(run, "removed") - at(run, "up") < 5_000


def test_a_newcomer_asks_for_its_lease_at_once() -> None:
    run = play(LEASE, at_write(40, "kill", "tail", for_ms=20), **MIXED)
    promoted = [event.at for event in events(run, "promoted", node="C")][-1]
    assert answers(run, "C", promoted, promoted + 5_000)


@pytest.mark.parametrize(("design", "stops"), [(EPOCH, False), (LEASE, True)], ids=["epochs", "leases"])
def test_without_its_service_a_chain_goes_on_until_the_leases_run_out(design: dict[str, Any], stops: bool) -> None:
    dies = {"after": {"ok_received": {"nth": 40}}, "do": "kill", "node": "controller", "for_ms": 600}
    run = play(design, dies, **MIXED)
    down, up = at(run, "fault", text="kill"), at(run, "up", node="controller")
    meanwhile = [op for op in run.history if op.ok and down + 250_000 < (op.completed_at or 0) < up]
    assert bool(meanwhile) is not stops
    assert [op for op in run.history if op.ok and op.invoked_at > up]
    assert events(run, "removed") == []
    assert broken(run) == []


@pytest.mark.parametrize("design", [LEASE, {**LEASE, "topology": "craq"}], ids=["chain", "craq"])
def test_a_sleeper_that_was_taken_out_answers_nothing_of_the_past(design: dict[str, Any]) -> None:
    for node in "ABC":
        run = play(design, at_write(40, "pause", node, for_ms=600), **MIXED)
        woken = at(run, "mended", node=node)
        assert [event for event in answers(run, node, woken - 1, woken + 1_000) if run.history[event.ops[0]].is_read] == []
        assert broken(run) == []


# The clock, and what goes wrong without these rules

SLOW_CLOCK = {"at_ms": 0, "do": "drift", "node": "C", "ppm": -200_000}
ALLOWED: dict[str, Any] = {**HASTY, "max_drift_ppm": 200_000}


def test_a_clock_that_is_slower_than_allowed_for_breaks_the_promise() -> None:
    assert broken(play(ALLOWED, SLOW_CLOCK, CUT_OFF, **MIXED)) == []
    assert "stale_reads" in broken(play(HASTY, SLOW_CLOCK, CUT_OFF, **MIXED))


def test_without_a_margin_for_drift_the_allowed_drift_is_too_much(monkeypatch: pytest.MonkeyPatch) -> None:
    def without_margin(lease: Lease, design: Any) -> None:
        lease.lasts_us, lease.majority, lease.asked_at, lease.until = design.lease_us, 1, {}, 0

    monkeypatch.setattr(Lease, "__init__", without_margin)
    monkeypatch.setattr(LeaseBook, "left", lambda book, now: max(0, book.old_ends - now) * 4 // 5)
    assert "stale_reads" in broken(play(ALLOWED, SLOW_CLOCK, CUT_OFF, **MIXED))


def test_a_service_that_does_not_wait_breaks_the_promise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(LeaseBook, "left", lambda book, now: 0)
    assert "stale_reads" in broken(play(HASTY, CUT_OFF, **MIXED))
