"""Raft, sentence by sentence: the leader of figure 2, snapshots (section 7), and clients (the dissertation's chapter 6)."""

from __future__ import annotations

import pytest

from sim.node import Reply, Request, View
from sim.protocols.messages import Install
from sim.protocols.raft.messages import Appended, AppendEntries, Mismatch
from sim.protocols.raft.raft import Raft
from sim.records import NOW, Entry, Snapshot
from tests.sim.protocols.raft_server import MS, Server, entries, entry, installing


class InBatches(Raft):
    """Four entries a message."""

    batch = 4


# Leaders


def test_a_new_leader_tells_all_at_once_and_again_whenever_it_is_idle() -> None:
    server = Server().with_log(1).elect()
    first = {sent.to: sent.message.entries for sent in reversed(server.out) if isinstance(sent.message, AppendEntries)}
    assert first == {"B": (), "C": ()}
    server.acks(2, "B", "C")
    for _ in range(20):
        assert server.wait("beat") < 100 * MS / 5
        assert {to: sent.entries for to, sent in server.sent(AppendEntries).items()} == {"B": (), "C": ()}
        server.acks(2, "B", "C")


def test_a_new_leader_begins_with_an_entry_that_is_nobodys() -> None:
    """5.4.2 and 8: "a blank no-op entry into the log at the start of its term". Neither state nor histories know it."""
    server = Server().with_log(1).elect()
    assert server.node.log.at(2) == Entry(2, 2, "", "", ("no-op",))
    server.acks(2, "B")
    assert (server.node.applied, server.node.state.ops) == (2, ["c9/11"])
    assert server.node.summary().pending == ()


def test_a_command_is_appended_and_answered_once_it_is_applied() -> None:
    server = Server().with_log(1).elect()
    assert server.write("c1/1") == []
    assert server.terms == (1, 2, 2)
    assert {to: sent.entries[0].op for to, sent in server.sent(AppendEntries).items()} == {"B": "c1/1", "C": "c1/1"}
    assert server.node.state.ops == []
    server.acks(3, "C")
    assert server.answers == [Reply("c1/1", True, None, (2, 3))]
    assert server.node.state.ops == ["c9/11", "c1/1"]


def test_it_sends_before_its_own_disk_has_it_but_does_not_count_itself() -> None:
    """10.2.1: the leader writes to its disk in parallel with its followers."""
    server = Server(5).with_log(1).elect()
    server.acks(2, "B", "C", "D", "E")
    server.holds_disk = True
    server.write()
    assert {*server.sent(AppendEntries)} == {"B", "C", "D", "E"}
    server.acks(3, "B", "C")
    assert server.answers == []
    server.sync()
    assert [answer.done for answer in server.answers] == [True]


def test_it_may_commit_what_only_a_majority_of_followers_has() -> None:
    """10.2.1, the last sentence."""
    server = Server().with_log(1).elect()
    server.holds_disk = True
    server.write()
    server.acks(3, "B", "C")
    assert [answer.done for answer in server.answers] == [True]


@pytest.mark.parametrize(("followers", "committed"), [("B", 0), ("BC", 3), ("BCDE", 3)])
def test_committed_is_what_a_majority_has(followers: str, committed: int) -> None:
    server = Server(5).with_log(1, 1).elect()
    server.acks(3, *followers)
    assert server.node.committed == committed


@pytest.mark.parametrize(("n", "committed"), [(1, 0), (2, 0), (3, 3)])
def test_only_entries_of_its_own_term_are_committed_by_counting(n: int, committed: int) -> None:
    """5.4.2 and figure 8: "log[N].term == currentTerm"; what came before is committed with the first of them."""
    server = Server(5).with_log(1, 2).elect()
    server.acks(n, "B", "C", "D")
    assert server.node.committed == committed


