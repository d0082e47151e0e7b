"""Defects of the error contexts in an ERROR body, of which its plan does not tell."""

from __future__ import annotations

from collections.abc import Iterator
from struct import pack

from smb2ioctl_codec.fuzz.making.defects.shape import Flaw, Shape
from smb2ioctl_codec.fuzz.making.defects.sizes import FAR_MORE, ONE_MORE
from smb2ioctl_codec.messages import ErrorResponse
from smb2ioctl_codec.messages.error import CONTEXT_HEAD_SIZE

_COUNT, _LARGEST_COUNT, _LARGEST_LENGTH = "error_context_count", 0xFF, 0xFFFFFFFF


def contexts(shape: Shape) -> Iterator[Flaw]:
    """More contexts than there are; the last one longer than the data, or cut."""
    if shape.kind is not ErrorResponse:
        return
    data, count = shape.wire["error_data"], shape.wire[_COUNT]
    if count or len(data) < CONTEXT_HEAD_SIZE:
        for number, what in ((count + 1, ONE_MORE), (_LARGEST_COUNT, FAR_MORE)):
            yield Flaw("count", f"error_data[{count}]", f"{_COUNT} {what}", shape.put(_COUNT, number))
    if not count:
        return
    last, name, place = _last_start(data, count), f"error_data[{count - 1}]", shape.places["error_data"].offset
    for number, what in ((len(data) - last - CONTEXT_HEAD_SIZE + 1, ONE_MORE), (_LARGEST_LENGTH, FAR_MORE)):
        broken = shape.data[: place + last] + pack("<I", number) + shape.data[place + last + 4 :]
        yield Flaw("length", name, f"error_data_length {what}", broken)
    for end, what in ((last + CONTEXT_HEAD_SIZE - 1, "cut in its head"), (len(data) - 1, "a byte too few")):
        yield Flaw("cut-short", name, what, shape.put("byte_count", end, shape.data[: place + end]))


def _last_start(data: bytes, count: int) -> int:
    """Where the last context starts."""
    start = 0
    for _ in range(count - 1):
        start += CONTEXT_HEAD_SIZE + int.from_bytes(data[start : start + 4], "little")
        start += -start % 8
    return start
