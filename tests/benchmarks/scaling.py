"""Growth: what ten times as much costs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import smb2ioctl_codec as s2

from .cases import snapshots
from .results import Limit, Result
from .timing import Way, medians

#: Times the time for ten times as much.
MOST = Limit(11)

_ROUNDS = 31
#: Seconds: long, so that few of the calls find the data of another size in the processor's caches.
_TURN = 0.02


def measure(wanted: Callable[[str], bool]) -> Iterator[Result]:
    """The growth over two steps of ten of what is wanted."""
    for name, ways, sizes in (
        ("snapshots", _snapshots, (100, 1000, 10000)),
        ("bare headers", _compound, (20, 200, 2000)),
    ):
        sized = [ways(size) for size in sizes]
        for direction, place in (("decode", 0), ("encode", 1)):
            title = f"{direction} {name}"
            if wanted(title):
                yield from _growth(title, sizes, [both[place] for both in sized])


def _growth(title: str, sizes: tuple[int, ...], ways: list[Way]) -> Iterator[Result]:
    times = medians(ways, _ROUNDS, _TURN)
    for small, large, before, after in zip(sizes, sizes[1:], times, times[1:], strict=False):
        figures = {"once us": before * 1e6, "ten times us": after * 1e6, "growth": after / before}
        yield Result(f"{title}, {small} to {large}", figures, {"growth": MOST})


def _snapshots(count: int) -> tuple[Way, Way]:
    array = snapshots(count)
    data = array.encode()
    return Way(type(array).decode, data), Way(type(array).encode, array)


def _compound(count: int) -> tuple[Way, Way]:
    echo: Any = s2.Packet(s2.Header(command=s2.Command.ECHO), b"")
    chain = s2.decode_chain(s2.encode_chain([echo] * count))
    return Way(s2.decode_chain, s2.encode_chain(chain)), Way(s2.encode_chain, chain)
