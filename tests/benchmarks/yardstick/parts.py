"""What several of the functions share: input types, and what lies around located buffers."""

from __future__ import annotations

import struct

from .values import Bad

Buffer = bytes | bytearray | memoryview

#: What Python raises for a value that does not fit.
UNFIT = (struct.error, TypeError, AttributeError, UnicodeEncodeError)


def as_bytes(data: object) -> bytes:
    if isinstance(data, (bytes, bytearray, memoryview)):
        return bytes(data)
    raise TypeError("expected bytes, bytearray or memoryview")


def around(data: bytes, start: int, ranges: list[tuple[int, int]]) -> bytes:
    """What lies from `start` on in none of the ranges; gaps of less than 8 zeros are nothing."""
    left = b""
    end = start
    only_alignment = True
    for low, high in sorted(ranges):
        if low < high:
            left += data[end:low]
            only_alignment = only_alignment and low - end < 8
            end = max(end, high)
    if end == len(data) and only_alignment and not any(left):
        return b""
    return left + data[end:]


def laid_out(start: int, buffers: list[tuple[int, bytes]], slack: bytes) -> bytes:
    """The buffers at their offsets, and `slack` in the gaps before and after them; equal bytes may be shared."""
    out = b""
    for offset, content in sorted(buffers):
        if not content:
            continue
        place = offset - start
        gap = place - len(out)
        if place < 0 or not out[place:].startswith(content[: max(0, -gap)]):
            raise Bad("overlap")
        if gap > len(slack) and (slack or gap > 7):
            raise Bad("gap")
        out += (slack[:gap] or bytes(gap)) if gap > 0 else b""
        out += content[max(0, -gap) :]
        slack = slack[max(0, gap) :]
    return out + slack
