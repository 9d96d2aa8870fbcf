"""Arrows and words on a small sheet, letter by letter."""

from __future__ import annotations

import pytest

from sim.render.sheet import DEAD, Line, Sheet
from sim.trace import Trace

TRACE = Trace(1, ("A", "B", "C"), ("controller",), ("c1", "c2"))


def sheet(width: int = 64, controllers: bool = False) -> Sheet:
    return Sheet(TRACE, width, controllers)


def drawn(source: str, *targets: str, labels: tuple[str, ...] = ("#17",), lost: str = "", width: int = 64) -> str:
    paper = sheet(width)
    row = paper.row(41_020)
    paper.arrow(row, source, [(name, name not in lost) for name in targets], labels, "replicate")
    return str(row.line())


def test_arrows_run_from_sender_to_receiver() -> None:
    assert drawn("c1", "A") == "   41.02  c1 - #17 -->|             |             |"
    assert drawn("A", "B") == "   41.02              |- #17 ------>|             |"
    assert drawn("C", "A") == "   41.02              |<-------------------- #17 -|"
    assert drawn("A", "c2", labels=("ok",)) == "   41.02  c2 <--- ok -|             |             |"


def test_messages_that_leave_together_are_one_arrow() -> None:
    assert drawn("A", "B", "C") == "   41.02              |- #17 ------>|------------>|"
    assert drawn("B", "A", "C") == "   41.02              |<------ #17 -|- #17 ------>|"


def test_a_message_that_never_arrives_ends_in_an_x() -> None:
    assert drawn("A", "B", "C", lost="B") == "   41.02              |- #17 ------x|------------>|"
    assert drawn("B", "A", lost="A") == "   41.02              |x------ #17 -|             |"


def test_the_first_label_that_fits_is_taken() -> None:
    long = "#17 to #2345678901234567890"
    assert drawn("A", "B", labels=(long, "#17..")) == "   41.02              |- #17.. ---->|             |"
    assert drawn("A", "B", labels=(long,)) == "   41.02              |------------>|             |"


def test_a_dead_lifeline_is_dotted() -> None:
    paper = sheet()
    paper.lives["B"] = DEAD
    assert str(paper.row(None).line()).split() == ["|", ".", "|"]


def test_words_are_cut_to_their_column_unless_they_may_run_on() -> None:
    paper = sheet()
    texts = ("* #17 durable on disk", "* #17 durable", "*")
    narrow, wide = paper.row(None), paper.row(None)
    paper.word(narrow, "A", texts, "durable")
    paper.word(wide, "A", texts, "durable", wide=True)
    assert "* #17 durable " in str(narrow.line())
    assert "* #17 durable on disk" in str(wide.line())


def test_controllers_have_a_column_only_where_there_is_room() -> None:
    assert sheet(60, controllers=True).knows("controller")
    crowded = Trace(1, tuple("ABCDE"), ("controller",), ("c1",))
    assert not Sheet(crowded, 60, True).knows("controller")
    row = Sheet(crowded, 60, True)
    line = row.row(None)
    row.word(line, "controller", ("A held for dead",), "fault")
    assert "controller: A held for dead" in str(line.line())


@pytest.mark.parametrize("width", [60, 80, 120])
def test_remarks_are_wrapped_and_banners_end_at_the_edge(width: int) -> None:
    paper = sheet(width)
    text = "the links between A, B and C became slow: what they send each other waits in the egress queue"
    for lines in (paper.note(text, "dim"), paper.across(1000, text, "fault"), paper.across(1000, "short", "fault")):
        assert all(len(str(line)) <= width for line in lines)
    assert " ".join(str(line)[10:].strip(" ~") for line in paper.across(1000, text, "fault")) == text


def test_a_line_is_its_spans() -> None:
    line = sheet().header({"A": "A leader", "B": "B with a very long role"})
    assert str(line) == "".join(text for text, _ in line.spans)
    assert str(line).split() == ["ms", "clients", "A", "leader", "B", "C"]
    assert Line((("a", "time"), ("b", "dim"))) == Line((("a", "time"), ("b", "dim")))
