"""The forms in which bytes come: a bare body, a message or compound, direct-TCP frames."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, get_args

from smb2ioctl_codec.errors import DecodeError
from smb2ioctl_codec.messages import ErrorResponse, IoctlRequest, IoctlResponse, Protocol, decode_response, iter_frames
from smb2ioctl_codec.messages.frames import FRAME_HEAD_SIZE
from smb2ioctl_codec.rules import WIRE

Form = Literal["body", "message", "frame"]
Body = IoctlRequest | IoctlResponse | ErrorResponse

FORMS: tuple[Form, ...] = get_args(Form)
#: StructureSize -> the body that starts with it.
BODIES: dict[int, type[Body]] = {57: IoctlRequest, 49: IoctlResponse, 9: ErrorResponse}

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
        raise DecodeError("no bytes; " + _EXPECTED)
    raise DecodeError(f"starts with {data[:8].hex(' ')}; {_EXPECTED}", offset=0)


def structure_size(body: bytes) -> int:
    """The first field of a body."""
    return int.from_bytes(body[:2], "little")


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


def decode_body(body: bytes, status: int | None = None) -> Body:
    """A bare body, by its StructureSize.

    Args:
        body: all of its bytes.
        status: status of the reply that it is; None: unknown, so that its layout alone counts.

    Raises:
        DecodeError: it has another StructureSize, breaks its layout, or is none that a reply of `status` has.
    """
    size = structure_size(body)
    if size == 57:
        return IoctlRequest.decode(body, WIRE)
    if status is not None:
        return decode_response(body, status)
    if len(body) < 2:
        raise DecodeError("cut short", path="Body.structure_size", offset=0, needed=2, available=len(body))
    if size not in BODIES:
        reason = f"{size} where 57 (IOCTL request), 49 (IOCTL response) or 9 (ERROR response) is valid"
        raise DecodeError(reason, path="Body.structure_size", offset=0)
    return BODIES[size].decode(body)
