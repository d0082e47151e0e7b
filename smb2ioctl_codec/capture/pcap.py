"""Classic capture files: a header of 24 bytes, then packets, each with 16 bytes before it.

The first number tells the byte order, and whether times count microseconds or nanoseconds.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from struct import Struct
from typing import NamedTuple

from smb2ioctl_codec.capture.files import exactly
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


class RawPacket(NamedTuple):
    """One packet as it was captured.

    Attributes:
        number: counted from 1.
        time_ns: nanoseconds since 1970 UTC; None if the file does not say.
        link: link type of the bytes.
        interface: which interface of its section captured it; 0 where there are none.
    """

    number: int
    time_ns: int | None
    link: int
    interface: int
    data: bytes


def packets(file: io.BufferedReader, magic: bytes) -> Iterator[RawPacket]:
    """The packets of a classic capture file, of which the first four bytes, `magic`, have been read.

    Raises:
        CaptureError: the file is cut short, or a number in it cannot be right.
    """
    order, tick = MAGICS[magic]
    major, minor, _zone, _accuracy, _snapshot, network = Struct(f"{order}HHiIII").unpack(
        exactly(file, 20, "the file's header")
    )
    if major != _VERSION:
        raise CaptureError(f"version {major}.{minor} of the file format is not known")
    link = network & 0xFFFF  # above that: how long the frame check sequence is
    unpack = Struct(f"{order}IIII").unpack
    read = file.read
    number = 0
    while head := read(16):
        number += 1
        if len(head) < 16:
            raise CaptureError(f"the capture is cut short in the header of packet {number}")
        seconds, fraction, size, _original = unpack(head)
        if size > LARGEST_PACKET:
            raise CaptureError(f"packet {number} says that it has {size} bytes, more than {LARGEST_PACKET}")
        data = read(size)
        if len(data) < size:
            raise CaptureError(f"the capture is cut short in packet {number}")
        yield RawPacket(number, seconds * _SECOND + fraction * tick, link, 0, data)
