"""What a frame holds, split into messages, and the look at a message's header that reading needs."""

from __future__ import annotations

from collections.abc import Iterator
from struct import Struct

from smb2ioctl_codec.capture.framing import Whole
from smb2ioctl_codec.errors import DecodeError
from smb2ioctl_codec.messages.compound import size_of_element
from smb2ioctl_codec.messages.header import HEADER_SIZE, HEADER_START

#: ProtocolId and StructureSize, Status, Command, Flags, NextCommand, MessageId, AsyncId (or Reserved and TreeId),
#: SessionId.
Glance = tuple[bytes, int, int, int, int, int, int, int]
glance = Struct("<6s2xIH2xIIQQQ").unpack_from
RESPONSE, ASYNC, RELATED = 1, 2, 4


#: One message of a frame: where in the frame it starts and ends; what a glance at its header shows, None if it has no
#: SMB2 header that can be read; what is wrong with its length, so that it does not decode, None if nothing is.
Part = tuple[int, int, Glance | None, DecodeError | None]


def split(whole: Whole) -> Iterator[Part]:
    """The messages of a frame. Where NextCommand is wrong, the rest is one message that does not decode."""
    data = whole.data
    position = 0
    size = len(data)
    head = _head(data, 0, size)
    if head is not None and head[4] in (0, size) and not whole.missing:  # as nearly always
        yield 0, size, head, None
        return
    while position < len(data):
        fault = None
        try:
            size = size_of_element(data, position)
        except DecodeError as wrong:
            size = len(data) - position
            wrong.offset = (wrong.offset or 0) - position
            fault = wrong
        end = position + size
        if whole.missing and end == len(data):
            fault = DecodeError("not all of it was captured", path="Packet", offset=0, needed=size + whole.missing,
                                available=size)  # fmt: skip
        yield position, end, _head(data, position, size), fault
        position = end


def _head(data: bytes, position: int, size: int) -> Glance | None:
    if size < HEADER_SIZE:
        return None
    head: Glance = glance(data, position)
    return head if head[0] == HEADER_START else None
