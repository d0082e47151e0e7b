"""A connection while it is followed: its two sides, each with its bytes in order and its frames."""

from __future__ import annotations

from smb2ioctl_codec.capture.framing import Framer
from smb2ioctl_codec.capture.model import Connection, FileFacts, Finding, Place
from smb2ioctl_codec.capture.tcp import FIN, RST, SYN, Ordering, Origin, Piece, Segment


class Side:
    """What one side of a connection sends.

    Attributes:
        expected: sequence number of the segment that may take the fast lane: nothing waits on either side, and a frame
            starts with it. None where a segment has to go the general way.
        file: what the FileId of a related operation stands for, as far as its compound has told.
    """

    __slots__ = (
        "_held", "conversation", "expected", "file", "findings", "framer", "is_closed", "is_server", "ordering",
        "origin",
    )  # fmt: skip

    def __init__(self, conversation: Conversation, *, is_server: bool) -> None:
        self.conversation = conversation
        self.is_server = is_server
        self.is_closed = False  # it has said that it will send nothing more
        self.ordering = Ordering()
        self.framer = Framer()
        self.findings: list[Finding] = []
        self.origin = Origin(0, None)  # of the last bytes that went to the framer
        self.expected: int | None = None
        self.file: FileFacts | None = None
        self._held = 0

    def push(self, segment: Segment, origin: Origin) -> list[Piece]:
        """What the side's bytes go on with, now that this segment is here."""
        if segment.flags & (FIN | RST):
            self.is_closed = True
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

    def is_over(self, segment: Segment) -> bool:
        """This SYN opens another connection between the same ports."""
        return self.ordering.first is not None and not self.ordering.start((segment.sequence + 1) & 0xFFFFFFFF)

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
    """A connection, and what is known by the addresses and ports of each direction (`key`, `back`).

    Attributes:
        realm: within which a SessionId has a meaning: address and port of the server, or of another that serves the
            same sessions.
        place: share and user of the message before.
    """

    __slots__ = ("back", "connection", "key", "place", "realm", "sides")

    def __init__(self, connection: Connection, key: bytes, back: bytes, *, from_server: bool) -> None:
        self.connection = connection
        self.key = key
        self.back = back
        self.realm = _source(key if from_server else back)
        self.place: Place = 0, None, -1, None, None
        self.sides: tuple[Side, ...] = Side(self, is_server=from_server), Side(self, is_server=not from_server)

    def other(self, side: Side) -> Side:
        """The side that does not send what this one sends."""
        one, other = self.sides
        return other if side is one else one

    @property
    def is_waiting(self) -> bool:
        """Bytes are held, for others to come."""
        return any(side.ordering.is_waiting or side.framer.held for side in self.sides)

    @property
    def is_closed(self) -> bool:
        """A side has closed it, and nothing but the end of that can come."""
        return any(side.is_closed for side in self.sides)

    @property
    def earliest(self) -> int | None:
        """The first frame of what waits for bytes before it; None if nothing does."""
        frames = [side.ordering.earliest for side in self.sides if side.ordering.is_waiting]
        return min(frames) if frames else None  # type: ignore[type-var]

    def end(self) -> None:
        """Let go of the sides, which know the connection: together they would live until garbage is collected."""
        self.sides = ()

    def settle(self) -> bool:
        """Say which segments may take the fast lane next: none if this gives True, for a side waits for bytes."""
        one, other = self.sides
        if one.ordering.is_waiting or other.ordering.is_waiting:
            one.expected = other.expected = None
            return True
        for side in self.sides:
            free = side.ordering.first is not None and side.framer.is_idle
            side.expected = side.ordering.next if free else None
        return False


def _source(flow: bytes) -> bytes:
    """Address and port of the sender: the first halves of the addresses, and of the ports behind them."""
    return flow[: len(flow) // 2 - 2] + flow[-4:-2]