def test_a_follower_gets_all_from_next_index_on() -> None:
    server = Server().with_log(1).elect()
    server.acks(2, "B")
    server.write("c1/1")
    server.write("c1/2")
    assert [sent.message.prev for sent in server.out] == [3, 3]
    assert server.node.followers["B"].next == 5
    assert server.node.followers["B"].match == 2
    server.acks(4, "B")
    assert server.node.followers["B"].match == 4


def test_an_old_answer_takes_nothing_back() -> None:
    """Messages may overtake each other; and what a server had in an older term it need not have any more."""
    server = Server().with_log(1).elect()
    server.write("c1/1")
    server.write("c1/2")
    server.acks(4, "B")
    server.acks(3, "B")
    server.write("c1/3")
    assert server.hear("B", Mismatch(2, 3, ((1, 1),), 1)) == []
    assert (server.node.followers["B"].match, server.node.followers["B"].next) == (4, 6)
    server.do("on_order", "demote", "")
    server.elect()
    server.hear("B", Appended(2, 5, 9))
    assert (server.node.followers["B"].match, server.node.followers["B"].round) == (0, 0)


def test_what_a_follower_has_confirmed_is_not_sent_again() -> None:
    server = Server().with_log(1).elect()
    for number in range(1, 5):
        server.write(f"c1/{number}")
    server.acks(4, "B")
    (again,) = server.hear("B", Mismatch(2, 5, ((1, 1), (2, 2)), 1))
    assert isinstance(again, AppendEntries)
    assert again.prev == 4


def test_a_refusal_takes_next_index_back_to_where_the_logs_agree() -> None:
    """5.3, figure 7 (d) and (f): the hint takes the place of one step at a time."""
    server = Server(5).with_log(1, 1, 1, 4, 4, 5, 5, 6, 6, 6).elect()
    (again,) = server.hear("B", Mismatch(7, 10, ((1, 3), (2, 6), (3, 11)), 1))
    assert isinstance(again, AppendEntries)
    assert (again.prev, again.prev_term) == (3, 1)
    assert [one.epoch for one in again.entries] == [4, 4, 5, 5, 6, 6, 6, 7]


def test_of_many_refusals_of_pipelined_entries_one_is_answered() -> None:
    server = Server().with_log(1).elect()
    server.acks(2, "B")
    for number in range(1, 5):
        server.write(f"c1/{number}")
    lost = [server.hear("B", Mismatch(2, prev, ((1, 1), (2, 2)), 1)) for prev in (3, 4, 5, 6)]
    assert [len(answers) for answers in lost] == [1, 0, 0, 0]
    assert server.hear("B", Appended(2, 1, 1)) == [], "that was a heartbeat's"
    assert server.hear("B", Appended(2, 6, 1)) == []
    server.write("c1/5")
    assert server.sent(AppendEntries)["B"].prev == 6


def test_a_lost_message_is_sent_again_when_a_heartbeat_finds_the_gap() -> None:
    leader, follower = Server().with_log(1).elect(), Server().with_log(1).follow(term=2)
    leader.acks(1, "B")
    leader.write("lost")
    leader.wait("beat")
    (refusal,) = follower.hear("A", leader.sent(AppendEntries)["B"])
    (again,) = leader.hear("B", refusal)
    (done,) = follower.hear("A", again)
    assert follower.node.log.entries == leader.node.log.entries
    leader.hear("B", done)
    assert leader.node.committed == 3


def test_whoever_is_far_behind_is_not_sent_everything_in_one_message() -> None:
    server = Server(kind=InBatches).with_log(*[1] * 10).elect()
    (first,) = server.hear("B", Mismatch(2, 10, (), 1))
    server.write("c1/1")
    assert "B" not in server.sent(AppendEntries), "what is new comes after what is old"
    (second,) = server.hear("B", Appended(2, 4, 1))
    server.write("c1/2")
    assert "B" not in server.sent(AppendEntries), "the same, once it is known where to begin"
    (third,) = server.hear("B", Appended(2, 8, 1))
    (last,) = server.hear("B", Appended(2, 12, 1))
    batches = [message.ops for message in (first, second, third, last)]
    assert [len(ops) for ops in batches] == [4, 4, 3, 1], "the no-op is nobody's"
    assert batches[-2][-1:] + batches[-1] == ("c1/1", "c1/2")
    assert server.hear("B", Appended(2, 13, 1)) == []
    server.write("c1/3")
    assert server.sent(AppendEntries)["B"].ops == ("c1/3",)


