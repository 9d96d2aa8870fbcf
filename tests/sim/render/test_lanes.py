"""The timeline: it fits, it folds, it shows what decided the run."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from sim.render.case import Case
from sim.render.focus import journeys
from sim.render.lanes import timeline
from tests.sim.checks.build import Run
from tests.sim.render.runs import RUNS, lines_of, run_of

STYLES = {"plain", "dim", "time", "request", "reply", "replicate", "ack", "fault", "promoted", "lost", "durable"}


def rows(name: str, width: int = 80) -> list[str]:
    return [str(line) for line in lines_of(name, width)]


def pieces(name: str, style: str) -> Iterator[str]:
    return (text for line in lines_of(name) for text, its in line.spans if its == style)


@pytest.mark.parametrize("width", [60, 72, 80, 120])
@pytest.mark.parametrize("name", RUNS)
def test_no_line_is_wider_than_the_screen_and_no_run_longer_than_it_need_be(name: str, width: int) -> None:
    lines = lines_of(name, width)
    assert max(len(str(line)) for line in lines) <= width
    assert len(lines) <= 70


@pytest.mark.parametrize("name", RUNS)
def test_styles_are_known_and_times_ascend(name: str) -> None:
    assert {style for line in lines_of(name) for _, style in line.spans} <= STYLES
    times = [float(text) for text in pieces(name, "time")]
    assert times == sorted(times)


def test_a_narrow_screen_is_treated_as_sixty_columns() -> None:
    assert rows("async", 20) == rows("async", 60)


def test_the_decisive_moments_of_a_loss_are_there() -> None:
    text = "\n".join(rows("async"))
    for needed in (
        "… nine writes like the next …",
        "#19 waits",
        "^ acknowledged: only A had it; nine entries had not left A",
        "X power cut",
        "gone with A's egress queue: #11 to #19",
        "A is dead",
        "promoted, log up to #10",
        "337 ms without a successful write",
        "lost: #11 to #19",
    ):
        assert needed in text
    assert re.search(r"log end +#19 +#10 +#10", text)
    assert re.search(r"role +down +leader +follower", text)
    assert re.search(r"copies +on disk +none +none", text)


def test_all_that_happens_to_a_lost_write_looks_lost() -> None:
    lost = list(pieces("async", "lost"))
    assert any("* #11 durable" in text for text in lost)
    assert any("ok #19" in text for text in lost)
    assert not any("#10" in text for text in lost)
    assert list(pieces("semi-sync", "lost")) == []


def test_what_is_on_no_surviving_disk_is_in_no_column() -> None:
    (copies,) = [row for row in rows("cut-off") if "copies" in row]
    assert copies.split() == ["copies", "none", "none", "none", "|"]
    (copies,) = [row for row in rows("async-back") if "copies" in row]
    assert copies.split()[1:4] == ["none", "none", "none"]


def test_heartbeats_and_control_are_shown_only_to_those_who_want_everything() -> None:
    folded, whole = ("\n".join(map(str, lines_of("async", 100, everything))) for everything in (False, True))
    for word in ("lead", "beat", "locate", "fence", "committed", "received"):
        assert f" {word} " not in folded.replace("A leader", "")
        assert f" {word} " in whole
    assert "…" not in whole


def test_everything_shows_every_answer_and_every_synced_entry() -> None:
    run = run_of("one-of-two")
    text = "\n".join(map(str, lines_of("one-of-two", 100, True)))
    assert text.count(" ok #") == len(run.trace.of("reply_sent"))
    assert len(re.findall(r"\* #\d+ durable", text)) == len(run.trace.of("durable"))


def test_a_quiet_run_is_one_write_from_request_to_answer() -> None:
    text = rows("quiet")
    assert len(text) <= 14
    assert sum("durable" in row for row in text) == 3
    assert sum(" ok " in row for row in text) == 1
    assert sum("writes like" in row for row in text) >= 2


def test_folds_do_not_count_writes_across_the_strike() -> None:
    """What is counted after the fault row was acknowledged after the fault."""
    run = run_of("async")
    strike = next(place for place, row in enumerate(rows("async")) if "X power cut" in row)
    after = "\n".join(rows("async")[strike:])
    counted = sum(_count(match) for match in re.findall(r"… (\S+) writes? like", after))
    acks = [event for _, event in run.trace.of("reply_sent") if event.at > run.trace.shots[1].fired_at]  # type: ignore[operator]
    shown = after.count("-- ok ") + after.count("<- ok ")
    assert counted + shown == len(acks)


def _count(word: str) -> int:
    words = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
    return words.index(word) if word in words else int(word.replace(",", ""))


def test_a_process_wakes_before_it_hears_what_waited() -> None:
    text = rows("paused")
    woke = next(place for place, row in enumerate(text) if "woke" in row)
    assert text[woke][:9] != text[woke - 1][:9]
    assert text[woke][:9] == text[woke + 1][:9] == text[woke + 2][:9]


def test_the_story_of_a_stale_read_is_drawn() -> None:
    text = "\n".join(rows("stale"))
    assert "read x" in text
    assert re.search(r"\^ stale: (x\d) = #\d+ had been acknowledged", text)
    assert re.search(r"- (x\d)=#\d+ -+>\|(?s:.*)^ +[\d.]+  c\d <-+ \1 = \S+ -\|(?s:.*)\^ stale: \1 = #", text, re.MULTILINE)
    assert "applied" in text


def test_a_stall_shows_the_write_that_hangs_and_who_has_not_got_it() -> None:
    text = rows("sync-stall")
    assert any(re.search(r"- #\d+ -+x", row) for row in text)
    assert any("outcome unknown" in row for row in text)
    assert any("without a successful write" in row for row in text)


def test_what_the_attack_waited_for_is_drawn_from_request_to_answer() -> None:
    run, text = run_of("async"), rows("async")
    assert run.trace.shots[1].cause == run.trace.of("ok_received")[16][0]
    (cue,) = (place for place, row in enumerate(text) if "c3 got its ok for #17: this sets off the attack" in row)
    assert any("c3 - #17 --" in row for row in text[:cue])
    assert any("c3 <- ok #17 -" in row for row in text[:cue])
    assert "X power cut" in "\n".join(text[cue:])


def test_an_attack_at_an_instant_has_no_cue() -> None:
    assert run_of("async").trace.shots[0].cause is None
    assert not any("sets off" in row for name in ("stale", "quiet") for row in rows(name))


def test_what_is_sent_again_has_a_row_and_the_first_write_that_it_saves_is_shown() -> None:
    text = rows("chain-middle")
    sent = next(place for place, row in enumerate(text) if "- #18 to #21 -" in row)
    assert text[sent + 1].strip() == "^ four writes that C had not got"
    assert any(re.search(r"- #18 -+x", row) for row in text[:sent])
    assert any("ok #18" in row for row in text[sent:])
    assert sum(row.endswith("had not got") for row in text) == 1


def test_a_resend_that_flies_far_is_drawn_with_its_remark_where_it_arrives() -> None:
    run = Run()
    run.strike(0.5, node="B")
    run.event(1, "received", "A", "w", n=1)
    run.event(1, "sent", "A", "w", peer="B", n=1, text="append", until=1000)
    run.event(2, "removed", "controller", peer="B")
    run.event(3, "sent", "A", "w", peer="C", n=2, text="append", until=3000)
    run.event(9, "delivered", "C", "w", peer="A", n=2, text="append")
    run.event(9, "received", "C", "w", n=1)
    run.write("w")
    text = [str(line) for line in timeline(run.trace, run.history, {})]
    (sent,) = (place for place, row in enumerate(text) if row.startswith("    9.00") and "- #1 -" in row)
    assert text[sent + 1].strip() == "^ one write that C had not got"


def test_folds_after_a_resend_do_not_take_it_for_an_example() -> None:
    text = rows("two-leaders")
    sent = next(place for place, row in enumerate(text) if row.endswith("that A had not got"))
    folds = [row for row in text[sent:] if "…" in row]
    assert folds
    assert all("writes that went well" in row for row in folds)


def test_a_run_without_its_attack_says_so() -> None:
    assert rows("missed")[-1].strip() == "the power cut never struck: its event did not come by 2000 ms"


def test_a_place_in_the_log_that_was_given_twice_is_explained() -> None:
    assert rows("async")[-1].strip() == "(#11' is not #11: it got the same place in the log later)"


def test_journeys_are_few() -> None:
    for name in RUNS:
        run = run_of(name)
        assert 1 <= len(journeys(Case(run.trace, run.history, run.findings))) <= 7, name


def test_controllers_speak_from_the_left_where_they_have_no_column() -> None:
    assert any("controller: A held for dead" in row for row in rows("seven", 60))
    assert any(row.rstrip().endswith("A is dead") for row in rows("async"))
