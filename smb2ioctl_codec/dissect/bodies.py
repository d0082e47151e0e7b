"""Bare bodies, told apart by their StructureSize, and what bodies carry."""

from __future__ import annotations

from smb2ioctl_codec.errors import DecodeError
from smb2ioctl_codec.messages import ErrorResponse, IoctlRequest, IoctlResponse, decode_response
from smb2ioctl_codec.messages.header import HEADER_SIZE
from smb2ioctl_codec.ntstatus import NtStatus
from smb2ioctl_codec.rules import WIRE
from smb2ioctl_codec.schema import Record

Body = IoctlRequest | IoctlResponse | ErrorResponse

#: StructureSize -> the body that starts with it.
BODIES: dict[int, type[Body]] = {57: IoctlRequest, 49: IoctlResponse, 9: ErrorResponse}


def structure_size(body: bytes) -> int:
    """The first field of a body."""
    return int.from_bytes(body[:2], "little")


def decode_body(body: bytes, status: int | None = None) -> Body:
    """A bare body, by its StructureSize.

    Args:
        body: all of its bytes.
        status: status of the reply that it is; None: unknown, so that its layout alone counts.

    Raises:
        DecodeError: it has another StructureSize, breaks its layout, or is none that a reply of `status` has.
    """
    size = structure_size(body)
    if len(body) < 2:
        raise DecodeError("cut short", path="Body.structure_size", offset=0, needed=2, available=len(body))
    if size == 57:
        return IoctlRequest.decode(body, WIRE)
    if status is not None:
        return decode_response(body, status)
    if size not in BODIES:
        reason = f"{size} where 57 (IOCTL request), 49 (IOCTL response) or 9 (ERROR response) is valid"
        raise DecodeError(reason, path="Body.structure_size", offset=0)
    return BODIES[size].decode(body)


def payload_of(body: IoctlRequest | IoctlResponse, status: int = NtStatus.SUCCESS) -> Record | bytes:
    """What a body carries.

    Args:
        body: the body.
        status: status of the reply that it is.

    Raises:
        DecodeError: the payload breaks its layout; `offset` counts from the body's first byte.
    """
    try:
        found: Record | bytes = body.payload() if isinstance(body, IoctlRequest) else body.payload(status=status)
    except DecodeError as error:
        error.offset = _place(body) - HEADER_SIZE + (error.offset or 0)
        raise
    return found


def _place(body: IoctlRequest | IoctlResponse) -> int:
    """Bytes from the header to the buffer that holds the payload."""
    head = HEADER_SIZE + body.PLAN.head
    if isinstance(body, IoctlRequest):
        return head if body.input_offset is None or not body.input else body.input_offset
    if body.output_offset is not None:
        return body.output_offset if body.output else head
    return head + (len(body.input) + 7 & -8)
