"""Changes of bytes of which the lengths, counts, offsets and links around them know."""

from __future__ import annotations

from typing import NamedTuple

from smb2ioctl_codec.fuzz.mutating.fields import Content, Part, order
from smb2ioctl_codec.schema.spans import Span


class Change(NamedTuple):
    """Bytes that were changed.

    Attributes:
        data: all of them.
        what: how, in a few words.
        path: the field that it is about; empty for none.
    """

    data: bytes | bytearray
    what: str
    path: str = ""


def wire(number: Span, value: int) -> bytes:
    """A value in the form of a number; of one that is too large, or negative, the bytes that there is room for."""
    return (value & (1 << 8 * number.size) - 1).to_bytes(number.size, order(number))


def put(data: bytearray, number: Span, value: int) -> None:
    """Write a number."""
    data[number.offset : number.offset + number.size] = wire(number, value)


def replaced(part: Part, content: Content, low: int, high: int, new: bytes, counted: int = 0) -> bytearray:
    """The input with other bytes in place of those from `low` to `high` of a content, and all that measures it set.

    Args:
        part: the record.
        content: the content.
        low, high: what is replaced; the same place twice: nothing.
        new: the other bytes.
        counted: by how many elements it grows.
    """
    data = bytearray(part.data)
    grown = len(new) - (high - low)
    for number in content.counts if counted else ():
        put(data, number, number.value + counted)
    if grown:
        for number in content.sizes:
            put(data, number, number.value + grown)
        for offset, target in part.offsets:
            if offset.offset < low and target.start >= high and target is not content:
                put(data, offset, offset.value + grown)
        if content.offset is not None and content.start == content.end:
            offset, base = content.offset
            put(data, offset, content.start - base)
    data[low:high] = new
    return data


def fitted(content: Content, new: bytes, size: int) -> bytes:
    """New bytes for a content of `size` bytes, with as many behind them that what follows keeps its alignment."""
    return new + bytes((size - len(new)) % content.step) if content.step > 1 else new
