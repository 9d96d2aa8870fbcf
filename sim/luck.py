"""Chance without a stream: every draw is a hash of the seed and of what is being drawn.

Two designs under one seed therefore meet the same luck although they send different messages, so that comparing them
compares the designs.
"""

from __future__ import annotations

from zlib import crc32

_MASK = (1 << 64) - 1
_GOLDEN = 0x9E3779B97F4A7C15


class Luck:
    """The draws of one run. `what` names the thing drawn: the same name always gives the same draw."""

    def __init__(self, seed: int) -> None:
        self._base = (seed + 1) * _GOLDEN & _MASK

    def bits(self, what: str) -> int:
        """64 well-mixed bits."""
        return self.mix(crc32(what.encode()))

    def mix(self, checksum: int) -> int:
        """64 well-mixed bits for the checksum of a name (the finaliser of SplitMix64)."""
        x = self._base + checksum * _GOLDEN & _MASK
        x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9 & _MASK
        x = (x ^ x >> 27) * 0x94D049BB133111EB & _MASK
        return x ^ x >> 31

    def between(self, low: int, high: int, what: str) -> int:
        """An integer from `low` to `high`, both included."""
        return low + self.mix(crc32(what.encode())) % (high - low + 1) if high > low else low

    def index(self, size: int, what: str) -> int:
        """A place in a sequence of `size` things."""
        return self.mix(crc32(what.encode())) % size

    def chance(self, ppm: int, what: str) -> bool:
        """Whether something happens that happens so many times in a million."""
        return self.mix(crc32(what.encode())) % 1_000_000 < ppm
