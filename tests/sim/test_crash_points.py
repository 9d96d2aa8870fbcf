"""The leader dies at every boundary between two of its effects: where may it die without a confirmed write being lost?

Every day a part of the boundaries, `-m slow` all of them.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.sim.helpers import BACKLOG, load, play, verdicts
from tests.sim.search import boundaries, node_of

Fault = dict[str, Any]
ONE: dict[str, Any] = {"workload": load(clients=2, ops=24), "limits": {"timeout_ms": 300}}
LAGGARD = {"at_ms": 0, "do": "slow", "from": ["A", "B"], "to": ["C"], "egress_ms": 40}

every_day = pytest.param(5, id="some")
thorough = pytest.param(1, id="all", marks=pytest.mark.slow)
step_by = pytest.mark.parametrize("step", [every_day, thorough])


def scan(design: Fault, *stage: Fault, verb: str = "power_cut", step: int = 1) -> list[bool]:
    """For every `step`-th effect boundary of the leader: was a confirmed write lost by its death there?"""
    quiet = play(design, *stage, **ONE)
    places = [place for place in boundaries(quiet.trace, quiet.history) if node_of(place) == "A"]
    assert len(places) > 150
    outcomes = []
    for place in places[::step]:
        run = play(design, *stage, {"after": place, "do": verb, "node": "A"}, **ONE)
        outcomes.append(verdicts(run)["lost_acked_writes"] == "broken")
        assert not run.unfired, "the run is not the same up to its death"
    return outcomes


@step_by
def test_asynchronous_behind_a_backlog_loses_at_many_of_them(step: int) -> None:
    lost = scan({"wait_for": "none"}, BACKLOG, step=step)
    assert len(lost) / 5 < sum(lost) < len(lost)


@step_by
@pytest.mark.parametrize(
    ("design", "stage", "verb"),
    [
        ({"wait_for": "none"}, [], "power_cut"),
        ({"wait_for": "none"}, [BACKLOG], "kill"),
        ({"wait_for": 1}, [BACKLOG], "power_cut"),
        ({"wait_for": 1}, [LAGGARD], "power_cut"),
        ({"wait_for": "all", "promote": "any"}, [LAGGARD], "power_cut"),
        ({"topology": "chain"}, [BACKLOG], "power_cut"),
        ({"topology": "raft"}, [BACKLOG], "power_cut"),
    ],
    ids=["async, idle link", "async, killed only", "one ack", "one ack, a laggard", "all ack, promote any", "chain", "Raft"],
)
def test_these_lose_at_none(design: Fault, stage: list[Fault], verb: str, step: int) -> None:
    assert not any(scan(design, *stage, verb=verb, step=step))


@step_by
def test_one_ack_and_a_promotion_by_lot_loses_at_some(step: int) -> None:
    lost = scan({"wait_for": 1, "promote": "any"}, LAGGARD, step=step)
    assert 0 < sum(lost) < len(lost)
