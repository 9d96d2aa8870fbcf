"""`quizkit mock --answers`: a whole interview, every place where it can be resumed, and everything that can go wrong."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

from quizkit.commands import interview as conductor
from quizkit.errors import Interrupted, QuizkitError
from quizkit.home import Home
from quizkit.learn.attempts import unfinished
from quizkit.learn.fact import Fact
from quizkit.learn.journal import open_journal
from quizkit.learn.reviews import card_states
from quizkit.library import rubric
from tests.quizkit.interviews import RUBRIC
from tests.quizkit.library.samples import DECK, SCENARIO, changed, ship, write

Quizkit = Callable[..., Result]
ANSWERS = """\
warm-up/ack-async: good
warm-up/ack-majority: again
async-trap/ask: [clarify-1]
async-trap/design: async
async-trap/crash/predict: {lost_acked_writes: holds:90, unavailable_ms: holds:90}
async-trap/follow-up/1: Fence the *old* one.
async-trap/follow-up/1/grade: partly
second/ask: [done]
second/design: semi-sync
second/crash/predict: {lost_acked_writes: holds:70, unavailable_ms: holds:90}
second/follow-up/1: ""
second/follow-up/1/grade: well
grading/mechanism: 3
grading/zero-loss-claimed: yes
grading/failure-analysis: 2
grading/old-leader: yes
"""
PLAYED = ("--answers", "answers.yaml")


@pytest.fixture(autouse=True)
def content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two cards, two scenarios, a rubric of two dimensions; answers for all of it in the current folder."""
    folder = write(ship(tmp_path / "shipped", monkeypatch), DECK, SCENARIO)
    second = changed(changed(SCENARIO, "id: async-trap", "id: second"), "title: The Async Trap", "title: The Second")
    (folder / "scenarios" / "second.yaml").write_text(changed(second, "level: 1", "level: 2"), encoding="utf-8")
    (folder / "rubric.yaml").write_text(RUBRIC, encoding="utf-8")
    monkeypatch.setattr(rubric, "find_shipped", lambda: folder)
    monkeypatch.chdir(tmp_path)
    Path("answers.yaml").write_text(ANSWERS, encoding="utf-8")
    return folder


def facts(home: Home) -> list[Fact]:
    with open_journal(home) as journal:
        return journal.facts()


def restore(home: Home, kept: list[Fact]) -> None:
    """A home whose journal knows only these facts."""
    shutil.rmtree(home.data)
    with open_journal(home) as journal:
        for fact in kept:
            values = {**fact._asdict(), "at": fact.at.isoformat(), "payload": json.dumps(fact.payload)}
            journal.execute(
                "INSERT INTO fact (id, at, kind, subject, version, payload)"
                " VALUES (:id, :at, :kind, :subject, :version, :payload)",
                values,
            )


def the_report(home: Home) -> Path:
    (path,) = home.reports.iterdir()
    return path


@pytest.fixture
def whole(home: Home, quizkit: Quizkit) -> tuple[list[Fact], str]:
    """The facts and the report of an interview without an interruption."""
    assert quizkit("mock", *PLAYED).exit_code == 0
    return facts(home), the_report(home).read_text(encoding="utf-8")


def test_it_plays_to_the_end_and_says_how_it_went(home: Home, quizkit: Quizkit) -> None:
    result = quizkit("mock", *PLAYED)
    assert (result.exit_code, result.stderr) == (0, "")
    path = the_report(home)
    assert path.name.startswith("2026-03-01-")
    for words in ("Hire, 3 of 6 points", "Mechanism         1  (you gave 3)", "quizkit drill", f"Report  {path}"):
        assert words in result.stdout
    assert "It died." not in result.stdout  # nobody is looking


def test_json_has_everything(home: Home, quizkit: Quizkit) -> None:
    data = json.loads(quizkit("mock", *PLAYED, "--json").stdout)
    identity, path = data.pop("id"), data.pop("report")
    assert Path(path) == the_report(home) == home.reports / f"2026-03-01-{identity}.md"
    assert data == {
        "band": "hire",
        "score": 3,
        "best": 6,
        "grades": {"mechanism": {"given": 3, "points": 1}, "failure-analysis": {"given": 2, "points": 2}},
        "suggested": {
            "points": 0,
            "reason": "in “The Async Trap” you were 90 % sure that “acked writes lost” would hold, and it broke",
        },
        "cards": {"ack-async": "good", "ack-majority": "again"},
        "rounds": [
            {"scenario": "async-trap", "design": "Asynchronous", "broken": True, "wrong_predictions": 1},
            {"scenario": "second", "design": "Semi-synchronous", "broken": False, "wrong_predictions": 0},
        ],
        "drill": ["ack-async"],
        "minutes": {"plan": 45, "taken": 0.0},
    }


