"""Decode and encode: times of the codec, the yardstick and construct, on the same bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from .jobs import jobs
from .results import Limit, Result
from .same_job import verify
from .timing import medians

#: Times the yardstick.
MOST = Limit(1.3)
#: Times faster than construct.
LEAST = Limit(15, least=True)

_ROUNDS = 151
_CONSTRUCT_ROUNDS = 15


def measure(wanted: Callable[[str], bool]) -> Iterator[Result]:
    """The results of the cases whose names are wanted; codec and yardstick are compared before.

    Raises:
        Different: codec and yardstick do not do the same job.
    """
    for job in jobs():
        chosen = [case for case in job.cases() if wanted(case.name)]
        if chosen:
            verify(job)
        for case in chosen:
            codec, yardstick = medians((case.codec, case.yardstick), _ROUNDS)
            beside, construct = medians((case.codec, case.construct), _CONSTRUCT_ROUNDS)
            figures = {
                "codec us": codec * 1e6,
                "yardstick us": yardstick * 1e6,
                "ratio": codec / yardstick,
                "construct us": construct * 1e6,
                "times faster": construct / beside,
            }
            yield Result(case.name, figures, {"ratio": MOST, "times faster": LEAST})
