"""How a client finds out who serves, and whom it reads from."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from tests.sim.helpers import BACKLOG, at_write, load, play, verdicts
from tests.sim.session import TIMEOUT_US, Session

READS: dict[str, Any] = {"kind": "register", "reads_percent": 100}


# Who serves


@pytest.mark.parametrize("controllers", [("controller",), ("controller", "controller2", "controller3")])
def test_all_controllers_are_asked(controllers: tuple[str, ...]) -> None:
    assert Session(*controllers).reply(done=False).located == [*controllers]


def test_where_there_are_no_controllers_the_replicas_are_asked() -> None:
    assert Session().reply(done=False).located == ["A", "B", "C"]


@pytest.mark.parametrize("trouble", ["refused", "time-out"])
def test_a_client_in_trouble_asks_who_serves(trouble: str) -> None:
    session = Session(retry="blind")
    session = session.reply(done=False) if trouble == "refused" else session.hear("on_patience")
    assert session.located == ["A", "B", "C"]
    assert session.hear("on_again").asked == ["A", "A"], "nobody knew better"


def test_the_highest_epoch_is_believed_in_whatever_order_the_answers_come() -> None:
    session = Session().reply(done=False).view(3, "C", "ABC").view(2, "B", "ABC").view(1, "A", "ABC")
    assert session.hear("on_again").asked[-1] == "C"


def test_an_answer_that_knows_no_leader_tells_nothing() -> None:
    session = Session().reply(done=False).view(4, "", "")
    assert session.hear("on_again").asked[-1] == "A"


def test_a_client_asks_until_somebody_knows() -> None:
    session = Session(lost=True)
    for _ in range(3):
        assert session.hear("on_boot").located == ["A", "B", "C"]
        assert session.waits == {"boot": TIMEOUT_US}
    session.view(1, "A", "ABC")
    assert session.hear("on_boot").effects == []


# Reads


def reads(session: Session, count: int) -> Counter[str]:
    """Who answers so many reads."""
    before = len(session.asked)
    for _ in range(count):
        session.reply().next()
    return Counter(session.asked[before:])


def test_reads_are_spread_over_all_who_may_answer() -> None:
    assert min(reads(Session(reads="any", **READS), 60)[name] for name in "ABC") > 10


def test_a_read_that_was_refused_goes_elsewhere() -> None:
    session = Session(reads="any", **READS).refuse().refuse()
    assert sorted(session.asked) == ["A", "B", "C"]


def test_sticky_reads_stay_with_one_replica() -> None:
    assert len(reads(Session(reads="sticky", **READS), 30)) == 1


def test_sticky_clients_are_spread() -> None:
    homes = [{Session(reads="sticky", name=name, seed=seed, **READS).asked[0] for name in ("c1", "c2")} for seed in range(9)]
    assert max(map(len, homes)) == 2
    assert set.union(*homes) == {"A", "B", "C"}


@pytest.mark.parametrize("trouble", [Session.refuse, Session.time_out])
def test_a_sticky_client_moves_when_it_gets_no_answer_and_stays_there(trouble: Any) -> None:
    session = Session(reads="sticky", **READS)
    home = session.asked[0]
    trouble(session)
    if session.outcomes:
        session.next()
    moved = session.asked[-1]
    assert moved != home
    assert set(reads(session, 20)) == {moved}


def test_a_sticky_client_moves_when_its_replica_serves_no_more() -> None:
    session = Session(reads="sticky", **READS)
    home = session.asked[0]
    left = "ABC".replace(home, "")
    session.reply().view(2, left[0], left)
    session.next()
    assert session.asked[-1] in left


def test_a_sticky_client_stays_when_others_come_and_go() -> None:
    for seed in range(5):
        session = Session(reads="sticky", seed=seed, **READS)
        home = session.asked[0]
        for epoch, other in enumerate("ABC".replace(home, ""), 2):
            session.reply().view(epoch, home, home + other).next()
            assert session.asked[-1] == home


def test_trouble_with_a_write_moves_no_sticky_reads() -> None:
    session = Session(reads="sticky", kind="feed")
    session.reply().next()
    home = session.asked[-1]
    session.reply().next().refuse()
    session.reply().next()
    assert session.asked[-1] == home


def test_a_read_carries_the_newest_position_that_its_client_has_seen() -> None:
    session = Session(reads="token", kind="feed")
    session.reply(position=(1, 7)).next()
    assert session.sent[-1][1].token == (1, 7)
    session.reply(position=(1, 5)).next().reply(position=(2, 3)).next()
    assert session.sent[-1][1].token == (2, 3), "an epoch counts more than an index"
    session.reply(position=(2, 9)).next().reply().next()
    assert session.sent[-1][1].token == (2, 9), "what a read has shown counts too"


def test_a_read_that_is_tried_again_carries_the_same_position() -> None:
    session = Session(reads="token", kind="feed", retry="blind")
    session.reply(position=(1, 7)).next().time_out()
    assert [request.token for _, request in session.sent[-2:]] == [(1, 7)] * 2


def test_only_reads_by_token_carry_one() -> None:
    session = Session(reads="any", kind="feed")
    session.reply(position=(1, 7)).next()
    assert {request.token for _, request in session.sent} == {(0, 0)}


# What the routes are worth


def test_a_client_finds_the_next_leader_although_a_controller_is_dead() -> None:
    faults = ({"at_ms": 5, "do": "kill", "node": "controller"}, at_write(20, "power_cut"))
    run = play({"wait_for": 1, "controllers": 3}, *faults, workload=load(clients=3, ops=60))
    assert {op.node for op in run.history} >= {"A", "B"}
    assert all(op.completed_at is not None for op in run.history)


@pytest.mark.parametrize(
    ("reads", "read_your_writes", "monotonic_reads"),
    [
        ("leader", "holds", "holds"),
        ("token", "holds", "holds"),
        ("sticky", "broken", "holds"),
        ("any", "broken", "broken"),
    ],
)
@pytest.mark.parametrize("work", [{"kind": "feed"}, {"kind": "register", "reads_percent": 50, "keys": 2}], ids=str)
def test_what_a_session_is_promised_depends_on_whom_it_reads_from(
    work: dict[str, Any], reads: str, read_your_writes: str, monotonic_reads: str
) -> None:
    """The followers are some milliseconds behind."""
    found = verdicts(play({"reads": reads}, BACKLOG, workload=load(clients=3, ops=180, **work)))
    assert (found["read_your_writes"], found["monotonic_reads"]) == (read_your_writes, monotonic_reads)
