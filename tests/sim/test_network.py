"""Egress queues, flights and cuts, as `sim.network` promises them."""

from __future__ import annotations

from itertools import pairwise

from sim.luck import Luck
from sim.network import HEADER_BYTES, OP_BYTES, Network, NetworkSpeed
from tests.sim.scene import Ping, Scene, pings

SLOW = {"at_ms": 0, "do": "slow", "from": ["A"], "to": ["B"], "egress_ms": 5}


def test_a_link_is_fifo_in_each_direction_although_delays_vary() -> None:
    network = Network(NetworkSpeed((100, 5000)), Luck(1))
    arrivals = [network.send(n, "A", "B", Ping(n), 1).arrives for n in range(50)]
    assert arrivals == sorted(arrivals)
    assert any(earlier == later for earlier, later in pairwise(arrivals)), "nobody had to wait in line"


def test_the_two_directions_of_a_link_do_not_wait_for_each_other() -> None:
    network = Network(NetworkSpeed((1000, 1000)), Luck(1))
    network.link("A", "B").delay_us = 50_000
    network.send(0, "A", "B", Ping(1), 1)
    assert network.send(0, "B", "A", Ping(2), 1).arrives == 1000


def test_a_message_waits_in_its_sender_then_flies() -> None:
    scene = Scene({"A": {1: pings("B", 1)}}, SLOW)
    (sent,) = scene.what("sent")
    assert (sent.at, sent.until) == (1000, 6000)
    assert scene.got("B", "ping") == [(7.0, 1)]


def test_what_queues_later_leaves_later_even_if_the_delay_has_gone_meanwhile() -> None:
    scene = Scene({"A": {1: pings("B", 1), 3: pings("B", 2)}}, {**SLOW, "for_ms": 2})
    assert [event.until for event in scene.what("sent")] == [6000, 6000]
    assert scene.got("B", "ping") == [(7.0, 1), (7.0, 2)]


def test_a_slow_flight_has_left_its_sender() -> None:
    scene = Scene({"A": {1: pings("B", 1)}}, {**SLOW, "egress_ms": 0, "delay_ms": 5})
    (sent,) = scene.what("sent")
    assert sent.until == 1000
    assert scene.got("B", "ping") == [(7.0, 1)]


def test_a_power_cut_takes_exactly_what_has_not_left() -> None:
    """1 left at 6 ms and flies on, 2 would leave at 7 ms; the link to C is not slow, so 3 is long gone."""
    script = {1: pings("B", 1), 2: pings("B", 2) + pings("C", 3)}
    scene = Scene({"A": script}, SLOW, {"at_ms": 6.5, "do": "power_cut", "node": "A"})
    assert scene.got("B", "ping") == [(7.0, 1)]
    assert scene.got("C", "ping") == [(3.0, 3)]
    assert [(event.at, event.node, event.text) for event in scene.what("dropped")] == [
        (6500, "B", "A lost power before it left")
    ]


def test_a_kill_lets_the_os_send_what_it_was_given() -> None:
    scene = Scene({"A": {1: pings("B", 1, 2)}}, SLOW, {"at_ms": 3, "do": "kill", "node": "A"})
    assert scene.got("B", "ping") == [(7.0, 1), (7.0, 2)]


def test_what_a_machine_sends_after_a_power_cut_does_not_queue_behind_what_was_lost() -> None:
    network = Network(NetworkSpeed((1000, 1000), bytes_per_ms=1), Luck(1))
    network.send(0, "A", "B", Ping(1, size=10), 1)
    network.cut_power(5000, "A")
    assert network.send(5000, "A", "B", Ping(2), 1).departs == 5000 + HEADER_BYTES * 1000


def test_a_cut_drops_at_delivery_so_a_healed_link_delivers_what_was_sent_into_the_cut() -> None:
    script = {1: pings("B", 1), 3: pings("B", 2), 5: pings("B", 3)}
    scene = Scene({"A": script}, {"at_ms": 1.5, "do": "cut", "between": ["A", "B"], "for_ms": 2})
    assert [n for _, n in scene.got("B", "ping")] == [2, 3]
    assert [event.text for event in scene.what("dropped")] == ["the link was cut"]


def test_a_one_way_cut_leaves_the_way_back_open() -> None:
    scripts = {"A": {1: pings("B", 1)}, "B": {1: pings("A", 2)}}
    scene = Scene(scripts, {"at_ms": 0, "do": "cut", "from": ["A"], "to": ["B"]})
    assert scene.got("B", "ping") == []
    assert scene.got("A", "ping") == [(2.0, 2)]


def test_a_network_card_sends_one_message_after_another() -> None:
    """At a byte a microsecond: the second waits for the first even on another link, and operations have weight."""
    scene = Scene({"A": {1: pings("B", 1, size=2) + pings("C", 2)}}, bytes_per_ms=1000)
    first = 1000 + HEADER_BYTES + 2 * OP_BYTES
    assert [event.until for event in scene.what("sent")] == [first, first + HEADER_BYTES]


def test_a_message_to_a_dead_machine_is_dropped() -> None:
    scene = Scene({"A": {5: pings("B", 1)}}, {"at_ms": 1, "do": "kill", "node": "B"})
    assert [event.text for event in scene.what("dropped")] == ["B was down"]


def test_a_message_does_not_reach_the_next_life_of_its_receiver() -> None:
    faults = {"at_ms": 1.2, "do": "kill", "node": "B", "for_ms": 0.2}
    scene = Scene({"A": {1: pings("B", 1), 3: pings("B", 2)}}, faults)
    assert scene.got("B", "ping") == [(4.0, 2)]
    assert [(event.at, event.text) for event in scene.what("dropped")] == [(2000, "B was down")]


def test_delays_are_drawn_by_what_is_sent_and_not_by_what_else_was_sent() -> None:
    quiet, busy = (Network(NetworkSpeed((100, 5000)), Luck(1)) for _ in range(2))
    busy.send(0, "A", "C", Ping(0), 1)
    busy.send(0, "B", "A", Ping(0), 1)
    assert quiet.send(0, "A", "B", Ping(1), 1).arrives == busy.send(0, "A", "B", Ping(1), 1).arrives


def test_a_heal_ends_what_was_cut_before_it_but_not_what_is_cut_after_it() -> None:
    """The first cut would have ended by itself at 30 ms; having been healed, it has nothing more to undo."""
    faults = (
        {"at_ms": 0, "do": "cut", "between": ["A", "B"], "for_ms": 30},
        {"at_ms": 10, "do": "heal"},
        {"at_ms": 20, "do": "cut", "between": ["A", "B"]},
    )
    scene = Scene({"A": {5: pings("B", 1), 15: pings("B", 2), 40: pings("B", 3)}}, *faults)
    assert scene.got("B", "ping") == [(16.0, 2)]
