"""What generated code calls: the few steps that are the same for all records and too long to paste."""

from __future__ import annotations

from codecs import utf_16_le_decode, utf_16_le_encode
from typing import Any

#: A gap of at most this many zero bytes between located buffers is alignment: written without being told.
LARGEST_PAD = 7


class Refused(ValueError):
    """A step of the compiled codec cannot be done; who called asks the explainer why."""


def as_bytes(data: Any) -> bytes:
    """A private copy of bytes-like `data`; TypeError for anything else."""
    if isinstance(data, (bytes, bytearray, memoryview)):
        try:
            return bytes(data)
        except ValueError as error:  # a released memoryview
            raise TypeError(str(error)) from None
    raise TypeError(f"expected bytes, bytearray or memoryview, not {type(data).__name__}")


def strings(data: bytes, start: int, count: int) -> tuple[tuple[str, ...], int]:
    """`count` UTF-16 strings, each followed by U+0000, from `start` on, and the offset after the last.

    One decode and one split for all; what follows the strings may be anything, so where it spoils that, the end of
    the strings is searched first.
    """
    if count * 2 > len(data) - start:
        raise Refused
    try:
        text, used = utf_16_le_decode(data[start:])
    except UnicodeDecodeError:
        return _strings_alone(data, start, count)
    if len(text) * 2 != used:
        return _strings_alone(data, start, count)
    parts = text.split("\0", count)
    if len(parts) <= count:
        raise Refused
    rest = parts.pop()
    return tuple(parts), start + used - 2 * len(rest)


def _strings_alone(data: bytes, start: int, count: int) -> tuple[tuple[str, ...], int]:
    """`strings` where what follows them is no UTF-16, or anything has characters of two units."""
    end = start
    for _ in range(count):
        end = next_nul(data, end) + 2
        if end == 1:
            raise Refused
    text, _ = utf_16_le_decode(data[start:end], "strict", True)
    return tuple(text.split("\0")[:count]), end


def join(items: Any) -> bytes:
    """The wire form of `strings`; Refused if an item contains U+0000."""
    if not isinstance(items, (tuple, list)):
        raise Refused
    text = "\0".join(items) + "\0" if items else ""
    if text.count("\0") != len(items):
        raise Refused
    return utf_16_le_encode(text)[0]


def next_nul(data: bytes, start: int) -> int:
    """Offset of the next U+0000 that lies a whole number of UTF-16 units after `start`, -1 if there is none."""
    found = data.find(b"\0\0", start)
    while found >= 0 and (found - start) % 2:
        found = data.find(b"\0\0", found + 1)
    return found


def slack(data: bytes, start: int, ranges: tuple[tuple[int, int], ...]) -> bytes:
    """The bytes from `start` on that lie in none of the ranges, in order; empty if they are alignment zeros only."""
    found = []
    alignment = True
    end = start
    for low, high in sorted(ranges):
        if low < high:
            if low > end:
                found.append(data[end:low])
                alignment = alignment and low - end <= LARGEST_PAD
            end = max(end, high)
    if end < len(data):
        alignment = False
        found.append(data[end:])
    left = b"".join(found)
    return b"" if alignment and not any(left) else left


def assemble(start: int, located: tuple[tuple[int, bytes], ...], left: bytes) -> bytes:
    """The bytes from `start` on of which `slack` gives `left` and the buffers lie where `located` says.

    Raises:
        Refused: a buffer before `start`, overlapping ones that differ, a gap that neither `left` nor alignment fills.
    """
    out: list[bytes] = []
    end = start
    used = 0
    for position, content in sorted(located):
        if not content:
            continue
        if position < start:
            raise Refused
        if position > end:
            gap = position - end
            filler = left[used : used + gap]
            used += gap
            if len(filler) != gap:
                if left or gap > LARGEST_PAD:
                    raise Refused
                filler = bytes(gap)
            out.append(filler)
            end = position
        elif position < end and not b"".join(out)[position - start :].startswith(content[: end - position]):
            raise Refused
        if position + len(content) > end:
            out.append(content[end - position :])
            end = position + len(content)
    out.append(left[used:])
    return b"".join(out)
