"""The rubric file: the shipped one can be used, and whatever is wrong with one is told with its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from quizkit.errors import QuizkitError
from quizkit.home import Home
from quizkit.library import rubric as module
from quizkit.library.load import load_library
from quizkit.library.rubric import open_rubric, read_rubric
from tests.quizkit.interviews import RUBRIC, small_rubric
from tests.quizkit.library.samples import changed


def complaints(folder: Path, text: str) -> list[str]:
    file = folder / "rubric.yaml"
    file.write_text(text, encoding="utf-8")
    rubric, problems = read_rubric(file)
    assert (rubric is None) == bool(problems)
    return [f"{one.place.line}:{one.place.column}: {one.message} ({one.hint})" for one in problems]


def test_the_shipped_rubric_has_five_dimensions_of_three_points() -> None:
    rubric = open_rubric()
    assert ([len(one.anchors) for one in rubric.dimensions], rubric.best) == ([4] * 5, 15)
    assert [(band.id, band.least) for band in rubric.bands] == [
        ("no-hire", 0),
        ("lean-no", 6),
        ("hire", 9),
        ("strong-hire", 12),
    ]
    assert {cap.when for cap in rubric.caps} == {"yes", "no"}


def test_every_dimension_of_the_shipped_rubric_has_cards_to_drill(home: Home) -> None:
    library, _ = load_library(home)
    tags = {tag for card in library.cards.values() for tag in card.tags}
    for dimension in open_rubric().dimensions:
        assert dimension.tags
        assert set(dimension.tags) <= tags, dimension.id


def test_yes_and_no_stay_words(tmp_path: Path) -> None:
    assert [cap.when for cap in small_rubric(tmp_path).caps] == ["yes", "no"]


@pytest.mark.parametrize(
    ("old", "new", "at", "expected"),
    [
        (
            "[a word, the idea, every step, also the election]",
            "[a word, the idea]",
            "[a word",
            "`anchors` must have 4 entries, for 0 to 3 points, not 2 (what is seen at 0, 1, 2 and 3 points, a list)",
        ),
        ("when: yes", "when: maybe", "maybe", "`when` must be yes or no, not `maybe` (yes or no: the answer that limits)"),
        (
            "dimension: mechanism",
            "dimension: mechanics",
            "mechanics",
            "there is no dimension `mechanics` (did you mean `mechanism`?)",
        ),
        (
            "failure-analysis], equal",
            "failing], equal",
            "failing",
            "there is no dimension `failing` (known: mechanism, failure-analysis)",
        ),
        ("at_most: lean-no", "at_most: lean-yes", "lean-yes", "there is no band `lean-yes` (did you mean `lean-no`?)"),
        ("from: 0", "from: 1", "1}\n  - {id: lean", "the first band starts at 1, not at 0 (write `from: 0`)"),
        ("from: 3", "from: 2", "2}\nsources", "`from` must be more than 2, that of the band before (sort the bands)"),
        ("from: 3", "from: 7", "7}", "no sum reaches 7 (the most is 6)"),
        ("id: old-leader", "id: mechanism", "mechanism, ask", "the id `mechanism` is taken (choose another one)"),
        (
            "at_most: 1}\nband",
            "at_most: 4}\nband",
            "4}",
            "`at_most` must be at most 3, not 4 (the most points that the dimension then gets)",
        ),
        ("sources:", "source:", "source:", "unknown key `source` (did you mean `sources`?)"),
    ],
)
def test_what_is_wrong_stands_at_its_place(tmp_path: Path, old: str, new: str, at: str, expected: str) -> None:
    text = changed(RUBRIC, old, new)
    before = text[: text.index(at)]
    assert f"{before.count(chr(10)) + 1}:{len(before) - before.rfind(chr(10))}: {expected}" in complaints(tmp_path, text)


def test_broken_yaml_and_a_missing_file(tmp_path: Path) -> None:
    assert complaints(tmp_path, "dimensions: [a\n")[0].startswith("1:13: a list `[...]` that is never closed")
    rubric, problems = read_rubric(tmp_path / "none.yaml")
    assert (rubric, [problem.message for problem in problems]) == (None, ["cannot be read: No such file or directory"])


def test_an_interview_with_a_broken_rubric_says_where_it_is_broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "rubric.yaml").write_text(changed(RUBRIC, "from: 0", "from: 1"), encoding="utf-8")
    monkeypatch.setattr(module, "find_shipped", lambda: tmp_path)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(QuizkitError) as caught:
        open_rubric()
    assert caught.value.message == "the rubric cannot be used: rubric.yaml:17:41: the first band starts at 1, not at 0"
    assert caught.value.hint == "write `from: 0`"
