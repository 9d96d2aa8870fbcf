"""Build your own: a design, knob by knob, of the knobs that matter for what was chosen so far."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from quizkit.learn.asker import Option
from quizkit.learn.memory import Memory
from quizkit.learn.rounds import OWN, Chosen
from quizkit.learn.scenes import Refused, Stands

if TYPE_CHECKING:
    from sim.design import Design
    from sim.knobs import Knob

Raw = dict[str, Any]

_FEW = 10  # as many numbers as are offered one by one
_LADDER = (1, 2, 5)  # the leading digits of the numbers that are offered out of a wide range
_AFTERWARDS = (
    Option("take", "Defend this design"),
    Option("more", "Set a finer knob"),
    Option("again", "Set the knobs again"),
    Option("candidates", "Go back to the candidates"),
)


def build_design(memory: Memory, prefix: str) -> Chosen | None:
    """The design that the learner builds; None if they go back to the candidates."""
    raw, decision = _ask_knobs(memory, prefix), ""
    while True:
        chosen = Chosen(OWN, "your own design", "", raw)
        memory.show(Stands(chosen, _read(raw).stated()))
        decision = memory.select(f"{prefix}/own", "Is that it?", _AFTERWARDS, recap=False)
        if decision in ("take", "candidates"):
            return chosen if decision == "take" else None
        raw = _ask_knobs(memory, prefix) if decision == "again" else _ask_finer(memory, prefix, raw)


def _ask_knobs(memory: Memory, prefix: str) -> Raw:
    from sim.knobs import KNOBS

    raw: Raw = {}
    for knob in KNOBS.values():
        if not knob.fine and _is_open(knob, raw):
            raw[knob.name] = _ask_knob(memory, f"{prefix}/knob/{knob.name}", knob, raw)
    return raw


def _ask_finer(memory: Memory, prefix: str, raw: Raw) -> Raw:
    """One of the knobs that are not asked for unless somebody looks for them."""
    from sim.knobs import KNOBS

    now = _read(raw).knobs()
    finer = [knob for knob in KNOBS.values() if knob.fine and _is_open(knob, raw)]
    options = [Option(knob.name, f"{knob.name}={now[knob.name]}", knob.meaning) for knob in finer]
    name = memory.select(f"{prefix}/finer", "Which knob?", options, recap=False)
    others = {other: value for other, value in raw.items() if other != name}
    return {**others, name: _ask_knob(memory, f"{prefix}/knob/{name}", KNOBS[name], others)}


def _is_open(knob: Knob, raw: Raw) -> bool:
    """Whether there is anything to decide."""
    from sim.design import matters

    return matters(knob, _read(raw)) and len(_possible(knob, raw)) > 1


def _ask_knob(memory: Memory, key: str, knob: Knob, raw: Raw) -> str:
    """A value that can be together with those before it; a remembered one that cannot any more is asked again."""
    from sim.errors import SetupError

    options = [Option(value, value, "the default" if value == knob.default else "") for value in _possible(knob, raw)]
    while True:
        value = memory.select(key, f"{knob.name}: {knob.meaning}", options, recap=False)
        try:
            _read({**raw, knob.name: value})
        except SetupError as error:
            memory.show(Refused(error.message, error.hint))
        else:
            return value


def _possible(knob: Knob, raw: Raw) -> list[str]:
    """The values that can be together with those before; what has only one of them is no question."""
    from sim.errors import SetupError

    possible = []
    for value in _values(knob):
        with suppress(SetupError):
            _read({**raw, knob.name: value})
            possible.append(value)
    return possible


def _read(raw: Raw) -> Design:
    from sim.design import read_design

    return read_design(raw)


def _values(knob: Knob) -> list[str]:
    """What is offered, the default first, for Enter takes the first."""
    if knob.bounds is None:
        return list(knob.words)
    low, high = knob.bounds
    few = range(low, high + 1) if high - low < _FEW else [digit * 10**zeros for zeros in range(6) for digit in _LADDER]
    others = [str(number) for number in few if low <= number <= high and str(number) != knob.default]
    return [*dict.fromkeys((knob.default, *knob.words, *others))]
