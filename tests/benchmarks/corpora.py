"""Cases of a corpus per second on one core: made in memory, and with what three servers answer to each."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from statistics import median

from smb2ioctl_codec.fuzz import corpus, statuses

from .results import Limit, Result
from .timing import CLOCK

#: Cases per second.
LEAST, LEAST_LABELLED = Limit(50_000, least=True), Limit(15_000, least=True)

_ROUNDS = 7
_clock: Callable[[], float] = getattr(time, CLOCK)


def measure(wanted: Callable[[str], bool]) -> Iterator[Result]:
    """A result for the whole corpus, and one with labels."""
    for name, job, limit in (
        ("to memory", _made, LEAST),
        ("with the statuses of three servers", _labelled, LEAST_LABELLED),
    ):
        if wanted(f"corpus {name}"):
            speed = median(job() for _ in range(_ROUNDS))
            yield Result(f"corpus {name}", {"us": 1e6 / speed, "per second": speed}, {"per second": limit})


def _made() -> float:
    start = _clock()
    number = len(list(corpus()))
    return number / (_clock() - start)


def _labelled() -> float:
    start = _clock()
    number = len([statuses(case) for case in corpus()])
    return number / (_clock() - start)
