"""Orders of cases: turn by turn, so that every beginning has something of everything."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from itertools import islice
from typing import Any, TypeVar

T = TypeVar("T")


def in_turn(parts: Iterable[Iterable[T]]) -> Iterator[T]:
    """The first of each part, then the second of each, and so on, to the end of the longest."""
    waiting = [iter(part) for part in parts]
    while waiting:
        left = []
        for part in waiting:
            for each in part:
                yield each
                left.append(part)
                break
        waiting = left


def mixed(parts: Iterable[tuple[Iterable[T], int]]) -> Iterator[T]:
    """Of each part so many in each round, to the end of the longest."""
    waiting = [(iter(part), share) for part, share in parts]
    while waiting:
        left = []
        for part, share in waiting:
            some = list(islice(part, share))
            yield from some
            if len(some) == share:
                left.append((part, share))
        waiting = left


def grouped(cases: Iterable[T], key: Any) -> list[list[T]]:
    """The cases with the same key together; groups and what is in them in their order."""
    groups: dict[Hashable, list[T]] = {}
    for case in cases:
        groups.setdefault(key(case), []).append(case)
    return list(groups.values())
