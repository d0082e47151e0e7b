"""Messages and payloads that mutations take from elsewhere than their input: the small seeds of a corpus."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import chain

from smb2ioctl_codec.fuzz.making.seeds import seeds
from smb2ioctl_codec.fuzz.mutating.anatomy import Anatomy
from smb2ioctl_codec.fuzz.mutating.draw import Draw
from smb2ioctl_codec.payloads.row import Direction

#: Bytes of the largest message that is taken.
LARGEST_DONOR = 1024

#: Messages of each control code; None: of none.
_Groups = dict[int | None, list[bytes]]


def message(direction: Direction, draw: Draw) -> bytes:
    """A whole valid message or compound: of any control code, or an ERROR response."""
    return draw.pick(draw.pick(tuple(_messages()[direction].values())))


def payload(direction: Direction, draw: Draw) -> tuple[int, bytes]:
    """A control code, and what it may carry."""
    code, carried = draw.pick(_payloads(direction))
    return code, draw.pick(carried)


@cache
def _messages() -> dict[Direction, _Groups]:
    found: dict[Direction, _Groups] = {"request": {}, "response": {}}
    for case in seeds():
        if len(case.data) <= LARGEST_DONOR:
            found[case.direction].setdefault(case.code, []).append(case.data)
    return found


@cache
def _payloads(direction: Direction) -> Sequence[tuple[int, Sequence[bytes]]]:
    """The payloads of each control code."""
    found: dict[int, dict[bytes, None]] = {}
    for data in chain.from_iterable(_messages()[direction].values()):
        first = Anatomy(data).messages[0]
        code = None if first.body is None else first.body.number("ctl_code")
        if code is not None and first.buffer is not None:
            found.setdefault(code.value, {})[data[first.buffer.start : first.buffer.end]] = None
    return tuple((code, tuple(carried)) for code, carried in found.items())
