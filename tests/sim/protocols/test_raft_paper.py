"""Raft, sentence by sentence: figure 2 of Ongaro & Ousterhout (USENIX ATC 2014) and what it leaves to the sections.

Each test cites its rule; a section above 7 is one of Ongaro's dissertation.
"""

from __future__ import annotations

from typing import Any

import pytest

from sim.node import Message
from sim.protocols.messages import Stale
from sim.protocols.raft.messages import Appended, AppendEntries, Mismatch, RequestVote, Vote
from sim.records import Cut, Epoch, Snapshot
from tests.sim.protocols.raft_server import MS, Server, entries, entry, installing

YES, NO = [Vote(2, granted=True)], [Vote(2, granted=False)]


# State: "updated on stable storage before responding to RPCs"


def test_a_vote_is_durable_before_it_is_given() -> None:
    server = Server()
    server.holds_disk = True
    assert server.ask_vote("B", 2) == []
    server.sync()
    assert server.sent(Vote) == {"B": Vote(2, granted=True)}


def test_an_older_vote_that_is_durable_does_not_let_a_newer_one_go() -> None:
    server = Server()
    server.holds_disk = True
    server.ask_vote("B", 2)
    server.ask_vote("C", 3)
    server.sync(2)
    assert server.sent(Vote) == {}
    server.sync()
    assert server.sent(Vote) == {"C": Vote(3, granted=True)}


def test_a_vote_of_a_term_that_is_over_is_not_given_any_more() -> None:
    server = Server()
    server.holds_disk = True
    server.ask_vote("B", 2)
    server.append(term=3)
    server.sync()
    assert server.sent(Vote) == {}
    assert server.sent(Appended) == {"B": Appended(3, 0, 1)}


def test_an_entry_is_durable_before_it_is_acknowledged() -> None:
    server = Server().follow(term=1)
    server.holds_disk = True
    assert server.append(entry(1, 1), term=1) == []
    server.sync()
    assert server.sent(Appended) == {"B": Appended(1, 1, 1, "c9/11")}


def test_a_term_is_durable_before_anything_is_said_in_it() -> None:
    server = Server().follow(term=1)
    server.holds_disk = True
    assert server.append(term=2) == []
    server.sync()
    assert server.sent(Appended) == {"B": Appended(2, 0, 1)}


def test_a_server_votes_once_a_term_also_after_a_restart() -> None:
    server = Server()
    assert server.ask_vote("B", 2) == YES
    server.wake(*server.disk)
    assert server.ask_vote("C", 2) == NO
    assert server.ask_vote("B", 2) == YES


def test_a_vote_outlives_the_snapshot_that_replaces_its_record() -> None:
    server = Server(retain=1)
    server.ask_vote("B", 2)
    server.append(*entries(2, 2, 2, 2, 2, 2), term=2, committed=6)
    (snapshot,) = (record for record in server.disk if isinstance(record, Snapshot))
    server.wake(snapshot)
    assert server.ask_vote("C", 2) == NO


def test_what_an_fsync_made_durable_does_not_count_where_a_later_cut_is_not() -> None:
    """A cut that is only written: after a power cut the old entry is back, the new one of the same term is not."""
    server = Server().with_log(1).follow()
    server.holds_disk = True
    server.append(entry(2, 1), term=1, prev=(1, 1))
    server.append(entry(2, 3), term=3, prev=(1, 1))
    server.hear("C", AppendEntries(4, 1, 1, (entry(2, 1),), 0, 1))
    server.disk, rest = server.disk[:-2], server.disk[-2:]
    assert [type(record) for record in rest] == [Cut, type(entry(2, 1))]
    server.sync()
    assert server.sent(Appended) == {"C": Appended(4, 1, 1, "c9/11")}
    server.disk += rest
    server.sync()
    assert server.sent(Appended)["C"] == Appended(4, 2, 1, "c9/21")


# AppendEntries, receiver


def test_1_reply_false_if_the_term_is_older() -> None:
    server = Server().with_log(1, term=3)
    assert server.append(entry(2, 2), term=2, prev=(1, 1)) == [Stale(3)]
    assert server.terms == (1,)
    assert server.node.leader == ""


@pytest.mark.parametrize("prev", [(1, 4), (2, 3), (3, 2)], ids=["nothing there", "another term there", "a later term there"])
def test_2_reply_false_if_the_log_has_no_entry_like_the_one_before(prev: tuple[int, int]) -> None:
    server = Server().with_log(1, 1, 3)
    (answer,) = server.append(entry(prev[1] + 1, 5), term=5, prev=prev)
    assert isinstance(answer, Mismatch)
    assert server.terms == (1, 1, 3)


def test_3_a_conflicting_entry_goes_with_all_that_follow_it() -> None:
    server = Server().with_log(1, 2, 2, 2)
    server.append(entry(2, 3), term=3, prev=(1, 1))
    assert server.terms == (1, 3)
    assert server.disk[-2:] == [Cut(1), entry(2, 3)]


