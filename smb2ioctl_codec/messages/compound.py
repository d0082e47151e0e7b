"""Compounds: several messages in one, each saying where the next one starts ([MS-SMB2] 3.3.5.2.7)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from smb2ioctl_codec.errors import DecodeError, EncodeError, encoding
from smb2ioctl_codec.messages.header import HEADER_SIZE, ForeignHeader, Header
from smb2ioctl_codec.messages.packet import NEXT_COMMAND, Packet
from smb2ioctl_codec.schema import Buffer
from smb2ioctl_codec.schema.runtime import as_bytes

#: Every message but the last ends at a multiple of so many bytes.
ALIGNMENT = 8


def decode_chain(data: Buffer) -> tuple[Packet, ...]:
    """The messages of a compound, or the one message that stands alone ([MS-SMB2] 3.3.5.2.7).

    Each but the last goes up to the next header; padding stays with the message that it follows. In the last,
    NextCommand is 0 or, from Windows servers, the message's own size.

    Raises:
        DecodeError: NextCommand is no multiple of 8, below 64, or past the end; or a message breaks its layout.
        TypeError: `data` is no bytes-like object.
    """
    whole = data if type(data) is bytes else as_bytes(data)
    packets = []
    position = 0
    while True:
        size = size_of_element(whole, position)
        try:
            packets.append(Packet.decode(whole[position : position + size]))
        except DecodeError as error:
            error.offset = position + (error.offset or 0)
            raise
        position += size
        if position == len(whole):
            return tuple(packets)


@encoding("Packet")
def encode_chain(packets: Iterable[Packet], *, pad_last: bool = False) -> bytes:
    """The compound of these messages: NextCommand is set, and every message but the last is padded to 8 bytes.

    Args:
        packets: the messages, in order. RELATED_OPERATIONS in their flags is the caller's.
        pad_last: pad the last one too, as servers do.

    Raises:
        EncodeError: a message cannot be encoded; there is none; one that is no plain SMB2 does not stand alone.
    """
    chain = list(packets)
    if not chain:
        raise EncodeError("a compound needs at least one message", path="Packet")
    if len(chain) == 1 and isinstance(chain[0], Packet) and isinstance(chain[0].header, ForeignHeader):
        return chain[0].encode()
    encoded = [_encode_element(packet, padded=True, linked=True) for packet in chain[:-1]]
    return b"".join((*encoded, _encode_element(chain[-1], padded=pad_last, linked=False)))


def size_of_element(data: bytes, position: int) -> int:
    """Bytes of the message of a compound that starts at `position`, checked."""
    left = len(data) - position
    if position and data[position : position + 1] != b"\xfe":
        reason = "only plain SMB2 messages follow one another in a compound"
        raise DecodeError(reason, path="Header.protocol_id", offset=position)
    if left < HEADER_SIZE or data[position] != 0xFE:
        return left
    size = int.from_bytes(data[position + NEXT_COMMAND : position + NEXT_COMMAND + 4], "little")
    if size in (0, left):
        return left
    if size < HEADER_SIZE:
        raise _misplaced(f"{size} points into the header", position)
    if size > left:
        raise _misplaced(f"{size} points past the end", position, needed=size, available=left)
    if size % ALIGNMENT:
        raise _misplaced(f"{size} is no multiple of {ALIGNMENT}", position)
    return size


def _misplaced(reason: str, position: int, *, needed: int | None = None, available: int | None = None) -> DecodeError:
    """The error of a NextCommand in the header that starts at `position`."""
    place = position + NEXT_COMMAND
    return DecodeError(reason, path="Header.next_command", offset=place, needed=needed, available=available)


def _encode_element(packet: Packet, *, padded: bool, linked: bool) -> bytes:
    """One message of a compound; a last one that says its own size goes on saying it."""
    if not isinstance(packet, Packet) or not isinstance(packet.header, Header):
        raise EncodeError("expected a Packet with a Header", path="Packet.header")
    message = replace(packet, header=replace(packet.header, next_command=0)).encode()
    linked = linked or packet.header.next_command == len(message)
    if padded:
        message += bytes(-len(message) % ALIGNMENT)
    if linked:
        message = replace(packet.header, next_command=len(message)).encode() + message[HEADER_SIZE:]
    return message
