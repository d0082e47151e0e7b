"""The forms in which bytes come: a bare body, a message or compound, direct-TCP frames."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, get_args

from smb2ioctl_codec.dissect.bodies import BODIES, structure_size
from smb2ioctl_codec.errors import DecodeError
from smb2ioctl_codec.messages import Protocol, iter_frames
from smb2ioctl_codec.messages.frames import FRAME_HEAD_SIZE

Form = Literal["body", "message", "frame"]

FORMS: tuple[Form, ...] = get_args(Form)

_PROTOCOL_IDS = {int(each).to_bytes(4, "little") for each in Protocol}
_EXPECTED = (
    "expected 0xFE 'SMB' (a message), a zero byte, a 24-bit length and a message (a frame), or a StructureSize of "
    "57, 49 or 9 (a body)"
)


def form_of(data: bytes) -> Form:
    """The form that the first bytes speak of.

    Raises:
        DecodeError: they speak of none.
    """
    if data[:4] in _PROTOCOL_IDS:
        return "message"
    if data[:1] == b"\0" and data[FRAME_HEAD_SIZE : FRAME_HEAD_SIZE + 4] in _PROTOCOL_IDS:
        return "frame"
    if len(data) >= 2 and structure_size(data) in BODIES:
        return "body"
    if not data:
        raise DecodeError(f"no bytes; {_EXPECTED}")
    raise DecodeError(f"starts with {data[:8].hex(' ')}; {_EXPECTED}")


def pieces(data: bytes, form: Form) -> Iterator[tuple[int, bytes]]:
    """The parts of `data` that stand for themselves, each with its offset: every frame, or all of a message or body.

    Raises:
        DecodeError: a frame is broken; those before it have been given by then.
    """
    if form != "frame" or not data:
        yield 0, data
        return
    position = 0
    for message in iter_frames(data):
        size = FRAME_HEAD_SIZE + len(message)
        yield position, data[position : position + size]
        position += size
