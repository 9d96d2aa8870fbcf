"""What notes call the parts of a trap, and how a line shows that a part begins."""

from __future__ import annotations

import re
from dataclasses import dataclass

from quizkit.library.notes.markup import BULLET, plain

SCENARIO, INTERVIEWER, ANSWER, SHOT, FAILURE, SOLUTION = "scenario", "interviewer", "answer", "shot", "failure", "solution"

# What notes call the parts of a trap, without an article; tried in this order.
_BAD = "amateur|na[iï]ve|junior|beginner|wrong|bad|weak|typical|common|obvious|initial|textbook|first|second|third|your"
_GOOD = "right|correct|better|strong|good|ideal|senior|expert|elite|professional|real"
NAMES = {
    SCENARIO: re.compile(r"(?:interview )?(?:scenario|set-?up|situation|prompt)"),
    INTERVIEWER: re.compile(r"interviewer(?: asks| says)?(?: you)?"),
    ANSWER: re.compile(
        rf"(?:{_BAD})(?: candidate)? (?:answers?|responses?|solutions?|approach(?:es)?|designs?|proposals?)"
        r"|candidates?(?:['’]s)?(?: answers?| says| proposes)?|(?:you|they)(?: \w+)? (?:answer|say|reply|respond|propose)"
        r"|answers?"
    ),
    SHOT: re.compile(r"kill[- ]?shots?"),
    FAILURE: re.compile(r"failures?|results?|consequences?|outcome|why (?:it|this|that) (?:fails|breaks|is wrong)"),
    SOLUTION: re.compile(rf"(?:{_GOOD})? ?(?:solution|fix)(?:es|s)?|(?:{_GOOD}) answer"),
}
_PREFIX = re.compile(rf"([\s>]*)({BULLET}\s+)?(#{{1,6}}\s+)?")
_EMPHATIC = re.compile(r"(\*\*\*|\*\*|__|\*|_)([^*_:]{2,60}?)(?:(:)\1|\1\s*(:|[–—-](?=\s)|$)|:)\s*(.*)")


@dataclass(frozen=True)
class Label:
    """`kind` is a part of a trap, or "". `mark`: emphasis that was opened before the label and goes on after it."""

    kind: str
    name: str
    mark: str
    rest: str


def kind_of(name: str) -> str:
    """Which part of a trap goes by this name, or ""."""
    words = " ".join(plain(name).casefold().split()).removeprefix("the ")
    words = re.sub(r"(?:\s*(?:\([^)]*\)|#?\d+|\b[a-d]))+$", "", words).strip(" \"'“”")
    return next((kind for kind, pattern in NAMES.items() if pattern.fullmatch(words)), "")


def find_label(text: str) -> Label | None:
    """The label at the start of a line: known, or bold, unknown and no list item (kind ""); None without a label."""
    prefix = _PREFIX.match(text)
    assert prefix is not None  # every part of it is optional
    words = text[prefix.end() :]
    if found := _EMPHATIC.fullmatch(words):
        kind = kind_of(found[2])
        around = found[3] or found[4] is not None  # the emphasis ends with the label
        unknown = found[1] == "**" and not prefix[2] and (found[4] or ":") == ":"
        return Label(kind, plain(found[2]), "" if around else found[1], found[5]) if kind or unknown else None
    name, colon, rest = words.partition(":")
    kind = kind_of(name) if colon or prefix[3] else ""
    return Label(kind, plain(name), "", rest.strip()) if kind else None
