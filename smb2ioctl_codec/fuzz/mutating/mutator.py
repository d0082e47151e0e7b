"""Mutations and crossovers of any bytes, which know where numbers, texts, lists and lengths of IOCTL messages are.

About half of the mutations keep lengths, counts and offsets right, so that a decoder goes on to what is inside; a third
break them on purpose; the others know nothing. The same data and seed give the same bytes in every version of Python.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Callable
from itertools import accumulate
from typing import NamedTuple

from smb2ioctl_codec.fuzz.mutating import breaking, crossing, keeping
from smb2ioctl_codec.fuzz.mutating.anatomy import Anatomy, anatomy
from smb2ioctl_codec.fuzz.mutating.blind import blind, spliced
from smb2ioctl_codec.fuzz.mutating.draw import Draw
from smb2ioctl_codec.fuzz.mutating.edits import Change
from smb2ioctl_codec.schema import Buffer

#: Bytes of the largest result, if nothing else is said.
LARGEST_RESULT = 1 << 20
#: How often another mutation is tried where one cannot be made, or changes nothing.
_TRIES = 4
#: Bytes of the largest input that is taken apart.
_LARGEST_READ = 1 << 17


def _blind(shape: Anatomy, draw: Draw) -> Change:
    return blind(shape.data, draw)


#: Ways to change what can be read, and how often each is taken, of all.
WAYS: tuple[tuple[Callable[[Anatomy, Draw], Change | None], int], ...] = (
    (keeping.set_numbers, 14),
    (keeping.set_blob, 4),
    (keeping.resize, 12),
    (keeping.change_list, 8),
    (keeping.change_code, 3),
    (keeping.swap_payload, 4),
    (keeping.add_message, 2),
    (keeping.remove_message, 1),
    (breaking.break_numbers, 14),
    (breaking.break_pair, 10),
    (breaking.break_chain, 2),
    (breaking.resize_alone, 4),
    (breaking.no_text, 3),
    (breaking.cut, 2),
    (breaking.extend, 3),
    (_blind, 14),
)
_UP_TO = tuple(accumulate(weight for _, weight in WAYS))


class Mutation(NamedTuple):
    """A mutated input.

    Attributes:
        data: its bytes.
        what: what was done, in a few words.
        path: the field that it was done to; empty for none.
    """

    data: bytes
    what: str
    path: str


def mutation(data: Buffer, seed: int, max_size: int = LARGEST_RESULT) -> Mutation:
    """One mutation of some bytes, and what it is.

    Args:
        data: any bytes: a frame or several, a message or a compound, a body without its header, or anything else.
        seed: which of the mutations.
        max_size: bytes of the largest result; what is longer is cut.

    Returns:
        Other bytes than `data`, but where there can be none.
    """
    given = data if type(data) is bytes else bytes(data)
    draw = Draw(seed)
    shape = anatomy(given) if len(given) <= _LARGEST_READ else None
    for _ in range(_TRIES):
        if shape is not None and shape.messages:
            made = WAYS[bisect(_UP_TO, draw.below(_UP_TO[-1]))][0](shape, draw)
        else:
            made = blind(given, draw)
        if made is not None and (found := bytes(made.data[:max_size])) != given:
            return Mutation(found, made.what, made.path)
    return Mutation(_surely_other(given, draw, max_size), "one bit", "")


def mutate(data: Buffer, seed: int, max_size: int = LARGEST_RESULT) -> bytes:
    """The bytes of `mutation`; arguments as there."""
    return mutation(data, seed, max_size).data


def crossed(first: Buffer, second: Buffer, seed: int, max_size: int = LARGEST_RESULT) -> Mutation:
    """Bytes that have something of both: a payload, a content, numbers or a message of `second` in `first`.

    Arguments as of `mutation`; the result differs from `first`, but where it cannot.
    """
    one, other = bytes(first), bytes(second)
    draw = Draw(seed)
    small = len(one) <= _LARGEST_READ and len(other) <= _LARGEST_READ
    for _ in range(_TRIES):
        made = crossing.crossed(anatomy(one), anatomy(other), draw) if small else None
        made = made or spliced(one, other, draw)
        found = bytes(made.data[:max_size])
        if found != one:
            return Mutation(found, made.what, made.path)
    return Mutation(_surely_other(one, draw, max_size), "one bit", "")


def crossover(first: Buffer, second: Buffer, seed: int, max_size: int = LARGEST_RESULT) -> bytes:
    """The bytes of `crossed`; arguments as there."""
    return crossed(first, second, seed, max_size).data


def _surely_other(data: bytes, draw: Draw, max_size: int) -> bytes:
    """The bytes with one flipped bit; of none, one byte."""
    kept = bytearray(data[:max_size])
    if kept:
        kept[draw.below(len(kept))] ^= 1 << draw.below(8)
    elif max_size > 0:
        kept += draw.bytes(1)
    return bytes(kept)


def custom_mutator(data: bytes, max_size: int, seed: int) -> bytes:
    """`mutate` as Atheris and libFuzzer's custom mutators have it."""
    return mutate(data, seed, max_size)


def custom_crossover(data1: bytes, data2: bytes, max_out_size: int, seed: int) -> bytes:
    """`crossover` as Atheris and libFuzzer's custom crossovers have it."""
    return crossover(data1, data2, seed, max_out_size)
