from __future__ import annotations

from sim.history import History, Op, op_of


def test_an_attempt_belongs_to_its_operation() -> None:
    history = History({"c1/17": Op("c1/17", "c1", "write", ("x", 1), 0)})
    assert (op_of("c1/17"), op_of("c1/17~2")) == ("c1/17", "c1/17")
    assert history.find("c1/17~2") is history.find("c1/17") is history["c1/17"]
    assert history.find("somebody/1") is None