def test_4_entries_that_are_there_already_are_not_appended_and_cut_nothing_off() -> None:
    """An old message that arrives late must not take back what came after it."""
    server = Server().with_log(1, 1, 1).follow()
    assert server.append(entry(2, 1), term=1, prev=(1, 1)) == [Appended(1, 3, 1)]
    server.append(entry(3, 1), entry(4, 1), term=1, prev=(1, 2))
    assert server.terms == (1, 1, 1, 1)


@pytest.mark.parametrize(("committed", "expected"), [(2, 2), (9, 3)], ids=["the leader's", "no further than the new entry"])
def test_5_the_commit_index_is_the_leaders_but_not_beyond_the_last_new_entry(committed: int, expected: int) -> None:
    """The fourth entry is of which this leader has said nothing yet; that an older one has it, too, does not count."""
    server = Server().with_log(1, 1, 1, 1).follow("C", term=1)
    server.append(entry(3, 1), term=2, prev=(1, 2), committed=committed)
    assert server.node.committed == expected


# RequestVote, receiver


def test_1_no_vote_for_an_older_term() -> None:
    assert Server().with_log(1, term=2).ask_vote("B", 1) == NO


def test_2_a_vote_if_none_was_given_in_this_term_and_again_to_the_same() -> None:
    server = Server()
    assert server.ask_vote("B", 2) == YES
    assert server.ask_vote("C", 2) == NO
    assert server.ask_vote("B", 2) == YES
    assert server.ask_vote("C", 3) == [Vote(3, granted=True)]


@pytest.mark.parametrize(
    ("candidates", "granted"),
    [((2, 1), True), ((1, 9), False), ((2, 3), True), ((2, 2), False), ((2, 4), True), ((3, 1), True)],
    ids=str,
)
@pytest.mark.parametrize("pre", [False, True])
def test_2_only_for_a_log_that_is_at_least_as_up_to_date(candidates: tuple[int, int], granted: bool, pre: bool) -> None:
    """5.4.1: the later last term wins, then the longer log. This one ends at index 3 in term 2."""
    server = Server().with_log(1, 2, 2) if candidates != (2, 1) else Server().with_log(2)
    answer = server.ask_vote("B", 7, candidates, pre=pre)
    assert [one.granted for one in answer if isinstance(one, Vote)] == [granted]


# All servers


def test_what_is_committed_is_applied_in_order() -> None:
    server = Server().with_log(1, 1, 1, 1).follow()
    server.append(term=1, prev=(1, 4), committed=3)
    assert server.node.state.ops == ["c9/11", "c9/21", "c9/31"]
    assert server.node.applied == 3


NEWER: list[Message] = [
    AppendEntries(9, 0, 0, (), 0, 1),
    RequestVote(9, 9, 9, forced=True),
    Vote(9, granted=False),
    Stale(9),
    installing(9, 5),
]


@pytest.mark.parametrize("message", NEWER, ids=lambda message: message.kind)
@pytest.mark.parametrize("role", ["follower", "candidate", "leader"])
def test_a_newer_term_is_adopted_and_makes_a_follower(message: Message, role: str) -> None:
    """ "If RPC request or response contains term T > currentTerm: set currentTerm = T, convert to follower" (5.1)"""
    server = Server().with_log(1)
    if role == "candidate":
        server.do("on_order", "campaign", "")
    if role == "leader":
        server.elect()
    assert server.node.role == role
    server.hear("B", message)
    assert (server.node.role, server.node.epoch) == ("follower", 9)
    assert Epoch(9) in server.disk


# Followers


def test_a_follower_that_hears_from_nobody_stands_for_election() -> None:
    server = Server()
    server.wait("election")
    assert {*server.sent(RequestVote)} == {"B", "C"}


@pytest.mark.parametrize("what", ["an entry", "a heartbeat", "a vote"])
def test_its_patience_starts_anew_when_it_hears_its_leader_or_votes(what: str) -> None:
    server = Server().follow(term=1)
    server.now += 60 * MS
    if what == "a vote":
        server.now += 60 * MS
        server.ask_vote("C", 2)
    else:
        server.append(*[entry(1, 1)] * (what == "an entry"), term=1)
    assert 100 * MS <= server.timers["election"] - server.now <= 200 * MS


def test_a_refused_candidate_does_not_extend_its_patience() -> None:
    server = Server().with_log(1, 2)
    due = server.timers["election"]
    server.now += 60 * MS
    server.ask_vote("C", 5, (1, 1))
    assert server.timers["election"] == due


