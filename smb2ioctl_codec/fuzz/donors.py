"""Messages and payloads that mutations take from elsewhere than their input: some of every control code."""

from __future__ import annotations

from functools import cache

from smb2ioctl_codec.ctl_code import CtlCode
from smb2ioctl_codec.messages import FileId, Header, IoctlRequest, IoctlResponse, Packet
from smb2ioctl_codec.payloads.row import Direction
from smb2ioctl_codec.payloads.rows import BY_CODE


@cache
def payloads(direction: Direction) -> tuple[tuple[CtlCode, bytes], ...]:
    """Control codes and what they carry."""
    found = []
    for code, row in BY_CODE.items():
        kinds = row.types(direction)
        found += [(code, bytes(kind.PLAN.head)) for kind in kinds] or [(code, b"")]
    return tuple(found)


@cache
def messages(direction: Direction) -> tuple[bytes, ...]:
    """Whole messages."""
    found = []
    for code, payload in payloads(direction):
        if direction == "request":
            packet = Packet(Header(), IoctlRequest(code, FileId.NONE, payload, 4096))
        else:
            packet = Packet(Header(flags=1), IoctlResponse(code, FileId.NONE, payload))
        found.append(packet.encode())
    return tuple(found)