def test_a_leader_that_hears_from_no_majority_steps_down() -> None:
    """6.2: or else its clients would wait for it for ever. Those who waited are told that nobody knows."""
    server = Server(5).with_log(1).elect()
    server.write("c1/1")
    for _ in range(4):
        server.wait("beat")
        server.acks(0, "B")
    assert server.node.role == "leader"
    for _ in range(3):
        server.acks(0, "B")
        server.wait("beat")
    assert server.node.role == "follower"
    assert server.answers == [Reply("c1/1", False, unsure=True)]
    assert server.timers["election"] > server.now


# Snapshots (section 7)


def test_a_follower_that_needs_what_was_trimmed_gets_the_state() -> None:
    server = Server(retain=2).with_log(*[1] * 20).elect()
    server.acks(21, "B")
    assert server.node.log.first > 2
    (message,) = server.hear("C", Mismatch(2, 20, ((1, 1),), 1))
    assert isinstance(message, Install)
    assert (message.snapshot.n, message.snapshot.ends) == (21, ((1, 20), (2, 21)))
    assert len(message.ops) == 20, "it weighs as much as the operations in it"
    server.write("c1/1")
    assert "C" not in server.sent(AppendEntries), "what follows waits until the state is there"
    (rest,) = server.hear("C", Appended(2, 21, 1))
    assert isinstance(rest, AppendEntries)
    assert [one.op for one in rest.entries] == ["c1/1"]


def test_a_snapshot_replaces_a_log_that_has_not_its_last_entry() -> None:
    server = Server().with_log(1, 2, 2)
    (answer,) = server.hear("B", installing(3, 2, (1, 1), (3, 2)))
    assert answer == Appended(3, 2, 0)
    assert (server.terms, server.node.log.last, server.node.committed) == ((), 2, 2)
    assert server.node.state.read("x") == (2, "")
    assert [type(record) for record in server.disk[-3:-1]] != [Snapshot, Entry]
    server.append(entry(3, 3), term=3, prev=(3, 2))
    server.wake(*server.disk)
    assert (server.node.log.last, server.node.state.read("x")) == (3, (2, ""))
    assert server.node.committed == 2, "what a snapshot holds is committed"


def test_a_log_that_has_its_last_entry_keeps_what_follows() -> None:
    server = Server().with_log(1, 2, 2)
    assert server.hear("B", installing(3, 2, (1, 1), (2, 2))) == [Appended(3, 2, 0, "c9/22")]
    assert server.terms == (1, 2, 2)
    assert server.node.state.read("x")[0] is not None


def test_a_snapshot_of_an_old_leader_is_refused() -> None:
    server = Server().with_log(1, term=5)
    server.hear("B", installing(3, 2, (1, 1), (3, 2)))
    assert server.terms == (1,)


# Reads (6.4)


def leading(reads: str, n: int = 3, **design: int) -> Server:
    """A leader with its no-op committed, and its first rounds answered."""
    server = Server(n, reads=reads, **design).with_log(1).elect()
    server.acks(2, *server.node.others, round=server.node.rounds.last)
    assert server.node.committed == 2
    return server


def test_a_read_needs_a_round_that_began_after_it_came() -> None:
    server = leading("read-index")
    server.wait("beat")
    before = server.node.rounds.last
    assert server.read() == []
    server.acks(2, "B", round=before)
    assert server.answers == [], "that round began before the read came"
    assert server.node.rounds.last == before + 1, "so another is begun"
    server.acks(2, "B", round=before + 1)
    assert [answer.done for answer in server.answers] == [True]


