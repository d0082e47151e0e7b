"""Random choices that are the same for one seed on every machine and version of Python."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import TypeVar

T = TypeVar("T")


class Draw:
    """Choices of one seed. They all come from `Random.random` and `Random.randbytes`, which never change."""

    __slots__ = ("bytes", "unit")

    def __init__(self, seed: int) -> None:
        random = Random(seed)  # noqa: S311 - it is to be the same each time
        #: a number from 0 up to, without, 1
        self.unit = random.random
        #: so many bytes
        self.bytes = random.randbytes

    def below(self, limit: int) -> int:
        """A number from 0 up to, without, `limit`."""
        return int(self.unit() * limit)

    def pick(self, choices: Sequence[T]) -> T:
        """One of these."""
        return choices[int(self.unit() * len(choices))]
