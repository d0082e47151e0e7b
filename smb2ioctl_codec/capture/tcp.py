"""One direction of a TCP connection: its segments in any order, its bytes in the right one.

What was given once is not changed: bytes that come again are dropped. Bytes that are missing are waited for, but not
for ever: not when the receiver has acknowledged them and others pass by, and not when too much waits behind them.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterator
from struct import Struct
from typing import NamedTuple

#: Bytes, and segments, of one direction that may wait for missing ones before them.
MOST_WAITING_BYTES = 1 << 20
MOST_WAITING_SEGMENTS = 1024
#: Packets of the other side that acknowledge missing bytes before these are given up: so far may a capture have packets
#: out of order.
PATIENCE = 16
#: A segment that lies further away than this from where it should be belongs to something that was not captured.
FARTHEST = 1 << 26

_MODULUS = 1 << 32
FIN, SYN, RST, ACK = 1, 2, 4, 16

_header = Struct(">HHIIBB").unpack_from
_SIZE = 20


class Origin(NamedTuple):
    """The captured packet that bytes came in."""

    frame_number: int
    time_ns: int | None


class Segment(NamedTuple):
    """What of a TCP segment matters here; `missing` bytes of it follow `payload` but were not captured."""

    sequence: int
    acknowledged: int
    flags: int
    payload: bytes
    missing: int


class Piece(NamedTuple):
    """Bytes of a connection, in order.

    Attributes:
        gap: bytes missing before them; -1 where nobody knows how many.
        early: bytes left out because they lie before the first that were seen.
    """

    data: bytes
    origin: Origin
    gap: int = 0
    early: int = 0


def segment_in(packet: bytes, start: int, end: int, missing: int) -> Segment | None:
    """The TCP segment in these bytes of the packet; None if its header is cut short."""
    if end - start < _SIZE:
        return None
    _source, _target, sequence, acknowledged, size, flags = _header(packet, start)
    data = (size >> 4) * 4
    if data < _SIZE or data > end - start:
        return None
    return Segment(sequence, acknowledged if flags & ACK else -1, flags, packet[start + data : end], missing)


class Ordering:
    """Puts the segments of one direction in order. Places count bytes from the first that was seen."""

    __slots__ = ("_earliest", "_patience", "_waiting", "at", "first", "next", "waiting_bytes")

    def __init__(self) -> None:
        self.first: int | None = None  # sequence number of place 0
        self.next = 0  # sequence number of the next byte
        self.at = 0  # its place
        self.waiting_bytes = 0
        self._waiting: list[tuple[int, int, bytes, int, Origin]] = []
        self._patience = PATIENCE
        self._earliest: int | None = None  # None: nothing waits, or it has to be looked for

    @property
    def is_waiting(self) -> bool:
        """Bytes are missing before some that are here."""
        return bool(self._waiting)

    @property
    def earliest(self) -> int | None:
        """The first frame of what waits; None if nothing does."""
        if self._earliest is None and self._waiting:
            self._earliest = min([number for _place, number, *_rest in self._waiting])
        return self._earliest

    @property
    def is_losing_patience(self) -> bool:
        """What is missing was acknowledged so often that it will hardly come any more."""
        return bool(self._waiting) and self._patience <= PATIENCE // 2

    def start(self, sequence: int) -> bool:
        """The next byte has this sequence number; False if that contradicts what was seen before."""
        if self.first is None:
            self.first = self.next = sequence
        return self.first == sequence

    def push(self, segment: Segment, origin: Origin) -> list[Piece]:
        """What can be given now that this segment is here. Its sequence number is that of its first byte."""
        sequence, _acknowledged, _flags, payload, missing = segment
        if self.first is None:
            self.start(sequence)
        ahead = _signed(sequence - self.next)
        if ahead == 0 and not self._waiting:
            return self._take(payload, missing, origin)
        if abs(ahead) > FARTHEST:
            return self._jump(segment, origin)
        place = self.at + ahead
        if place < 0:
            return self._early(segment, origin, -place)
        if ahead <= 0:
            return self._overlap(payload, missing, origin, -ahead) + self._drain()
        if not payload and not missing:
            return []
        insort(self._waiting, (place, origin.frame_number, payload, missing, origin))
        if len(self._waiting) == 1:
            self._earliest = origin.frame_number
        self.waiting_bytes += len(payload)
        if self.waiting_bytes > MOST_WAITING_BYTES or len(self._waiting) > MOST_WAITING_SEGMENTS:
            return self.give_up()
        return []

    def acknowledge(self, sequence: int) -> list[Piece]:
        """The other side has acknowledged all before `sequence`; what is given if that ends the patience."""
        if _signed(sequence - self.next) <= 0:
            return []
        self._patience -= 1
        return self.give_up() if self._patience <= 0 else []

    def give_up(self) -> list[Piece]:
        """What waits, up to the next gap; the first piece says how much is missing before it."""
        if not self._waiting:
            return []
        place, _number, payload, missing, origin = self._pop()
        gap = place - self.at
        self._move(gap)
        pieces = [Piece(b"", origin, gap), *self._take(payload, missing, origin)]
        return pieces + self._drain()

    def flush(self) -> Iterator[Piece]:
        """All that still waits; no more segments will come."""
        while self._waiting:
            yield from self.give_up()

    def _take(self, payload: bytes, missing: int, origin: Origin) -> list[Piece]:
        self._move(len(payload) + missing)
        pieces = [Piece(payload, origin)] if payload else []
        if missing:
            pieces.append(Piece(b"", origin, missing))
        return pieces

    def _overlap(self, payload: bytes, missing: int, origin: Origin, known: int) -> list[Piece]:
        """A segment whose first `known` bytes are here already."""
        if known >= len(payload):
            missing = max(0, missing - (known - len(payload)))
        return self._take(payload[known:], missing, origin)

    def _early(self, segment: Segment, origin: Origin, before: int) -> list[Piece]:
        """A segment that starts before place 0."""
        size = len(segment.payload) + segment.missing
        lost = min(before, size)
        if lost <= 1 and size <= 1:  # nothing, or the byte that keeps a connection alive
            return []
        rest = self._overlap(segment.payload, segment.missing, origin, self.at + before) + self._drain()
        return [Piece(b"", origin, early=lost), *rest]

    def _jump(self, segment: Segment, origin: Origin) -> list[Piece]:
        """A segment that cannot belong to what was seen: begin anew with it."""
        if not segment.payload and not segment.missing:
            return []
        pieces = list(self.flush())
        self.first = self.next = segment.sequence
        self.at = 0
        return [*pieces, Piece(b"", origin, -1), *self._take(segment.payload, segment.missing, origin)]

    def _drain(self) -> list[Piece]:
        """What waited only for what has just come."""
        pieces: list[Piece] = []
        while self._waiting and self._waiting[0][0] <= self.at:
            place, _number, payload, missing, origin = self._pop()
            pieces += self._overlap(payload, missing, origin, self.at - place)
        return pieces

    def _pop(self) -> tuple[int, int, bytes, int, Origin]:
        first = self._waiting.pop(0)
        if first[1] == self._earliest:
            self._earliest = None
        self.waiting_bytes -= len(first[2])
        return first

    def _move(self, size: int) -> None:
        self.at += size
        self.next = (self.next + size) % _MODULUS
        if size:
            self._patience = PATIENCE


def _signed(difference: int) -> int:
    """The distance between two sequence numbers, which count modulo 2^32."""
    difference %= _MODULUS
    return difference - _MODULUS if difference >= _MODULUS // 2 else difference
