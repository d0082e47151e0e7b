"""Messages and payloads that mutations take from elsewhere than their input: the small seeds of a corpus."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from smb2ioctl_codec.fuzz.anatomy import Anatomy
from smb2ioctl_codec.fuzz.draw import Draw
from smb2ioctl_codec.fuzz.seeds import seeds
from smb2ioctl_codec.payloads.row import Direction

#: Bytes of the largest message that is taken.
LARGEST_DONOR = 1024

_Groups = Sequence[Sequence[bytes]]


def message(direction: Direction, draw: Draw) -> bytes:
    """A whole valid message or compound: of any control code, or an ERROR response."""
    return draw.pick(draw.pick(_messages(direction)))


def payload(direction: Direction, draw: Draw) -> tuple[int, bytes]:
    """A control code, and what it may carry."""
    code, carried = draw.pick(_payloads(direction))
    return code, draw.pick(carried)


@cache
def _messages(direction: Direction) -> _Groups:
    """The messages of each control code."""
    found: dict[int | None, list[bytes]] = {}
    for case in seeds():
        if case.direction == direction and len(case.data) <= LARGEST_DONOR:
            found.setdefault(case.code, []).append(case.data)
    return tuple(found.values())


@cache
def _payloads(direction: Direction) -> Sequence[tuple[int, Sequence[bytes]]]:
    """The payloads of each control code."""
    found: dict[int, dict[bytes, None]] = {}
    for data in (data for group in _messages(direction) for data in group):
        first = Anatomy(data).messages[0]
        code = None if first.body is None else first.body.number("ctl_code")
        if code is not None and first.buffer is not None:
            found.setdefault(code.value, {})[data[first.buffer.start : first.buffer.end]] = None
    return tuple((code, tuple(carried)) for code, carried in found.items())
