"""What a fuzzer does around a peer: it lets the peer fail, and ends what takes too long or too much."""

from __future__ import annotations

import resource
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

#: Seconds of the processor for one file, and bytes of memory for a whole corpus.
SECONDS, MEMORY = 1.0, 4 << 30


class TooLong(BaseException):
    """A file has had its time; no `Exception`, as peers catch these."""


def attempt(job: Callable[..., Any], *arguments: Any) -> Any:
    """What a job gives; None where it fails, with whatever a peer raises at bytes that it did not expect."""
    try:
        return job(*arguments)
    except Exception:  # noqa: BLE001 - see above
        return None


@contextmanager
def limited() -> Iterator[None]:
    """Raises `TooLong` in a block that has had its time, and again until it ends."""
    signal.signal(signal.SIGVTALRM, _ring)
    signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS, SECONDS / 10)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)


def limit_memory() -> None:
    """Let this process have no more than its memory."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, resource.getrlimit(resource.RLIMIT_AS)[1]))


def _ring(_signal: int, frame: FrameType | None) -> None:
    """End the file, but not while coverage.py holds a lock of its own: it rings again."""
    if frame is None or not frame.f_globals["__name__"].startswith("coverage."):
        raise TooLong
