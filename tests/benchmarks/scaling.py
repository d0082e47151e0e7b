"""Growth: what ten times as much costs."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from .lists import lists
from .results import Limit, Result
from .timing import medians

#: Times the time for ten times as much.
MOST = Limit(11)

_ROUNDS = 21
#: Seconds: long, so that few of the calls find the data of another size in the processor's caches.
_TURN = 0.02


def measure(wanted: Callable[[str], bool]) -> Iterator[Result]:
    """The growth of what is wanted."""
    for each in lists():
        if not any(wanted(f"{direction} {each.name}") for direction in ("decode", "encode")):
            continue
        few, many = map(each.ways, each.sizes)
        for direction, way in few.items():
            title = f"{direction} {each.name}"
            if wanted(title):
                before, after = medians((way, many[direction]), _ROUNDS, _TURN)
                figures = {"once us": before * 1e6, "ten times us": after * 1e6, "growth": after / before}
                yield Result(f"{title}, {each.sizes[0]} to {each.sizes[1]}", figures, {"growth": MOST})
