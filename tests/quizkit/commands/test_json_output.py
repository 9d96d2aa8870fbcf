"""What `--json` prints; the objects themselves stand in the tests of the verbs."""

from __future__ import annotations

import pytest

from quizkit.commands.json_output import print_json


def test_it_is_one_line_with_letters_of_any_script_as_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"q": "Naïve?\n", "due": None, "cards": ["квóрум"]})
    assert capsys.readouterr().out == '{"q": "Naïve?\\n", "due": null, "cards": ["квóрум"]}\n'
