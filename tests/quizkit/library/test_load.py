"""The whole library: shipped content and the learner's own, what is wrong beside what is right."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import quizkit
from quizkit.errors import QuizkitError
from quizkit.home import Home
from quizkit.library import load
from quizkit.library.load import find_shipped, load_library, open_library
from tests.quizkit.library.samples import DECK, SCENARIO, SOURCES, changed, write


def test_shipped_and_own_content_are_loaded_together(shipped: Path, home: Home) -> None:
    write(shipped, deck=DECK)
    write(home.content, scenario=SCENARIO)
    library, problems = load_library(home)
    assert problems == []
    assert list(library.cards) == ["ack-async", "ack-majority"]
    assert library.scenarios["async-trap"].place.file == str(home.content / "scenarios" / "async-trap.yaml")


def test_yml_files_count_and_hidden_ones_do_not(shipped: Path, home: Home) -> None:
    write(shipped, deck=DECK)
    (shipped / "decks" / "acks.yaml").rename(shipped / "decks" / "acks.yml")
    (shipped / "decks" / ".#acks.yaml").write_text("half an edit", encoding="utf-8")
    library, problems = load_library(home)
    assert (list(library.decks), problems) == (["acks"], [])


def test_a_broken_file_of_the_learner_does_not_stop_the_rest(
    shipped: Path, home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    write(shipped, deck=DECK)
    write(home.content, deck="deck: mine\n  cards: x\n", scenario=changed(SCENARIO, "level: 1", "level: x"))
    library = open_library(home)
    assert (list(library.decks), list(library.scenarios)) == (["acks"], [])
    assert capsys.readouterr().err == "quizkit: warning: 2 errors in content files; see: quizkit content check\n"


def test_the_warning_comes_again_although_the_file_is_not_read_again(
    shipped: Path, home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    write(home.content, deck="deck: [")
    open_library(home)
    open_library(home)
    assert capsys.readouterr().err.count("quizkit: warning: 1 error in content files") == 2


def test_drafts_are_no_reason_for_a_warning(shipped: Path, home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    draft = changed(changed(SCENARIO, "debrief: Wait for someone.\n", ""), "level: 1\n", "level: 1\nreviewed: false\n")
    write(home.content, scenario=draft)
    assert open_library(home).scenarios["async-trap"].reviewed is False
    assert capsys.readouterr().err == ""


def test_of_two_cards_with_one_id_the_shipped_one_wins(shipped: Path, home: Home) -> None:
    write(shipped, deck=DECK)
    own = "deck: mine\ntitle: Mine\ncards:\n  - {id: ack-async, q: Q, a: A}\n  - {id: my-card, q: Q, a: A}\n"
    write(home.content, deck=own)
    library, problems = load_library(home)
    assert library.cards["ack-async"].a == "At once."
    assert library.decks["mine"].cards == ("my-card",)
    place = f"{home.content}/decks/acks.yaml:4:10"
    assert list(map(str, problems)) == [
        f"{place}: error: the card id `ack-async` is taken: the first stands in {shipped}/decks/acks.yaml:4\n"
        "    hint: choose another id"
    ]


def test_of_two_scenarios_with_one_id_the_shipped_one_wins(shipped: Path, home: Home) -> None:
    write(shipped, scenario=SCENARIO)
    write(home.content, scenario=changed(SCENARIO, "The Async Trap", "Mine"))
    library, problems = load_library(home)
    assert library.scenarios["async-trap"].title == "The Async Trap"
    assert len(problems) == 1


def test_a_deck_whose_name_is_taken_lends_its_cards_to_the_first(shipped: Path, home: Home) -> None:
    write(shipped, deck=DECK)
    write(home.content, deck=f"deck: acks\ntitle: Mine\ncards: [{{id: my-card, q: Q, a: A, sources: {SOURCES}}}]\n")
    library, problems = load_library(home)
    assert library.decks["acks"].title == "What an ack means"
    assert library.decks["acks"].cards == ("ack-async", "ack-majority", "my-card")
    assert [problem.message.split(":")[0] for problem in problems] == ["the deck id `acks` is taken"]


def test_a_file_that_cannot_be_read_is_a_problem(shipped: Path, home: Home) -> None:
    write(shipped, deck=DECK)
    (shipped / "decks" / "gone.yaml").symlink_to(shipped / "nowhere")
    library, problems = load_library(home)
    assert list(library.decks) == ["acks"]
    assert [problem.message for problem in problems] == ["cannot be read: No such file or directory"]


def test_the_current_folder_is_never_searched(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "content", deck=DECK)
    monkeypatch.chdir(tmp_path)
    assert find_shipped() != tmp_path / "content"
    assert find_shipped().is_absolute()


def test_an_installation_without_content_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(load, "__file__", str(tmp_path / "quizkit" / "library" / "load.py"))
    with pytest.raises(QuizkitError, match="is missing") as caught:
        find_shipped()
    assert caught.value.hint == "install quizkit again"


LOAD = """
import sys
from quizkit.home import find_home
from quizkit.library.load import load_library
library, problems = load_library(find_home())
assert "my-ack-async" in library.cards
print(*sorted({"yaml", "pydantic"} & set(sys.modules)))
"""


def test_neither_yaml_nor_pydantic_is_imported_if_nothing_changed(tmp_path: Path) -> None:
    write(tmp_path / "data" / "content", deck=DECK.replace("ack-", "my-ack-").replace("deck: acks", "deck: mine"))
    root = Path(quizkit.__file__).parent.parent
    environment = os.environ | {"QUIZKIT_HOME": str(tmp_path), "PYTHONPATH": str(root)}

    def imported() -> str:
        done = subprocess.run([sys.executable, "-c", LOAD], env=environment, text=True, capture_output=True, check=True)
        return done.stdout.strip()

    assert imported() == "pydantic yaml"
    assert imported() == ""