def test_time_outs_are_random() -> None:
    """5.2: drawn from an interval, anew for each election, so that servers seldom stand at the same time."""
    server = Server()
    waits = [server.wait("election") for _ in range(50)]
    assert all(100 * MS <= wait <= 200 * MS for wait in waits)
    assert len({wait // MS for wait in waits}) > 30


# Candidates


def standing(**design: Any) -> Server:
    """A candidate in term 2 of five servers: it had the pre-votes it needs."""
    server = Server(5, **design).with_log(1)
    server.wait("election")
    for other in "BC":
        server.hear(other, Vote(2, granted=True, pre=True))
    return server


def test_to_stand_is_a_new_term_a_vote_for_oneself_a_new_time_out_and_a_request_to_all() -> None:
    server = standing()
    assert (server.node.role, server.node.epoch, server.node.voted_for) == ("candidate", 2, "A")
    assert Epoch(2, "A") in server.disk
    assert server.timers["election"] > server.now
    assert server.sent(RequestVote) == dict.fromkeys("BCDE", RequestVote(2, 1, 1))


def test_a_candidate_asks_nobody_before_its_own_vote_is_durable() -> None:
    server = Server().with_log(1)
    server.holds_disk = True
    server.wait("election")
    server.hear("B", Vote(2, granted=True, pre=True))
    assert server.sent(RequestVote) == {}
    server.sync()
    assert {*server.sent(RequestVote)} == {"B", "C"}


def test_the_votes_of_a_majority_make_a_leader() -> None:
    server = standing()
    server.hear("B", Vote(2, granted=True))
    server.hear("B", Vote(2, granted=True))
    server.hear("C", Vote(1, granted=True))
    assert server.node.role == "candidate", "one vote came twice, one is old"
    server.hear("C", Vote(2, granted=True))
    assert server.node.role == "leader"


def test_a_candidate_that_hears_a_leader_of_its_term_follows_it() -> None:
    server = standing()
    server.append(term=2)
    assert (server.node.role, server.node.leader) == ("follower", "B")
    for other in "CD":
        server.hear(other, Vote(2, granted=True))
    assert server.node.role == "follower"


def test_a_candidate_whose_vote_is_not_durable_in_time_asks_for_none() -> None:
    server = Server().with_log(1)
    server.holds_disk = True
    server.do("on_order", "campaign", "")
    server.append(term=2)
    server.sync()
    assert server.sent(RequestVote) == {}


def test_a_candidate_whose_time_is_up_tries_again() -> None:
    server = standing()
    server.wait("election")
    assert server.sent(RequestVote) == dict.fromkeys("BCDE", RequestVote(3, 1, 1, pre=True))
    for other in "BC":
        server.hear(other, Vote(2, granted=True))
    assert server.node.epoch == 2, "those came too late, and are no pre-votes"
    for other in "BC":
        server.hear(other, Vote(3, granted=True, pre=True))
    assert (server.node.role, server.node.epoch) == ("candidate", 3)


# Pre-vote (9.6) and loyalty (4.2.3)


def test_a_pre_vote_changes_nobody() -> None:
    server = Server().with_log(1)
    assert server.ask_vote("B", 2, pre=True) == [Vote(2, granted=True, pre=True)]
    assert (server.node.epoch, server.node.voted_for) == (1, "")
    assert server.ask_vote("C", 2, pre=True) == [Vote(2, granted=True, pre=True)]


def test_who_asks_for_pre_votes_in_vain_stays_in_its_term() -> None:
    server = Server(5).with_log(1)
    for _ in range(10):
        server.wait("election")
        server.hear("B", Vote(2, granted=True, pre=True))
    assert (server.node.role, server.node.epoch) == ("follower", 1)


def test_who_has_voted_for_another_stands_no_more() -> None:
    server = Server(5).with_log(1, term=2)
    server.wait("election")
    assert server.ask_vote("B", 2) == YES
    for other in "CD":
        server.hear(other, Vote(3, granted=True, pre=True))
    assert (server.node.role, server.node.epoch) == ("follower", 2)


def test_a_pre_vote_for_a_term_that_is_over_is_refused_with_the_newer_one() -> None:
    assert Server().with_log(1, term=5).ask_vote("B", 3, pre=True) == [Vote(5, granted=False, pre=True)]


@pytest.mark.parametrize("pre", [False, True])
def test_who_hears_from_a_leader_disregards_candidates(pre: bool) -> None:
    server = Server().follow("B", term=1)
    server.now += 99 * MS
    assert server.ask_vote("C", 2, pre=pre) == []
    assert server.node.epoch == 1
    server.now += 1 * MS
    assert server.ask_vote("C", 2, pre=pre) == [Vote(2, granted=True, pre=pre)]


def test_a_leader_disregards_candidates_too() -> None:
    server = Server().with_log(1).elect()
    assert server.ask_vote("C", 9) == []
    assert server.node.role == "leader"


def test_an_operator_who_wants_an_election_gets_one() -> None:
    server = Server().with_log(1).follow()
    server.do("on_order", "campaign", "")
    assert server.sent(RequestVote) == dict.fromkeys("BC", RequestVote(2, 1, 1, forced=True))
    voter = Server().follow("B", term=1)
    assert voter.hear("C", RequestVote(2, 1, 1, forced=True)) == YES
