"""The error of a setup, a design or a requirement that cannot be: what is wrong, where, and what to do next."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


class SetupError(Exception):
    """A person asked for something that does not exist or cannot be.

    `where` is the path inside the raw structure that was read, outermost part first: `("requirements", "rto_ms")`.
    """

    def __init__(self, message: str, hint: str = "", where: tuple[str | int, ...] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.where = where


@contextmanager
def within(*parts: str | int) -> Iterator[None]:
    """Put `parts` before the `where` of a SetupError that passes through, so that nested readers compose."""
    try:
        yield
    except SetupError as error:
        error.where = (*parts, *error.where)
        raise
