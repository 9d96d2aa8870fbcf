"""Several designs of a scenario under the same shots, with the same luck."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from quizkit.commands.choosing import choose_design
from quizkit.learn.rounds import Chosen
from quizkit.learn.scenes import Compared
from quizkit.library.catalog import Scenario
from quizkit.library.play import play_scenario
from quizkit.screen.console import progress


def candidates(scenario: Scenario) -> list[Chosen]:
    """The designs of the scenario, as its file has them."""
    return [choose_design(scenario, name, {}) for name in scenario.designs]


def play_all(
    scenario: Scenario, designs: Sequence[Chosen], shots: Sequence[str | None], seed: int, known: Iterable[Compared] = ()
) -> tuple[Compared, ...]:
    """A row a design and shot, shot by shot; what is `known` already is not played again."""
    played = {(row.design.id, row.design.changed, row.played.shot): row for row in known}
    with progress("running every design", len(designs) * len(shots)) as advance:
        for shot in shots:
            for design in designs:
                key = (design.id, design.changed, shot)
                if key not in played:
                    played[key] = Compared(design, play_scenario(scenario, design.knobs, shot, seed))
                advance()
    return tuple(played[design.id, design.changed, shot] for shot in shots for design in designs)
