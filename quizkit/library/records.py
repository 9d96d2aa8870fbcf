"""Validated content as records of the catalog."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from quizkit.library.catalog import Candidate, Card, Clarification, FollowUp, KillShot, Place, Scenario, Source
from quizkit.library.schema import BasicCard, DeckFile, ScenarioFile, SourceEntry

SETUP = ("workload", "network", "disk", "limits", "racks")  # what the simulator reads as one set-up


def card_version(*texts: str) -> str:
    """A short hash of what the learner sees; other white space makes no other card."""
    seen = "\n".join(" ".join(text.split()) for text in texts)
    return hashlib.sha256(seen.encode()).hexdigest()[:12]


def card_record(card: BasicCard, deck: DeckFile, place: Place) -> Card:
    """The card as the program knows it; a draft deck makes draft cards."""
    return Card(
        id=card.id,
        deck=deck.deck,
        q=card.q,
        a=card.a,
        kind=card.kind,
        level=card.level,
        tags=tuple(card.tags),
        see=card.see,
        sources=_sources(card.sources),
        reviewed=deck.reviewed,
        version=card_version(card.kind, card.q, card.a),
        place=place,
    )


def scenario_record(model: ScenarioFile, place: Place) -> Scenario:
    """The scenario as the program knows it; what the simulator reads stays raw."""
    return Scenario(
        id=model.id,
        title=model.title,
        level=model.level,
        topics=tuple(model.topics),
        interviewer=model.interviewer,
        clarify=tuple(Clarification(entry.ask, entry.answer) for entry in model.clarify),
        raw_requirements=model.requirements,
        raw_setup={key: getattr(model, key) for key in SETUP if getattr(model, key)},
        kill_shots={shot.id: KillShot(shot.id, shot.say, tuple(shot.faults)) for shot in model.kill_shots},
        designs={
            name: Candidate(name, entry.label, entry.candidate, entry.knobs, entry.expect)
            for name, entry in model.designs.items()
        },
        debrief=model.debrief or "",
        follow_ups=tuple(FollowUp(entry.ask, tuple(entry.listen_for)) for entry in model.follow_ups),
        cards=tuple(model.cards),
        sources=_sources(model.sources),
        reviewed=model.reviewed,
        place=place,
    )


def _sources(entries: Iterable[SourceEntry]) -> tuple[Source, ...]:
    return tuple(Source(entry.title, entry.url, entry.seen) for entry in entries)
