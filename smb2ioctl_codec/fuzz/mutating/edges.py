"""What a number or a text is changed to: values at which programs differ."""

from __future__ import annotations

from functools import cache
from typing import Any

from smb2ioctl_codec.fuzz.mutating.draw import Draw
from smb2ioctl_codec.fuzz.mutating.fields import Content, Part
from smb2ioctl_codec.schema.spans import Span

_STEPS = (-1, 1, -1, 1, -2, 2, -4, 4, -8, 8, -16, 64)
#: Sums of an offset and a count are these, a little less or a little more.
_SUMS = (1 << 32, 1 << 32, 1 << 31, 1 << 16)
_LITTLE = (0, 0, 1, -1, 2, -7, 8, 56, 64, 112, 120, 128)
_SMALL = (0, 1, 4, 8, 63, 64, (1 << 16) - 1, 1 << 16)
#: Bytes of elements whose number times their size wraps.
_ELEMENT_SIZES = (2, 4, 8, 16, 24, 32, 152)

TEXTS = (
    "", "a", "\\", "\\\\", "\\server\\root", "\\\\server\\share\\", "..\\..\\a", "\\pipe\\srvsvc", ":stream:$DATA",
    "@GMT-2024.02.03-04.05.06", "@GMT-0000.00.00-00.00.00", "*", "<>?\"|", "a\0b", "\0", "\u00e9\u4e2d", "\ufeff\uffff",
    "\U0001f600", "a" * 63, "a" * 255, "a" * 260, "\\" * 128, "/" * 16, "a" * 1024, "%s%n", "\u202e",
)  # fmt: skip
#: UTF-16 that is none: surrogates without their other half, half a character.
NO_TEXTS = (b"\x00\xd8", b"\x00\xdc", b"\x00\xdc\x00\xd8", b"a\0\xff\xdb", b"a", b"a\0\0", b"\0")


@cache
def edges(size: int) -> tuple[int, ...]:
    """Numbers of so many bytes at which something changes."""
    powers = {1 << bit for bit in range(8 * size)}
    near = {power + step for power in (0, *(1 << bit for bit in range(7, 8 * size + 1))) for step in (-8, -1, 0, 1)}
    return tuple(sorted(each for each in powers | near if 0 <= each < 1 << 8 * size))


@cache
def _members(enum: Any) -> tuple[int, ...]:
    return tuple(int(member) for member in enum)


def other(number: Span, draw: Draw) -> int:
    """Another value: one with a name, one nearby, an edge, a flipped bit, or any."""
    way, value, bits = draw.below(10), int(number.value), 8 * number.size
    if number.field.enum is not None and way < 6:
        return draw.pick(_members(number.field.enum))
    if way < 4:
        return draw.pick(edges(number.size))
    if way < 6:
        return value + draw.pick(_STEPS)
    if way < 8:
        return value ^ 1 << draw.below(bits)
    if way == 8:
        return int.from_bytes(draw.bytes(number.size), "little")
    return (-1 - value, value * 2, value // 2, 0)[draw.below(4)]


def wrong(number: Span, part: Part, draw: Draw) -> int:
    """A length, count, offset or link that leads out of the record, back, or to where numbers wrap."""
    way, value, bits = draw.below(9), int(number.value), 8 * number.size
    room = part.high - part.low
    if way == 0:
        return room + draw.pick(_LITTLE)
    if way == 1:
        return len(part.data) - part.low + draw.pick(_LITTLE)
    if way == 2:
        return value + draw.pick(_STEPS)
    if way == 3:
        return (1 << bits) - 1 - draw.below(16)
    if way == 4:
        return (1 << bits) - value + draw.pick(_LITTLE)
    if way == 5:
        return (1 << bits) // draw.pick(_ELEMENT_SIZES) + draw.below(3)
    if way == 6:
        return (1 << bits) - room + draw.pick(_LITTLE)
    if way == 7:
        return draw.pick((*_SMALL, part.plan.head, 1 << bits - 1, (1 << bits - 1) - 1))
    return draw.pick(edges(number.size))


def wrong_pair(offset: Span, base: int, size: Span, content: Content, part: Part, draw: Draw) -> tuple[int, int]:
    """An offset and a size that together lead one byte too far, or wrap.

    Args:
        offset, size: the numbers.
        base: the place from which the offset counts.
        content: what they describe.
        part: the record that they are in.
        draw: the random choices.
    """
    end = part.high - base
    total = (draw.pick(_SUMS) if draw.below(3) else end) + draw.pick(_LITTLE)
    way = draw.below(5)
    if way == 0:
        count = size.value
    elif way == 1:
        count = total - offset.value
    elif way == 2:
        count = total - end + draw.pick(_LITTLE)
    elif way == 3:
        count = draw.pick((1, 8, 16, 0xFF, 0xFFFF, content.end - content.start + 1))
    else:
        count = draw.pick(edges(size.size))
    return total - count, count
