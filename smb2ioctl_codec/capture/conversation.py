"""A connection while it is followed: its two sides, each with its bytes in order and its frames."""

from __future__ import annotations

from smb2ioctl_codec.capture.framing import Framer
from smb2ioctl_codec.capture.model import Connection, Finding
from smb2ioctl_codec.capture.tcp import RST, SYN, Ordering, Origin, Piece, Segment


class Side:
    """What one side of a connection sends."""

    __slots__ = ("_held", "findings", "framer", "is_server", "ordering", "origin")

    def __init__(self, *, is_server: bool) -> None:
        self.is_server = is_server
        self.ordering = Ordering()
        self.framer = Framer()
        self.findings: list[Finding] = []
        self.origin = Origin(0, None)  # of the last bytes that went to the framer
        self._held = 0

    def push(self, segment: Segment, origin: Origin) -> list[Piece]:
        """What the side's bytes go on with, now that this segment is here."""
        if segment.flags & SYN:
            self.ordering.start((segment.sequence + 1) & 0xFFFFFFFF)
            if not segment.payload:
                return []
            segment = segment._replace(sequence=(segment.sequence + 1) & 0xFFFFFFFF)
        elif self.ordering.first is None:
            if segment.flags & RST:
                return []
            self.framer.start_in_the_middle()
        return self.ordering.push(segment, origin)

    def newly_held(self) -> int:
        """Bytes that are held, less those when this was last asked."""
        now = self.framer.held + self.ordering.waiting_bytes
        change = now - self._held
        self._held = now
        return change

    def take_findings(self) -> tuple[Finding, ...]:
        """The findings since the last message; they are the next one's."""
        taken = tuple(self.findings)
        self.findings.clear()
        return taken


class Conversation:
    """A connection, and what is known by the addresses and ports of each direction (`key`, `back`)."""

    __slots__ = ("back", "connection", "key", "sides")

    def __init__(self, connection: Connection, key: bytes, back: bytes, *, from_server: bool) -> None:
        self.connection = connection
        self.key = key
        self.back = back
        self.sides = Side(is_server=from_server), Side(is_server=not from_server)

    def sides_of(self, flow: bytes) -> tuple[Side, Side]:
        """Who sends with these addresses and ports, and the other."""
        one, other = self.sides
        return (one, other) if flow == self.key else (other, one)

    def is_over(self, flow: bytes, segment: Segment) -> bool:
        """This SYN opens another connection between the same ports."""
        side, _ = self.sides_of(flow)
        return side.ordering.first is not None and not side.ordering.start((segment.sequence + 1) & 0xFFFFFFFF)