def test_each_answer_is_a_fact_and_the_cards_are_real_reviews(home: Home, whole: tuple[list[Fact], str]) -> None:
    kinds = [fact.kind for fact in whole[0] if fact.subject.partition(".")[0] == whole[0][0].subject]
    assert [kinds.count(kind) for kind in ("prediction", "attempt", "grade", "mock")] == [2, 2, 4, 1]
    reviews = [(fact.subject, fact.payload["rating"]) for fact in whole[0] if fact.kind == "review"]
    assert reviews == [("ack-async", "good"), ("ack-majority", "again")]
    with open_journal(home) as journal:
        assert unfinished(journal) == []
        assert card_states(journal)["ack-async"].cause


def test_weak_dimensions_make_cards_due(home: Home, quizkit: Quizkit) -> None:
    text = changed(ANSWERS, "lost_acked_writes: holds:90", "lost_acked_writes: broken:90")
    Path("answers.yaml").write_text(text, encoding="utf-8")
    assert json.loads(quizkit("mock", *PLAYED, "--json").stdout)["drill"] == ["ack-async"]
    with open_journal(home) as journal:
        assert card_states(journal)["ack-async"].cause == "Mechanism counted 1 of 3 in a mock interview"


@pytest.mark.parametrize("first", [1, 2, 3])
def test_cut_after_any_fact_and_resumed_it_writes_the_same_report(
    home: Home, quizkit: Quizkit, whole: tuple[list[Fact], str], first: int
) -> None:
    for kept in range(first, len(whole[0]) - 1, 3):  # the last two are written together
        restore(home, whole[0][:kept])
        result = quizkit("mock", "resume", *PLAYED)
        assert (result.exit_code, result.stderr) == (0, ""), f"after {kept} facts"
        assert the_report(home).read_text(encoding="utf-8") == whole[1], f"after {kept} facts"
        assert asked(facts(home)) == asked(whole[0]), f"after {kept} facts"


def asked(every: list[Fact]) -> list[tuple[str, str]]:
    """What was asked and recorded, without what marks the interruption."""
    return [(fact.kind, fact.payload.get("key", "")) for fact in every if fact.kind not in ("progress", "review", "nudge")]


