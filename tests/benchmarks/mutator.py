"""Mutations per second on one core, over recorded messages of all kinds, a compound, a frame, and what is no message.

How often a fuzzer comes back to one input decides what it costs, for what was read last is remembered. So it is
measured three ways: as AFL++ works, which mutates one input many times before it takes the next; as libFuzzer and
Atheris do, which mutate a result up to five times on; and with an input that was never seen before, each time.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from statistics import median

import smb2ioctl_codec as s2
from smb2ioctl_codec.fuzz.mutating.anatomy import anatomy
from smb2ioctl_codec.fuzz.mutating.mutator import crossover, mutate

from .results import Limit, Result
from .timing import CLOCK

sys.path.insert(0, str(Path(__file__).parents[1]))

#: Mutations per second, of what was read before and of what was not.
LEAST, LEAST_NEW = Limit(20_000, least=True), Limit(10_000, least=True)

_ROUNDS, _IN_A_ROW, _DEPTH, _MOST = 7, 128, 5, 4096
_clock: Callable[[], float] = getattr(time, CLOCK)


def measure(wanted: Callable[[str], bool]) -> Iterator[Result]:
    """A result for every way to mutate that is wanted."""
    inputs = _inputs()
    for data in inputs:  # loads what is taken from elsewhere
        for seed in range(_IN_A_ROW):
            mutate(data, seed, _MOST)
    for name, job, limit in (
        ("one input many times", _in_a_row, LEAST),
        (f"a result up to {_DEPTH} times on", _on_and_on, LEAST_NEW),
        ("a new input each time", _never_seen, LEAST_NEW),
        ("crossover", _crossovers, LEAST),
    ):
        if wanted(f"mutator {name}"):
            speed = median(job(inputs) for _ in range(_ROUNDS))
            yield Result(f"mutator {name}", {"us": 1e6 / speed, "per second": speed}, {"per second": limit})


def _inputs() -> list[bytes]:
    from samples import MESSAGES, frame

    requests = [s2.Packet.decode(data) for data in MESSAGES if not data[16] & 1][:2]
    return [*MESSAGES, s2.encode_chain(requests), frame(MESSAGES[0]), b"no message " * 16, b""]


def _in_a_row(inputs: list[bytes]) -> float:
    anatomy.cache_clear()
    start = _clock()
    for data in inputs:
        for seed in range(_IN_A_ROW):
            mutate(data, seed, _MOST)
    return len(inputs) * _IN_A_ROW / (_clock() - start)


def _on_and_on(inputs: list[bytes]) -> float:
    anatomy.cache_clear()
    start = _clock()
    for seed in range(_IN_A_ROW // _DEPTH):
        for data in inputs:
            found = data
            for depth in range(_DEPTH):
                found = mutate(found, seed * _DEPTH + depth, _MOST)
    return len(inputs) * (_IN_A_ROW // _DEPTH) * _DEPTH / (_clock() - start)


def _never_seen(inputs: list[bytes]) -> float:
    fresh = [mutate(data, seed, _MOST) for data in inputs for seed in range(_IN_A_ROW)]
    anatomy.cache_clear()
    start = _clock()
    for seed, data in enumerate(fresh):
        mutate(data, seed, _MOST)
    return len(fresh) / (_clock() - start)


def _crossovers(inputs: list[bytes]) -> float:
    start = _clock()
    for seed in range(_IN_A_ROW):
        for first, second in pairwise(inputs):
            crossover(first, second, seed, _MOST)
    return _IN_A_ROW * (len(inputs) - 1) / (_clock() - start)
