"""What the payload of each kind of fact must say. A file can be damaged where SQLite sees nothing wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from typing import Any

Payload = dict[str, Any]
VERDICTS = ("holds", "broken")
ODD = (ValueError, KeyError, TypeError, AttributeError)  # what reading of damaged data raises


def read_instant(text: str) -> datetime:
    """The instant, in UTC; raises ValueError or TypeError for anything else."""
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError(f"an instant without a time zone: {text}")
    return instant.astimezone(UTC)


def fits(kind: str, payload: Any) -> bool:
    """Whether the payload says what everyone expects who reads facts of this kind."""
    try:
        return isinstance(payload, dict) and _FITS.get(kind, _answers)(payload)
    except ODD:
        return False


def _texts(*names: str) -> Callable[[Payload], bool]:
    return lambda payload: all(isinstance(payload[name], str) for name in names)


def _review(payload: Payload) -> bool:
    from quizkit.learn.schedule import RATINGS

    date.fromisoformat(payload["day"])
    return payload["rating"] in RATINGS


def _attempt(payload: Payload) -> bool:
    return _texts("scenario", "design", "outcome")(payload) and _are_texts(payload.get("nudged", []))


def _prediction(payload: Payload) -> bool:
    said = [one["verdict"] in VERDICTS and isinstance(one["confidence"], int) for one in payload["value"].values()]
    met = [payload["met"].get(name) in (True, False, None) for name in payload["value"]]
    return all((*said, *met)) and isinstance(payload["knobs"], dict) and _texts("key", "scenario", "shot")(payload)


def _progress(payload: Payload) -> bool:
    """What was begun; of a mock interview also its plan and its rounds, which are read back into records."""
    from quizkit.learn import mock, round_record

    if "plan" in payload:
        mock.read_plan(payload["plan"])
    if "round" in payload:
        round_record.from_payload(payload["round"])
    return _texts("title", "resume")(payload)


def _grade(payload: Payload) -> bool:
    return _answers(payload) and isinstance(payload.get("points", 0), int)


def _answers(payload: Payload) -> bool:
    names = ("key", "card", "rating", "cap", "answer", "dimension", "report")
    return _are_texts([payload[name] for name in names if name in payload])


def _are_texts(values: Sequence[Any]) -> bool:
    return all(isinstance(value, str) for value in values)


_FITS: dict[str, Callable[[Payload], bool]] = {
    "review": _review,
    "undo": _texts("review"),
    "nudge": _texts("cause"),
    "attempt": _attempt,
    "prediction": _prediction,
    "progress": _progress,
    "grade": _grade,
}
