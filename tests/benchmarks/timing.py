"""How time is taken: several ways to do something in one process, in turns, with medians."""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median
from timeit import Timer
from typing import Any

#: The clock: seconds of the processor, so that other processes are not measured; Windows counts those too coarsely.
CLOCK = "perf_counter" if sys.platform == "win32" else "process_time"
#: Seconds that one turn takes, about, if nothing else is said.
TURN = 0.002
#: Bytes of a block that is bigger than all that is measured, but not so big that the C library treats it apart.
_BIG = 31 << 20


@dataclass(frozen=True)
class Way:
    """One way to do a job: `function(argument)`, so that nothing but a call is timed."""

    function: Callable[[Any], Any]
    argument: Any


def in_turns(tasks: Sequence[Callable[[], float]], rounds: int) -> list[float]:
    """Median of what each task gives. In each round every task has its turn, in an order that rotates."""
    results: list[list[float]] = [[] for _ in tasks]
    for number in range(rounds):
        for place in range(len(tasks)):
            index = (number + place) % len(tasks)
            results[index].append(tasks[index]())
    return [median(each) for each in results]


def medians(ways: Sequence[Way], rounds: int, turn: float = TURN) -> list[float]:
    """Median seconds of one call of each way, in turns of about `turn` seconds.

    The garbage collector is off, because what it does depends on the whole process.
    """
    with _no_collector():
        return in_turns([_turn(way, turn) for way in ways], rounds)


def settle_allocator() -> None:
    """Make and drop one big block: the C library then keeps memory, and does not hand it back after every call.

    Else values of more than 128 KiB would cost what the operating system takes for giving out their pages again, and
    that would depend on what ran before.
    """
    bytearray(_BIG)


def _turn(way: Way, turn: float) -> Callable[[], float]:
    """What gives the seconds of one call, as the mean of as many as fill a turn."""
    names = {"function": way.function, "argument": way.argument}
    timer = Timer("function(argument)", timer=getattr(time, CLOCK), globals=names)
    calls = 1
    while (taken := timer.timeit(calls)) < turn / 4:
        calls *= 4
    count = max(1, round(calls * turn / taken))
    return lambda: timer.timeit(count) / count


@contextmanager
def _no_collector() -> Iterator[None]:
    was_enabled = gc.isenabled()
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