def test_a_card_is_graded_for_the_schedule_and_for_the_interview_or_not_at_all(
    home: Home, quizkit: Quizkit, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise QuizkitError("the disk is full")

    monkeypatch.setattr(conductor.Interview, "_note", fail)
    assert quizkit("mock", *PLAYED).exit_code == 1
    assert [fact.kind for fact in facts(home)] == ["progress"]


def test_the_next_missing_answer_is_named_and_the_interview_waits(home: Home, quizkit: Quizkit) -> None:
    Path("answers.yaml").write_text(changed(ANSWERS, "second/design: semi-sync\n", ""), encoding="utf-8")
    result = quizkit("mock", *PLAYED)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == (
        "quizkit: error: answers.yaml:1:1: there is no answer to `second/design`\n"
        "  hint: add `second/design:` with one of async, semi-sync, own;"
        " then go on with: quizkit mock resume --answers answers.yaml\n"
    )
    assert "quizkit mock resume" in quizkit("today").stdout
    Path("answers.yaml").write_text(ANSWERS, encoding="utf-8")
    assert quizkit("mock", "resume", *PLAYED).exit_code == 0
    assert len([fact for fact in facts(home) if fact.kind == "mock"]) == 1


def test_an_answer_too_many_is_told_after_the_result(home: Home, quizkit: Quizkit) -> None:
    Path("answers.yaml").write_text(ANSWERS + "grading/operation: 2\n", encoding="utf-8")
    result = quizkit("mock", *PLAYED)
    assert (result.exit_code, "Hire, 3 of 6 points" in result.stdout) == (2, True)
    assert result.stderr.startswith("quizkit: error: answers.yaml:17:1: nothing asked for this answer to `grading/operation`")
    assert the_report(home).exists()


def test_options_shape_the_plan(home: Home, quizkit: Quizkit) -> None:
    quizkit("mock", *PLAYED, "--cards", "0", "--scenario", "second", "--minutes", "25", "--seed", "7")
    plan = facts(home)[0].payload["plan"]
    assert plan == {"cards": [], "scenarios": ["second"], "minutes": 25, "seed": 7, "out": ""}


@pytest.mark.parametrize(
    ("arguments", "message", "hint"),
    [
        ((), "this needs a terminal to ask at, and there is none", "answer from a file: --answers FILE.yaml"),
        (("resume",), "this needs a terminal to ask at, and there is none", "answer from a file: --answers FILE.yaml"),
        (("--json",), "--json is for an interview without a terminal", "answer from a file: --answers FILE.yaml"),
        (("resume", *PLAYED), "no mock interview is unfinished", "begin one: quizkit mock"),
        ((*PLAYED, "resume"), "an option stands before `resume`", "write it behind; the plan stays as it was"),
        ((*PLAYED, "--scenario", "secnd"), "no such scenario: 'secnd'", "did you mean `second`?"),
        (("--answers", "none.yaml"), "cannot read the answers in none.yaml: No such file or directory", "name a YAML file of"),
        ((*PLAYED, "--out", "no/report.md"), "there is no folder", "create it first, or choose another file with --out"),
        ((*PLAYED, "--out", "answers.yaml"), "answers.yaml exists already", "choose another file with --out"),
        ((*PLAYED, "--out", "shipped"), "shipped is a folder", "name a file in it: --out"),
        ((*PLAYED, "--out", "answers.yaml/x"), "there is no folder", "create it first, or choose another file with --out"),
        ((*PLAYED, "--out", "x" * 300), "File name too long", "choose another file with --out"),
    ],
)
def test_what_cannot_be_is_told_before_anything_begins(
    home: Home, quizkit: Quizkit, arguments: tuple[str, ...], message: str, hint: str
) -> None:
    result = quizkit("mock", *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert message in result.stderr.splitlines()[0]
    assert f"  hint: {hint}" in result.stderr
    assert not home.journal.exists() or facts(home) == []


def test_out_chooses_the_file_and_tells_its_whole_path(home: Home, quizkit: Quizkit, tmp_path: Path) -> None:
    data = json.loads(quizkit("mock", *PLAYED, "--json", "--out", "mine.md").stdout)
    assert data["report"] == str(tmp_path / "mine.md")
    assert Path("mine.md").read_text(encoding="utf-8").startswith("# Mock interview, 1 March 2026")
    assert not home.reports.exists()


def test_a_report_that_cannot_be_written_at_the_end_is_written_by_resume(quizkit: Quizkit, tmp_path: Path, home: Home) -> None:
    folder = tmp_path / "there"
    folder.mkdir()
    Path("answers.yaml").write_text(changed(ANSWERS, "grading/old-leader: yes\n", ""), encoding="utf-8")
    quizkit("mock", *PLAYED, "--out", "there/report.md")
    folder.rmdir()
    Path("answers.yaml").write_text(ANSWERS, encoding="utf-8")
    result = quizkit("mock", "resume", *PLAYED)
    assert result.exit_code == 1
    assert result.stderr == (
        f"quizkit: error: the report is not written: {folder / 'report.md'}: No such file or directory\n"
        "  hint: every answer is saved; `quizkit mock resume --out FILE` writes the report elsewhere\n"
    )
    assert quizkit("mock", "resume", *PLAYED, "--out", "here.md").exit_code == 0
    assert Path("here.md").exists()
    assert facts(home)[-2].payload["report"] == str(tmp_path / "here.md")


def test_a_file_that_appeared_meanwhile_is_not_overwritten(quizkit: Quizkit, tmp_path: Path) -> None:
    Path("answers.yaml").write_text(changed(ANSWERS, "grading/old-leader: yes\n", ""), encoding="utf-8")
    quizkit("mock", *PLAYED, "--out", "report.md")
    Path("report.md").write_text("precious", encoding="utf-8")
    Path("answers.yaml").write_text(ANSWERS, encoding="utf-8")
    result = quizkit("mock", "resume", *PLAYED)
    assert (result.exit_code, "report.md exists already" in result.stderr) == (1, True)
    assert Path("report.md").read_text(encoding="utf-8") == "precious"


def test_a_folder_of_reports_that_cannot_be_made_is_told_at_the_start(home: Home, quizkit: Quizkit) -> None:
    home.data.mkdir(parents=True)
    home.reports.write_text("in the way", encoding="utf-8")
    result = quizkit("mock", *PLAYED)
    assert (result.exit_code, "cannot create the folder" in result.stderr) == (1, True)
    assert facts(home) == []


def test_content_that_is_gone_stops_the_interview_and_keeps_it(home: Home, quizkit: Quizkit, content: Path) -> None:
    Path("answers.yaml").write_text(changed(ANSWERS, "second/design: semi-sync\n", ""), encoding="utf-8")
    quizkit("mock", *PLAYED)
    (content / "scenarios" / "second.yaml").unlink()
    result = quizkit("mock", "resume", *PLAYED)
    assert (result.exit_code, result.stderr.splitlines()[0]) == (
        1,
        "quizkit: error: the scenario second of this interview is not among the content any more",
    )
    with open_journal(home) as journal:
        assert len(unfinished(journal)) == 1


@pytest.mark.parametrize("stop", [Interrupted("interrupted"), KeyboardInterrupt()])
def test_interrupted_it_says_how_to_go_on(
    home: Home, quizkit: Quizkit, monkeypatch: pytest.MonkeyPatch, stop: BaseException
) -> None:
    def leave(*_: object) -> None:
        raise stop

    with monkeypatch.context() as patch:
        patch.setattr(conductor, "conduct_round", leave)
        result = quizkit("mock", *PLAYED)
    assert (result.exit_code, result.stderr) == (
        130,
        "quizkit: stopped; every answer so far is saved\n  hint: go on with: quizkit mock resume\n",
    )
    last = facts(home)[-1]
    assert (last.kind, last.payload["event"], last.payload["resume"]) == ("progress", "paused", "quizkit mock resume")
    assert quizkit("mock", "resume", *PLAYED).exit_code == 0
