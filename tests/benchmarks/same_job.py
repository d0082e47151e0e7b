"""Proof that codec and yardstick do the same job, on valid input and on thousands of broken ones."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import fields, replace
from typing import Any

from smb2ioctl_codec import DecodeError, EncodeError
from smb2ioctl_codec.payloads import dfs
from smb2ioctl_codec.schema import Record

from .by_hand import as_by_hand
from .cases import Job
from .yardstick.values import Bad

_BYTES = (0x00, 0x01, 0x31, 0x41, 0x79, 0x80, 0xD8, 0xDC, 0xFC, 0xFE, 0xFF)
_WRONG = (-1, 1 << 16, 1 << 32, 1 << 64, None, "\ud800", "a\0b", b"", bytes(16), ("a",), 1.5)
_STEPS = (-4, -2, -1, 1, 2, 4)
_MOST_PLACES = 320


class Different(AssertionError):
    """Codec and yardstick disagree: what is timed would not be the same job."""


def verify(job: Job) -> int:
    """Compare the ways, and give the number of inputs that were compared.

    A large value that has smaller ones beside it is compared as it is, and these are broken in its stead.

    Raises:
        Different: for one input they give different values or bytes, or only one refuses it.
    """
    compared = 0
    for one in (job, *(replace(job, value=value) for value in job.more)):
        _compare_valid(one)
        data = one.data
        if one is job and job.more and len(data) > _MOST_PLACES:
            continue
        for broken in (data, bytearray(data), memoryview(data), *_mutants(data)):
            value = _decoded(one, broken)
            if value is not None:
                _compare_encoding(one, value)
            compared += 1
        for value in _broken_values(one.value):
            _compare_encoding(one, value)
            compared += 1
    for value in job.unfit:
        _compare_encoding(job, value)
    return compared + len(job.unfit)


def _compare_valid(job: Job) -> None:
    """The job's own bytes and value: every way takes them, construct too."""
    data = job.data
    parsing, building = (case.construct for case in job.cases())
    if _decoded(job, data) != job.value or job.encode(as_by_hand(job.value)) != data:
        raise Different(f"{job.name}: the value does not survive")
    if any(building.function(wire) != data for wire in (building.argument, parsing.function(data))):
        raise Different(f"{job.name}: construct builds other bytes")


def _decoded(job: Job, data: Any) -> Any:
    value = by_hand = None
    with suppress(DecodeError):
        value = job.codec_decode(data)
    with suppress(Bad):
        by_hand = job.decode(data)
    if (as_by_hand(value) if value is not None and job.covers(value) else None) != by_hand:
        raise Different(f"decode {job.name}: {bytes(data).hex()}\n  {value}\n  {by_hand}")
    return value


def _compare_encoding(job: Job, value: Any) -> None:
    if not job.covers(value):
        return
    data = by_hand = None
    with suppress(EncodeError):
        data = value.encode()
    with suppress(Bad):
        by_hand = job.encode(as_by_hand(value))
    if data != by_hand:
        raise Different(f"encode {job.name}: {value}\n  {data!r}\n  {by_hand!r}")


def _mutants(data: bytes) -> Iterator[bytes]:
    """Cuts, additions, and at every place: other bytes, and 32-bit numbers around what is there, and around sizes."""
    size = len(data)
    places = range(size) if size <= _MOST_PLACES else (*range(32), *range(size - 16, size))
    numbers = [0, 1, size - 56, size - 48, size - 12, size, size + 64, 0xFFFFFFFF, 0xFFFFFFC0]
    numbers += [number + step for number in (112, 120) for step in (-8, -1, 1, 8)]
    for place in places:
        yield data[:place]
        yield from (data[:place] + bytes([byte]) + data[place + 1 :] for byte in _BYTES)
        present = int.from_bytes(data[place : place + 4], "little")
        for number in (*numbers, *(present + step for step in _STEPS)):
            mutant = data[:place] + (number & 0xFFFFFFFF).to_bytes(4, "little") + data[place + 4 :]
            yield mutant[:size]
            yield mutant[:size] + bytes(24)
    yield from (data + bytes(count) for count in range(9))
    yield from (data + b"\xff\xdb\x01"[:count] for count in range(4))


def _broken_values(value: Any) -> Iterator[Any]:
    """The value with one field that does not fit."""
    for field in fields(value):
        part = getattr(value, field.name)
        for wrong in _WRONG:
            yield replace(value, **{field.name: wrong})
        for broken in _broken_parts(part):
            yield replace(value, **{field.name: broken})


def _broken_parts(part: Any) -> Iterator[Any]:
    """A record with one field that does not fit; a tuple with its first or last item wrong, or of another length."""
    if isinstance(part, tuple) and part:
        for wrong in (*_WRONG, *_broken_parts(part[0])):
            yield (wrong, *part[1:])
        for wrong in _broken_parts(part[-1]):
            yield (*part[:-1], wrong)
        yield from (part[1:], part[:-1], part[::-1], part * 2)
    elif isinstance(part, Record | dfs.ReferralV4):
        yield from _broken_values(part)
