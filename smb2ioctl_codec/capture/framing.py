"""The bytes of one direction, in order but perhaps with gaps, cut into what direct-TCP frames hold.

A frame says how long it is, so that frames follow one another ([MS-SMB2] 2.1; RFC 1002 4.3 on port 139). After a gap,
or at the start of a connection whose beginning was not captured, nobody says where the next one begins: it is searched.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from smb2ioctl_codec.capture.model import FindingKind
from smb2ioctl_codec.messages.frames import FRAME_HEAD_SIZE

#: Frames of the NetBIOS session service that carry no message: session request, its three replies, keep alive.
_SERVICE_FRAMES = range(0x81, 0x86)
_SERVICE_LENGTH = 0x1FFFF
_PROTOCOLS = (b"\xfeSMB", b"\xfdSMB", b"\xfcSMB")
_SMB1 = b"\xffSMB"
#: A frame with a message: an SMB2 header with its StructureSize, an encrypted or compressed message, or one of SMB1.
_FRAME_START = re.compile(rb"\x00...(?:\xfeSMB\x40\x00|[\xfc\xfd\xff]SMB)", re.DOTALL)
#: Bytes that may be the start of what that pattern finds.
_TAIL = 9
#: Bytes of a frame that show what it is.
_HEAD_AND_PROTOCOL = 8


class Whole(NamedTuple):
    """What one frame holds: a message or a compound.

    Attributes:
        missing: bytes that were not captured, after those of `data`.
    """

    data: bytes
    missing: int = 0


class Remark(NamedTuple):
    """Something about the bytes that a finding is to say."""

    kind: FindingKind
    text: str


class Framer:
    """Cuts one direction of a connection into frames. It holds no more than one frame."""

    __slots__ = ("_buffer", "_in_step", "_needed", "_passed_over", "_skip")

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._needed = FRAME_HEAD_SIZE  # bytes of the buffer before which looking at it is of no use
        self._skip = 0  # bytes of a frame that are not wanted
        self._in_step = True  # the next byte starts a frame
        self._passed_over = 0  # bytes since the last frame, when out of step

    @property
    def held(self) -> int:
        """Bytes that are held."""
        return len(self._buffer)

    @property
    def is_idle(self) -> bool:
        """The next byte starts a frame, and nothing is to be said about those before it."""
        return self._in_step and not self._skip and not self._buffer and not self._passed_over

    def start_in_the_middle(self) -> None:
        """What comes is not the start of the connection, and may start anywhere in a frame."""
        self._in_step = False

    def feed(self, data: bytes) -> Iterable[Whole | Remark]:
        """What is complete with these bytes; it has to be taken before the next ones."""
        if self._skip:
            taken = min(self._skip, len(data))
            self._skip -= taken
            data = data[taken:]
        if self._buffer:
            self._buffer += data
            if len(self._buffer) < self._needed:
                return ()
            data = bytes(self._buffer)
            self._buffer.clear()
        return self._cut(data)

    def gap(self, size: int) -> Iterator[Whole | Remark]:
        """`size` bytes are missing; -1 if nobody knows how many."""
        if self._buffer and self._in_step:
            missing = self._needed - len(self._buffer)
            cut = bytes(self._buffer)
            self._buffer.clear()
            self._skip = missing
            yield from self._cut_frame(cut)
        elif self._buffer:
            self._passed_over += len(self._buffer)
            self._buffer.clear()
        if 0 <= size <= self._skip:
            self._skip -= size
        else:
            self._skip = 0
            self._in_step = False

    def end(self) -> Iterator[Whole | Remark]:
        """No more bytes will come."""
        yield from self.gap(-1)
        yield from self._passed()

    def _cut(self, data: bytes) -> Iterator[Whole | Remark]:
        position, size = 0, len(data)
        while position < size:
            if not self._in_step:
                found = _FRAME_START.search(data, position)
                stop = found.start() if found else max(position, size - _TAIL)
                self._passed_over += stop - position
                position = stop
                if not found:
                    self._keep(data[position:], 0)
                    return
                yield from self._passed()
                self._in_step = True
            left = size - position
            if left < FRAME_HEAD_SIZE:
                self._keep(data[position:], FRAME_HEAD_SIZE)
                return
            kind = data[position]
            if kind:
                if kind not in _SERVICE_FRAMES:
                    self._in_step = False
                    continue
                length = int.from_bytes(data[position + 1 : position + 4], "big") & _SERVICE_LENGTH
            else:
                length = int.from_bytes(data[position + 1 : position + 4], "big")
                if length >= FRAME_HEAD_SIZE and left < _HEAD_AND_PROTOCOL:
                    self._keep(data[position:], _HEAD_AND_PROTOCOL)
                    return
                protocol = data[position + 4 : position + min(8, 4 + length)]
                if protocol in _PROTOCOLS:
                    end = position + FRAME_HEAD_SIZE + length
                    if end > size:
                        self._keep(data[position:], FRAME_HEAD_SIZE + length)
                        return
                    yield Whole(data[position + FRAME_HEAD_SIZE : end])
                    position = end
                    continue
                yield _strange(protocol, length)
                self._in_step = protocol == _SMB1
            position += FRAME_HEAD_SIZE + length
            self._skip = max(0, position - size)

    def _keep(self, rest: bytes, needed: int) -> None:
        self._buffer += rest
        self._needed = needed

    def _cut_frame(self, data: bytes) -> Iterator[Whole | Remark]:
        """The start of a frame whose next bytes are missing."""
        if len(data) < _HEAD_AND_PROTOCOL:  # how long it is, or what it holds, is not known
            self._skip = 0
            self._passed_over += len(data)
            return
        yield Whole(data[FRAME_HEAD_SIZE:], self._skip)

    def _passed(self) -> Iterator[Remark]:
        if self._passed_over:
            text = f"{self._passed_over} bytes in which no message starts are passed over"
            yield Remark(FindingKind.SKIPPED_BYTES, text)
            self._passed_over = 0


def _strange(protocol: bytes, length: int) -> Remark:
    if protocol == _SMB1:
        return Remark(FindingKind.NOT_SMB2, f"a message of SMB1 with {length} bytes is passed over")
    start = f" that start with {protocol.hex()}" if protocol else ""
    return Remark(FindingKind.NOT_SMB2, f"a frame with {length} bytes{start} is passed over")
