"""What a frame holds, split into messages, and each of them decoded."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from smb2ioctl_codec.capture.framing import Whole
from smb2ioctl_codec.errors import DecodeError
from smb2ioctl_codec.messages import Header, Packet
from smb2ioctl_codec.messages.compound import size_of_element
from smb2ioctl_codec.messages.header import HEADER_SIZE


class Part(NamedTuple):
    """One message: its bytes, and what they decode to."""

    data: bytes
    header: Header | None
    packet: Packet | None
    error: DecodeError | None


def split(whole: Whole) -> Iterator[Part]:
    """The messages of a frame. Where NextCommand is wrong, the rest is one message that does not decode."""
    data = whole.data
    position = 0
    while position < len(data):
        error = None
        try:
            size = size_of_element(data, position)
        except DecodeError as wrong:
            size = len(data) - position
            wrong.offset = (wrong.offset or 0) - position
            error = wrong
        part = data[position : position + size]
        position += size
        if whole.missing and position == len(data):
            needed = len(part) + whole.missing
            error = DecodeError("not all of it was captured", path="Packet", offset=0, needed=needed,
                                available=len(part))  # fmt: skip
        yield _decoded(part, error)


def _decoded(data: bytes, error: DecodeError | None) -> Part:
    if error is None:
        try:
            packet = Packet.decode(data)
        except DecodeError as wrong:
            error = wrong
        else:
            header = packet.header
            return Part(data, header if isinstance(header, Header) else None, packet, None)
    try:
        return Part(data, Header.decode(data[:HEADER_SIZE]), None, error)
    except DecodeError:
        return Part(data, None, None, error)
