"""Mutations of bytes of which nothing is known."""

from __future__ import annotations

from smb2ioctl_codec.fuzz.mutating import donors
from smb2ioctl_codec.fuzz.mutating.draw import Draw
from smb2ioctl_codec.fuzz.mutating.edges import edges
from smb2ioctl_codec.fuzz.mutating.edits import Change
from smb2ioctl_codec.messages.header import HEADER_START
from smb2ioctl_codec.payloads.rows import BY_CODE

_TOKENS = (
    HEADER_START, b"\xfdSMB", b"\xfcSMB", b"\xffSMB", b"9\0", b"1\0", b"\x09\0", b"\xff" * 8, b"\xff" * 16, bytes(8),
    "\\".encode("utf-16-le"), "@GMT-".encode("utf-16-le"),
    *(code.to_bytes(4, "little") for code in BY_CODE),
)  # fmt: skip
_NUMBER_SIZES = (1, 2, 2, 4, 4, 4, 8)
_LONGEST = 64
_TIMES = (1, 1, 2, 4, 32)


def blind(given: bytes, draw: Draw) -> Change:
    """One to four changes anywhere; of nothing at all, something."""
    if not draw.below(8 if len(given) > 8 else 2):
        return Change(donors.message("response" if draw.below(2) else "request", draw), "a message of its own")
    data = bytearray(given)
    for _ in range(1 + draw.below(4)):
        _once(data, draw)
    return Change(data, "blind")


def _once(data: bytearray, draw: Draw) -> None:
    way, size = draw.below(10), len(data)
    place = draw.below(size + 1)
    if size == 0 or way == 0:
        data[place:place] = draw.bytes(1 + draw.below(16))
    elif way < 3:
        data[draw.below(size)] ^= 1 << draw.below(8)
    elif way == 3:
        data[draw.below(size)] = draw.below(256)
    elif way < 6:
        width = draw.pick(_NUMBER_SIZES)
        place &= -width
        value = draw.pick(edges(width)).to_bytes(width, "little" if draw.below(4) else "big")
        data[place : place + width] = value[: max(1, size - place)]
    elif way == 6:
        del data[place : place + 1 + draw.below(_LONGEST)]
    elif way == 7:
        token = draw.pick(_TOKENS)
        data[place : place + len(token) * draw.below(2)] = token
    elif way == 8:
        block = data[place : place + 1 + draw.below(_LONGEST)]
        target = draw.below(size + 1)
        data[target:target] = block * draw.pick(_TIMES)
    else:
        block = data[place : place + 1 + draw.below(_LONGEST)]
        target = draw.below(size)
        data[target : target + len(block)] = block


def spliced(first: bytes, second: bytes, draw: Draw) -> Change:
    """The start of one and the end of the other, or a block of one inside the other."""
    way = draw.below(3)
    place = draw.below(len(first) + 1)
    if way == 0:
        return Change(first[:place] + second[place:], "spliced at one place")
    start = draw.below(len(second) + 1)
    if way == 1:
        return Change(first[:place] + second[start:], "spliced")
    block = second[start : start + 1 + draw.below(_LONGEST)]
    return Change(first[:place] + block + first[place + len(block) * draw.below(2) :], "a block of another")
