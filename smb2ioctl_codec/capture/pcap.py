"""Classic capture files: a header of 24 bytes, then packets, each with 16 bytes before it.

The first number tells the byte order, and whether times count microseconds or nanoseconds.
"""

from __future__ import annotations

from collections.abc import Iterator
from struct import Struct

from smb2ioctl_codec.capture.files import Source
from smb2ioctl_codec.capture.model import CaptureError

#: Bytes of the largest packet that is read. Real ones have up to 256 KiB; a larger number is a damaged file.
LARGEST_PACKET = 1 << 20

#: The first four bytes of a file -> byte order for `struct`, nanoseconds of a tick.
MAGICS = {
    b"\xd4\xc3\xb2\xa1": ("<", 1000),
    b"\xa1\xb2\xc3\xd4": (">", 1000),
    b"\x4d\x3c\xb2\xa1": ("<", 1),
    b"\xa1\xb2\x3c\x4d": (">", 1),
}
_VERSION = 2
_SECOND = 1_000_000_000
_FILE_HEADER, _HEADER = 24, 16

#: One packet as it was captured: its number, counted from 1; nanoseconds since 1970 UTC, or None if the file does not
#: say; the link type of its bytes; which interface of its section captured it, 0 where there are none; its bytes.
RawPacket = tuple[int, int | None, int, int, bytes]


def packets(source: Source, block: bytes) -> Iterator[RawPacket]:
    """The packets of a classic capture file, of which `block` is the start: its first four bytes, and maybe more.

    Raises:
        CaptureError: the file is cut short, or a number in it cannot be right.
    """
    order, tick = MAGICS[block[:4]]
    block = source.after(block, _FILE_HEADER)
    if len(block) < _FILE_HEADER:
        raise CaptureError(f"the capture is cut short in the file's header: {len(block)} of {_FILE_HEADER} bytes")
    major, minor, network = Struct(f"{order}4xHH12xI").unpack_from(block)
    if major != _VERSION:
        raise CaptureError(f"version {major}.{minor} of the file format is not known")
    link = network & 0xFFFF  # above that: how long the frame check sequence is
    header = Struct(f"{order}III4x").unpack_from
    number, place = 0, _FILE_HEADER
    while True:
        start = place + _HEADER
        if start > len(block):
            block, place = source.after(block[place:], _HEADER), 0
            if not block:
                return
            start = _HEADER
            if start > len(block):
                raise CaptureError(f"the capture is cut short in the header of packet {number + 1}")
        seconds, fraction, size = header(block, place)
        number += 1
        end = start + size
        if size > LARGEST_PACKET:
            raise CaptureError(f"packet {number} says that it has {size} bytes, more than {LARGEST_PACKET}")
        if end > len(block):
            block, start, end = source.after(block[start:], size), 0, size
            if end > len(block):
                raise CaptureError(f"the capture is cut short in packet {number}")
        yield number, seconds * _SECOND + fraction * tick, link, 0, block[start:end]
        place = end
