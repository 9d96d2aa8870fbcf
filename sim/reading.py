"""Reading raw setup data (nested dicts, lists, strings or numbers) with errors that name the place inside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, TypeVar

from sim.errors import SetupError
from sim.trace import MS

T = TypeVar("T")
Where = tuple[str | int, ...]


def ms_to_us(milliseconds: float) -> int:
    """Whole microseconds of a number of milliseconds."""
    return round(milliseconds * MS)


def nearest(word: str, known: Sequence[str]) -> str:
    """A hint that names the most similar known word, or else all of them."""
    close = get_close_matches(word, known, 1)
    return f"did you mean `{close[0]}`?" if close else f"known: {', '.join(known)}"


class Reader:
    """One mapping at a place; each method takes a key, and `done` refuses the keys that nobody asked for."""

    def __init__(self, raw: Any, where: Where = ()) -> None:
        self.where = where
        if not isinstance(raw, Mapping):
            raise SetupError(f"expected a mapping, found {describe(raw)}", "write it as `key: value` pairs", where)
        self._raw = raw
        self._asked: dict[str, None] = {}

    def at(self, key: str | int) -> Where:
        """The place of a key."""
        return (*self.where, key)

    @property
    def keys(self) -> tuple[str, ...]:
        """All keys, for a mapping whose keys are names of the writer's own."""
        return tuple(map(str, self._raw))

    def has(self, key: str) -> bool:
        """Whether the key is there."""
        self._asked[key] = None
        return key in self._raw

    def get(self, key: str) -> Any:
        """The raw value, or None."""
        self._asked[key] = None
        return self._raw.get(key)

    def child(self, key: str) -> Reader | None:
        """The mapping below a key; None if the key is absent."""
        return Reader(self.get(key), self.at(key)) if self.has(key) else None

    def text(self, key: str, default: str | None = None) -> str:
        """A word; without a default it must be there."""
        value = self.get(key)
        if value is None:
            if default is None:
                raise SetupError(f"{key} is missing", f"add `{key}:`", self.where)
            return default
        if isinstance(value, Mapping | list):
            raise SetupError(f"{key} must be one word, found {describe(value)}", "", self.at(key))
        return str(value)

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of words; one word alone is a list of one."""
        value = self.get(key)
        if isinstance(value, list):
            return tuple(str(item) for item in value)
        return (self.text(key),)

    def groups(self, key: str) -> tuple[tuple[str, ...], ...]:
        """A list of two or more groups, each a word or a list of words."""
        value = self.get(key)
        if not isinstance(value, list) or len(value) < 2:
            raise SetupError(f"{key} needs two or more groups", f"for example {key}: [[leader], [rest]]", self.at(key))
        return tuple(tuple(map(str, item)) if isinstance(item, list) else (str(item),) for item in value)

    def choice(self, key: str, known: Sequence[str], default: str | None = None) -> str:
        """One of the known words."""
        value = self.text(key, default)
        if value not in known:
            raise SetupError(f"unknown {key}: {value}", nearest(value, known), self.at(key))
        return value

    def number(
        self,
        key: str,
        default: T,
        convert: Callable[[float], int] = int,
        least: float = 0,
        most: float | None = None,
    ) -> int | T:
        """A number from `least` to `most`, converted; the default if the key is absent."""
        value = self.get(key)
        if value is None:
            return default
        number = self._number(value, self.at(key), least)
        if most is not None and number > most:
            raise SetupError(f"{key} must be at most {most}, found {value}", "", self.at(key))
        if convert is int and number != int(number):
            raise SetupError(f"{key} must be a whole number, found {value}", "", self.at(key))
        return convert(number)

    def interval(self, key: str, default: tuple[int, int], convert: Callable[[float], int] = int) -> tuple[int, int]:
        """A range `[low, high]`; one number alone is both ends."""
        value = self.get(key)
        if value is None:
            return default
        ends = value if isinstance(value, list) else [value, value]
        if len(ends) != 2:
            raise SetupError(f"{key} must be a number or [low, high]", "", self.at(key))
        low, high = (convert(self._number(end, self.at(key))) for end in ends)
        if low > high:
            raise SetupError(f"{key} has its low end above its high end", "swap them", self.at(key))
        return low, high

    def _number(self, value: Any, where: Where, least: float = 0) -> float:
        try:
            number = float(value)
        except (TypeError, ValueError):
            raise SetupError(f"{where[-1]} must be a number, found {describe(value)}", "", where) from None
        if not least <= number < float("inf"):
            raise SetupError(f"{where[-1]} must be at least {least}, found {value}", "", where)
        return number

    def only_key(self, known: Sequence[str]) -> str:
        """The single key of this mapping, one of the known."""
        if len(self._raw) != 1:
            raise SetupError(f"expected exactly one of {', '.join(known)}", "", self.where)
        key = str(next(iter(self._raw)))
        if key not in known:
            raise SetupError(f"unknown key: {key}", nearest(key, known), self.where)
        return key

    def done(self) -> None:
        """Refuse keys that were not asked for."""
        for key in self._raw:
            if key not in self._asked:
                raise SetupError(f"unknown key: {key}", nearest(str(key), tuple(self._asked)), self.at(key))


def describe(value: Any) -> str:
    """What a raw value is, in a person's words."""
    if isinstance(value, Mapping):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    return "nothing" if value in (None, "") else repr(value)
