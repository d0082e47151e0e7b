"""The mutator as a Python module of AFL++: ``AFL_PYTHON_MODULE=smb2ioctl_codec.fuzz.afl``.

AFL++ calls these functions by their names. `fuzz` gives a bytearray, for what some versions do with bytes ends badly;
`describe` gives bytes, for that is what every version that asks for a description takes.
"""

from __future__ import annotations

from smb2ioctl_codec.fuzz.mutating.mutator import Mutation, crossed, mutation

#: A result is a crossover with the other input that AFL++ offers once in so many times, and is mutated again so often.
_CROSSED, _AGAIN = 8, 3
#: What may stand in the name of a file of AFL++'s queue; all else is an underscore there.
_PLAIN = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.+-")


class _State:
    """What is between two calls."""

    seed = 0
    calls = 0
    done: tuple[Mutation, ...] = ()


def init(seed: int) -> None:
    """Start: AFL++ gives a seed, from which all mutations of a run follow."""
    _State.seed, _State.calls, _State.done = seed << 32, 0, ()


def fuzz(buf: bytearray, add_buf: bytearray | None, max_size: int) -> bytearray:
    """Another input made of `buf`, now and then of `add_buf` too: one to `max_size` bytes, for AFL++ wants some."""
    _State.calls += 1
    if add_buf and _State.calls % _CROSSED == 0:
        _State.done = (crossed(buf, add_buf, _next_seed(), max_size),)
    else:
        _State.done = (mutation(buf, _next_seed(), max_size),)
    if _State.calls % _AGAIN == 0:
        _State.done += (mutation(_State.done[0].data, _next_seed(), max_size),)
    return bytearray(_State.done[-1].data or b"\0")


def _next_seed() -> int:
    _State.seed += 1
    return _State.seed


def describe(max_description_length: int) -> bytes:
    """What the last mutation was, for the name of the file that holds its result."""
    text = "+".join(f"{done.what} {done.path}".strip() for done in _State.done).encode("ascii", "replace")
    return bytes(byte if byte in _PLAIN else ord("_") for byte in text)[: max(0, max_description_length - 1)]


def deinit() -> None:
    """The end; nothing is to be done."""