def test_a_round_counts_when_a_majority_has_answered_it() -> None:
    server = leading("read-index", 5)
    server.read()
    server.acks(2, "B", round=server.node.rounds.last)
    server.acks(2, "B", round=server.node.rounds.last)
    assert server.answers == []
    server.acks(2, "B", round=1)
    server.acks(2, "C", round=server.node.rounds.last)
    assert [answer.done for answer in server.answers] == [True]


def test_reads_that_come_together_share_a_round() -> None:
    server = leading("read-index")
    for number in range(5):
        server.read(f"c1/{number}")
    assert server.node.rounds.last == server.node.rounds.confirmed + 1
    server.acks(2, "B", round=server.node.rounds.last)
    server.acks(2, "B", round=server.node.rounds.last)
    assert server.node.reading == []


@pytest.mark.parametrize("reads", ["read-index", "lease"])
def test_a_new_leader_reads_only_once_an_entry_of_its_term_is_committed(reads: str) -> None:
    """Before that it does not know how far the log was committed."""
    server = Server(5, reads=reads).with_log(1).elect()
    server.read()
    for _ in range(2):
        server.acks(1, "B", "C", round=server.node.rounds.last)
    assert server.node.rounds.confirmed == server.node.rounds.last
    assert server.answers == []
    server.acks(2, "B", "C")
    assert [answer.result for answer in server.answers] == [(1, "c9/11")]


def test_a_read_waits_until_the_state_is_at_the_commit_index_of_its_coming() -> None:
    server = leading("read-index")
    server.write("c1/1")
    server.node.do_not_apply = True  # type: ignore[attr-defined]
    node = server.node
    node.now = server.now
    committed = [*node.on_appended("B", Appended(2, 3, 1))]  # committed, and the state machine has not come to it yet
    server.read("c1/2")
    server.acks(2, "C", round=node.rounds.last)
    assert server.answers == []
    for effect in committed:
        server.perform(effect)
    server.do("on_applied", node.log.at(3))
    assert [(answer.op, answer.done) for answer in server.answers][-2:] == [("c1/1", True), ("c1/2", True)]


def test_a_leader_that_steps_down_sends_its_readers_away() -> None:
    server = leading("read-index")
    server.read()
    server.do("on_order", "demote", "")
    assert [(answer.done, answer.unsure) for answer in server.answers] == [(False, False)]
    server.elect()
    while server.node.rounds.confirmed < 9:
        server.wait("beat")
        server.acks(3, "B", round=server.node.rounds.last)
        assert server.answers == [], "they are elsewhere by now"


def test_a_leader_refuses_reads_that_are_meant_for_followers() -> None:
    """A follower that was elected may be asked by those who have not heard of it."""
    server = Server(reads="follower").with_log(1).elect()
    server.acks(2, "B", "C")
    assert server.read() == [Reply("c1/2", False)]


@pytest.mark.parametrize("reads", ["read-index", "lease", "leader"])
def test_a_follower_refuses_what_only_a_leader_may_answer(reads: str) -> None:
    server = Server(reads=reads).with_log(1).follow()
    assert server.read() == [Reply("c1/2", False)]
    assert server.write() == [Reply("c1/1", False)]


# Leases (6.4.1)


def test_within_its_lease_a_leader_reads_at_once() -> None:
    server = leading("lease")
    server.wait("beat")
    server.acks(2, "B", round=server.node.rounds.last)
    assert [answer.done for answer in server.hear("c1", Request("c1/2", ("read", "x"))) if isinstance(answer, Reply)] == [True]


def test_a_lease_counts_from_the_sending_of_the_round_less_what_clocks_may_differ() -> None:
    """The answer may have been under way for long, and a follower's clock may run faster."""
    server = leading("lease", 3)
    server.wait("beat")
    sent_at = server.now
    server.now += 60 * MS
    server.acks(2, "B", round=server.node.rounds.last)
    server.now = sent_at + 100 * MS - 100 - 1  # 1000 ppm of 100 ms
    assert server.node.has_lease
    server.now += 1
    server.node.now = server.now
    assert not server.node.has_lease


