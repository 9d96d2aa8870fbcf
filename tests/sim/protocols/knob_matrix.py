"""Designs that together try every value of every knob, and most pairs of values: drawn, and mended until they can be."""

from __future__ import annotations

from itertools import combinations
from random import Random
from typing import Any

from sim.design import read_design
from sim.errors import SetupError
from sim.knobs import KNOBS, Knob

Raw = dict[str, Any]
Value = tuple[str, str]  # a knob and what it is set to

DRAWN = {"leader-follower": 120, "chain": 16, "craq": 20, "raft": 30, "single": 6}  # designs of each topology


def values_of(knob: Knob) -> list[str]:
    """All its words; the ends of its range, and its default."""
    return list(dict.fromkeys([knob.default, *knob.words, *map(str, knob.bounds or ())]))


def draw_design(topology: str, number: int) -> Raw:
    """Any values; where they cannot stand together, one of those that are in the way goes back to its default."""
    rng = Random(f"{topology} {number}")
    knobs = [knob for knob in KNOBS.values() if topology in knob.topologies and knob.name != "topology"]
    raw: Raw = {"topology": topology, **{knob.name: rng.choice(values_of(knob)) for knob in rng.sample(knobs, len(knobs))}}
    while True:
        try:
            read_design(raw)
        except SetupError as error:
            (in_the_way,) = error.where
            others = [name for name in raw if name not in ("topology", in_the_way)]
            del raw[str(in_the_way) if in_the_way in raw else rng.choice(others)]
        else:
            return raw


DESIGNS = [draw_design(topology, number) for topology, designs in DRAWN.items() for number in range(designs)]


def stands(raw: Raw) -> list[Value]:
    """What matters in a design, given or not."""
    return [(name, str(value)) for name, value in read_design(raw).knobs().items()]


def tried() -> set[Value]:
    """Every value that some design has."""
    return {value for raw in DESIGNS for value in stands(raw)}


def tried_pairs() -> set[tuple[Value, Value]]:
    """Every two values that stand together in some design."""
    return {pair for raw in DESIGNS for pair in combinations(stands(raw), 2)}
