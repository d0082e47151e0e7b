"""Direct TCP transport: four bytes before every message say how long it is ([MS-SMB2] 2.1)."""

from __future__ import annotations

from collections.abc import Iterator

from smb2ioctl_codec.errors import DecodeError, EncodeError, encoding
from smb2ioctl_codec.schema import Buffer
from smb2ioctl_codec.schema.runtime import as_bytes

#: Bytes before a message.
FRAME_HEAD_SIZE = 4
#: Bytes of the longest message: the length has 24 bits.
LARGEST_MESSAGE = 0xFFFFFF


def iter_frames(stream_bytes: Buffer, *, max_length: int = LARGEST_MESSAGE) -> Iterator[bytes]:
    """The messages of a direct-TCP byte stream, in order, each without the four bytes before it.

    Args:
        stream_bytes: the stream from the start of a frame on.
        max_length: bytes of the longest message to accept.

    Raises:
        DecodeError: a frame does not start with zero, is longer than `max_length`, or is cut short; the messages
            before it have been given by then.
        TypeError: `stream_bytes` is no bytes-like object.
    """
    data = as_bytes(stream_bytes)
    position = 0
    while position < len(data):
        left = len(data) - position - FRAME_HEAD_SIZE
        if left < 0:
            raise DecodeError("cut short", path="Frame", offset=position, needed=FRAME_HEAD_SIZE,
                              available=left + FRAME_HEAD_SIZE)  # fmt: skip
        if data[position]:
            raise DecodeError(f"{data[position]:#04x} where only 0 is valid", path="Frame.zero", offset=position)
        length = int.from_bytes(data[position + 1 : position + FRAME_HEAD_SIZE], "big")
        if length > max_length:
            reason = f"{length} is more than the {max_length} bytes that a message may have"
            raise DecodeError(reason, path="Frame.stream_protocol_length", offset=position + 1)
        if length > left:
            raise DecodeError("cut short", path="Frame.message", offset=position + FRAME_HEAD_SIZE, needed=length,
                              available=left, limit="Frame.stream_protocol_length")  # fmt: skip
        position += FRAME_HEAD_SIZE
        yield data[position : position + length]
        position += length


@encoding("Frame.message")
def encode_frame(message: Buffer) -> bytes:
    """The message (or compound) with the four bytes that direct TCP puts before it.

    Raises:
        EncodeError: it is longer than 16,777,215 bytes, or no bytes-like object.
    """
    data = as_bytes(message)
    if len(data) > LARGEST_MESSAGE:
        reason = f"{len(data)} bytes are more than the {LARGEST_MESSAGE} that a frame can hold"
        raise EncodeError(reason, path="Frame.message")
    return len(data).to_bytes(FRAME_HEAD_SIZE, "big") + data