def test_without_a_lease_a_read_asks_a_majority() -> None:
    server = leading("lease")
    server.now += 100 * MS
    assert server.read() == []
    server.acks(2, "B", round=server.node.rounds.last)
    assert [answer.done for answer in server.answers] == [True]


@pytest.mark.parametrize("forced", [False, True])
def test_who_may_be_part_of_a_lease_votes_for_nobody_not_even_by_order(forced: bool) -> None:
    server = Server(reads="lease").follow("B", term=1)
    server.now += 99 * MS
    server.do("on_order", "campaign" if forced else "nothing", "")
    assert server.node.role == "follower"
    assert server.ask_vote("C", 2) == []


def test_after_a_restart_a_lease_must_be_assumed() -> None:
    server = Server(reads="lease")
    server.now += 99 * MS
    assert server.ask_vote("C", 2) == []
    server.now += 1 * MS
    assert server.ask_vote("C", 2) != []


# Clients (6.2, 6.3)


def test_clients_are_told_by_the_leader_alone() -> None:
    server = Server(5, reads="follower").with_log(1)
    server.do("on_locate", "c1", None)
    assert server.sent(View) == {}
    server.elect()
    server.do("on_locate", "c1", None)
    assert server.sent(View)["c1"] == View(2, "A", ("B", "C", "D", "E"))


def test_a_repeated_operation_is_answered_and_not_appended_again() -> None:
    server = Server(sessions=True).with_log(1).elect()
    server.write("c1/7")
    server.write("c1/7")
    assert server.node.log.last == 3
    server.acks(3, "B")
    assert [answer.done for answer in server.answers] == [True]
    assert [answer.done for answer in server.write("c1/7") if isinstance(answer, Reply)] == [True]
    assert server.node.log.last == 3
    server.out.clear()
    server.do("on_order", "demote", "")
    assert server.answers == [], "nobody waits any more"


def test_one_that_an_older_leader_took_is_answered_when_it_is_committed() -> None:
    server = Server(sessions=True)
    server.wake(*entries(1), entry(2, 1, "c1/7"))
    server.elect()
    assert server.write("c1/7") == []
    server.acks(3, "B")
    assert [(answer.op, answer.done) for answer in server.answers] == [("c1/7", True)]
    assert server.node.log.last == 3


def test_a_demoted_leader_takes_nothing_more_and_answers_only_that_nobody_knows() -> None:
    server = Server().with_log(1).elect()
    server.write("c1/1")
    server.do("on_order", "demote", "")
    assert [(answer.op, answer.done, answer.unsure) for answer in server.answers] == [("c1/1", False, True)]
    assert server.write("c1/2") == [Reply("c1/2", False)]
    server.append(term=3, prev=(2, 3), committed=3)
    assert server.node.state.ops[-1] == "c1/1"
    assert server.answers == []


def test_a_new_term_of_office_begins_afresh() -> None:
    """Neither a lease nor a silence of the one before counts."""
    server = leading("lease", 5)
    for _ in range(8):
        server.wait("beat")
        server.acks(2, "B", "C", round=server.node.rounds.last)
    assert server.node.view().read_from == ("A",)
    assert (server.node.silent, server.node.leased) == (("D", "E"), True)
    server.do("on_order", "demote", "")
    server.elect()
    server.notes.clear()
    server.wait("beat")
    assert (server.node.silent, server.node.leased, server.notes) == ((), False, [])


def test_a_lost_lease_is_told_once() -> None:
    server = leading("lease", lease_ms=30)
    for _ in range(5):
        server.wait("beat")
    assert [note.what for note in server.notes].count("lease_lost") == 1


def test_the_time_of_a_command_is_the_leaders_wall_clock() -> None:
    server = Server().with_log(1).elect()
    server.node.skew = 7
    server.hear("c1", Request("c1/1", ("acquire", "l1", "c1", 100, NOW)))
    assert server.node.log.at(3).command == ("acquire", "l1", "c1", 100, server.now + 7)
